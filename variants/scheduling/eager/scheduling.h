/* SPDX-License-Identifier: BSD-2-Clause
 * help: the ready queue is exact at every IPC: who blocks is taken out, who wakes is put in
 *
 * variants/scheduling/README.md states the interface, which is the same for all choices.
 */
#ifndef SCHEDULING_H
#define SCHEDULING_H

#include "../interface.h"

void scheduling_running(struct tcb *tcb);

/* Nothing is ever left to be done. */
static inline bool scheduling_leaves_scan(const struct tcb *first)
{
	(void)first;
	return false;
}

static inline bool scheduling_is_scan(const struct tcb *tcb)
{
	(void)tcb;
	return false;
}

static inline void scheduling_set_heir(const struct tcb *tcb)
{
	(void)tcb;
}

static inline bool scheduling_is_heir(const struct tcb *next)
{
	(void)next;
	return false;
}

/* Whom a wait ends for is taken out at once. */
static inline bool scheduling_still_waits(const struct tcb *tcb)
{
	(void)tcb;
	return true;
}

#endif
