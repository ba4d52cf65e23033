/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant: exactly the ready threads are queued, and the running one is the first of its priority; exactly those that
 * wait with a timeout are in the wakeup queue. So a receive with a timeout is kept from the fast path, which would leave
 * the thread in it: `wait` is ID_NIL.
 */
#include <ready_queue.h>
#include <scheduling.h>
#include <tcb.h>
#include <wakeup_queue.h>

void scheduling_blocked(struct tcb *tcb)
{
	ready_remove(tcb);
}

void scheduling_running(struct tcb *tcb)
{
	ready_insert_head(tcb);
}

struct tcb *scheduling_first(void)
{
	return ready_first();
}

void scheduling_wait_until(struct tcb *tcb, uint64_t due)
{
	wakeup_insert(&tcb->wakeup, due);
}

void scheduling_wait_ended(struct tcb *tcb)
{
	wakeup_remove(&tcb->wakeup);
}

bool scheduling_is_sound(const struct tcb *tcb, bool running)
{
	(void)running;
	return ready_is_queued(&tcb->ready) == tcb_is_ready(tcb) && (!tcb->wakeup.place || tcb_is_waiting(tcb));
}
