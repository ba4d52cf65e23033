/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How long a time slice is, and whose it is. Told by the time stamp counter, whose rate the kernel's timeouts tell.
 */
#include "check.h"
#include "clock.h"
#include "kernel_info.h"

#define TURNS 9
#define SPINS_MAX 400000000u

static volatile uint32_t turn, turns, stamps[TURNS];
static volatile bool done;

/* Notes when it finds that the other one has run. */
THREAD(spin)
{
	for (uint32_t i = 0; turns < TURNS; i++) {
		if (turn != argument) {
			turn = argument;
			stamps[turns] = clock_read();
			turns = turns + 1;
		}
		if (i == SPINS_MAX)
			FAIL("the other spinning thread of the same priority never ran");
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* Keeps the watchdog from thinking that everybody waits for each other. */
THREAD(stay_awake)
{
	while (!done)
		;
}

static uint32_t sleep_ticks(struct utcb *utcb, uint32_t us)
{
	uint32_t before = clock_read();

	ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0);
	return clock_read() - before;
}

/* Ticks of the time stamp counter in a tick of the kernel's timer. */
static uint32_t counter_per_tick(struct utcb *utcb)
{
	uint32_t per_ms;

	if (!clock_exists())
		SKIP("the processor has no time stamp counter to measure with");
	prepare();
	done = false;
	START(NULL, stay_awake, 0, PRIORITY_LAST);
	per_ms = (sleep_ticks(utcb, 16000) - sleep_ticks(utcb, 6000)) / 10;
	done = true;
	return per_ms / 1000 * kernel_info.tick_us + per_ms % 1000 * kernel_info.tick_us / 1000;
}

/* Spinners with slices of so many ticks take turns. */
static void take_turns(struct utcb *utcb, uint32_t first, uint32_t second)
{
	uint32_t ids[2];

	turn = turns = 0;
	ids[0] = START(NULL, spin, 1, PRIORITY_HELPER)->id;
	ids[1] = START(NEW_SPACE(), spin, 2, PRIORITY_HELPER)->id;
	CHECK_EQUAL(schedule(ids[0], -1u, first * kernel_info.tick_us).error, SYSCALL_OK);
	CHECK_EQUAL(schedule(ids[1], -1u, second * kernel_info.tick_us).error, SYSCALL_OK);
	ipc_receive(utcb, ID_ANY);
	ipc_receive(utcb, ID_ANY);
}

/*
 * Turns of the first begin at even stamps. The first two are left out: a tick was under way, and pages were touched.
 */
static void check_turns(struct utcb *utcb, uint32_t per_tick, uint32_t first, uint32_t second)
{
	for (unsigned i = 2; i + 1 < TURNS; i++) {
		uint32_t taken = stamps[i + 1] - stamps[i], wanted = (i % 2 ? second : first) * per_tick;

		CHECK(taken > wanted - per_tick / 2);
		CHECK(taken < wanted + per_tick / 2);
	}
}

TEST(length, "slices/length", "a time slice lasts as long as SYS_SCHEDULE says, for each thread its own")
{
	uint32_t per_tick = counter_per_tick(utcb);

	take_turns(utcb, 2, 6);
	check_turns(utcb, per_tick, 2, 6);
	take_turns(utcb, 10, 3);
	check_turns(utcb, per_tick, 10, 3);
}

#define WAKE_US 7300 /* in the middle of a tick; longer than a slice, which therefore ends even if it begins again each time */

static volatile uint32_t woken;

/* Preempts the spinners now and then, for a moment. */
THREAD(interfere)
{
	for (; turns < TURNS; woken = woken + 1)
		sleep_ticks(utcb, WAKE_US);
}

TEST(preempted, "slices/preempted", "who makes way for a higher priority goes on with the rest of its time slice")
{
	uint32_t per_tick = counter_per_tick(utcb);

	turns = woken = 0;
	START(NEW_SPACE(), interfere, 0, PRIORITY_HELPER + 10);
	take_turns(utcb, 6, 5);
	CHECK(woken > TURNS / 2);
	check_turns(utcb, per_tick, 6, 5);
}

static volatile uint32_t other_id;

/* Gives the rest of its slice away, which is what the other one then has; its own slice is longer. */
THREAD(donate)
{
	while (turns < TURNS) {
		if (turn != 1) {
			turn = 1;
			stamps[turns] = clock_read();
			turns = turns + 1;
		}
		thread_switch(other_id);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(donated, "slices/donated", "who is switched to runs on the time slice of who switched")
{
	uint32_t per_tick = counter_per_tick(utcb), donor;

	turn = turns = 0;
	donor = START(NULL, donate, 0, PRIORITY_HELPER)->id;
	other_id = START(NULL, spin, 2, PRIORITY_HELPER)->id;
	CHECK_EQUAL(schedule(donor, -1u, 2 * kernel_info.tick_us).error, SYSCALL_OK);
	CHECK_EQUAL(schedule(other_id, -1u, 9 * kernel_info.tick_us).error, SYSCALL_OK);
	ipc_receive(utcb, ID_ANY);
	ipc_receive(utcb, ID_ANY);
	/* From when the donor's turn begins to the next one: two ticks, not nine. */
	for (unsigned i = 2; i + 2 < TURNS; i += 2) {
		uint32_t taken = stamps[i + 2] - stamps[i];

		CHECK(taken > 2 * per_tick - per_tick / 2);
		CHECK(taken < 2 * per_tick + per_tick / 2);
	}
}

static volatile uint32_t called_at, taken[TURNS], taken_count;
static volatile bool is_under_way;

/* Computes until the thread that measures has run. */
THREAD(serve_slowly)
{
	struct ipc_result r;

	prepare();
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		while (is_under_way)
			;
		r = ipc_reply_wait(utcb, r.from, TAG(0, 0), 0, 0);
	}
}

/* At the beginning of its time slice lets the server compute. After the answer begins with a new one. `argument`: bits of the tag. */
THREAD(call_slow_server)
{
	while (taken_count < TURNS) {
		called_at = clock_read();
		is_under_way = true;
		CHECK_OK(ipc(utcb, other_id, other_id, TAG(0, 0) | argument, TIMEOUTS(0, timeout_of_us(1000000)), 0, 0));
		thread_switch(ID_NIL);
	}
}

/* Runs when the time slice is over on which the server computes. */
THREAD(measure_call)
{
	for (uint32_t i = 0; taken_count < TURNS; i++) {
		if (is_under_way) {
			taken[taken_count] = clock_read() - called_at;
			taken_count = taken_count + 1;
			is_under_way = false;
		}
		if (i == SPINS_MAX)
			FAIL("the thread that calls never ran");
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static void check_donated_call(struct utcb *utcb, uint32_t tag_bits)
{
	uint32_t per_tick = counter_per_tick(utcb), caller;

	taken_count = 0;
	is_under_way = false;
	other_id = START(NEW_SPACE(), serve_slowly, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	caller = START(NULL, call_slow_server, tag_bits, PRIORITY_HELPER)->id;
	START(NULL, measure_call, 0, PRIORITY_HELPER);
	CHECK_EQUAL(schedule(caller, -1u, 2 * kernel_info.tick_us).error, SYSCALL_OK);
	CHECK_EQUAL(schedule(other_id, -1u, 9 * kernel_info.tick_us).error, SYSCALL_OK);
	ipc_receive(utcb, ID_ANY);
	for (unsigned i = 2; i < TURNS; i++) {
		CHECK(taken[i] > 2 * per_tick - per_tick / 2);
		CHECK(taken[i] < 2 * per_tick + per_tick / 2);
	}
}

#define DONATED_SENTENCE "the receiver of a call that runs at once runs on the time slice of the caller"

TEST(donated_call, "slices/donated-call", DONATED_SENTENCE)
{
	check_donated_call(utcb, 0);
}

TEST(donated_call_timed, "slices/donated-call-timed", DONATED_SENTENCE)
{
	check_donated_call(utcb, TAG_RECEIVE_TIMEOUT);
}
