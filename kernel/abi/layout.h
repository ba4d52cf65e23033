/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where things are: physical placement that every loader's work is normalised to, and the map
 * of the linear address space. The only header with these numbers.
 */
#ifndef KERNEL_ABI_LAYOUT_H
#define KERNEL_ABI_LAYOUT_H

/* ---- physical, canonical: the same bytes at the same addresses whatever loaded them -------------- */
#define PHYS_KERNEL 0x00100000   /* kernel image with its bss */
#define PHYS_SIGMA0 0x00200000   /* sigma0, linked at this address too */
#define PHYS_ROOT 0x00280000     /* root program, linked at this address too */
#define PHYS_ROOT_END 0x00400000 /* images, with their bss, end below */
#define PHYS_HEAP 0x00400000     /* kernel memory: TCBs, page tables, message buffers */
#define PHYS_HEAP_END 0x00c00000
#define PHYS_FREE 0x00c00000     /* sigma0 hands out memory from here on */
/*
 * Reserved for a conductor that starts many kernels in one boot: never read or written, and not in
 * sigma0's gift. Present only where the machine has that much memory.
 */
#define PHYS_RESERVED 0x02000000
#define PHYS_RESERVED_END 0x03000000
#define PHYS_MINIMUM 0x02000000  /* least memory to boot with: 32 MB */

/* ---- linear ------------------------------------------------------------------------------------- */
#define USER_TOP 0xc0000000      /* programs own [0, USER_TOP) */
#define SLOT_REGION 0xc0000000  /* slots of small spaces, where there are any */
#define SLOT_REGION_END 0xe0000000
#define KERNEL_BASE 0xe0000000   /* page-directory entries from here on are the kernel's, in every directory */
#define TCB_AREA 0xe0000000      /* for 16384 TCBs with their stacks, 1 KB or 4 KB each */
#define TCB_AREA_END 0xe4000000
#define WINDOW_AREA 0xe4000000   /* temporary mapping windows for message transfer, 8 MB for each of two */
#define WINDOW_AREA_END 0xe5000000
#define PORTS_WINDOW 0xe5000000 /* the TSS again, and behind it the I/O bitmap of who uses ports: 4 pages */
#define PHYSICAL_WINDOW 0xf0000000 /* physical memory [0, 16 MB) as the kernel sees it */

#define PAGE_SHIFT 12
#define PAGE_SIZE 0x1000
#define SUPERPAGE_SHIFT 22
#define SUPERPAGE_SIZE 0x400000

#endif
