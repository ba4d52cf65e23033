/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel memory: page frames, and quotas. Every frame of the heap is free, or charged to exactly one space or to the kernel. A
 * space's `used` is its frames, the rent of its threads' TCBs (thread.c), whose frames are the kernel's, and the quotas of the
 * spaces it created: what it lends to them it does not have itself. So all quotas of a space's descendants together are no
 * more than its own, and no space can use more memory than was meant for it, whoever it leaves it to.
 */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <layout.h>
#include <stdbool.h>
#include <stdint.h>

#define MEMORY_FRAMES ((PHYS_HEAP_END - PHYS_HEAP) / PAGE_SIZE)

struct space;

void memory_init(void);

/* Takes `pages` from what is left of the quota of `space`. False: it does not hold so many. */
bool memory_charge(struct space *space, uint32_t pages);

/* Gives them back. */
void memory_discharge(struct space *space, uint32_t pages);

/*
 * May a frame with `value` in each word be asked for now? True: yes, or there is none. False: one is being filled, as far as the work of this
 * kernel entry allowed; ask again in another. Whoever asks for frames in a call asks this first: filling one takes longer than interrupts may wait.
 */
bool frame_ready(uint32_t value);

/* A cleared page frame, charged to `space` (0: to the kernel). 0: the quota, or the memory, is used up. */
void *frame_allocate(struct space *space);

/* The same with `value` in each word. */
void *frame_allocate_filled(struct space *space, uint32_t value);

/* The same, with whatever is in it: the caller fills all of it. */
void *frame_take(struct space *space);

/* Gives a frame back that was charged to `space`. */
void frame_free(struct space *space, void *frame);

/* How many frames are free, and the one that `n` others are to be given out before. */
uint32_t frames_free(void);
void *frame_free_at(uint32_t n);

#endif
