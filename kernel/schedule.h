/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs next. Rules, the same for every choice of `scheduling` and `switching`:
 *  - the running thread has the highest priority of all ready ones;
 *  - who becomes ready comes last of its priority, but for the next rule;
 *  - whom a message makes ready whose sender blocks in the same call (a call, a reply-and-wait, a fault) comes first of its
 *    priority. If it is then first of all, it runs at once, on what is left of the sender's time slice; if not, the sender's
 *    is lost, and it has its own when its turn comes;
 *  - who is switched to by SYS_THREAD_SWITCH runs likewise, if no ready thread has a higher priority; the caller comes last;
 *  - who is preempted by a higher priority stays first and keeps the rest of its time slice;
 *  - whose time slice ends, or who yields, comes last.
 * How an IPC follows the third of these is the choice of `switching`.
 */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include <stdint.h>

struct tcb;

#define TICK_US 1000
#define SLICE_TICKS_DEFAULT 10

/* The thread that runs when nobody is ready; number 0. */
extern struct tcb *idle_thread;

/*
 * Decides who goes on after a kernel call of `current`, which may have blocked: `woken`, or 0, is a thread that it
 * made ready by a message, and whose place in the queue is still to be found. Returns the thread to run.
 */
struct tcb *schedule(struct tcb *current, struct tcb *woken);

/* `current` gives the processor up for this time slice. */
struct tcb *schedule_yield(struct tcb *current);

/*
 * `current` gives its time slice to `to`, if that is ready; otherwise goes on. If it is not known yet whether `to` may run, scheduling_is_scan()
 * is true of what is returned, and the same is to be tried again when `current` runs next.
 */
struct tcb *schedule_switch_to(struct tcb *current, struct tcb *to);

/* A timer tick while `current` runs; it may have made threads ready. */
struct tcb *schedule_tick(struct tcb *current);

/* A thread other than the running one has become ready, unless it is halted. */
void schedule_ready(struct tcb *tcb);

/* Changes the priority of `tcb`, which may be queued or running. */
void schedule_set_priority(struct tcb *tcb, struct tcb *current, uint32_t priority);

#endif
