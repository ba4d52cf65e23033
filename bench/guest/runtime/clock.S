/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Readings of the time stamp counter. Not for every processor, hence the names: who calls cpuid_<feature>_… has
 * looked for the feature. CPUID itself, the usual serialising instruction, would exit to a hypervisor.
 */
	.text

/* Pentium and successors up to the first with SSE2. An in-order processor needs no fence. */
	.balign 16
	.globl cpuid_tsc_clock_read
	.type cpuid_tsc_clock_read, @function
cpuid_tsc_clock_read:
	.byte 0x0f, 0x31		/* rdtsc: the assembler is held to the 486's instructions */
	ret
	.size cpuid_tsc_clock_read, . - cpuid_tsc_clock_read

/* LFENCE waits for all instructions before it, and holds up all behind it. */
	.balign 16
	.globl cpuid_sse2_clock_read
	.type cpuid_sse2_clock_read, @function
cpuid_sse2_clock_read:
	.byte 0x0f, 0xae, 0xe8		/* lfence */
	.byte 0x0f, 0x31		/* rdtsc */
	.byte 0x0f, 0xae, 0xe8		/* lfence */
	ret
	.size cpuid_sse2_clock_read, . - cpuid_sse2_clock_read

	.section .note.GNU-stack, "", @progbits
