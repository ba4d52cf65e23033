/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Line 0's interrupt: ticks, by which time slices are counted, and the end of waiting with a timeout.
 *
 * Time slices are counted in ticks, because an exact end would have to be programmed at every dispatch, for several port
 * accesses of a microsecond each. Timeouts are exact: when one ends between two ticks, the alarm comes then.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include <stdint.h>

struct tcb;

/* Starts the clock and the ticks; the line is still masked. */
void timer_init(void);

/*
 * `tcb`, which has begun to wait, does so for the finite `timeout` (message.h) at most: then ipc_timeout() ends it. A timeout never
 * ends early; beyond 2^48 µs, nine years, it may. Below TIMEOUT_MIN_US it counts as that.
 */
void timer_wait(struct tcb *tcb, uint32_t timeout);

/* The alarm, while `current` runs. Returns the thread to run. */
struct tcb *timer_interrupt(struct tcb *current);

#endif
