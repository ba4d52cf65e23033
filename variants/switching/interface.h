/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `switching` offers to C.
 */
#ifndef SWITCHING_INTERFACE_H
#define SWITCHING_INTERFACE_H

struct tcb;

/*
 * The running thread has blocked, and has made `receiver` ready, which is not queued. Returns who is to run: `receiver`, if no ready
 * thread has a higher priority; otherwise the first of the highest priority, and `receiver` is queued first of its own. What is
 * returned need not be queued as it runs: scheduling_running sees to that.
 */
struct tcb *switching_next(struct tcb *receiver);

#endif
