/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A small conductor: a Multiboot image in the range that the kernel leaves alone. It runs the kernel of its
 * first module twice in one boot.
 */
#include <layout.h>

	.section .multiboot, "a"
	.long 0x1badb002, 3, -(0x1badb002 + 3)

	.text
	.globl start
start:
	mov	$stack_top, %esp
	push	%ebx
	call	conduct
1:	cli
	hlt
	jmp	1b

/*
 * run_kernel(entry, multiboot_information): starts a kernel as a Multiboot loader does, with garbage in the rest of the machine
 * state, and returns its exit code. The kernel comes back to `returned` by the two words at return_block.
 */
	.globl run_kernel
run_kernel:
	push	%ebx
	push	%esi
	push	%edi
	push	%ebp
	mov	20(%esp), %edx
	mov	24(%esp), %ebx
	mov	%esp, return_block + 4
	mov	$0x2badb002, %eax
	mov	$0x5a5a5a5a, %ecx
	mov	%ecx, %esi
	mov	%ecx, %edi
	mov	%ecx, %ebp
	std
	jmp	*%edx
returned:
	cld
	lidt	no_idt
	pop	%ebp
	pop	%edi
	pop	%esi
	pop	%ebx
	ret

	.data
	.balign 8
	.globl return_block
return_block:
	.long returned, 0
no_idt:
	.word 0
	.long 0

	.bss
	.skip 8192
stack_top:

	.section .note.GNU-stack, "", @progbits
