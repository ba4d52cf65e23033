/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `scheduling` offers to C.
 */
#ifndef SCHEDULING_INTERFACE_H
#define SCHEDULING_INTERFACE_H

#include <stdint.h>

struct tcb;

/* `tcb` has stopped being ready: blocked or deleted. */
void scheduling_blocked(struct tcb *tcb);

/* `tcb` is ready and does not run: last, or first, of its priority. */
void scheduling_ready_last(struct tcb *tcb);
void scheduling_ready_first(struct tcb *tcb);

/* `tcb` is ready and runs from now on. */
void scheduling_running(struct tcb *tcb);

/* Takes `tcb` out of the queue for good, or because its priority is about to change. */
void scheduling_forget(struct tcb *tcb);

/* The first ready thread of the highest priority, or 0. It stays where it is. */
struct tcb *scheduling_first(void);

#endif
