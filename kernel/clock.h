/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time: a clock that runs on, and an alarm. Both count the interval timer's oscillator, 1,193,182 Hz; no processor is too
 * old for it.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include <stdint.h>

#define CLOCK_HZ 1193182u
#define CLOCK_ALARM_MAX 0xffffu

/* Starts the clock. */
void clock_init(void);

/*
 * Oscillations since clock_init. To be called at least every 54 ms, which the tick does: else multiples of 65536
 * oscillations are missed.
 */
uint64_t clock_read(void);

/* Interrupt 0 comes in `oscillations` (1 to CLOCK_ALARM_MAX) from now, once. Replaces an alarm that has not come yet. */
void clock_alarm(uint32_t oscillations);

/* Oscillations in `us` microseconds, at most 2^48. Wrong by less than 6 millionths, which no crystal keeps. */
static inline uint64_t clock_from_us(uint64_t us)
{
	return us + (us * 12660 >> 16); /* 1 + 12660 / 65536 = 1.193176 */
}

#endif
