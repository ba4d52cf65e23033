/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the boot loader to probe_main; the gates; in and out of user level.
 */
#include "x86.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 3

	.section .boot, "awx"
	.globl image
image:
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.globl entry
entry:
	cli
	cld
	lidt	idt_pointer
	lgdt	gdt_pointer
	mov	$KERNEL_DATA, %ecx
	mov	%ecx, %ds
	mov	%ecx, %es
	mov	%ecx, %fs
	mov	%ecx, %gs
	mov	%ecx, %ss
	mov	$kernel_stack_top, %esp
	ljmp	$KERNEL_CODE, $1f
1:	pushl	$0
	popf				/* ends NT, IOPL, AC that a loader might have left */
	push	%ebx
	push	%eax
	call	probe_main		/* (Multiboot magic, information); no return */
1:	hlt
	jmp	1b

/* ---- gates ---------------------------------------------------------------------------------------------------- */

	.macro vector number
vector_\number:
	pushl	$\number
	jmp	common
	.endm

	/* These push an error code of their own; the others get one, for frames of one shape. */
	.irp	number, 8, 10, 11, 12, 13, 14, 17, 21, 29, 30
	vector	\number
	.endr
	.macro vector_without number
vector_\number:
	pushl	$0
	pushl	$\number
	jmp	common
	.endm
	.irp	number, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 31
	vector_without \number
	.endr
	.irp	number, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47
	vector_without \number
	.endr
	vector_without GATE_RETURN
	vector_without GATE_KERNEL

common:
	pusha
	push	%ds
	push	%es
	push	%fs
	push	%gs
	mov	$KERNEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	cld
	push	%esp
	call	trap			/* (frame): returns only for interrupts */
	add	$4, %esp
	pop	%gs
	pop	%fs
	pop	%es
	pop	%ds
	popa
	add	$8, %esp
	iret

bounce:
	iret

	.macro gate number, access
	.word	vector_\number - image, KERNEL_CODE, \access, IMAGE_BASE >> 16
	.endm

	.balign 8
idt:
	.irp	number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
	gate	\number, 0x8e00
	.endr
	.irp	number, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47
	gate	\number, 0x8e00
	.endr
	.fill	GATE_RETURN - 48, 8, 0
	gate	GATE_RETURN, 0xee00
	gate	GATE_KERNEL, 0x8e00
	.word	bounce - image, KERNEL_CODE, 0xee00, IMAGE_BASE >> 16
idt_pointer:
	.word	IDT_ENTRIES * 8 - 1
	.long	idt

	.balign 8
	.globl gdt
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cffb000000ffff
	.quad	0x00cff3000000ffff
	.quad	0, 0, 0
gdt_pointer:
	.word	GDT_ENTRIES * 8 - 1
	.long	gdt

	.text

/*
 * guard(action, argument): see probe.h. The innermost guard's stack pointer is in guard_top; there the next outer
 * one's is saved.
 */
	.globl guard
guard:
	push	%ebp
	push	%ebx
	push	%esi
	push	%edi
	pushl	guard_top
	mov	%esp, guard_top
	pushl	28(%esp)		/* argument */
	call	*28(%esp)		/* action: as far up again, by the push */
	mov	$TRAP_NONE, %eax
	jmp	1f

/* guard_return(vector): from trap(), out of the innermost guard. */
	.globl guard_return
guard_return:
	mov	4(%esp), %eax
	mov	$KERNEL_DATA, %ecx
	mov	%ecx, %fs
	mov	%ecx, %gs
1:	mov	guard_top, %esp
	popl	guard_top
	pop	%edi
	pop	%esi
	pop	%ebx
	pop	%ebp
	ret

/* user_iret(struct user_entry *): leaves for user level. */
	.globl user_iret
user_iret:
	mov	4(%esp), %edx
	pushl	16(%edx)
	pushl	12(%edx)
	pushl	8(%edx)
	pushl	4(%edx)
	pushl	(%edx)
	mov	20(%edx), %ecx
	mov	24(%edx), %eax
	mov	%ecx, %ds
	mov	%ecx, %es
	mov	%ecx, %fs
	mov	%ecx, %gs
	iret

/* User level begins here, eax = what to call. Should `int` not work there, its exception ends the call as well. */
	.globl user_start
user_start:
	call	*%eax
	.globl user_return
user_return:
	int	$GATE_RETURN
	ud2

	.globl user_forbidden_gate
user_forbidden_gate:
	int	$GATE_KERNEL
	ret

	.bss
	.globl guard_top
	.balign 4
guard_top:
	.skip	4
	.balign 4096
	.globl user_stack_top
user_stack:
	.skip	4096
user_stack_top:
	.skip	8192
kernel_stack_top:

	.section .note.GNU-stack, "", @progbits
