/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant: every ready thread but the running one is queued. What is queued may have blocked, may run, or may
 * have blocked and become ready again by a direct switch; its place then means nothing. Whoever becomes ready without
 * running is therefore put in its place anew, which keeps the order of ready threads the same as an exact queue's.
 *
 * A scan takes as many steps as there are threads that have blocked: too many for one kernel entry, perhaps. Then the idle thread runs, but not
 * its loop: it has send_pending, like a thread in the midst of a long message, so the way out lets interrupts in and enters
 * the kernel again at once, where the scan goes on.
 *
 * Likewise every thread that waits with a timeout is in the wakeup queue, but one whose wait has ended stays until its time
 * comes, or until it waits with a timeout again. The fast path completes such a receive, and may begin another one, without
 * a timeout, for the same thread. What tells the two apart is a spare bit of the flags in the thread's frame:
 * the processor writes a new frame at the next entry, with that bit 0, and ignores the bit when it leaves. It costs the fast
 * path nothing.
 */
#include <ready_queue.h>
#include <schedule.h>
#include <scheduling.h>
#include <tcb.h>
#include <wakeup_queue.h>
#include <work.h>
#include <x86.h>

const struct tcb *scheduling_heir;

void scheduling_blocked(struct tcb *tcb)
{
	tcb->frame.eflags &= ~EFLAGS_SPARE;
}

struct tcb *scheduling_first(void)
{
	struct tcb *tcb;

	while ((tcb = ready_first()) && !tcb_is_ready(tcb)) {
		if (!work_allows())
			return tcb;
		work_done(WORK_PASS);
		ready_remove(tcb);
	}
	if (!tcb)
		idle_thread->send_pending = false;
	return tcb;
}

void scheduling_wait_until(struct tcb *tcb, uint64_t due)
{
	tcb->frame.eflags |= EFLAGS_SPARE;
	wakeup_insert(&tcb->wakeup, due);
	if (tcb->blocked == BLOCKED_RECEIVING && tcb->partner != ID_NIL && !tcb->halted) {
		tcb->wait = tcb->partner;
		tcb->blocked = BLOCKED_NOT;
	}
}

void scheduling_wait_ended(struct tcb *tcb)
{
	(void)tcb;
}

/* Does it wait, and with a timeout? Then it is the one that it is queued for. */
bool scheduling_still_waits(const struct tcb *tcb)
{
	return tcb_is_waiting(tcb) && (tcb->frame.eflags & EFLAGS_SPARE);
}

bool scheduling_is_sound(const struct tcb *tcb, bool running)
{
	if (tcb->blocked == BLOCKED_INACTIVE)
		return !ready_is_queued(&tcb->ready) && !tcb->wakeup.place;
	return (ready_is_queued(&tcb->ready) || !tcb_is_ready(tcb) || running) && (tcb->wakeup.place || !scheduling_still_waits(tcb));
}
