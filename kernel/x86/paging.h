/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel page tables, and the window through which the kernel sees physical memory.
 */
#ifndef KERNEL_PAGING_H
#define KERNEL_PAGING_H

#include <layout.h>
#include <stdbool.h>
#include <stdint.h>

#define TABLE_ENTRIES 1024
#define WINDOW_SUPERPAGES 4 /* the window on physical memory: 16 MB */
#define DIRECTORY_INDEX(address) ((uint32_t)(address) >> SUPERPAGE_SHIFT)
#define TABLE_INDEX(address) ((uint32_t)(address) >> PAGE_SHIFT & (TABLE_ENTRIES - 1))

/* Page directory with the kernel's entries only; the origin of all others, and what runs where no space does. */
extern uint32_t kernel_directory[TABLE_ENTRIES];

/* Kernel address of a physical one; valid for the 16 MB of the window. */
static inline void *physical(uint32_t address)
{
	return (void *)(address + PHYSICAL_WINDOW);
}

/* Physical address of something in the kernel's image or memory. */
static inline uint32_t physical_of(const void *pointer)
{
	return (uint32_t)pointer - PHYSICAL_WINDOW;
}

/*
 * Fills kernel_directory: the window, what leads to TCBs (no number has one yet), and, until
 * paging_drop_identity(), physical memory at its own address, without which paging could not be switched.
 */
void paging_init(void);
void paging_drop_identity(void);

/* Maps the window by tables, as every processor can. For `kernelmap`. */
void paging_map_window(void);

/*
 * Has the processor pages of SUPERPAGE_SIZE (PTE_SUPERPAGE in a directory entry)? Then paging_init() has switched them on in CR4.
 * A 486 has not.
 */
bool paging_has_superpages(void);

/* Before paging is switched off: physical memory is mapped at its own address, and CR4 is as at reset. */
void paging_end(void);

/* Maps the page of the kernel's memory that `frame` lies in as page `page` of PORTS_WINDOW. */
void paging_map_ports(unsigned page, const void *frame);

#endif
