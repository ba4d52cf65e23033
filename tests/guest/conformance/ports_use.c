/* SPDX-License-Identifier: BSD-2-Clause
 *
 * I/O ports in use: that they come and go at once, and that nobody has them because of who ran before.
 */
#include "ports.h"

#include <layout.h>

TEST(flush_in_use, "ports/flush-in-use", "a flush takes ports away at once, also while they are in use")
{
	struct thread *thread;

	own_ports(utcb);
	space_with(utcb, CMOS, 1, &thread);
	CHECK(can(utcb, thread, IN8, CMOS_DATA));
	in(IN8, FREE);
	CHECK_EQUAL(space_flush(FLEXPAGE_PORTS(CMOS, 1), 0), SYSCALL_OK);
	in(IN8, CMOS_DATA);
	CHECK(!can(utcb, thread, IN8, CMOS_DATA));
}

/* 2^log2 ports from `port` on for `thread`, which waits for them once others have run. */
static void give_ports(struct utcb *utcb, const struct thread *thread, uint32_t port, uint32_t log2)
{
	own_ports(utcb);
	let_others_run(utcb);
	CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(port, log2), 0), 0);
}

static void check_fault(struct utcb *utcb, struct thread *thread)
{
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.word, PROTECTION);
}

/* The word is first the answer of sigma0, then that of flush. */
THREAD(lose)
{
	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	in(IN8, FREE);
	in(IN32, FREE);
	event('a');
	if (space_flush(FLEXPAGE_PORTS(FREE + 1, 0), 1) == SYSCALL_OK)
		event('b');
	in(IN8, FREE);
	event('c');
	in(IN8, FREE + 1);
	event('d');
}

TEST(flush_own, "ports/flush-own", "who flushes its own ports has them no more from then on")
{
	struct thread *thread = START(NEW_SPACE(), lose, 0, PRIORITY_HELPER);

	give_ports(utcb, thread, FREE, 2);
	check_fault(utcb, thread);
	CHECK_EVENTS("abc");
}

/* Uses a port, so that it is set up for it; then takes more, in the other half, and uses that. */
THREAD(gain)
{
	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	in(IN8, FREE);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	in(IN8, FREE);
	in(IN8, CMOS_DATA);
	event('a');
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(gain_in_use, "ports/gain-in-use", "ports that come while others are in use can be used, too")
{
	struct thread *thread = START(NEW_SPACE(), gain, 0, PRIORITY_HELPER);

	give_ports(utcb, thread, FREE, 0);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(CMOS, 1), 0), 0);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EVENTS("a");
}

/* ---- who runs next -------------------------------------------------------------------------------- */

#define ROUNDS 20

/*
 * Uses its port before and after each call of its partner. As all of these, it touches everything first: a page fault
 * between using ports and calling would be a switch to the pager, and not to the partner.
 */
THREAD(caller)
{
	struct ipc_result r;

	prepare();
	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	r = ipc_receive(utcb, creator);
	for (unsigned i = 0; i < ROUNDS; i++) {
		in(IN8, (uint16_t)argument);
		ipc_call(utcb, r.word[0], TAG(1, 0), argument, 0);
		in(IN8, (uint16_t)argument);
	}
	event('c');
	/* In the last one the partner tries it. */
	in(IN8, (uint16_t)argument);
	ipc_call(utcb, r.word[0], TAG(1, 1), argument, 0);
	event('e');
}

/* Answers; with the label 1, it tries the port in word 0. */
THREAD(server)
{
	struct ipc_result r;

	prepare();
	utcb->accept = argument ? FLEXPAGE_ALL_PORTS : 0;
	r = ipc_receive(utcb, ID_ANY);
	if (argument) /* that was its own port */
		r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		if (argument)
			in(IN8, (uint16_t)argument);
		if (TAG_LABEL(r.tag)) {
			event('s');
			in(IN8, (uint16_t)r.word[0]);
			event('x');
		}
		r = ipc_reply_wait(utcb, r.from, TAG(0, 0), 0, 0);
	}
}

static void check_switch(struct utcb *utcb, uint32_t its_port, uint32_t caller_priority, uint32_t server_priority)
{
	struct thread *to = START(NEW_SPACE(), server, its_port, server_priority);
	struct thread *from = START(NEW_SPACE(), caller, FREE, caller_priority);

	give_ports(utcb, from, FREE, 0);
	if (its_port)
		CHECK_EQUAL(send_ports(utcb, to->id, FLEXPAGE_PORTS(its_port, 0), 0), 0);
	CHECK_OK(ipc_send(utcb, from->id, TAG(1, 0), to->id, 0));
	check_fault(utcb, to);
	CHECK_EQUAL(from->fault.label, 0);
	CHECK_EVENTS("cs");
}

#define SWITCH_SENTENCE "whose thread runs next, by whatever way, has none of the ports of who ran before"

TEST(call, "ports/call", SWITCH_SENTENCE)
{
	check_switch(utcb, 0, PRIORITY_HELPER, PRIORITY_HELPER);
}

TEST(call_up, "ports/call-up", SWITCH_SENTENCE)
{
	check_switch(utcb, 0, PRIORITY_HELPER, PRIORITY_HELPER + 1);
}

TEST(call_down, "ports/call-down", SWITCH_SENTENCE)
{
	check_switch(utcb, 0, PRIORITY_HELPER, PRIORITY_HELPER - 1);
}

TEST(call_both, "ports/call-both", SWITCH_SENTENCE ": also if it has others")
{
	check_switch(utcb, FREE + 1, PRIORITY_HELPER, PRIORITY_HELPER);
}

/* A server that uses its port and is called by somebody without ports, which then tries it. */
THREAD(client)
{
	struct ipc_result r;

	prepare();
	r = ipc_receive(utcb, creator);
	for (unsigned i = 0; i < ROUNDS; i++)
		ipc_call(utcb, r.word[0], TAG(0, 0), 0, 0);
	event('c');
	ipc_call(utcb, r.word[0], TAG(0, 0), 0, 0);
	in(IN8, (uint16_t)argument);
	event('x');
}

TEST(reply, "ports/reply", SWITCH_SENTENCE ": a reply is a way, too")
{
	for (unsigned i = 0; i < 3; i++) {
		struct thread *to = START(NEW_SPACE(), server, FREE, PRIORITY_HELPER);
		struct thread *from = START(NEW_SPACE(), client, FREE, PRIORITY_HELPER - 1 + i);

		give_ports(utcb, to, FREE, 0);
		CHECK_OK(ipc_send(utcb, from->id, TAG(1, 0), to->id, 0));
		check_fault(utcb, from);
		CHECK_EQUAL(to->fault.label, 0);
	}
	CHECK_EVENTS("ccc");
}

static volatile uint32_t turns[2];
static volatile bool over;

/* Uses its own port until it is over, then tries the other's: words 0 and 1. */
THREAD(worker)
{
	struct ipc_result r;

	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	r = ipc_receive(utcb, creator);
	while (!over) {
		in(IN8, (uint16_t)r.word[0]);
		turns[argument]++;
	}
	in(IN8, (uint16_t)r.word[1]);
	event('x');
}

TEST(preempted, "ports/preempted", "who is preempted finds its ports again, and nobody else's")
{
	struct thread *threads[2];

	own_ports(utcb);
	over = false;
	for (unsigned i = 0; i < 2; i++) {
		turns[i] = 0;
		threads[i] = START(NEW_SPACE(), worker, i, PRIORITY_HELPER);
		schedule(threads[i]->id, ~0u, 1000);
	}
	let_others_run(utcb);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQUAL(send_ports(utcb, threads[i]->id, FLEXPAGE_PORTS(FREE + i, 0), 0), 0);
		CHECK_OK(ipc_send(utcb, threads[i]->id, TAG(2, 0), FREE + i, FREE + 1 - i));
	}
	ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(20000)), 0, 0);
	CHECK_EQUAL(threads[0]->fault.label | threads[1]->fault.label, 0);
	CHECK(turns[0] > 0 && turns[1] > 0);
	over = true;
	for (unsigned i = 0; i < 2; i++) {
		thread_wait_fault(utcb, threads[i]);
		CHECK_EQUAL(threads[i]->fault.word, PROTECTION);
	}
	CHECK_EVENTS("");
}

TEST(same_space, "ports/same-space", "ports are a space's: all its threads have them")
{
	struct thread *first, *second;
	struct space *space = space_with(utcb, FREE, 2, &first);

	second = new_user(utcb, space, 0);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(can(utcb, first, IN8, FREE));
		CHECK(can(utcb, second, IN8, FREE));
	}
	thread_stop(first);
	CHECK(can(utcb, second, IN8, FREE));
}

/* ---- what else goes with ports --------------------------------------------------------------------- */

/* With its flags as the caller had them, but for those that only ring 0 can change. */
THREAD(privileged)
{
	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	in(IN8, FREE);
	__asm__ volatile("pushf; orl $0x23000, (%%esp); popf" : : : "cc", "memory"); /* I/O privilege, virtual 8086 mode */
	in(IN8, FREE);
	event('a');
	if (argument)
		__asm__ volatile("cli");
	else
		in(IN8, CMOS);
	event('b');
}

TEST(no_privilege, "ports/no-privilege", "who has ports may not change the interrupt flag, nor its I/O privilege")
{
	for (uint32_t what = 0; what < 2; what++) {
		struct thread *thread = START(NEW_SPACE(), privileged, what, PRIORITY_HELPER);

		give_ports(utcb, thread, FREE, 2);
		check_fault(utcb, thread);
	}
	CHECK_EVENTS("aa");
}

/* String input from a port to a page that is not there yet, and output from there. */
THREAD(strings)
{
	void *at = (void *)(HIGH_WINDOW + PAGE_SIZE - 8);
	uint32_t count = 16;

	utcb->accept = FLEXPAGE_ALL_PORTS;
	ipc_receive(utcb, creator);
	out(OUT8, CMOS, CMOS_SPARE);
	out(OUT8, CMOS_DATA, 0x6b);
	out(OUT8, CMOS, CMOS_SPARE);
	__asm__ volatile("cld; rep insb" : "+D"(at), "+c"(count) : "d"(CMOS_DATA) : "memory", "cc");
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQUAL(((volatile uint8_t *)(HIGH_WINDOW + PAGE_SIZE - 8))[i] == 0x6b, 1);
	at = (void *)(HIGH_WINDOW + PAGE_SIZE - 8);
	count = 16;
	__asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(CMOS_DATA) : "memory", "cc");
	event('a');
	__asm__ volatile("outsb" : "+S"(at) : "d"(CMOS_DATA + 1) : "memory", "cc");
	event('b');
}

TEST(string_instructions, "ports/strings", "string instructions use ports like IN and OUT, and go on after a page fault")
{
	struct space *space = NEW_SPACE();
	struct thread *thread;
	const char *pages = own_pages[(uint32_t)own_pages[0] & PAGE_SIZE ? 1 : 0];

	own_ports(utcb);
	space_window(space, HIGH_WINDOW, pages, 2 * PAGE_SIZE, FLEXPAGE_RIGHTS);
	thread = START(space, strings, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(send_ports(utcb, thread->id, FLEXPAGE_PORTS(CMOS, 1), 0), 0);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
	CHECK_EQUAL(thread->fault.word, PROTECTION);
	CHECK_EVENTS("a");
}

/* Its pager is its creator. */
THREAD(needy)
{
	in(IN16, (uint16_t)argument);
	event('a');
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

extern char thread_entry[];

TEST(pager, "ports/pager", "a pager may answer an exception with ports; the instruction is executed again")
{
	static uint32_t stack[64];
	struct ipc_result r;
	struct syscall_result created;
	uint32_t id;

	own_ports(utcb);
	stack[62] = (uint32_t)needy;
	stack[63] = FREE;
	created = thread_create(NEW_SPACE()->id, (uint32_t)thread_entry, (uint32_t)&stack[62], thread_my_id(), 0x10000, PRIORITY_HELPER);
	CHECK_EQUAL(created.error, SYSCALL_OK);
	id = created.value[0];
	for (;;) {
		r = ipc_receive(utcb, id);
		CHECK_OK(r);
		if (TAG_LABEL(r.tag) == LABEL_PAGE_FAULT) {
			uint32_t page = r.word[0] & ~(PAGE_SIZE - 1u);

			CHECK_EQUAL(send_ports(utcb, id, FLEXPAGE(page, PAGE_SHIFT, FLEXPAGE_RIGHTS), page), 0);
			continue;
		}
		if (TAG_LABEL(r.tag) != LABEL_EXCEPTION)
			break;
		CHECK_EQUAL(r.word[0], PROTECTION);
		CHECK_EQUAL(send_ports(utcb, id, FLEXPAGE_PORTS(FREE, 1), 0), 0);
	}
	CHECK_EVENTS("a");
	CHECK_EQUAL(thread_delete(id), SYSCALL_OK);
}
