/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The header at the start of a boot module: a flat image, linked at its canonical address (layout.h).
 */
#ifndef KERNEL_ABI_PROGRAM_H
#define KERNEL_ABI_PROGRAM_H

#define PROGRAM_MAGIC 0x47504b55 /* "UKPG" */
#define PROGRAM_HEADER_SIZE 32

#ifndef __ASSEMBLER__
#include <stdint.h>

struct program_header {
	uint32_t magic;      /* PROGRAM_MAGIC */
	uint32_t base;       /* address of this header: PHYS_SIGMA0 or PHYS_ROOT */
	uint32_t entry;      /* first instruction; registers as for a new thread: eax own id, ebx UTCB, edx creator */
	uint32_t file_end;   /* end of the bytes in the file */
	uint32_t memory_end; /* end with bss, which the kernel clears */
	uint32_t stack;      /* initial stack pointer */
	uint32_t utcb;       /* address of the first thread's UTCB: a page below 4 MB that the image does not use */
	uint32_t reserved;   /* 0 */
};
_Static_assert(sizeof(struct program_header) == PROGRAM_HEADER_SIZE, "read by assembler and linker script");
#endif
#endif
