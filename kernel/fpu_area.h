/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where threads' floating-point state is kept: areas of 512 or 128 bytes, several in a page frame. Only threads that use the unit
 * have one; its frame is charged to their space.
 */
#ifndef KERNEL_FPU_AREA_H
#define KERNEL_FPU_AREA_H

#include <layout.h>
#include <stdbool.h>
#include <stdint.h>

struct space;

/* A frame of areas. Its own data lie in the last area, where neither FXSAVE (bytes 464 to 511) nor FNSAVE (108 to 127) writes. */
struct fpu_frame {
	char areas[PAGE_SIZE - 16];
	struct fpu_frame *next, *previous; /* in its space's list of those with a free area */
	uint32_t used;                     /* bit n: area n is somebody's */
	uint32_t unused;
};

_Static_assert(sizeof(struct fpu_frame) == PAGE_SIZE, "a page frame");

/* Areas have `size` bytes from now on: 512 or 128. Once, before all else. */
void fpu_area_init(uint32_t size);

/* May an area be asked for now? False: its frame is being cleared (memory.h); ask again in another kernel entry. */
bool fpu_area_ready(const struct space *space);

/* A cleared area for a thread of `space`. 0: the quota, or the memory, is used up. */
void *fpu_area_allocate(struct space *space);

/* Gives an area of `space` back. */
void fpu_area_free(struct space *space, void *area);

#endif
