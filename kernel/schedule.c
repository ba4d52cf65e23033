/* SPDX-License-Identifier: BSD-2-Clause */
#include <ready_queue.h>
#include <schedule.h>
#include <scheduling.h>
#include <switching.h>
#include <tcb.h>

struct tcb *idle_thread;

/* Ticks left to the running thread, whoever was given them. */
static uint32_t slice_left;

/* `next` runs on the time slice that is under way. */
static struct tcb *run_donated(struct tcb *next)
{
	scheduling_running(next);
	return next;
}

/* `next` runs on a time slice of its own: what was left of it, or a new one. */
static struct tcb *run_dispatched(struct tcb *next)
{
	if (scheduling_leaves_scan(next) || next == idle_thread)
		return idle_thread;
	if (scheduling_is_heir(next))
		return run_donated(next);
	slice_left = next->slice_left ? next->slice_left : next->slice;
	next->slice_left = 0;
	return run_donated(next);
}

static struct tcb *dispatch(void)
{
	struct tcb *first = scheduling_first();

	return run_dispatched(first ? first : idle_thread);
}

/* `current`, which stays ready, makes way for a thread of higher priority. */
static void preempt(struct tcb *current)
{
	if (current == idle_thread)
		return;
	current->slice_left = slice_left;
	ready_insert_head(current);
}

static bool outranks(const struct tcb *first, const struct tcb *tcb)
{
	return first && (tcb == idle_thread || first->priority > tcb->priority);
}

/* Is a thread of higher priority than `tcb` ready? Yes, as long as it is not known: who makes way loses nothing. */
static bool is_outranked(const struct tcb *tcb)
{
	return outranks(scheduling_first(), tcb);
}

/* `woken` has a message from a thread that has blocked. */
static struct tcb *switch_to_woken(struct tcb *woken)
{
	struct tcb *next = switching_next(woken);

	if (next == woken)
		return run_donated(next);
	next = run_dispatched(next);
	if (scheduling_is_scan(next))
		scheduling_set_heir(woken);
	return next;
}

struct tcb *schedule(struct tcb *current, struct tcb *woken)
{
	bool current_ready = tcb_is_ready(current);

	if (woken && !current_ready)
		return switch_to_woken(woken);
	if (woken)
		ready_insert_tail(woken);
	if (!current_ready)
		return dispatch();
	if (!is_outranked(current))
		return current;
	preempt(current);
	return dispatch();
}

struct tcb *schedule_yield(struct tcb *current)
{
	if (current != idle_thread) {
		current->slice_left = 0;
		ready_insert_tail(current);
	}
	return dispatch();
}

struct tcb *schedule_switch_to(struct tcb *current, struct tcb *to)
{
	const struct tcb *first;

	if (to == current || !tcb_is_ready(to) || to->receive_pending || outranks(current, to))
		return current; /* that is no question to the queue, which need not hold the running thread */
	first = scheduling_first();
	if (outranks(first, to) && scheduling_leaves_scan(first)) {
		preempt(current);
		return idle_thread;
	}
	if (outranks(first, to))
		return current;
	ready_insert_tail(current);
	return run_donated(to);
}

struct tcb *schedule_tick(struct tcb *current)
{
	if (current == idle_thread || slice_left > 1) {
		slice_left -= current != idle_thread;
		return schedule(current, 0);
	}
	return schedule_yield(current);
}

void schedule_ready(struct tcb *tcb)
{
	if (tcb_is_ready(tcb))
		ready_insert_tail(tcb);
}

void schedule_set_priority(struct tcb *tcb, struct tcb *current, uint32_t priority)
{
	ready_remove(tcb);
	tcb->priority = priority;
	tcb_update_urgency(tcb);
	if (tcb == current)
		scheduling_running(tcb);
	else if (tcb_is_ready(tcb))
		ready_insert_tail(tcb);
}
