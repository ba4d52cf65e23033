/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The program's header, its first instructions, and those of every further thread.
 */
#include <layout.h>
#include <program.h>
#include "runtime.h"

/* program.ld cannot include layout.h and repeats these two. */
#if PHYS_SIGMA0 != 0x00200000 || PHYS_ROOT != 0x00280000 || PHYS_ROOT_END != 0x00400000
#error program.ld does not know these addresses
#endif

	.section .header, "a"
	.globl program_header
program_header:
	.long PROGRAM_MAGIC
	.long program_header
	.long program_entry
	.long program_file_end
	.long program_memory_end
	.long program_stack_end
	.long RUNTIME_UTCBS
	.long 0

	.text

/* eax own id, ebx own UTCB, edx the creator's id; esp the end of program_stack. */
	.globl program_entry
program_entry:
	cld
	push %edx
	push %eax
	push %ebx
	call runtime_start
1:	jmp 1b

/* Registers as above; on the stack the thread's function and its argument, put there by thread_start. */
	.globl thread_entry
thread_entry:
	cld
	pop %ecx
	push %edx
	push %eax
	push %ebx
	call *%ecx
	call thread_end
1:	jmp 1b

	.section .bss.stack, "aw", @nobits
	.balign 16
program_stack:
	.skip RUNTIME_STACK
program_stack_end:

	.section .note.GNU-stack, "", @progbits
