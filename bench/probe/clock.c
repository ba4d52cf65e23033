/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time: the TSC's rate against the PIT, what a tick is, gaps in it, and the timer interrupt.
 */
#include "probe.h"
#include "x86.h"

#define PIT_HZ 1193182
#define PIT_CHANNEL_0 0x40
#define PIT_CHANNEL_2 0x42
#define PIT_CONTROL 0x43
#define PIT_GATE 0x61       /* bit 0: gate of channel 2; bit 1: the loudspeaker; bit 5: output of channel 2 */
#define WINDOW 11932        /* PIT periods: 10 ms */
#define MOST_POLLS 200000
#define MOST_TICKS 0x80000000u /* of a window: more than half a second at 4 GHz */

static void pause(uint32_t loops)
{
	for (volatile uint32_t i = 0; i < loops; i++)
		;
}

/* Ticks that pass while the PIT counts `periods` down; 0 if it does not arrive. */
static uint32_t pit_window(uint32_t periods)
{
	out8(PIT_GATE, (in8(PIT_GATE) & 0xfc) | 1);
	out8(PIT_CONTROL, 0xb0); /* channel 2, mode 0: output high when it is done */
	out8(PIT_CHANNEL_2, (uint8_t)periods);
	out8(PIT_CHANNEL_2, (uint8_t)(periods >> 8));
	uint32_t start = ticks();
	for (uint32_t polls = 0; polls < MOST_POLLS; polls++) {
		uint32_t now = ticks();

		if (in8(PIT_GATE) & 0x20)
			return now - start;
		if (now - start > MOST_TICKS)
			break;
		/* Few polls: each is an exit to a hypervisor, and a translator leaves its code for it. */
		pause(20);
	}
	return 0;
}

static uint32_t difference_percent(uint32_t a, uint32_t b)
{
	return scale(a > b ? a - b : b - a, 100, a < b ? a : b);
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Windows of two lengths must agree: a TSC that jumps, or a PIT that is made up from another clock, does not pass. Of
 * several windows the shortest counts, since a disturbance only lengthens them. */
void step_rate(void)
{
	uint32_t first = 0xffffffff, second = 0xffffffff, off = 100;

	if (!facts.tsc) {
		report_yes_no("tsc-rate", false, "there is no time-stamp counter");
		return;
	}
	for (int attempt = 0; attempt < 3 && off > 1; attempt++) {
		uint32_t short_ticks = pit_window(WINDOW), long_ticks = pit_window(2 * WINDOW);

		if (!short_ticks || !long_ticks) {
			why("channel 2 of the interval timer (PIT) does not count a window of 10 ms");
			value("unknown");
			report("tsc-rate", false);
			return;
		}
		first = lesser(first, scale(short_ticks, PIT_HZ / 2, WINDOW * 500)); /* kHz */
		second = lesser(second, scale(long_ticks, PIT_HZ / 2, 2 * WINDOW * 500));
		off = first && second ? difference_percent(first, second) : 100;
	}
	facts.khz = second;
	if (off > 1)
		why("two windows give %u and %u kHz, %u %% apart: the counter or the timer jumps", first, second, off);
	value("%u kHz (10 ms), %u kHz (20 ms)", first, second);
	report("tsc-rate", off <= 1);
	value("%u", facts.khz);
	report("tsc-khz", off <= 1);
}

/* ---- what a tick is --------------------------------------------------------------------------------------------- */

#define CHAIN 16 /* dependent instructions in one turn */
#define TURNS 200

#define CHAIN_LOOP(name, instruction)                                                                    \
	static uint32_t name(uint32_t turns)                                                             \
	{                                                                                                \
		uint32_t start = ticks();                                                                \
                                                                                                         \
		__asm__ volatile("1: .rept 16; " instruction "; .endr; dec %0; jnz 1b" : "+r"(turns)     \
				 : : "eax", "edx", "cc");                                                \
		return ticks() - start;                                                                  \
	}

CHAIN_LOOP(time_adds, "add %%edx, %%eax")
CHAIN_LOOP(time_multiplications, "imul %%edx, %%eax")

static uint32_t least(uint32_t (*time)(uint32_t))
{
	uint32_t best = 0xffffffff;

	for (int i = 0; i < 9; i++) {
		uint32_t spent = time(TURNS);

		if (spent < best)
			best = spent;
	}
	return best;
}

/* A multiplication takes at least twice as long as an addition on every x86 there is (1 and 13 to 42 cycles on a 486,
 * 1 and 3 to 4 on later ones); a counter of instructions finds them equal. */
void step_tick(void)
{
	if (!facts.tsc) {
		report_yes_no("tick", false, "there is no time-stamp counter");
		return;
	}
	uint32_t add = scale(least(time_adds), 100, TURNS * CHAIN);
	uint32_t multiplication = scale(least(time_multiplications), 100, TURNS * CHAIN);
	uint32_t ratio = add ? scale(multiplication, 100, add) : 0;
	bool instructions = ratio >= 99 && ratio <= 101 && add >= 100 && add < 130;
	bool cycles = ratio >= 200 && ratio <= 10000 && add >= 20 && add <= 400;

	value("%s: an addition %q, a multiplication %q", instructions ? "instruction" : cycles ? "cycle" : "neither", add,
	      multiplication);
	if (instructions)
		why("the counter counts instructions: an addition and a multiplication take the same time");
	else if (!cycles)
		why("an addition of %q ticks and a multiplication of %q are no processor's cycles", add, multiplication);
	report("tick", cycles);
}

/* ---- gaps: what stops the processor without asking (SMIs, a hypervisor's host) ---------------------------------- */

static uint32_t gap_span, gap_limit, gap_largest, gap_count, gap_least;

static void watch_gaps(void)
{
	uint32_t start = ticks(), last = start, now;

	gap_largest = gap_count = 0;
	gap_least = 0xffffffff;
	for (uint32_t i = 0; i < 20000000; i++) {
		now = ticks();
		uint32_t gap = now - last;

		if (gap > gap_largest)
			gap_largest = gap;
		if (gap < gap_least)
			gap_least = gap;
		gap_count += gap > gap_limit;
		last = now;
		if (now - start > gap_span)
			break;
	}
}

void step_gaps(void)
{
	if (!facts.khz || !facts.user_tsc)
		return;
	gap_span = facts.khz * 20;
	gap_limit = facts.khz / 200; /* 5 us */
	if (gap_limit < 200)
		gap_limit = 200;
	if (!run_user(watch_gaps, 0))
		return;
	uint32_t microseconds = scale(gap_largest, 1000, facts.khz);

	value("largest %u ticks (%u us), %u above 5 us, in 20 ms; least %u ticks", gap_largest, microseconds, gap_count,
	      gap_least);
	if (microseconds >= 100)
		why("something stopped the processor for %u us: expect outliers", microseconds);
	report("gaps", microseconds < 100);
}

/* ---- the timer interrupt ---------------------------------------------------------------------------------------- */

#define TIMER_HZ 1000
#define TIMER_MS 20

static void start_timer(void)
{
	static const uint8_t words[][2] = { { 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, IRQ_BASE }, { 0xa1, IRQ_BASE + 8 },
					    { 0x21, 4 },    { 0xa1, 2 },    { 0x21, 1 },	{ 0xa1, 1 },
					    { 0x21, 0xfe }, { 0xa1, 0xff } };

	for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++)
		out8(words[i][0], words[i][1]);
	out8(PIT_CONTROL, 0x34); /* channel 0, mode 2: a pulse per period */
	out8(PIT_CHANNEL_0, (uint8_t)(PIT_HZ / TIMER_HZ));
	out8(PIT_CHANNEL_0, (uint8_t)(PIT_HZ / TIMER_HZ >> 8));
}

static void stop_timer(void)
{
	out8(0x21, 0xff);
	out8(PIT_CONTROL, 0x30); /* channel 0 waits for a count that never comes */
}

static uint32_t wait_turns;

/* At either level. */
static void wait_for_timer(void)
{
	uint32_t span = facts.khz * TIMER_MS, start = facts.tsc ? ticks() : 0;

	for (uint32_t i = 0; i < wait_turns; i++) {
		if (facts.khz && ticks() - start > span)
			break;
		if (!facts.khz && irq_count[0] > TIMER_MS)
			break;
	}
}

void step_timer(void)
{
	start_timer();
	wait_turns = 200000;
	irq_count[0] = 0;
	__asm__ volatile("sti");
	wait_for_timer();
	__asm__ volatile("cli");
	stop_timer();
	value("%u interrupts in ring 0", irq_count[0]);
	if (!irq_count[0])
		why("no interrupt of the interval timer (line 0) arrived in %u ms", TIMER_MS);
	report("timer", irq_count[0] > 0);
}

void step_user_timer(void)
{
	if (!facts.user_interrupt || (facts.khz && !facts.user_tsc))
		return;
	start_timer();
	wait_turns = 20000000;
	irq_count[0] = 0;
	run_user(wait_for_timer, EFLAGS_IF);
	stop_timer();
	uint32_t came = irq_count[0];
	value("%u interrupts in %u ms at user level", came, TIMER_MS);
	if (!came)
		why("the timer does not interrupt user level");
	else if (came + 2 < TIMER_MS)
		why("timer interrupts are lost: %u of %u came", came, TIMER_MS);
	report("user-timer", came > 0);
}
