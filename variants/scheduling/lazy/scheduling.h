/* SPDX-License-Identifier: BSD-2-Clause
 * help: blocked threads stay in the ready queue until a scheduler scan meets them
 *
 * variants/scheduling/README.md states the interface, which is the same for all choices.
 */
#ifndef SCHEDULING_H
#define SCHEDULING_H

#include "../interface.h"

#include <schedule.h>
#include <tcb.h>

/* 0: nobody, or the scan is over. */
extern const struct tcb *scheduling_heir;

static inline void scheduling_running(struct tcb *tcb)
{
	(void)tcb;
}

static inline bool scheduling_leaves_scan(const struct tcb *first)
{
	idle_thread->send_pending = !tcb_is_ready(first);
	return idle_thread->send_pending;
}

static inline bool scheduling_is_scan(const struct tcb *tcb)
{
	return tcb == idle_thread && tcb->send_pending;
}

static inline void scheduling_set_heir(const struct tcb *tcb)
{
	scheduling_heir = tcb;
}

static inline bool scheduling_is_heir(const struct tcb *next)
{
	bool is = next == scheduling_heir;

	scheduling_heir = 0;
	return is;
}

bool scheduling_still_waits(const struct tcb *tcb);

#endif
