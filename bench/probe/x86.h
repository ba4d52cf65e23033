/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The processor, as far as the probe needs it. The probe shares no code with the kernel, only the exit codes: a
 * defect of the kernel's must not hide in the image that judges the machine.
 */
#ifndef PROBE_X86_H
#define PROBE_X86_H

/* Where the image is linked. boot.S computes the IDT from it when it is assembled, so that exceptions are caught from
 * the first instruction on; it has to be a multiple of 64 KB. */
#define IMAGE_BASE 0x00100000

#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_CODE 0x1b
#define USER_DATA 0x23
#define TSS_SELECTOR 0x28
#define LIMITED 0x33 /* descriptor of the segment-limit tests, rewritten for each */
#define SPARE 0x3b   /* a second one */
#define GDT_ENTRIES 8

#define GATE_RETURN 0x80  /* user level may call it: ends run_user() */
#define GATE_KERNEL 0x81  /* user level may not call it */
#define GATE_BOUNCE 0x82  /* user level may call it: an iret and nothing else */
#define IDT_ENTRIES 0x83
#define IRQ_BASE 0x20

#define TRAP_NONE 0xffff /* guard() caught nothing */
#define VECTOR_UD 6
#define VECTOR_NP 11
#define VECTOR_SS 12
#define VECTOR_GP 13
#define VECTOR_PF 14

#define CR0_WP 0x00010000
#define CR0_PG 0x80000000
#define CR4_TSD 0x004
#define CR4_PSE 0x010
#define CR4_PGE 0x080
#define CR4_PCE 0x100

#define FEATURE_PSE 0x00000008
#define FEATURE_TSC 0x00000010
#define FEATURE_MSR 0x00000020
#define FEATURE_SEP 0x00000800
#define FEATURE_PGE 0x00002000

#define EFLAGS_IF 0x00000200
#define EFLAGS_ID 0x00200000

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* Low half of the time-stamp counter. No test lasts the four seconds or so in which it wraps. */
static inline uint32_t ticks(void)
{
	uint32_t low;

	__asm__ volatile("rdtsc" : "=a"(low) : : "edx", "memory");
	return low;
}

static inline uint32_t read_cr4(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(uint32_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint32_t read_cr0(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(uint32_t value)
{
	/* A jump follows a change of CR0.PG: the 486 prefetches. */
	__asm__ volatile("mov %0, %%cr0; jmp 1f; 1:" : : "r"(value) : "memory");
}

static inline uint32_t read_cr3(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline void write_cr3(uint32_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint32_t read_cr2(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline void write_msr(uint32_t msr, uint32_t low, uint32_t high)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"(low), "d"(high) : "memory");
}

static inline uint32_t read_msr(uint32_t msr)
{
	uint32_t low;

	__asm__ volatile("rdmsr" : "=a"(low) : "c"(msr) : "edx", "memory");
	return low;
}

static inline uint32_t read_counter(uint32_t number)
{
	uint32_t low;

	__asm__ volatile("rdpmc" : "=a"(low) : "c"(number) : "edx", "memory");
	return low;
}

/* a * b / c; the quotient must fit in 32 bits. (libgcc's 64-bit division is not there.) */
static inline uint32_t scale(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t quotient, high, low;

	__asm__("mull %3" : "=a"(low), "=d"(high) : "a"(a), "rm"(b) : "cc");
	if (high >= c)
		return 0xffffffffu;
	__asm__("divl %4" : "=a"(quotient), "=d"(high) : "a"(low), "d"(high), "rm"(c) : "cc");
	return quotient;
}
#endif

#endif
