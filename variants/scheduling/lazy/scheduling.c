/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant: every ready thread but the running one is queued. What is queued may have blocked, may run, or may
 * have blocked and become ready again by a direct switch; its place then means nothing. Whoever becomes ready without
 * running is therefore put in its place anew, which keeps the order of ready threads the same as an exact queue's.
 */
#include <ready_queue.h>
#include <scheduling.h>
#include <tcb.h>

void scheduling_blocked(struct tcb *tcb)
{
	(void)tcb;
}

void scheduling_forget(struct tcb *tcb)
{
	if (ready_is_queued(&tcb->ready))
		ready_remove(tcb);
}

void scheduling_ready_last(struct tcb *tcb)
{
	scheduling_forget(tcb);
	ready_insert_tail(tcb);
}

void scheduling_ready_first(struct tcb *tcb)
{
	scheduling_forget(tcb);
	ready_insert_head(tcb);
}

void scheduling_running(struct tcb *tcb)
{
	(void)tcb;
}

struct tcb *scheduling_first(void)
{
	struct tcb *tcb;

	while ((tcb = ready_first()) && !tcb_is_ready(tcb))
		ready_remove(tcb);
	return tcb;
}
