/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `scheduling` offers to C.
 */
#ifndef SCHEDULING_INTERFACE_H
#define SCHEDULING_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* `tcb` has stopped being ready: blocked or deleted. */
void scheduling_blocked(struct tcb *tcb);

/*
 * The first ready thread of the highest priority, or 0. It stays where it is. When looking for it uses up what a kernel entry may do
 * (work.h): one that is not ready, and that comes before all that are.
 */
struct tcb *scheduling_first(void);

/*
 * In scheduling.h of each choice:
 * void scheduling_running(struct tcb *tcb): `tcb` is ready and runs from now on.
 * bool scheduling_leaves_scan(const struct tcb *first): was `first` such a one, that is not ready? Then the idle thread is to run, and
 *      enters the kernel again as soon as interrupts have been let in, to look further.
 * bool scheduling_is_scan(const struct tcb *tcb): is that what `tcb` runs for?
 * void scheduling_set_heir(const struct tcb *tcb): if `tcb` then proves to be the first, it runs on the time slice that is under way.
 * bool scheduling_is_heir(const struct tcb *next): is that so of `next`, which is the first? There is no heir any more.
 * bool scheduling_still_waits(const struct tcb *tcb): the time for which `tcb` was in the wakeup queue has come. Does it wait with that
 *      timeout still?
 */

/*
 * `tcb` has begun to wait, and waits until the clock is at `due` at the latest. The choice may let the fast path complete the
 * receive: then it makes `wait` of what `partner` says.
 */
void scheduling_wait_until(struct tcb *tcb, uint64_t due);

/* `tcb` waits no longer, with a timeout or without. */
void scheduling_wait_ended(struct tcb *tcb);

/* For invariant_checks.h: `tcb`, which perhaps runs, is in the ready and wakeup queues if it has to be, and not if it must not be. */
bool scheduling_is_sound(const struct tcb *tcb, bool running);

#endif
