/* SPDX-License-Identifier: BSD-2-Clause */
#include <ready_queue.h>
#include <scheduling.h>
#include <switching.h>
#include <tcb.h>

struct tcb *switching_next(struct tcb *receiver)
{
	struct tcb *first = scheduling_first();

	if (!first || first->priority <= receiver->priority)
		return receiver;
	ready_insert_head(receiver);
	return first;
}
