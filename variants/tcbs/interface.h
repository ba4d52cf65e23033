/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `tcbs` offers to C, besides
 *
 *     static inline struct tcb *tcb_of_number(uint32_t number);
 *
 * the TCB of thread number `number`, 0 … 16383: its own, or the empty one that all unused numbers share, which has id 0 and
 * cannot be written.
 */
#ifndef TCBS_INTERFACE_H
#define TCBS_INTERFACE_H

#include <stdint.h>

struct tcb;

/* Every number leads to the empty TCB. Called once, before paging is on and before there is any page directory but kernel_directory. */
void tcbs_init(void);

/*
 * The TCB that number `number` has of its own, after the call if not before; then it is cleared, and the frame that it needs is
 * the kernel's. A TCB once there stays: what is known of the number's ids is in it. 0: no memory.
 */
struct tcb *tcbs_create(uint32_t number);

/* The frame, as the kernel addresses it, in which number `number` has a TCB of its own; 0: it has none. For invariant_checks.h. */
void *tcbs_frame(uint32_t number);

#endif
