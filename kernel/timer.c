/* SPDX-License-Identifier: BSD-2-Clause */
#include <clock.h>
#include <ipc.h>
#include <message.h>
#include <schedule.h>
#include <scheduling.h>
#include <timer.h>
#include <wakeup_queue.h>
#include <work.h>

#define TIMEOUT_LONGEST_US (1ull << 48)
#define TICK clock_from_us(TICK_US)

static uint64_t next_tick, alarm;

static void set_alarm(uint64_t now)
{
	const struct wakeup *first = wakeup_first();

	alarm = next_tick;
	if (first && first->due < alarm)
		alarm = first->due;
	clock_alarm(alarm > now ? (uint32_t)(alarm - now) : 1);
}

void timer_init(void)
{
	clock_init();
	next_tick = clock_read() + TICK;
	set_alarm(clock_read());
}

static uint64_t timeout_us(uint32_t timeout)
{
	uint64_t mantissa = TIMEOUT_MANTISSA(timeout);
	unsigned exponent = TIMEOUT_EXPONENT(timeout);

	if (exponent > 48 || mantissa << exponent > TIMEOUT_LONGEST_US)
		return TIMEOUT_LONGEST_US;
	return mantissa << exponent < TIMEOUT_MIN_US ? TIMEOUT_MIN_US : mantissa << exponent;
}

void timer_wait(struct tcb *tcb, uint32_t timeout)
{
	uint64_t now = clock_read();
	uint64_t due = now + clock_from_us(timeout_us(timeout)) + 1;

	scheduling_wait_until(tcb, due);
	if (due < alarm)
		set_alarm(now);
}

/* More than this entry may wake have the next alarm, at once. */
static void wake(uint64_t now)
{
	struct wakeup *due;

	for (; work_allows() && (due = wakeup_take_due(now)); work_done(WORK_TIMEOUT))
		if (scheduling_still_waits(tcb_of_wakeup(due)))
			ipc_timeout(tcb_of_wakeup(due));
}

/* Has a tick come? Ticks missed while the line was masked are not made up for. */
static bool take_tick(uint64_t now)
{
	if (now < next_tick)
		return false;
	next_tick += TICK;
	if (next_tick <= now)
		next_tick = now + TICK;
	return true;
}

struct tcb *timer_interrupt(struct tcb *current)
{
	uint64_t now = clock_read();
	bool tick = take_tick(now);

	wake(now);
	set_alarm(now);
	return tick ? schedule_tick(current) : schedule(current, 0);
}
