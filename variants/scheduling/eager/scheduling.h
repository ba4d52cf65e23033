/* SPDX-License-Identifier: BSD-2-Clause
 * help: the ready queue is exact at every IPC: who blocks is taken out, who wakes is put in
 *
 * variants/scheduling/README.md states the interface.
 */
#ifndef SCHEDULING_H
#define SCHEDULING_H

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
