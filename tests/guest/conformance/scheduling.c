/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs when. The orders are exact: no choice of an axis may change them.
 */
#include "check.h"
#include "kernel_info.h"

THREAD(log_argument)
{
	event((char)argument);
}

TEST(priority_order, "scheduling/priority", "of the ready threads one of the highest priority runs")
{
	static const uint8_t priorities[5] = {10, 50, 30, 90, 3};

	for (unsigned i = 0; i < 5; i++)
		START(i & 1 ? NEW_SPACE() : NULL, log_argument, 'a' + i, priorities[i]);
	let_others_run(utcb);
	CHECK_EVENTS("dbcae");
}

TEST(first_come, "scheduling/first-come", "within a priority the thread that became ready first runs first")
{
	for (unsigned i = 0; i < 5; i++)
		START(i & 1 ? NEW_SPACE() : NULL, log_argument, 'a' + i, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("abcde");
}

THREAD(yield_thrice)
{
	for (unsigned i = 0; i < 3; i++) {
		event((char)argument);
		CHECK_EQUAL(thread_switch(ID_NIL), SYSCALL_OK);
	}
}

TEST(yield, "scheduling/yield", "a thread that yields goes behind the others of its priority")
{
	for (unsigned i = 0; i < 3; i++)
		START(i & 1 ? NEW_SPACE() : NULL, yield_thrice, 'a' + i, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("abcabcabc");
}

TEST(yield_priority, "scheduling/yield-priority", "yielding lets no thread of lower priority run")
{
	START(NULL, yield_thrice, 'a', PRIORITY_HELPER);
	START(NULL, yield_thrice, 'b', PRIORITY_HELPER - 1);
	let_others_run(utcb);
	CHECK_EVENTS("aaabbb");
}

static volatile uint32_t ids[4];

THREAD(switch_to_third)
{
	event('a');
	CHECK_EQUAL(thread_switch(ids[2]), SYSCALL_OK);
	event('A');
}

TEST(switch_to, "scheduling/switch", "SYS_THREAD_SWITCH gives the processor to the thread named, past others of its priority")
{
	ids[0] = START(NULL, switch_to_third, 0, PRIORITY_HELPER)->id;
	ids[1] = START(NULL, log_argument, 'b', PRIORITY_HELPER)->id;
	ids[2] = START(NEW_SPACE(), log_argument, 'c', PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_EVENTS("acbA");
}

THREAD(wait_and_log)
{
	prepare();
	ipc_receive(utcb, ID_ANY);
	event((char)argument);
}

TEST(switch_to_blocked, "scheduling/switch-blocked", "a switch to a thread that is not ready changes nothing")
{
	ids[2] = START(NULL, wait_and_log, 'x', PRIORITY_HELPER)->id;
	let_others_run(utcb);
	START(NULL, switch_to_third, 0, PRIORITY_HELPER);
	START(NULL, log_argument, 'b', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("aAb");
}

static volatile bool stopped;

THREAD(call_creator_once)
{
	prepare();
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
}

THREAD(spin_until_stopped)
{
	prepare();
	ipc_receive(utcb, creator);
	event((char)argument);
	while (!stopped)
		;
	event((char)(argument - 'a' + 'A'));
}

TEST(switch_to_lower, "scheduling/switch-lower", "a switch to a thread of lower priority, than the caller's or another's, changes nothing")
{
	uint32_t lower;

	stopped = false;
	lower = START(NEW_SPACE(), spin_until_stopped, 'l', PRIORITY_HELPER - 1)->id;
	let_others_run(utcb);
	CHECK_OK(ipc_send(utcb, lower, TAG(0, 0), 0, 0));
	/* By a call, which need not touch the ready queue. */
	START(NEW_SPACE(), call_creator_once, 0, PRIORITY_HELPER);
	CHECK_OK(ipc_receive(utcb, ID_ANY));
	event('s');
	CHECK_EQUAL(thread_switch(lower), SYSCALL_OK);
	event('S');
	ids[2] = lower;
	START(NULL, switch_to_third, 0, PRIORITY_HELPER);
	START(NULL, log_argument, 'b', PRIORITY_HELPER);
	stopped = true;
	let_others_run(utcb);
	CHECK_EVENTS("sSaAblL");
}

THREAD(call_creator)
{
	event('c');
	CHECK_EQUAL(ipc_call(utcb, creator, TAG(1, 0), 0, 0).word[0], 9);
	event('C');
}

TEST(switch_to_caller, "scheduling/switch-caller", "a caller whose message was taken is not ready: a switch to it changes nothing")
{
	uint32_t caller = START(NEW_SPACE(), call_creator, 0, PRIORITY_HELPER)->id;

	let_others_run(utcb);
	CHECK_EQUAL(schedule(caller, PRIORITY_TEST, -1u).error, SYSCALL_OK);
	CHECK_OK(ipc_receive(utcb, caller));
	event('s');
	CHECK_EQUAL(thread_switch(caller), SYSCALL_OK);
	event('S');
	CHECK_OK(ipc(utcb, caller, ID_NIL, TAG(1, 0) | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, 9, 0));
	let_others_run(utcb);
	CHECK_EVENTS("csSC");
}

THREAD(send_to_first)
{
	event((char)argument);
	ipc_send(utcb, ids[0], TAG(0, 0), 0, 0);
	event((char)(argument - 'a' + 'A'));
}

THREAD(tell_and_wait)
{
	prepare();
	CHECK_OK(ipc(utcb, creator, ID_ANY, TAG(0, 0), 0, 0, 0));
	event('r');
}

TEST(switch_to_receiver, "scheduling/switch-receiver", "nor is a thread that has still to receive what waited for it in the meantime")
{
	uint32_t receiver = START(NEW_SPACE(), tell_and_wait, 0, PRIORITY_HELPER)->id;

	ids[0] = receiver;
	let_others_run(utcb);
	START(NULL, send_to_first, 'a', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(schedule(receiver, PRIORITY_TEST, -1u).error, SYSCALL_OK);
	CHECK_OK(ipc_receive(utcb, receiver));
	event('s');
	CHECK_EQUAL(thread_switch(receiver), SYSCALL_OK);
	event('S');
	let_others_run(utcb);
	CHECK_EVENTS("asSrA");
}

TEST(wake_higher, "scheduling/wake-higher", "a receiver of higher priority runs before its sender goes on")
{
	ids[0] = START(NEW_SPACE(), wait_and_log, 'h', PRIORITY_HELPER + 10)->id;
	START(NULL, send_to_first, 's', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("shS");
}

TEST(preempted_first, "scheduling/preempted-first",
     "a thread that makes way for one of higher priority goes on before others of its own")
{
	ids[0] = START(NEW_SPACE(), wait_and_log, 'h', PRIORITY_HELPER + 10)->id;
	let_others_run(utcb);
	START(NULL, send_to_first, 's', PRIORITY_HELPER);
	START(NULL, log_argument, 'b', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("shSb");
}

TEST(wake_lower, "scheduling/wake-lower", "a sender of higher priority goes on before its receiver runs")
{
	ids[0] = START(NEW_SPACE(), wait_and_log, 'l', PRIORITY_HELPER - 10)->id;
	let_others_run(utcb);
	START(NULL, send_to_first, 's', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("sSl");
}

THREAD(call_first)
{
	event((char)argument);
	ipc_call(utcb, ids[0], TAG(0, 0), 0, 0);
	event((char)(argument - 'a' + 'A'));
}

THREAD(answer_and_log)
{
	struct ipc_result r;

	prepare();
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		event((char)argument);
		r = ipc_reply_wait(utcb, r.from, TAG(0, 0), 0, 0);
	}
}

TEST(direct_switch, "scheduling/direct-switch",
     "a call does not run its receiver while a thread of higher priority than the receiver is ready")
{
	ids[0] = START(NEW_SPACE(), answer_and_log, 'r', PRIORITY_HELPER - 20)->id;
	let_others_run(utcb);
	START(NULL, call_first, 'c', PRIORITY_HELPER);
	START(NEW_SPACE(), log_argument, 'm', PRIORITY_HELPER - 10);
	let_others_run(utcb);
	CHECK_EVENTS("cmrC");
}

TEST(receiver_first, "scheduling/receiver-first", "a call, and a reply-and-wait, run the receiver before others of its priority")
{
	ids[0] = START(NEW_SPACE(), answer_and_log, 'r', PRIORITY_HELPER)->id;
	let_others_run(utcb);
	START(NULL, call_first, 'c', PRIORITY_HELPER);
	START(NEW_SPACE(), log_argument, 'l', PRIORITY_HELPER);
	START(NULL, log_argument, 'k', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("crClk");
}

TEST(outranked_first, "scheduling/outranked-first", "the receiver of a call that may not run at once runs before others of its priority")
{
	ids[0] = START(NEW_SPACE(), answer_and_log, 'r', PRIORITY_HELPER - 20)->id;
	let_others_run(utcb);
	START(NULL, call_first, 'c', PRIORITY_HELPER);
	START(NEW_SPACE(), log_argument, 'l', PRIORITY_HELPER - 20);
	START(NEW_SPACE(), log_argument, 'm', PRIORITY_HELPER - 10);
	let_others_run(utcb);
	CHECK_EVENTS("cmrCl");
}

/* Answers every message with one of as many words, each the complement of what came; `argument` is the event. */
THREAD(complement)
{
	struct ipc_result r;

	prepare();
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		unsigned words = TAG_WORDS(r.tag);

		event((char)argument);
		for (unsigned i = MESSAGE_REGISTER_WORDS; i < words; i++)
			utcb->mr[i] = ~utcb->mr[i];
		r = ipc(utcb, r.from, ID_ANY, TAG(words, TAG_LABEL(r.tag)), 0, ~r.word[0], ~r.word[1]);
	}
}

#define WORDS_MANY 7

/* The processor goes to another thread between the sending of a message and its receiver's next instruction. */
THREAD(call_with_words)
{
	for (unsigned words = 0; words <= WORDS_MANY; words++) {
		struct ipc_result r;

		START(NULL, log_argument, 'm', PRIORITY_HELPER - 10);
		for (unsigned i = MESSAGE_REGISTER_WORDS; i < words; i++)
			utcb->mr[i] = 0x1000 * words + i;
		r = ipc_call(utcb, ids[0], TAG(words, 50 + words), 0x1000 * words, 0x1000 * words + 1);
		event('c');
		CHECK_EQUAL(r.tag, TAG(words, 50 + words));
		CHECK_EQUAL(r.from, ids[0]);
		if (words > 0)
			CHECK_EQUAL(r.word[0], ~(0x1000 * words));
		if (words > 1)
			CHECK_EQUAL(r.word[1], ~(0x1000 * words + 1));
		for (unsigned i = MESSAGE_REGISTER_WORDS; i < words; i++)
			CHECK_EQUAL(utcb->mr[i], ~(0x1000 * words + i));
	}
}

TEST(outranked_words, "scheduling/outranked-words", "a message whose receiver may not run at once is received whole")
{
	ids[0] = START(NEW_SPACE(), complement, 'r', PRIORITY_HELPER - 20)->id;
	let_others_run(utcb);
	START(NULL, call_with_words, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("mrcmrcmrcmrcmrcmrcmrcmrc");
}

/* Receives a call, calls the next one, and answers. */
THREAD(pass_on)
{
	uint32_t client;

	prepare();
	client = ipc_receive(utcb, ID_ANY).from;
	event((char)('a' + argument));
	if (argument + 1 < 4)
		ipc_call(utcb, ids[argument + 1], TAG(0, 0), 0, 0);
	event((char)('A' + argument));
	ipc_reply_wait(utcb, client, TAG(0, 0), 0, 0);
}

TEST(nested, "scheduling/nested", "calls from server to server, up and down, with threads ready between their priorities")
{
	static const uint8_t priorities[4] = {45, 30, 49, 10}, ready[5] = {46, 40, 30, 20, 5};

	for (unsigned i = 0; i < 4; i++)
		ids[i] = START(i & 1 ? NULL : NEW_SPACE(), pass_on, i, priorities[i])->id;
	let_others_run(utcb);
	START(NULL, call_first, 'x', PRIORITY_HELPER);
	for (unsigned i = 0; i < 5; i++)
		START(NULL, log_argument, '0' + i, ready[i]);
	let_others_run(utcb);
	/* x calls a: 0 is above a. a calls b: 1 is above b; 2, of the same priority, is behind it. b calls c, at once. c calls d. */
	CHECK_EVENTS("x0a1bc23dDCBAX4");
}

TEST(reply_outranked, "scheduling/reply-outranked",
     "a reply does not run the caller while a thread of higher priority than the caller is ready")
{
	/* The server wakes the middle thread's maker first: a chain of three priorities. */
	ids[0] = START(NULL, answer_and_log, 'r', PRIORITY_HELPER)->id;
	let_others_run(utcb);
	START(NEW_SPACE(), call_first, 'c', PRIORITY_HELPER - 20);
	START(NULL, call_first, 'd', PRIORITY_HELPER - 10);
	START(NEW_SPACE(), log_argument, 'm', PRIORITY_HELPER - 15);
	let_others_run(utcb);
	CHECK_EVENTS("drDmcrC");
}

THREAD(raise_second)
{
	event('a');
	schedule(ids[1], PRIORITY_HELPER, -1u);
	event('A');
}

TEST(raise_ready, "scheduling/raise", "a ready thread that is given the caller's priority queues behind it; others do not move")
{
	ids[0] = START(NULL, raise_second, 0, PRIORITY_HELPER)->id;
	ids[1] = START(NULL, log_argument, 'b', PRIORITY_HELPER - 20)->id;
	START(NULL, log_argument, 'c', PRIORITY_HELPER);
	START(NULL, log_argument, 'd', PRIORITY_HELPER - 10);
	let_others_run(utcb);
	CHECK_EVENTS("aAcbd");
}

THREAD(lower_self)
{
	event('a');
	schedule(id, PRIORITY_HELPER - 20, -1u);
	event('A');
}

TEST(lower_self_test, "scheduling/lower-self", "a thread that lowers its priority makes way for those now above it")
{
	START(NULL, lower_self, 0, PRIORITY_HELPER);
	START(NULL, log_argument, 'b', PRIORITY_HELPER - 10);
	START(NULL, log_argument, 'c', PRIORITY_HELPER - 30);
	let_others_run(utcb);
	CHECK_EVENTS("abAc");
}

TEST(priority_while_blocked, "scheduling/priority-blocked", "a priority given while a thread is blocked counts when it wakes")
{
	ids[0] = START(NULL, wait_and_log, 'x', PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_EQUAL(schedule(ids[0], 10, -1u).error, SYSCALL_OK);
	CHECK_OK(ipc_send(utcb, ids[0], TAG(0, 0), 0, 0));
	START(NULL, log_argument, 'y', 20);
	START(NULL, log_argument, 'z', 5);
	let_others_run(utcb);
	CHECK_EVENTS("yxz");
}

TEST(old_values, "scheduling/old-values", "SYS_SCHEDULE tells the old priority and time slice, and -1 keeps either")
{
	uint32_t thread = START(NULL, log_argument, 'x', 20)->id;
	struct syscall_result r = schedule(thread, 30, -1u);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	CHECK_EQUAL(r.value[0], 20);
	CHECK_EQUAL(r.value[1], kernel_info.slice_us);
	r = schedule(thread, -1u, 2 * kernel_info.slice_us);
	CHECK_EQUAL(r.error, SYSCALL_OK);
	CHECK_EQUAL(r.value[0], 30);
	r = schedule(thread, -1u, -1u);
	CHECK_EQUAL(r.value[0], 30);
	CHECK_EQUAL(r.value[1], 2 * kernel_info.slice_us);
}

TEST(borders, "scheduling/borders", "a time slice is whole ticks, rounded down, and at least one; a call that fails changes nothing")
{
	uint32_t thread = START(NULL, log_argument, 'x', 20)->id, tick = kernel_info.tick_us;
	static const struct {
		uint32_t priority, slice, error;
	} bad[] = {{30, 0, SYSCALL_EINVAL}, {-2u, 5000, SYSCALL_EINVAL}, {256, 5000, SYSCALL_EINVAL}, {PRIORITY_TEST + 1, 5000, SYSCALL_EPERM},
		   {255, -1u, SYSCALL_EPERM}, {PRIORITY_TEST + 1, 0, SYSCALL_EINVAL}};

	CHECK_EQUAL(schedule(thread, 0, 3 * tick).error, SYSCALL_OK);
	CHECK_EQUAL(schedule(thread, 30, tick - 1).error, SYSCALL_EINVAL);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQUAL(schedule(thread, bad[i].priority, bad[i].slice).error, bad[i].error);
	CHECK_EQUAL(schedule(thread, -1u, tick).value[0], 0);
	CHECK_EQUAL(schedule(thread, -1u, 2 * tick - 1).value[1], tick);
	CHECK_EQUAL(schedule(thread, -1u, 2 * tick).value[1], tick);
	CHECK_EQUAL(schedule(thread, -1u, 0xfffffffe).value[1], 2 * tick);
	CHECK_EQUAL(schedule(thread, -1u, -1u).value[1], 0xfffffffe / tick * tick);
}

TEST(deleted_ready, "scheduling/deleted", "a ready thread that is deleted does not run, nor does its number's next owner early")
{
	struct thread *threads[4];

	for (unsigned i = 0; i < 4; i++)
		threads[i] = START(NULL, log_argument, 'a' + i, PRIORITY_HELPER);
	thread_stop(threads[1]);
	thread_stop(threads[3]);
	START(NULL, log_argument, 'e', PRIORITY_HELPER);
	START(NULL, log_argument, 'f', PRIORITY_HELPER + 1);
	let_others_run(utcb);
	CHECK_EVENTS("face");
}

THREAD(block_and_log)
{
	prepare();
	for (unsigned i = 0; i < 3; i++) {
		ipc_receive(utcb, ID_ANY);
		event((char)(argument + i));
	}
}

/* What a queue that is brought up to date late could get wrong: threads block and wake again before it looks. */
TEST(wake_order, "scheduling/wake-order", "threads of one priority run in the order in which they were woken, however often they blocked")
{
	for (unsigned i = 0; i < 3; i++)
		ids[i] = START(i & 1 ? NEW_SPACE() : NULL, block_and_log, "adg"[i], PRIORITY_HELPER)->id;
	let_others_run(utcb);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 3; i++)
			CHECK_OK(ipc_send(utcb, ids[(i + round) % 3], TAG(0, 0), 0, 0));
		let_others_run(utcb);
	}
	CHECK_EVENTS("adgehbicf");
}

/* ---- time slices ----------------------------------------------------------------------------------- */

#define TURNS 4
#define SPINS_MAX 400000000u

static volatile uint32_t turn, turns;

/* Counts how often the other spinner has run since: never yields itself. */
THREAD(spin)
{
	for (uint32_t i = 0; turns < TURNS; i++) {
		if (turn != argument) {
			turn = argument;
			turns = turns + 1;
		}
		if (i == SPINS_MAX)
			FAIL("the other spinning thread of the same priority never ran");
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static void spin_in(struct utcb *utcb, struct space *first, struct space *second)
{
	struct thread *threads[2];

	turn = 0;
	turns = 0;
	threads[0] = START(first, spin, 1, PRIORITY_HELPER);
	threads[1] = START(second, spin, 2, PRIORITY_HELPER);
	schedule(threads[0]->id, -1u, kernel_info.tick_us);
	schedule(threads[1]->id, -1u, kernel_info.tick_us);
	ipc_receive(utcb, ID_ANY);
	ipc_receive(utcb, ID_ANY);
}

#define SLICE_SENTENCE "when its time slice is over, a thread makes way for the next of its priority"

TEST(slices, "scheduling/slices", SLICE_SENTENCE)
{
	spin_in(utcb, NULL, NULL);
}

TEST(slices_spaces, "scheduling/slices-spaces", SLICE_SENTENCE)
{
	spin_in(utcb, NEW_SPACE(), NEW_SPACE());
}

THREAD(spin_above)
{
	/* Long enough for some ticks to find the lower one ready. */
	for (uint32_t i = 0; i < 3000000 && turns == 0; i++)
		__asm__ volatile("" ::: "memory");
	event((char)('0' + turns));
}

THREAD(count_turn)
{
	turns = turns + 1;
}

TEST(no_lower, "scheduling/no-lower", "while a thread is ready, none of lower priority runs, whatever the timer says")
{
	turns = 0;
	START(NULL, count_turn, 0, PRIORITY_HELPER - 1);
	START(NULL, spin_above, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("0");
}
