/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which number and version the next thread gets, so that no id is ever given twice: numbers that are free again first in, first
 * out, each time in its next version; then numbers never used, in order. A number whose versions are used up is
 * retired. Knows nothing of TCBs but that each keeps its number's last id.
 */
#ifndef KERNEL_THREAD_NUMBERS_H
#define KERNEL_THREAD_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

struct space;

/* In every TCB of a number that has been used. */
struct thread_number {
	uint32_t last_id;                /* of the last thread that had the number */
	struct thread_number *free_next; /* in the queue of free ones */
};

/* Numbers given up for good because their versions are used up. */
extern uint32_t thread_numbers_retired;

/* Takes a number for a thread of `space`; the thread's id is its last_id. 0: *error says why (SYSCALL_ENOIDS, SYSCALL_ENOMEM). */
struct thread_number *thread_numbers_take(struct space *space, uint32_t *error);

/* The thread that has `number` is gone. */
void thread_numbers_give_back(struct thread_number *number);

/* Numbers in use, now or once, are below this one. */
uint32_t thread_numbers_end(void);

/* For invariant_checks.h: with `in_use` threads, every number below thread_numbers_end() is in use, free, or retired. */
bool thread_numbers_are_sound(uint32_t in_use);

/* Makes the place for what is kept of `number`, never used so far, for a thread of `space`. 0: no memory. Is thread.c's. */
struct thread_number *thread_numbers_place(uint32_t number, struct space *space);

#endif
