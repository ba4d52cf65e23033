/* SPDX-License-Identifier: BSD-2-Clause
 *
 * I/O ports: who has which, and from whom.
 */
#include "driver.h"
#include "ports.h"
#include "sigma0.h"

#include <exit.h>
#include <layout.h>

void own_ports(struct utcb *utcb)
{
	CHECK(driver_ports(utcb, CMOS, 1) && driver_ports(utcb, UPPER, UPPER_LOG2));
}

/* Takes ports, or pages, from whoever sends them, then does to ports what it is told by its creator: word 0 the port, word 1 how. */
THREAD(user)
{
	for (;;) {
		struct ipc_result r;

		utcb->accept = argument;
		r = ipc_receive(utcb, ID_ANY);
		if (TAG_TYPED_WORDS(r.tag) || ipc_failed(r))
			continue;
		if (r.word[1] < OUT8)
			r.word[0] = in((enum access)r.word[1], (uint16_t)r.word[0]);
		else
			out((enum access)r.word[1], (uint16_t)r.word[0], 0xff);
		ipc_send(utcb, creator, TAG(1, 0), r.word[0], 0);
	}
}

struct thread *new_user(struct utcb *utcb, struct space *space, uint32_t window)
{
	struct thread *thread = START(space, user, window, PRIORITY_HELPER);

	let_others_run(utcb);
	return thread;
}

static uint32_t send_item(struct utcb *utcb, uint32_t to, uint32_t item, uint32_t base, uint32_t how)
{
	struct ipc_result r;

	utcb->mr[MESSAGE_REGISTER_WORDS] = item;
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = base;
	r = ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE | how, 0, 0, 0);
	return ipc_failed(r) ? TAG_ERROR_CODE(r.tag) : 0;
}

uint32_t send_ports(struct utcb *utcb, uint32_t to, uint32_t item, uint32_t base)
{
	return send_item(utcb, to, item, base, 0);
}

bool can(struct utcb *utcb, struct thread *thread, enum access access, uint32_t port)
{
	CHECK_OK(ipc_send(utcb, thread->id, TAG(2, 0), port, access));
	let_others_run(utcb);
	if (thread->fault.label) {
		CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
		CHECK_EQUAL(thread->fault.word, PROTECTION);
		return false;
	}
	CHECK_OK(ipc_receive(utcb, thread->id));
	return true;
}

bool space_can(struct utcb *utcb, struct space *space, enum access access, uint32_t port)
{
	struct thread *thread = new_user(utcb, space, 0);
	bool result = can(utcb, thread, access, port);

	thread_stop(thread);
	return result;
}

struct space *space_with(struct utcb *utcb, uint32_t first, uint32_t log2, struct thread **thread)
{
	struct space *space = NEW_SPACE();
	struct thread *taker = new_user(utcb, space, FLEXPAGE_EVERYTHING);

	own_ports(utcb);
	CHECK_EQUAL(send_ports(utcb, taker->id, FLEXPAGE_PORTS(first, log2), 0), 0);
	let_others_run(utcb);
	if (thread)
		*thread = taker;
	else
		thread_stop(taker);
	return space;
}

TEST(use, "ports/use", "who has ports uses them with IN and OUT; sigma0 gives them on request")
{
	own_ports(utcb);
	out(OUT8, CMOS, CMOS_SPARE);
	out(OUT8, CMOS_DATA, 0xa5);
	out(OUT8, CMOS, CMOS_SPARE + 1);
	out(OUT8, CMOS_DATA, 0x3c);
	out(OUT8, CMOS, CMOS_SPARE);
	CHECK_EQUAL(in(IN8, CMOS_DATA), 0xa5);
}

TEST(none, "ports/none", "a space has no port that it was not given: IN and OUT are exception 13 there")
{
	struct space *space = NEW_SPACE();

	CHECK(!space_can(utcb, space, IN8, FREE));
	CHECK(!space_can(utcb, space, OUT32, FREE));
	CHECK(!space_can(utcb, space, IN8, 0));
	CHECK(!space_can(utcb, space, IN8, 0xffff));
}

TEST(map, "ports/map", "ports go to who accepts them, and they alone")
{
	struct space *space = space_with(utcb, FREE + 8, 3, NULL);

	for (uint32_t port = FREE + 8; port < FREE + 16; port++)
		CHECK(space_can(utcb, space, IN8, port));
	CHECK(space_can(utcb, space, OUT16, FREE + 14));
	CHECK(space_can(utcb, space, IN32, FREE + 12));
	CHECK(!space_can(utcb, space, IN8, FREE + 7));
	CHECK(!space_can(utcb, space, IN8, FREE + 16));
}

TEST(cleared_before, "ports/cleared-before", "who is given its first port has no other, whatever the kernel has a page ready for")
{
	struct space *space = NEW_SPACE();
	struct thread *taker = new_user(utcb, space, FLEXPAGE_EVERYTHING);

	own_ports(utcb);
	/* Before it makes a thread the kernel clears a page, and keeps it where the thread needs none. */
	thread_stop(new_user(utcb, NULL, 0));
	CHECK_EQUAL(send_ports(utcb, taker->id, FLEXPAGE_PORTS(FREE, 0), 0), 0);
	CHECK(space_can(utcb, space, IN8, FREE));
	CHECK(!space_can(utcb, space, IN8, FREE + 1));
}

TEST(borders, "ports/borders", "an access of 2 or 4 bytes needs all of these ports")
{
	struct space *space = space_with(utcb, FREE + 8, 3, NULL);

	CHECK(!space_can(utcb, space, IN16, FREE + 7));
	CHECK(!space_can(utcb, space, OUT32, FREE + 5));
	CHECK(!space_can(utcb, space, IN32, FREE + 7));
	CHECK(!space_can(utcb, space, OUT16, FREE + 15));
	CHECK(!space_can(utcb, space, IN32, FREE + 13));
	CHECK(!space_can(utcb, space, IN32, FREE + 15));
}

TEST(last, "ports/last", "behind port 0xffff there is none: an access that reaches beyond it is exception 13")
{
	struct space *space = space_with(utcb, 0xff00, 8, NULL);

	CHECK(space_can(utcb, space, IN8, 0xffff));
	CHECK(space_can(utcb, space, IN16, 0xfffe));
	CHECK(space_can(utcb, space, IN32, 0xfffc));
	CHECK(!space_can(utcb, space, IN16, 0xffff));
	CHECK(!space_can(utcb, space, IN32, 0xfffd));
	CHECK(!space_can(utcb, space, OUT32, 0xffff));
	CHECK(!space_can(utcb, space, IN8, 0xfeff));
}

TEST(half, "ports/half", "ports below 0x8000 give none above, nor the other way round")
{
	struct space *space = space_with(utcb, CMOS, 1, NULL);

	CHECK(space_can(utcb, space, IN8, CMOS_DATA));
	CHECK(!space_can(utcb, space, IN8, 0x8000 + CMOS_DATA));
	CHECK(!space_can(utcb, space, IN8, FREE));
	space = space_with(utcb, FREE, 0, NULL);
	CHECK(space_can(utcb, space, IN8, FREE));
	CHECK(!space_can(utcb, space, IN8, FREE - 0x8000));
	CHECK(!space_can(utcb, space, IN8, CMOS));
}

TEST(window, "ports/window", "ports need a receive window of ports that holds them all, or FLEXPAGE_EVERYTHING")
{
	static const struct {
		uint32_t window, error;
	} cases[] = {
		{0, ERROR_OVERFLOW},
		{FLEXPAGE_ALL, ERROR_OVERFLOW},
		{FLEXPAGE_PORTS(FREE, 1), ERROR_OVERFLOW},
		{FLEXPAGE_PORTS(FREE + 4, 2), ERROR_OVERFLOW},
		{FLEXPAGE_PORTS(FREE + 1, 2), ERROR_OVERFLOW}, /* none */
		{FLEXPAGE_PORTS(FREE, 17), ERROR_OVERFLOW},    /* none */
		{FLEXPAGE_PORTS(FREE, 2), 0},
		{FLEXPAGE_PORTS(UPPER, UPPER_LOG2), 0},
		{FLEXPAGE_ALL_PORTS, 0},
		{FLEXPAGE_EVERYTHING, 0},
	};

	own_ports(utcb);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct space *space = NEW_SPACE();
		struct thread *thread = new_user(utcb, space, cases[i].window);

		CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(FREE, 2), 0), cases[i].error);
		let_others_run(utcb);
		CHECK_EQUAL(can(utcb, thread, IN32, FREE), !cases[i].error);
		space_stop(space);
	}
}

TEST(no_memory_window, "ports/no-memory-window", "a receive window of ports admits no memory, FLEXPAGE_EVERYTHING all of it")
{
	const uint32_t page = FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_RIGHTS);
	struct thread *thread = new_user(utcb, NEW_SPACE(), FLEXPAGE_ALL_PORTS);

	CHECK_EQUAL(send_ports(utcb, thread->id, page, HIGH_WINDOW), ERROR_OVERFLOW);
	thread = new_user(utcb, NEW_SPACE(), FLEXPAGE_EVERYTHING);
	CHECK_EQUAL(send_ports(utcb, thread->id, page, HIGH_WINDOW), 0);
}

TEST(not_relocated, "ports/not-relocated", "a port is mapped to itself, whatever the second word of the item says")
{
	struct thread *thread = new_user(utcb, NEW_SPACE(), FLEXPAGE_ALL_PORTS);

	own_ports(utcb);
	CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(FREE, 0), 0x12345678), 0);
	CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(FREE + 1, 0), 0xfffff000), 0);
	CHECK(can(utcb, thread, IN16, FREE));
	CHECK(!can(utcb, thread, IN8, FREE + 2));
}

TEST(malformed, "ports/malformed", "a flexpage of too many ports, misaligned, beyond the last port or without READ is refused")
{
	struct thread *thread = new_user(utcb, NEW_SPACE(), FLEXPAGE_EVERYTHING);
	const uint32_t bad[] = {
		FLEXPAGE_PORTS(0, 17),
		FLEXPAGE_PORTS(0, 32),
		FLEXPAGE_PORTS(0, 63),
		FLEXPAGE_PORTS(FREE + 1, 1),
		FLEXPAGE_PORTS(FREE, 16),
		FLEXPAGE_PORTS(0x10000, 0),
		FLEXPAGE_PORTS(0x10000, 4),
		FLEXPAGE_PORTS(0xfffff, 0),
		FLEXPAGE_PORTS(FREE, 0) & ~FLEXPAGE_READ,
		FLEXPAGE_PORTS(FREE, 0) & ~FLEXPAGE_RIGHTS,
	};

	own_ports(utcb);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQUAL(send_ports(utcb, thread->id, bad[i], 0), ERROR_BAD_MESSAGE);
		CHECK_EQUAL(send_ports(utcb, thread->id, bad[i] | FLEXPAGE_GRANT, 0), ERROR_BAD_MESSAGE);
		CHECK_EQUAL(space_flush(bad[i], 1), SYSCALL_EINVAL);
	}
	CHECK(!can(utcb, thread, IN8, FREE));
	CHECK(space_can(utcb, NULL, IN8, FREE));
}

TEST(kept, "ports/kept", "nobody has the ports that the kernel keeps: interrupt controllers, timer, console, end of the machine")
{
	static const uint16_t ports[] = {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61, 0x3f8,
					 0x3f9, 0x3fd, 0x3ff, EXIT_PORT_DEBUG, EXIT_PORT_DEBUG + 3, EXIT_PORT_BOCHS};

	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		sigma0_ports(utcb, ports[i], 0);
		CHECK(!space_can(utcb, NULL, IN8, ports[i]));
	}
}

TEST(given_once, "ports/given-once", "sigma0 gives a port once")
{
	own_ports(utcb);
	CHECK(!sigma0_ports(utcb, CMOS, 0));
	CHECK(!sigma0_ports(utcb, 0x60, 5));
	CHECK(!sigma0_ports(utcb, 1, 1));
	CHECK(!sigma0_ports(utcb, 0, 17));
}

TEST(flush, "ports/flush", "flush takes ports from all who have them from the flusher, however indirectly, and from nobody else")
{
	struct thread *thread;
	struct space *first = space_with(utcb, FREE, 2, &thread), *sibling = space_with(utcb, FREE, 2, NULL);

	(void)first;
	CHECK(can(utcb, thread, IN32, FREE));
	CHECK(space_can(utcb, sibling, IN32, FREE));
	CHECK_EQUAL(space_flush(FLEXPAGE_PORTS(FREE + 3, 0), 0), SYSCALL_OK);
	CHECK(space_can(utcb, first, IN16, FREE));
	CHECK(space_can(utcb, sibling, IN8, FREE + 2));
	CHECK(!space_can(utcb, sibling, IN32, FREE));
	CHECK(!can(utcb, thread, IN8, FREE + 3));
	CHECK(space_can(utcb, NULL, IN32, FREE));
}

/* Maps on what it got to the thread that word 0 names, or flushes it: the label tells. */
enum order { PASS = 1, GRANT, FLUSH, FLUSH_OWN };

THREAD(obedient)
{
	const uint32_t ports = FLEXPAGE_PORTS(FREE, 2);

	utcb->accept = FLEXPAGE_ALL_PORTS;
	for (;;) {
		struct ipc_result r = ipc_receive(utcb, ID_ANY);
		uint32_t result;

		if (TAG_TYPED_WORDS(r.tag))
			continue;
		if (TAG_LABEL(r.tag) < FLUSH)
			result = send_ports(utcb, r.word[0], TAG_LABEL(r.tag) == GRANT ? ports | FLEXPAGE_GRANT : ports, 0);
		else
			result = space_flush(ports, TAG_LABEL(r.tag) == FLUSH_OWN);
		ipc_send(utcb, creator, TAG(1, 0), result, 0);
	}
}

static void tell(struct utcb *utcb, struct thread *thread, enum order order, uint32_t other)
{
	struct ipc_result r = ipc_call(utcb, thread->id, TAG(1, order), other, 0);

	CHECK_OK(r);
	CHECK_EQUAL(r.word[0], 0);
	let_others_run(utcb);
}

/* The ports go from the program through three spaces. */
static void chain(struct utcb *utcb, struct space *spaces[3], struct thread *threads[3])
{
	own_ports(utcb);
	for (unsigned i = 0; i < 3; i++) {
		spaces[i] = NEW_SPACE();
		threads[i] = START(spaces[i], obedient, 0, PRIORITY_HELPER);
	}
	let_others_run(utcb);
	CHECK_EQUAL(send_ports(utcb, threads[0]->id, FLEXPAGE_PORTS(FREE, 2), 0), 0);
	tell(utcb, threads[0], PASS, threads[1]->id);
	tell(utcb, threads[1], PASS, threads[2]->id);
	CHECK(space_can(utcb, spaces[2], IN32, FREE));
}

TEST(flush_deep, "ports/flush-deep", "a flush in the middle of a chain takes ports from those below, not above")
{
	struct space *spaces[3];
	struct thread *threads[3];

	chain(utcb, spaces, threads);
	tell(utcb, threads[1], FLUSH, 0);
	CHECK(!space_can(utcb, spaces[2], IN8, FREE));
	CHECK(space_can(utcb, spaces[1], IN32, FREE));
	tell(utcb, threads[1], PASS, threads[2]->id);
	CHECK(space_can(utcb, spaces[2], IN32, FREE));
	tell(utcb, threads[1], FLUSH_OWN, 0);
	CHECK(!space_can(utcb, spaces[2], IN8, FREE + 3));
	CHECK(!space_can(utcb, spaces[1], IN8, FREE + 3));
	CHECK(space_can(utcb, spaces[0], IN32, FREE));
}

TEST(flush_all, "ports/flush-all", "a flush of all ports is one call")
{
	struct space *spaces[3];
	struct thread *threads[3];

	chain(utcb, spaces, threads);
	CHECK_EQUAL(space_flush(FLEXPAGE_ALL_PORTS, 0), SYSCALL_OK);
	for (unsigned i = 0; i < 3; i++)
		CHECK(!space_can(utcb, spaces[i], IN8, FREE + 1));
	CHECK(space_can(utcb, NULL, IN32, FREE));
}

TEST(grant, "ports/grant", "granted ports are the receiver's and the granter's no more; they come from where they came")
{
	struct space *spaces[3];
	struct thread *threads[3];

	chain(utcb, spaces, threads);
	tell(utcb, threads[2], FLUSH_OWN, 0);
	tell(utcb, threads[1], GRANT, threads[2]->id);
	CHECK(!space_can(utcb, spaces[1], IN8, FREE));
	CHECK(space_can(utcb, spaces[2], IN32, FREE));
	tell(utcb, threads[0], FLUSH, 0);
	CHECK(!space_can(utcb, spaces[2], IN8, FREE));
	CHECK(space_can(utcb, spaces[0], IN8, FREE));
}

TEST(deleted, "ports/deleted-space", "a deleted space is flushed, of its ports too")
{
	struct space *spaces[3];
	struct thread *threads[3];

	chain(utcb, spaces, threads);
	CHECK_EQUAL(space_stop(spaces[1]), SYSCALL_OK);
	CHECK(!space_can(utcb, spaces[2], IN8, FREE));
	CHECK(space_can(utcb, spaces[0], IN8, FREE));
	/* The next one has its place, and none of its ports. */
	CHECK(!space_can(utcb, NEW_SPACE(), IN8, FREE));
}

TEST(quota, "ports/quota", "the bitmap is charged to who gets the ports: without memory for it nothing is mapped")
{
	uint32_t error = 0;

	own_ports(utcb);
	for (uint32_t quota = SPACE_QUOTA; !error; quota--) {
		struct syscall_result created = space_create(quota);
		struct space small = {.used = true, .id = created.value[0]};
		struct thread *thread;

		CHECK_EQUAL(created.error, SYSCALL_OK);
		thread = thread_start(&small, user, FLEXPAGE_ALL_PORTS, PRIORITY_HELPER);
		CHECK(thread);
		let_others_run(utcb);
		error = send_item(utcb, thread->id, FLEXPAGE_PORTS(FREE, 0), 0, TAG_SEND_NOWAIT);
		CHECK_EQUAL(can(utcb, thread, IN8, FREE), !error);
		CHECK_EQUAL(space_stop(&small), SYSCALL_OK);
	}
	CHECK_EQUAL(error, ERROR_NO_MEMORY);
	CHECK(space_can(utcb, NULL, IN8, FREE));
}
