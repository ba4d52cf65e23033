/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ready queue: one circular list per priority, and a two-level bitmap of the priorities whose list
 * is not empty. All operations take constant time. What is kept in it, and when it is brought up to date, is the
 * choice of the axis `scheduling`.
 */
#ifndef KERNEL_READY_QUEUE_H
#define KERNEL_READY_QUEUE_H

#define PRIORITIES 256

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* A member's links; next == 0: not in the queue. The list head of a priority is such a pair too. */
struct ready_links {
	struct ready_links *next, *previous;
};

/* ---- for the IPC path: kernel/x86/ready_queue.inc ---- */
extern struct ready_links ready_lists[PRIORITIES];
extern uint32_t ready_bitmap[];       /* bit p % 32 of word p / 32: the list of priority p is not empty */
extern uint32_t ready_bitmap_summary; /* bit w: word w is not 0 */
extern uint32_t ready_highest;        /* highest priority whose list is not empty; 0 if all are */

void ready_queue_init(void);

/* Puts `tcb`, wherever it was, at the tail (head) of the list of its priority. */
void ready_insert_tail(struct tcb *tcb);
void ready_insert_head(struct tcb *tcb);

/* Takes `tcb` out, if it is queued. Its priority must be what it was when it was put in. */
void ready_remove(struct tcb *tcb);

/* First thread of the highest priority, or 0 if the queue is empty. */
struct tcb *ready_first(void);

/*
 * For invariant_checks.h: every list leads forth and back through threads of its priority; bitmap and ready_highest say which are not
 * empty. *priority: where that is not so.
 */
bool ready_queue_is_sound(uint32_t *priority);
bool ready_summary_is_sound(uint32_t *priority);

static inline bool ready_is_queued(const struct ready_links *links)
{
	return links->next != 0;
}

#endif
#endif
