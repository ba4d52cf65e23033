/* SPDX-License-Identifier: BSD-2-Clause
 * help: the kernel is mapped by 4 KB pages
 *
 * variants/kernelmap/README.md states the interface.
 */
#ifndef KERNELMAP_H
#define KERNELMAP_H

#include "../interface.h"

static inline uint32_t kernelmap_page_flags(void)
{
	return 0;
}

#endif
