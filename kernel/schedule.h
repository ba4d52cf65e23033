/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs next. Rules, the same for every choice of `scheduling`:
 *  - the running thread has the highest priority of all ready ones;
 *  - who becomes ready without being switched to comes last of its priority;
 *  - who is preempted by a higher priority stays first and keeps the rest of its time slice;
 *  - whose time slice ends, or who yields, comes last;
 *  - a direct switch to the receiver of a message donates the rest of the time slice, and happens only if no ready
 *    thread has a higher priority than the receiver.
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
 * made ready and that is not queued yet. Returns the thread to run.
 */
struct tcb *schedule(struct tcb *current, struct tcb *woken);

/* `current` gives the processor up for this time slice. */
struct tcb *schedule_yield(struct tcb *current);

/* `current` gives its time slice to `to`, if that is ready; otherwise goes on. */
struct tcb *schedule_switch_to(struct tcb *current, struct tcb *to);

/* A timer tick while `current` runs; it may have made threads ready. */
struct tcb *schedule_tick(struct tcb *current);

/* A thread other than the running one has become ready, unless it is halted. */
void schedule_ready(struct tcb *tcb);

/* Changes the priority of `tcb`, which may be queued or running. */
void schedule_set_priority(struct tcb *tcb, struct tcb *current, uint32_t priority);

#endif
