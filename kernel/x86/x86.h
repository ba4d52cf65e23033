/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The processor: selectors, descriptors, page-table entries, control registers; ports by port_io.h.
 */
#ifndef KERNEL_X86_H
#define KERNEL_X86_H

/* Selectors. Kernel code, kernel data, user code, user data in this order: SYSENTER demands it. */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_CODE 0x1b
#define SELECTOR_USER_DATA 0x23
#define SELECTOR_TSS 0x28
#define SELECTOR_DOUBLE_FAULT_TSS 0x30
#define SELECTOR_PORTS_TSS 0x38 /* SELECTOR_TSS's, with the bitmap of ports within its limit */
#define GDT_ENTRIES 8

/* High halves of flat 4 KB-granular descriptors, accessed bit set so that loading them never writes the GDT. */
#define DESCRIPTOR_KERNEL_CODE 0x00cf9b00
#define DESCRIPTOR_KERNEL_DATA 0x00cf9300
#define DESCRIPTOR_USER_DATA 0x00c0f300 /* without limit bits 19..16 and base */
#define DESCRIPTOR_CODE_BIT 0x00000800  /* a readable code segment instead of a writable data segment */

#define EFLAGS_RESERVED 0x00000002
#define EFLAGS_INTERRUPT 0x00000200
#define EFLAGS_USER_INITIAL (EFLAGS_RESERVED | EFLAGS_INTERRUPT)
#define EFLAGS_CPUID 0x00200000
/* What another one may set for a program: arithmetic flags, trap, direction, alignment check. */
#define EFLAGS_USER 0x00040dd5
/* Read as 0 and ignored by IRET ever since there is protected mode with paging: the kernel's, in a frame that waits. */
#define EFLAGS_SPARE 0x00008000

#define CR0_PROTECTED 0x00000001
#define CR0_MONITOR 0x00000002
#define CR0_EMULATE 0x00000004
#define CR0_TASK_SWITCHED 0x00000008
#define CR0_EXTENSION 0x00000010
#define CR0_NUMERIC_ERROR 0x00000020
#define CR0_WRITE_PROTECT 0x00010000
#define CR0_PAGING 0x80000000
/* CR0 while the kernel runs: caches on, write protection also for ring 0, floating point nobody's (fpu.h). */
#define CR0_KERNEL                                                                                 \
	(CR0_PROTECTED | CR0_MONITOR | CR0_TASK_SWITCHED | CR0_EXTENSION | CR0_NUMERIC_ERROR |     \
	 CR0_WRITE_PROTECT)

/* The processor's features by CPUID leaf 1, edx; all of these but the first come with CR4, or are part of it. */
#define FEATURE_FPU 0x00000001
#define FEATURE_VME 0x00000002
#define FEATURE_DE 0x00000004
#define FEATURE_PSE 0x00000008 /* pages of 4 MB */
#define FEATURE_TSC 0x00000010
#define FEATURE_MCE 0x00000080
#define FEATURE_PGE 0x00002000 /* global pages: loading CR3 leaves them in the TLB */
#define FEATURE_FXSR 0x01000000 /* FXSAVE */
#define FEATURE_SSE 0x02000000
#define FEATURES_WITH_CR4                                                                          \
	(FEATURE_VME | FEATURE_DE | FEATURE_PSE | FEATURE_TSC | FEATURE_MCE | FEATURE_PGE | FEATURE_FXSR)

#define CR4_PSE 0x00000010
#define CR4_PGE 0x00000080
#define CR4_FXSR 0x00000200            /* FXSAVE keeps SSE's registers, and SSE may be used */
#define CR4_SIMD_EXCEPTIONS 0x00000400 /* exception 19 */

/* Page-directory and page-table entries. */
#define PTE_PRESENT 0x001
#define PTE_WRITE 0x002
#define PTE_USER 0x004
#define PTE_ACCESSED 0x020
#define PTE_DIRTY 0x040
#define PTE_SUPERPAGE 0x080 /* in a directory entry: a page of 4 MB, not a table */
#define PTE_GLOBAL 0x100    /* stays in the TLB when CR3 is loaded, with CR4_PGE */
#define PTE_KERNEL_OWNED 0x200 /* software: a message buffer, which must not be mapped elsewhere */
#define PTE_FRAME 0xfffff000u

#define PAGE_FAULT_WRITE 2 /* bits of a page fault's error code */
#define PAGE_FAULT_USER 4

#define VECTOR_NMI 2
#define VECTOR_NO_FPU 7
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_NO_SEGMENT 11
#define VECTOR_STACK 12
#define VECTOR_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
#define VECTOR_INTERRUPT_0 0x20

#ifndef __ASSEMBLER__
#include <port_io.h>
#include <stdint.h>

struct descriptor {
	uint32_t low, high;
};

/* The two fields of the TSS that an entry from user level reads stand first; the rest is constant. */
struct tss {
	uint32_t link, esp0, ss0, unused[22];
	uint16_t trap, io_map;
};

static inline uint32_t read_cr0(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uint32_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

/* Clears CR0.TS. */
static inline void clear_task_switched(void)
{
	__asm__ volatile("clts" : : : "memory");
}

static inline uint32_t read_cr2(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint32_t read_cr3(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

/* Loads a page directory (physical address); flushes the TLB. */
static inline void write_cr3(uint32_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

/* Removes the TLB entry of one linear address. */
static inline void invalidate_page(uint32_t linear)
{
	__asm__ volatile("invlpg (%0)" : : "r"(linear) : "memory");
}

/* Loads a selector (0, or the user data segment's) into FS and GS, whose hidden parts then hold what the GDT holds now. */
static inline void load_fs_gs(uint32_t selector)
{
	__asm__ volatile("mov %0, %%fs; mov %0, %%gs" : : "r"(selector));
}

/* What FS and GS select, in bits 15..0 and 31..16. */
static inline uint32_t read_fs_gs(void)
{
	uint32_t fs, gs;

	__asm__ volatile("mov %%fs, %0; mov %%gs, %1" : "=r"(fs), "=r"(gs));
	return (fs & 0xffff) | gs << 16;
}
#endif
#endif
