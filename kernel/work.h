/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Long work in steps. What may take long (flush, large map items, creation and deletion of threads and spaces) is done until its part of a kernel
 * entry is used up; then the thread's instruction pointer is set back onto its call, and what interrupted is served before
 * the call is made again. So everything that is done in steps is found again from the call's arguments and the state itself.
 */
#ifndef KERNEL_WORK_H
#define KERNEL_WORK_H

#include <stdbool.h>
#include <stdint.h>

/* What one kernel entry may do, in about instructions; the last step may go beyond by its own cost, at most WORK_FRAME. */
#define WORK_PER_ENTRY 600

/*
 * The most that may have been done before a page frame is cleared. Who is refused for that reason is called again, and must come there with
 * less: what went before has been done then.
 */
#define WORK_BEFORE_FRAME 250

/* Costs of steps. */
#define WORK_SKIP 12     /* a place where there is nothing */
#define WORK_PASS 45     /* the same, where looking takes longer */
#define WORK_LOOK 40     /* a page looked at */
#define WORK_SHARE 220   /* a page mapped or granted */
#define WORK_REMOVE 120  /* a mapping removed, or made read-only */
#define WORK_THREAD 300  /* a thread deleted, those who wait for it apart */
#define WORK_WAKE 120    /* a thread made ready whose waiting ends */
#define WORK_FRAME 1024  /* a page frame cleared */

extern int32_t work_left;

static inline void work_begin(void)
{
	work_left = WORK_PER_ENTRY;
}

/* May another step be done? */
static inline bool work_allows(void)
{
	return work_left > 0;
}

/* May a page frame be cleared? */
static inline bool work_allows_frame(void)
{
	return work_left >= WORK_PER_ENTRY - WORK_BEFORE_FRAME;
}

static inline void work_done(int32_t cost)
{
	work_left -= cost;
}

#endif
