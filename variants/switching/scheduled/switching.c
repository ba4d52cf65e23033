/* SPDX-License-Identifier: BSD-2-Clause */
#include <call.h>
#include <ready_queue.h>
#include <schedule.h>
#include <scheduling.h>
#include <switching.h>
#include <tcb.h>
#include <work.h>

struct tcb *switching_next(struct tcb *receiver)
{
	ready_insert_head(receiver);
	return scheduling_first();
}

/*
 * From the IPC path, which has given `receiver` its message and found another thread before it in the queue. `current` has
 * blocked. Returns the thread to run. All that the path has done to the queue may be done again.
 */
struct tcb *switching_other(struct tcb *current, struct tcb *receiver);

struct tcb *switching_other(struct tcb *current, struct tcb *receiver)
{
	work_begin();
	scheduling_blocked(current);
	return kernel_resume(schedule(current, receiver));
}
