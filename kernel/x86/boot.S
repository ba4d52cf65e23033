/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the boot loader to kernel_main, and back to a conductor.
 *
 * The kernel is linked at PHYSICAL_WINDOW + its physical address. Until paging is on it runs in segments whose base is
 * the difference, modulo 2^32: the same code, the same pointers, all 4 GB of physical memory within reach.
 *
 * Initial machine state, all of it set here or in boot.c, nothing else taken from the loader: IF, DF clear; GDT, IDT,
 * LDT (null), TR, all segment registers; CR0, CR3, CR4 (where there is one); DR7; the interrupt controllers, the timer and the serial port
 * (machine.c). The loader's part: 32-bit protected mode without paging, flat segments, eax and ebx of Multiboot.
 */
#include <layout.h>
#include <x86.h>
#include "offsets.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 3 /* modules on page boundaries; memory information */

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl boot_entry

boot_entry:
	cli
	cld
	lgdt	boot_gdt_pointer - PHYSICAL_WINDOW
	mov	$SELECTOR_KERNEL_DATA, %ecx
	mov	%ecx, %ds
	mov	%ecx, %es
	mov	%ecx, %ss
	mov	$boot_stack_top, %esp
	ljmp	$SELECTOR_KERNEL_CODE, $1f
1:	push	%ebx
	push	%eax
	xor	%eax, %eax
	mov	%eax, %dr7
	mov	%cr0, %eax		/* paging off even if a loader left it on */
	and	$~CR0_PAGING, %eax
	mov	%eax, %cr0
	call	boot_prepare		/* (Multiboot magic, information) */
	mov	$kernel_directory - PHYSICAL_WINDOW, %eax
	mov	%eax, %cr3
	mov	$CR0_KERNEL | CR0_PAGING, %eax
	mov	%eax, %cr0
	/* Linear addresses are still physical ones: the directory maps those, too, until gdt_init has run. */
	lgdt	flat_gdt_pointer
	ljmp	$SELECTOR_KERNEL_CODE, $1f
1:	mov	$SELECTOR_KERNEL_DATA, %ecx
	mov	%ecx, %ds
	mov	%ecx, %es
	mov	%ecx, %ss
	call	kernel_main		/* returns the first thread's TCB */
	jmp	kernel_exit

/*
 * leave_to_conductor(code, block): switches paging off and jumps to the address in the first word of the conductor's block
 * (a physical address), with the second word as stack pointer, eax = code, flat segments, interrupts off. The identity
 * mapping must be in place. No return.
 */
	.globl leave_to_conductor
leave_to_conductor:
	mov	4(%esp), %eax
	mov	8(%esp), %edx
	lgdt	leave_gdt_pointer
	ljmp	$SELECTOR_KERNEL_CODE, $(1f - PHYSICAL_WINDOW)
1:	mov	$SELECTOR_KERNEL_DATA, %ecx
	mov	%ecx, %ds
	mov	%ecx, %es
	mov	%ecx, %fs
	mov	%ecx, %gs
	mov	%ecx, %ss
	mov	%cr0, %ecx
	and	$~CR0_PAGING, %ecx
	mov	%ecx, %cr0
	jmp	1f
1:	xor	%ecx, %ecx
	mov	%ecx, %cr3
	lgdt	leave_gdt_pointer_physical - PHYSICAL_WINDOW
	mov	4(%edx), %esp
	jmp	*(%edx)

	.data
	.balign 8
boot_gdt: /* base = -PHYSICAL_WINDOW, limit 4 GB */
	.quad 0
	.quad 0x00cf9b000000ffff | ((-PHYSICAL_WINDOW & 0xff000000) << 32)
	.quad 0x00cf93000000ffff | ((-PHYSICAL_WINDOW & 0xff000000) << 32)
flat_gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
boot_gdt_pointer:
	.word 23
	.long boot_gdt - PHYSICAL_WINDOW
flat_gdt_pointer:
	.word 23
	.long flat_gdt
leave_gdt_pointer:
	.word 23
	.long flat_gdt
leave_gdt_pointer_physical:
	.word 23
	.long flat_gdt - PHYSICAL_WINDOW

	.bss
	.balign 16
	.skip 4096
boot_stack_top:
	.skip 4096
	.globl panic_stack_top
panic_stack_top:

	.section .note.GNU-stack, "", @progbits
