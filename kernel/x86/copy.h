/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Copying between linear addresses.
 */
#ifndef KERNEL_COPY_H
#define KERNEL_COPY_H

#include <stdint.h>

/* About as many instructions as copy_linear takes: an iteration of a repeated one counts as one. */
#define COPY_WORK(size) ((size) / 4 + 12)

/*
 * Copies `size` bytes upwards, words of the target aligned: a store that crosses a boundary costs more than a load that does.
 * The direction flag is clear.
 */
static inline void copy_linear(uint32_t to, uint32_t from, uint32_t size)
{
	uint32_t head = -to & 3, words;

	if (head > size)
		head = size;
	words = (size - head) / 4;
	size = (size - head) % 4;
	__asm__ volatile("rep movsb; mov %3, %%ecx; rep movsl; mov %4, %%ecx; rep movsb"
			 : "+D"(to), "+S"(from), "+c"(head)
			 : "r"(words), "r"(size)
			 : "memory");
}

#endif
