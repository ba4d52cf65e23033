/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pagers outside the kernel: stacked, and such as answer nonsense, die, fault themselves, or wait for each other.
 */
#include "check.h"

#include <layout.h>

#define TARGET 0x20000000 /* where clients touch what only their own pager can give */
#define ALIVE_SENTENCE "a pager that fails leaves its clients blocked and everybody else alive"

static volatile uint32_t faults;      /* above TARGET that a pager of these tests was asked to resolve */
static volatile uint32_t last_client; /* who asked last */
static volatile uint32_t last_word;   /* address | 1 for a write */
static volatile uint32_t value;       /* what a client found */

/* Touches what its argument says, bit 0 set: writes there; then tells. */
THREAD(client)
{
	volatile uint32_t *at = (volatile uint32_t *)(argument & ~3u);

	if (argument & 1)
		*at = 0x600d;
	value = *at;
	event('c');
}

static void map_item(struct utcb *utcb, uint32_t from, uint32_t to, uint32_t rights)
{
	utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(from & ~(PAGE_SIZE - 1u), PAGE_SHIFT, rights);
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = to & ~(PAGE_SIZE - 1u);
}

/* The next fault, noted; `reply` goes to whoever faulted last. Other messages end the test. */
static struct ipc_result next_fault(struct utcb *utcb, uint32_t to, uint32_t reply)
{
	struct ipc_result r = ipc_reply_wait(utcb, to, reply, 0, 0);

	CHECK_OK(r);
	CHECK_EQUAL(TAG_LABEL(r.tag), LABEL_PAGE_FAULT);
	if (r.word[0] < TARGET)
		return r; /* the client's code and stack */
	faults = faults + 1;
	last_client = r.from;
	last_word = r.word[0];
	return r;
}

static struct thread *start_paged(struct utcb *utcb, struct space *space, thread_function *function, uint32_t argument,
				  uint32_t pager)
{
	struct thread *thread;

	faults = 0;
	value = 0;
	/* The program's own space keeps what earlier clients were given. */
	space_flush(FLEXPAGE(TARGET, PAGE_SHIFT + 1, FLEXPAGE_RIGHTS), 1);
	thread = thread_start_paged(space ? space : &own_space, function, argument, PRIORITY_HELPER, pager);
	CHECK(thread);
	return thread;
}

/* ---- stacked -------------------------------------------------------------------------------------- */

/* A pager in a space of its own: what it gives it has from its own pager, at the same place, but for TARGET. */
THREAD(manager)
{
	uint32_t to = ID_NIL, reply = TAG(0, 0);

	for (;;) {
		struct ipc_result r = next_fault(utcb, to, reply);
		uint32_t at = r.word[0] & ~3u;
		uint32_t from = at >= TARGET ? at - TARGET + LOW_WINDOW : at;

		/* Has it itself, if necessary by a fault of its own. */
		*(volatile char *)from = *(volatile char *)from;
		map_item(utcb, from, at, FLEXPAGE_RIGHTS);
		to = r.from;
		reply = TAG(0, 0) | TAG_TYPED(2);
	}
}

TEST(stacked, "pagers/stacked",
     "a memory manager can be built on a memory manager: what is taken at the bottom is missing at the top")
{
	struct space *space = NEW_SPACE();
	struct thread *pager, *top;
	CHECK(space_window(space, LOW_WINDOW, own_pages[0], sizeof(own_pages), FLEXPAGE_RIGHTS));
	pager = START(space, manager, 0, PRIORITY_HELPER);
	top = start_paged(utcb, NEW_SPACE(), client, TARGET | 1, pager->id);
	let_others_run(utcb);
	CHECK_EVENTS("c");
	CHECK_EQUAL(faults, 1);
	CHECK_EQUAL(last_client, top->id);
	CHECK_EQUAL(last_word, TARGET | 1);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 0x600d);

	/* The page is taken from the manager and, with it, from its client, who asks again. */
	faults = 0;
	space_flush(FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_RIGHTS), 0);
	*(volatile uint32_t *)own_pages[0] = 0xbee;
	top = thread_start_paged(top->space, client, TARGET, PRIORITY_HELPER, pager->id);
	CHECK(top);
	let_others_run(utcb);
	CHECK_EQUAL(value, 0xbee);
	CHECK_EQUAL(faults, 1);
	CHECK_EQUAL(last_client, top->id);
}

/* ---- nonsense ------------------------------------------------------------------------------------- */

/* Answers the n-th fault with: nothing; words; a page elsewhere; a page without the right to write; what was asked for. */
THREAD(fool)
{
	static const uint32_t replies[] = {TAG(0, 0), TAG(2, LABEL_PAGE_FAULT), TAG(0, 0) | TAG_TYPED(2),
					   TAG(0, 0) | TAG_TYPED(2), TAG(0, 0) | TAG_TYPED(2)};
	uint32_t to = ID_NIL, reply = TAG(0, 0);

	for (unsigned n = 0; n < 5; n++) {
		to = next_fault(utcb, to, reply).from;
		CHECK_EQUAL(last_word, TARGET | 1);
		map_item(utcb, (uint32_t)own_pages[1], n == 2 ? TARGET + PAGE_SIZE : TARGET, n == 3 ? FLEXPAGE_READ : FLEXPAGE_RIGHTS);
		reply = replies[n];
	}
	CHECK_OK(ipc(utcb, to, ID_NIL, reply | TAG_NO_RECEIVE, 0, 0, 0));
	event('f');
	sleep_forever(utcb);
}

TEST(nonsense, "pagers/nonsense", "an answer without the page makes the thread fault again")
{
	struct thread *pager = START(NULL, fool, 0, PRIORITY_HELPER);

	start_paged(utcb, NULL, client, TARGET | 1, pager->id);
	let_others_run(utcb);
	CHECK_EQUAL(faults, 5);
	CHECK_EQUAL(value, 0x600d);
	CHECK_EVENTS("fc");
}

THREAD(overdoer)
{
	uint32_t to = next_fault(utcb, ID_NIL, TAG(0, 0)).from;

	/* Malformed, then one that the client's space has no room for: the pager is told, the client waits on. */
	utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(TARGET + PAGE_SIZE, PAGE_SHIFT + 4, FLEXPAGE_RIGHTS);
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = TARGET;
	CHECK_ERROR(ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE, 0, 0, 0), ERROR_BAD_MESSAGE);
	CHECK_ERROR(ipc(utcb, to, ID_NIL, TAG(126, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE, 0, 0, 0), ERROR_BAD_MESSAGE);
	map_item(utcb, (uint32_t)own_pages[0], TARGET, FLEXPAGE_RIGHTS);
	CHECK_OK(ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE, 0, 0, 0));
	event('o');
	sleep_forever(utcb);
}

TEST(malformed, "pagers/malformed", "a malformed answer is an error to the pager; its client still waits for a good one")
{
	struct thread *pager = START(NULL, overdoer, 0, PRIORITY_HELPER);

	start_paged(utcb, NULL, client, TARGET | 1, pager->id);
	let_others_run(utcb);
	CHECK_EVENTS("oc");
	CHECK_EQUAL(faults, 1);
}

/* ---- pagers that are no help ---------------------------------------------------------------------- */

/* Everybody else is alive: a thread in another space is made, runs, and answers. */
THREAD(bystander)
{
	ipc_call(utcb, creator, TAG(1, 0), 0xa11, 0);
}

static void check_alive(struct utcb *utcb)
{
	struct thread *thread = START(NEW_SPACE(), bystander, 0, PRIORITY_HELPER);
	struct ipc_result r = ipc_receive(utcb, thread->id);

	CHECK_OK(r);
	CHECK_EQUAL(r.word[0], 0xa11);
}

/* `thread` is blocked, and can be helped out of it. */
static void check_stuck(struct utcb *utcb, struct thread *thread)
{
	let_others_run(utcb);
	CHECK_EVENTS("");
	check_alive(utcb);
	CHECK_EQUAL(exchange_registers(thread->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb); /* it faults again */
	CHECK_EVENTS("");
	CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	check_alive(utcb);
}

/* Never receives: its clients queue. */
THREAD(deaf)
{
	sleep_forever(utcb);
}

TEST(dead, "pagers/deleted", ALIVE_SENTENCE)
{
	struct thread *pager = START(NULL, deaf, 0, PRIORITY_HELPER);
	struct thread *thread = start_paged(utcb, NULL, client, TARGET, pager->id);

	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(pager), SYSCALL_OK);
	check_stuck(utcb, thread);
}

/* Takes a fault, and is never heard of again. */
THREAD(sleeper)
{
	next_fault(utcb, ID_NIL, TAG(0, 0));
	sleep_forever(utcb);
}

TEST(dead_later, "pagers/deleted-before-answer", ALIVE_SENTENCE)
{
	struct thread *pager = START(NULL, sleeper, 0, PRIORITY_HELPER);
	struct thread *thread = start_paged(utcb, NULL, client, TARGET, pager->id);

	let_others_run(utcb);
	CHECK_EQUAL(faults, 1);
	CHECK_EQUAL(thread_stop(pager), SYSCALL_OK);
	check_stuck(utcb, thread);
}

TEST(silent, "pagers/silent", ALIVE_SENTENCE)
{
	struct thread *pager = START(NULL, sleeper, 0, PRIORITY_HELPER);
	struct thread *thread = start_paged(utcb, NULL, client, TARGET, pager->id);

	check_stuck(utcb, thread);
}

TEST(none, "pagers/none", "a thread whose pager does not exist waits for ever, until it is deleted or cancelled")
{
	check_stuck(utcb, start_paged(utcb, NULL, client, TARGET, ID_NIL));
}

/* Faults itself as soon as it is asked, and nobody helps it. */
THREAD(faulting_pager)
{
	next_fault(utcb, ID_NIL, TAG(0, 0));
	*(volatile char *)(TARGET + PAGE_SIZE) = 1;
	event('p');
}

TEST(faulting, "pagers/faulting", ALIVE_SENTENCE)
{
	struct thread *pager = start_paged(utcb, NEW_SPACE(), faulting_pager, 0, pager_id);
	struct thread *thread = start_paged(utcb, NULL, client, TARGET, pager->id);

	check_stuck(utcb, thread);
	thread_wait_fault(utcb, pager);
	CHECK_EQUAL(pager->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(pager->fault.word, (TARGET + PAGE_SIZE) | 1);
}

/* A thread that has its own id for its pager: ids come back in order, so the one after this one's deletion is known. */
static struct thread *own_pager(struct utcb *utcb)
{
	struct thread *thread = start_paged(utcb, NULL, client, TARGET, ID_NIL);
	uint32_t next = ID(ID_NUMBER(thread->id), ID_VERSION(thread->id) + 1);

	for (unsigned tries = 0; tries < 2000; tries++) {
		thread_stop(thread);
		thread = start_paged(utcb, NULL, client, TARGET, next);
		if (thread->id == next)
			return thread;
	}
	FAIL("no number comes back");
}

TEST(self, "pagers/self", "a thread that is its own pager waits for ever when it faults, until it is deleted or cancelled")
{
	check_stuck(utcb, own_pager(utcb));
}
