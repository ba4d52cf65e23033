/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs that try to keep the kernel busy: whatever there is most of, all at once. That it takes no entry long is seen from
 * outside, by tests/model/test-bound.py, which measures all conformance tests; here that it comes out right.
 */
#include "check.h"
#include "pager.h"
#include "runtime.h"

#include <layout.h>

#define BUFFER (RUNTIME_UTCBS + 80 * PAGE_SIZE)
#define CROWD 400

/* Code of many threads at once, which make one call and then wait for nobody: they have no stacks, and share a message buffer. */
extern char in_crowd[];
/* Registers of that call. */
extern volatile uint32_t crowd_to, crowd_from, crowd_tag, crowd_timeouts;
volatile uint32_t crowd_to, crowd_from, crowd_tag, crowd_timeouts;

__asm__(".text\n"
	"in_crowd: mov crowd_to, %esi; mov crowd_from, %edx; mov crowd_timeouts, %ecx; mov crowd_tag, %eax; int $0x30\n"
	"1: xor %edx, %edx; xor %esi, %esi; xor %eax, %eax; int $0x30; jmp 1b\n");

static uint32_t crowd[CROWD];

static void make_one(struct utcb *utcb, unsigned i, uint32_t priority)
{
	struct syscall_result r = thread_create(SPACE_OWN, (uint32_t)in_crowd, 0, ID_NIL, BUFFER, priority);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	crowd[i] = r.value[0];
}

/* They make this call, with the message in the buffer that they share. */
static void make_crowd(struct utcb *utcb, uint32_t to, uint32_t from, uint32_t tag)
{
	crowd_to = to;
	crowd_from = from;
	crowd_tag = tag;
	for (unsigned i = 0; i < CROWD; i++)
		make_one(utcb, i, PRIORITY_HELPER);
}

static void end_crowd(struct utcb *utcb)
{
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(thread_delete(crowd[i]), SYSCALL_OK);
}

THREAD(wait_for_nobody)
{
	sleep_forever(utcb);
}

THREAD(send_much)
{
	for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++)
		utcb->mr[i] = 5;
	ipc_send(utcb, creator, TAG(MESSAGE_WORDS_MAX, 0), 5, 5);
}

TEST(receivers, "worst/receivers", "hundreds of threads that wait to receive from one that is deleted are told")
{
	struct thread *partner = START(NULL, wait_for_nobody, 0, PRIORITY_HELPER);

	make_crowd(utcb, ID_NIL, partner->id, TAG(0, 0));
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(partner), SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

TEST(senders, "worst/senders", "hundreds of threads that wait to send to one that is deleted are told")
{
	struct thread *partner = START(NULL, wait_for_nobody, 0, PRIORITY_HELPER);

	make_crowd(utcb, partner->id, ID_NIL, TAG(0, 0));
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(partner), SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

TEST(halted, "worst/halted", "hundreds of ready threads are halted, and others go on")
{
	make_crowd(utcb, ID_NIL, ID_NIL, TAG(0, 0));
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(exchange_registers(crowd[i], EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

static struct utcb *shared_buffer(void)
{
	return (struct utcb *)BUFFER;
}

TEST(bad_senders, "worst/bad-senders", "hundreds of threads whose messages cannot be received are told, and the next message is received")
{
	struct thread *good;

	make_crowd(utcb, thread_my_id(), ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE);
	shared_buffer()->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(0, PAGE_SHIFT - 1, FLEXPAGE_READ); /* smaller than a page */
	let_others_run(utcb);
	good = START(NULL, send_much, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	utcb->accept = FLEXPAGE_ALL;
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, good->id);
	CHECK_EQUAL(utcb->mr[MESSAGE_WORDS_MAX - 1], 5);
	let_others_run(utcb);
	end_crowd(utcb);
}

TEST(deserted, "worst/deserted", "hundreds of threads whose partners are gone before they receive from them go on to wait")
{
	unsigned i;

	/* The first half send to the test and then receive; each of the second has queued to send to one of them. */
	crowd_tag = TAG(0, 0);
	crowd_from = ID_ANY;
	crowd_to = thread_my_id();
	for (i = 0; i < CROWD / 2; i++)
		make_one(utcb, i, PRIORITY_HELPER);
	let_others_run(utcb);
	crowd_from = ID_NIL;
	for (; i < CROWD; i++) {
		crowd_to = crowd[i - CROWD / 2];
		make_one(utcb, i, PRIORITY_HELPER);
		let_others_run(utcb);
	}
	for (i = 0; i < CROWD / 2; i++)
		CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, crowd[i]);
	for (i = CROWD / 2; i < CROWD; i++)
		CHECK_EQUAL(exchange_registers(crowd[i], EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb);
	for (i = 0; i < CROWD / 2; i++)
		CHECK_OK(ipc(utcb, crowd[i], ID_NIL, TAG(0, 0) | TAG_SEND_NOWAIT | TAG_NO_RECEIVE, 0, 0, 0));
	end_crowd(utcb);
}

TEST(timeouts, "worst/timeouts", "hundreds of timeouts that have all been over when the timer is let in end")
{
	struct thread *awake;

	crowd_timeouts = TIMEOUTS(0, timeout_of_us(100));
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_MASK), SYSCALL_OK);
	make_crowd(utcb, ID_NIL, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT);
	let_others_run(utcb);
	for (volatile unsigned i = 0; i < 200000; i++)
		;
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_UNMASK), SYSCALL_OK);
	/* They end few by few, and programs run between; but all before a timeout that is over after them. */
	awake = keep_awake(utcb);
	CHECK_ERROR(ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(100)), 0, 0),
		    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(thread_stop(awake), SYSCALL_OK);
	let_others_run(utcb);
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_ERROR(ipc(utcb, crowd[i], ID_NIL, TAG(0, 0) | TAG_SEND_NOWAIT | TAG_NO_RECEIVE, 0, 0, 0), ERROR_TIMEOUT);
	end_crowd(utcb);
}

/* ---- mapping trees --------------------------------------------------------------------------------- */

#define TARGET 0x20000000 /* where pages are mapped, one by one */
#define TREE 300          /* mappings: more than MAPPING_LOOK_BACK */

static uint32_t place(unsigned i)
{
	return TARGET + i * PAGE_SIZE;
}

THREAD(take_pages)
{
	utcb->accept = FLEXPAGE_ALL;
	for (;;)
		ipc_receive(utcb, ID_ANY);
}

/* Maps or grants (FLEXPAGE_GRANT among the rights) the page at `source` to the space of `to`, at `target`. */
static void pass(struct utcb *utcb, struct thread *to, uint32_t source, uint32_t target, uint32_t rights)
{
	utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(source, PAGE_SHIFT, rights);
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = target;
	CHECK_OK(ipc_send(utcb, to->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
}

static void check_page(struct utcb *utcb, uint32_t address)
{
	CHECK_EQUAL(*(volatile uint32_t *)address, 0x77);
}

/* A thread that takes pages, and of own_pages[0], the root of a tree, has the first. */
static struct thread *start_tree(struct utcb *utcb)
{
	struct thread *taker = START(NULL, take_pages, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	*(volatile uint32_t *)own_pages[0] = 0x77;
	pass(utcb, taker, (uint32_t)own_pages[0], place(0), FLEXPAGE_RIGHTS);
	return taker;
}

TEST(wide, "worst/wide-tree", "a page with hundreds of mappings is mapped again, granted on, and flushed")
{
	struct thread *taker = start_tree(utcb);

	*(volatile uint32_t *)own_pages[1] = 0x77;
	for (unsigned i = 1; i < TREE; i++)
		pass(utcb, taker, place(0), place(i), FLEXPAGE_READ);
	for (unsigned i = 1; i < 10; i++)
		pass(utcb, taker, place(1), place(TREE + i), FLEXPAGE_READ);
	for (unsigned i = 1; i < TREE; i += TREE / 4) {
		pass(utcb, taker, place(0), place(i), FLEXPAGE_RIGHTS);
		check_page(utcb, place(i));
	}
	pass(utcb, taker, place(0), place(TREE), FLEXPAGE_RIGHTS | FLEXPAGE_GRANT);
	check_page(utcb, place(2));
	/* Who is granted it had it from there: all that was derived goes on to be. */
	pass(utcb, taker, place(TREE), place(1), FLEXPAGE_RIGHTS | FLEXPAGE_GRANT);
	check_page(utcb, place(2));
	pass(utcb, taker, (uint32_t)own_pages[1], place(1), FLEXPAGE_RIGHTS);
	check_page(utcb, place(1));
	CHECK_EQUAL(space_flush(FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS), 1), SYSCALL_OK);
}

TEST(deep, "worst/deep-tree", "a page mapped on and on is mapped again half-way, made read-only, and flushed from its root")
{
	struct thread *taker = start_tree(utcb);

	for (unsigned i = 1; i < TREE; i++)
		pass(utcb, taker, place(i - 1), place(i), FLEXPAGE_RIGHTS);
	check_page(utcb, place(TREE - 1));
	pass(utcb, taker, place(TREE / 2 - 1), place(TREE / 2), FLEXPAGE_RIGHTS);
	check_page(utcb, place(TREE - 1));
	/* Grants itself to what is derived from it. */
	pass(utcb, taker, place(1), place(TREE / 2), FLEXPAGE_READ | FLEXPAGE_GRANT);
	pass(utcb, taker, place(0), place(1), FLEXPAGE_RIGHTS);
	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_WRITE), 0), SYSCALL_OK);
	check_page(utcb, place(0));
	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
	CHECK_EQUAL(space_flush(FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS), 1), SYSCALL_OK);
}

#define SPACES 150

TEST(spaces, "worst/spaces", "with many spaces, others are created, become large and are deleted")
{
	static uint32_t ids[SPACES];

	for (unsigned i = 0; i < SPACES; i++) {
		struct syscall_result r = space_create(1);

		CHECK_EQUAL(r.error, SYSCALL_OK);
		ids[i] = r.value[0];
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQUAL(space_stop(large_space(utcb)), SYSCALL_OK);
	for (unsigned i = 0; i < SPACES; i++)
		CHECK_EQUAL(space_delete(ids[i]), SYSCALL_OK);
}
