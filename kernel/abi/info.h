/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel information, read 8 bytes at a time by SYS_KERNEL_INFO.
 */
#ifndef KERNEL_ABI_INFO_H
#define KERNEL_ABI_INFO_H

#ifndef __ASSEMBLER__
#include <stdint.h>

struct kernel_info {
	uint32_t size;          /* of this structure */
	uint32_t memory_bottom; /* free memory that sigma0 owns: [bottom, top), without the reserved range */
	uint32_t memory_top;
	uint32_t reserved_bottom; /* reserved range inside it: not sigma0's; equal bounds: none */
	uint32_t reserved_top;
	uint32_t root_base, root_end; /* the root program's image with its bss: mapped to root by sigma0 */
	uint32_t cpu_signature; /* CPUID leaf 1 eax, or 0x400 where there is no CPUID */
	uint32_t cpu_features;  /* CPUID leaf 1 edx, or 0 */
	uint32_t tick_us;       /* timer tick */
	uint32_t slice_us;      /* default time slice */
	uint32_t salt;          /* code layout of this build: 0, 1, … */
	char kernel_map[16];    /* pages that the kernel is mapped by: "4K", "4M" or "4M global" */
	char cpu_vendor[16];    /* "GenuineIntel", or "" */
	char variant[256];      /* "spaces=small,messages=registers,…" */
	char build[24];         /* hash over kernel and programs */
	char command_line[256]; /* the kernel's */
	char root_arguments[512]; /* the root module's, without its file name */
	uint32_t superpages;    /* pages of 4 MB that programs have at this moment, where the processor has such */
	uint32_t unused;
};
#endif
#endif
