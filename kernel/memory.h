/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel memory: page frames, charged to the space that causes their use.
 */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <stdint.h>

struct space;

void memory_init(void);

/* A cleared page frame, charged to `space` (0: to the kernel). 0: the quota, or the memory, is used up. */
void *frame_allocate(struct space *space);

/* The same with `value` in each word. */
void *frame_allocate_filled(struct space *space, uint32_t value);

/* Gives a frame back that was charged to `space`. */
void frame_free(struct space *space, void *frame);

#endif
