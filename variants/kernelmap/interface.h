/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `kernelmap` offers to C. None of it is on a hot path.
 */
#ifndef KERNELMAP_INTERFACE_H
#define KERNELMAP_INTERFACE_H

#include <stdint.h>

/* Before paging is on: fills the entries of the window on physical memory in kernel_directory, and says how in kernel_info.kernel_map. */
void kernelmap_init(void);

/* Paging is on, and nothing is mapped any more that was there only to switch it on. */
void kernelmap_started(void);

/* Before paging ends: the window is mapped by 4 KB pages, and a load of CR3 empties the TLB. */
void kernelmap_ending(void);

/* PTE_… flags, besides those of its rights, of a page of the kernel's that is the same in all directories. Whoever changes such an entry invalidates the page. */
static inline uint32_t kernelmap_page_flags(void);

#endif
