/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant: exactly the ready threads are queued, and the running one is the first of its priority.
 */
#include <ready_queue.h>
#include <scheduling.h>
#include <tcb.h>

void scheduling_forget(struct tcb *tcb)
{
	if (ready_is_queued(&tcb->ready))
		ready_remove(tcb);
}

void scheduling_blocked(struct tcb *tcb)
{
	scheduling_forget(tcb);
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
	scheduling_ready_first(tcb);
}

struct tcb *scheduling_first(void)
{
	return ready_first();
}
