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

/* What one kernel entry may do, in about instructions; the last step may go beyond by its own cost, at most WORK_MUCH. */
#define WORK_PER_ENTRY 600

/*
 * The most that may have been done before a step that cannot be divided and may cost up to WORK_MUCH. Who is refused for that reason is called
 * again, and must come there with less: what went before has been done then.
 */
#define WORK_BEFORE_PIECE 300     /* more than a short piece of a string copied */
#define WORK_BEFORE_LOOK_BACK 250 /* what else came from a page looked at (MAPPING_LOOK_BACK) */

/* Costs of steps. */
#define WORK_SKIP 12     /* a place where there is nothing */
#define WORK_PASS 45     /* the same, where looking takes longer */
#define WORK_LOOK 40     /* a page looked at */
#define WORK_ITEM 120    /* a flexpage in a message, its pages apart */
#define WORK_LOOK_BACK 5 /* a node before that of a page, when the page is mapped again */
#define WORK_STRING 180  /* a string, the copying apart */
#define WORK_SHARE 220   /* a page mapped or granted */
#define WORK_REMOVE 120  /* a mapping removed, or made read-only */
#define WORK_THREAD 300  /* a thread deleted, those who wait for it apart */
#define WORK_WAKE 120    /* a thread made ready whose waiting ends */
#define WORK_TIMEOUT 300 /* the same by a timeout */
#define WORK_MUCH 1024   /* the longest step */

extern int32_t work_spent; /* by this kernel entry */
extern int32_t work_limit; /* what an entry may: WORK_PER_ENTRY, but for tests */

static inline void work_begin(void)
{
	work_spent = 0;
}

/* May another step be done? */
static inline bool work_allows(void)
{
	return work_spent < work_limit;
}

/* May a step be done before which only so much may have been done: WORK_BEFORE_…? */
static inline bool work_allows_after(int32_t before)
{
	return work_spent <= before;
}

static inline void work_done(int32_t cost)
{
	work_spent += cost;
}

#endif
