/* SPDX-License-Identifier: BSD-2-Clause
 * help: the kernel is mapped by 4 MB pages, global ones where the processor has them, and by 4 KB pages where it has neither
 *
 * variants/kernelmap/README.md states the interface.
 */
#ifndef KERNELMAP_H
#define KERNELMAP_H

#include "../interface.h"

/* PTE_GLOBAL, or 0. */
extern uint32_t kernelmap_global;

static inline uint32_t kernelmap_page_flags(void)
{
	return kernelmap_global;
}

#endif
