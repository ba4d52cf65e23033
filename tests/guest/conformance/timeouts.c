/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Waiting that ends by itself: finite timeouts, in both phases.
 */
#include "arguments.h"
#include "check.h"
#include "clock.h"
#include "kernel_info.h"
#include "record.h"
#include "text.h"

#define MILLISECOND 1000u

static struct ipc_result receive_for(struct utcb *utcb, uint32_t from, uint32_t us)
{
	return ipc(utcb, ID_NIL, from, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0);
}

static struct ipc_result send_for(struct utcb *utcb, uint32_t to, uint32_t us)
{
	return ipc(utcb, to, ID_NIL, TAG(1, 0) | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT, TIMEOUTS(timeout_of_us(us), 0), 1, 0);
}

static volatile uint32_t target, last_tag;
static uint32_t ids[16];

THREAD(sleep)
{
	sleep_forever(utcb);
}

THREAD(log_argument)
{
	event((char)argument);
}

#define RECEIVE_SENTENCE "a receive fails when its timeout ends and nobody has sent"

TEST(receive, "timeouts/receive", RECEIVE_SENTENCE)
{
	struct thread *other = START(NEW_SPACE(), sleep, 0, PRIORITY_HELPER);

	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_ANY, 100), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(receive_for(utcb, other->id, 100), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(receive_for(utcb, ID_ANY, 3 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(receive_for(utcb, other->id ^ 1, 100), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
}

TEST(receive_nobody, "timeouts/sleep", "a receive from nobody with a timeout sleeps that long")
{
	START(NULL, log_argument, 'x', PRIORITY_HELPER);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 500), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("x");
}

TEST(send, "timeouts/send", "a send fails in the send phase when its timeout ends and the receiver has not taken it")
{
	struct thread *busy = START(NEW_SPACE(), sleep, 0, PRIORITY_HELPER);

	keep_awake(utcb);
	CHECK_ERROR(send_for(utcb, busy->id, 100), ERROR_TIMEOUT);
	/* There is no receive phase then: this one would last for ever. */
	CHECK_ERROR(ipc(utcb, busy->id, ID_ANY, TAG(0, 0) | TAG_SEND_TIMEOUT, TIMEOUTS(timeout_of_us(100), 0), 0, 0),
		    ERROR_TIMEOUT);
}

THREAD(try_to_send)
{
	last_tag = ipc(utcb, target, ID_NIL, TAG(1, 0) | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT,
		       TIMEOUTS(timeout_of_us(MILLISECOND), 0), argument, 0)
			   .tag;
}

THREAD(send_argument)
{
	ipc_send(utcb, target, TAG(1, 0), argument, 0);
}

TEST(queue, "timeouts/queue", "a sender whose timeout ended is out of the queue; the others keep their order")
{
	struct thread *awake;

	target = thread_my_id();
	for (unsigned i = 0; i < 5; i++)
		ids[i] = START(i & 1 ? NULL : NEW_SPACE(), i & 1 ? send_argument : try_to_send, i, PRIORITY_HELPER)->id;
	awake = keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 4 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_TIMEOUT);
	thread_stop(awake);
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, ids[1]);
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, ids[3]);
	CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, 0, 0, 0), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

THREAD(take_and_keep_silent)
{
	ipc_receive(utcb, ID_ANY);
	event('t');
	sleep_forever(utcb);
}

TEST(both, "timeouts/both-phases", "each phase has its own timeout, which begins when the phase begins")
{
	struct thread *silent = START(NEW_SPACE(), take_and_keep_silent, 0, PRIORITY_HELPER);
	uint32_t timeouts = TIMEOUTS(timeout_of_us(5 * MILLISECOND), timeout_of_us(200));

	keep_awake(utcb);
	/* The first is taken when the receiver gets there; then no answer comes. The second is not even taken. */
	CHECK_ERROR(ipc(utcb, silent->id, silent->id, TAG(1, 0) | TAG_SEND_TIMEOUT | TAG_RECEIVE_TIMEOUT, timeouts, 1, 0),
		    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("t");
	CHECK_ERROR(ipc(utcb, silent->id, silent->id, TAG(1, 0) | TAG_SEND_TIMEOUT | TAG_RECEIVE_TIMEOUT, timeouts, 1, 0),
		    ERROR_TIMEOUT);
}

THREAD(call_target)
{
	for (uint32_t i = 0; i < argument; i++) {
		struct ipc_result r = ipc_call(utcb, target, TAG(2, 0), i, ~i);

		CHECK_OK(r);
		CHECK_EQUAL(r.word[0], i + 1);
		event('c');
	}
}

THREAD(call_later)
{
	receive_for(utcb, ID_NIL, 3 * MILLISECOND);
	event('l');
	ipc_call(utcb, target, TAG(1, 0), 0, 0);
}

/*
 * The message comes by the quickest way there is, from a caller; so does the next, which the server awaits without a timeout and
 * for longer than the first timeout was. Whatever the kernel kept of that must not end this wait.
 */
TEST(stale, "timeouts/no-longer", "a timeout ends with the wait that it was given for; a later wait is not cut short by it")
{
	struct ipc_result r;

	target = thread_my_id();
	START(NEW_SPACE(), call_target, 1, PRIORITY_HELPER);
	r = receive_for(utcb, ID_ANY, MILLISECOND);
	CHECK_OK(r);
	CHECK_EQUAL(r.word[1], ~0u);
	/* The next caller sleeps first. */
	keep_awake(utcb);
	ids[0] = START(NEW_SPACE(), call_later, 0, PRIORITY_HELPER)->id;
	r = ipc_reply_wait(utcb, r.from, TAG(1, 0), 1, 0);
	CHECK_OK(r);
	CHECK_EQUAL(r.from, ids[0]);
	CHECK_EVENTS("cl");
}

THREAD(serve_with_timeout)
{
	struct ipc_result r = receive_for(utcb, ID_ANY, MILLISECOND);

	CHECK_OK(r);
	for (;;) {
		r = ipc_reply_wait(utcb, r.from, TAG(1, 0), r.word[0] + 1, 0);
		CHECK_OK(r);
		event('s');
	}
}

TEST(stale_server, "timeouts/no-longer-server", "a timeout ends with the wait that it was given for; a later wait is not cut short by it")
{
	target = START(NEW_SPACE(), serve_with_timeout, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_EQUAL(ipc_call(utcb, target, TAG(1, 0), 1, 0).word[0], 2);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 3 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(ipc_call(utcb, target, TAG(1, 0), 2, 0).word[0], 3);
	CHECK_EVENTS("s");
}

THREAD(receive_later)
{
	receive_for(utcb, ID_NIL, 200);
	ipc_receive(utcb, creator);
	receive_for(utcb, ID_NIL, 3 * MILLISECOND);
	ipc_send(utcb, creator, TAG(1, 0), 7, 0);
}

TEST(stale_phase, "timeouts/no-longer-phase", "a send timeout ends with the send phase; the receive phase is not cut short by it")
{
	struct thread *partner = START(NEW_SPACE(), receive_later, 0, PRIORITY_HELPER);
	struct ipc_result r;

	keep_awake(utcb);
	r = ipc(utcb, partner->id, partner->id, TAG(1, 0) | TAG_SEND_TIMEOUT, TIMEOUTS(timeout_of_us(MILLISECOND), 0), 1, 0);
	CHECK_OK(r);
	CHECK_EQUAL(r.word[0], 7);
}

/* ---- who wakes when -------------------------------------------------------------------------------- */

THREAD(sleep_and_log)
{
	uint32_t us = 500 + 300 * (argument * 7 % 11);

	CHECK_ERROR(receive_for(utcb, ID_NIL, us), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	event((char)('a' + argument * 7 % 11));
}

TEST(order, "timeouts/order", "threads wake in the order in which their timeouts end, whenever they began to wait")
{
	for (unsigned i = 0; i < 11; i++)
		START(NULL, sleep_and_log, i, PRIORITY_HELPER);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 8 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("abcdefghijk");
}

static volatile bool woken;

THREAD(sleep_and_set)
{
	CHECK_ERROR(receive_for(utcb, ID_ANY, 1500), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	woken = true;
	event('w');
}

THREAD(spin_until_woken)
{
	uint32_t i = 0;

	while (!woken && i++ < 20000000)
		;
	event((char)argument);
}

TEST(preempts, "timeouts/preempts", "a thread that wakes runs at once if it has a higher priority than the running one")
{
	woken = false;
	START(NULL, sleep_and_set, 0, PRIORITY_HELPER + 1);
	START(NULL, spin_until_woken, 's', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK(woken);
	CHECK_EVENTS("ws");
}

TEST(waits_its_turn, "timeouts/lower", "a thread that wakes waits for its turn if it has a lower priority than the running one")
{
	woken = false;
	START(NULL, sleep_and_set, 0, PRIORITY_HELPER - 1);
	/* It sleeps before the other one is there; that one then spins to its end. */
	let_others_run(utcb);
	START(NULL, spin_until_woken, 's', PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK(woken);
	CHECK_EVENTS("sw");
}

static void spin_briefly(uint32_t n)
{
	for (volatile uint32_t i = 0; i < n; i++)
		;
}

THREAD(delay_timer)
{
	prepare();
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_MASK), SYSCALL_OK);
	spin_briefly(600000);
	event('m');
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_UNMASK), SYSCALL_OK);
	/* Much less than a tick. */
	spin_briefly(2000);
	event('s');
}

TEST(with_tick, "timeouts/with-tick", "a thread that wakes as a tick comes runs at once, too; none wakes while line 0 is masked")
{
	START(NULL, sleep_and_set, 0, PRIORITY_HELPER + 1);
	START(NULL, delay_timer, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("mws");
}

/* ---- deletion -------------------------------------------------------------------------------------- */

TEST(deleted, "timeouts/deleted", "a thread that is deleted while it waits is not woken, nor is its number's next owner")
{
	struct thread *threads[6];

	last_tag = 0;
	target = thread_my_id();
	for (unsigned i = 0; i < 6; i++)
		threads[i] = START(NULL, i & 1 ? try_to_send : sleep_and_set, 0, PRIORITY_HELPER);
	woken = false;
	let_others_run(utcb);
	for (unsigned i = 0; i < 6; i++)
		thread_stop(threads[i]);
	for (unsigned i = 0; i < 6; i++)
		START(NULL, sleep, 0, PRIORITY_HELPER);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_ANY, 4 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK(!woken);
	CHECK_EQUAL(last_tag, 0);
}

THREAD(await_target)
{
	last_tag = receive_for(utcb, target, 2 * MILLISECOND).tag;
}

TEST(partner_deleted, "timeouts/partner-deleted", "when the partner is deleted, waiting for it ends at once, timeout or not")
{
	struct thread *partner = START(NEW_SPACE(), sleep, 0, PRIORITY_HELPER);

	target = partner->id;
	START(NULL, await_target, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	thread_stop(partner);
	let_others_run(utcb);
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_ABORTED | ERROR_IN_RECEIVE);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_ANY, 4 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_ABORTED | ERROR_IN_RECEIVE);
}

/* ---- how long -------------------------------------------------------------------------------------- */

THREAD(sleep_very_long)
{
	static const uint32_t longest[5] = {TIMEOUT(1022, 63), TIMEOUT(1023, 63), TIMEOUT(1, 63), TIMEOUT(1023, 39),
					    TIMEOUT(1023, 22)};

	ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, longest[argument]), 0, 0);
	event((char)('0' + argument));
}

TEST(longest, "timeouts/longest", "every mantissa and exponent is a timeout: the longest do not end while anybody looks")
{
	for (unsigned i = 0; i < 5; i++)
		START(NULL, sleep_very_long, i, PRIORITY_HELPER);
	keep_awake(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 20 * MILLISECOND), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("");
}

#define SHORT_WAITS 1000u

TEST(shortest, "timeouts/shortest", "a mantissa of 0 is no wait at all, whatever the exponent; 1 us is a wait")
{
	uint32_t tag = TAG(0, 0) | TAG_RECEIVE_TIMEOUT;

	/* Nobody may run meanwhile, however often: the thread that would is ready. */
	prepare();
	START(NULL, log_argument, 'x', PRIORITY_HELPER);
	for (unsigned i = 0; i < SHORT_WAITS; i++)
		CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, tag, TIMEOUTS(0, TIMEOUT(0, i & 63)), 0, 0),
			    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("");
	/* How far the other gets in one wait is up to the processor: on a slow one, not far. */
	keep_awake(utcb);
	for (unsigned i = 0; i < SHORT_WAITS && !events()[0]; i++)
		CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, tag, TIMEOUTS(0, TIMEOUT(1, 0)), 0, 0), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EVENTS("x");
}

/* Ticks of the time stamp counter that sleeping `us` takes: the least of some, which others' ticks did not lengthen. */
static uint32_t measure(struct utcb *utcb, uint32_t us)
{
	uint32_t least = 0xffffffff;

	for (unsigned i = 0; i < 5; i++) {
		uint32_t before = clock_read(), ticks;

		CHECK_ERROR(receive_for(utcb, ID_NIL, us), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
		ticks = clock_read() - before;
		if (ticks < least)
			least = ticks;
	}
	return least;
}

/* Beyond what a slow emulator's kernel path takes, a timeout must end on time. */
#define LATE_US 60u

TEST(error, "timeouts/error", "a timeout never ends early, and no later than the kernel takes to do it")
{
	static const uint16_t lengths[] = {10, 20, 50, 100, 333, 500, 999, 1000, 1001, 2500};
	uint32_t per_ms;
	char line[160];
	struct text text;

	if (!clock_exists())
		SKIP("the processor has no time stamp counter to measure with");
	prepare();
	keep_awake(utcb);
	/* All waits are equally late, so the difference of two long ones, which the encoding holds exactly, is exact. */
	per_ms = (measure(utcb, 16000) - measure(utcb, 6000)) / 10;
	/* There an instruction takes a nanosecond: the scale is known, too. */
	if (argument_is(argument_find(kernel_info.command_line, "platform"), "tcg"))
		CHECK(per_ms > 999500 && per_ms < 1000500);
	text_begin(&text, line, sizeof(line));
	text_string(&text, "timeouts, us asked:taken");
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uint32_t ticks = measure(utcb, lengths[i]);
		uint32_t us = ticks / per_ms * 1000 + ticks % per_ms * 1000 / per_ms;

		text_char(&text, ' ');
		text_unsigned(&text, lengths[i]);
		text_char(&text, ':');
		text_unsigned(&text, us);
		CHECK(us + 1 >= lengths[i]);
		CHECK(us <= lengths[i] + LATE_US);
	}
	record_note(line);
}
