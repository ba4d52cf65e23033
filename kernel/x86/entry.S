/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel entries for everything but the IPC fast path (ipc.S), and the one way out.
 *
 * At an entry from user level the processor has pushed its frame into the current TCB: esp == TCB. Below it come an
 * error code and the general registers (struct registers), then the stack of the C part:
 *
 *   TCB + 0     eip, cs, eflags, esp, ss          (TCB_FRAME_SIZE)
 *   TCB - 4     error code, or 0
 *   TCB - 36    edi … eax, as PUSHA leaves them
 *
 * The C part is called with the TCB and returns the TCB of the thread to go on with, all switching done. The
 * idle thread runs in ring 0 with esp == TCB + 12, so that its three-word frame comes to lie at TCB + 0, too.
 */
#include <ids.h>
#include <layout.h>
#include <message.h>
#include <syscall.h>
#include <tcb.h>
#include <x86.h>
#include "entry.inc"
#include "offsets.h"
#include <tables.inc>
#include <segments.inc>

	.text
/*
 * IPC that is not a short message to a waiting receiver, and all other calls. In: registers as the program set
 * them, but for ebp. esp == TCB.
 */
	.globl kernel_entry_slow
kernel_entry_slow:
	cmp	$TAG_SYSCALL | SYS_MY_ID, %eax
	je	my_id
	push	$0
	pusha
	SEGMENTS_ENTER_C
	ENTER_C
	push	%eax
	call	kernel_call
	jmp	kernel_exit

/* The null call: nothing but the way in and out, and the answer. */
my_id:
	mov	TCB_ID(%esp), %esi
	xor	%eax, %eax
	SEGMENTS_LEAVE
my_id_iret:
	iret

/* eax: the TCB to run. Its frame and registers are below it; segments, page directory and TSS are switched. */
	.globl kernel_exit
kernel_exit:
	cmpb	$0, TCB_SEND_PENDING(%eax)
	jne	go_on
	lea	-REGISTERS_SIZE(%eax), %esp
	LOAD_DS_ES SELECTOR_USER_DATA, %ecx
	popa
	add	$4, %esp
kernel_exit_iret:
	iret

/*
 * The thread is in the midst of a long message, and its registers stay where they are. Interrupts are let in, between NOP and CLI
 * only (STI takes effect an instruction later), and the message goes on.
 */
go_on:
	mov	%eax, %esp
kernel_go_on_entry:
	sub	$REGISTERS_SIZE, %esp
	sti
	nop
go_on_interrupted:
	cli
	lea	REGISTERS_SIZE(%esp), %eax
	push	%eax
	call	kernel_go_on
	jmp	kernel_exit

/* ---- exceptions ---------------------------------------------------------------------------------- */

/* One entry per vector, so that the vector is known: has_code tells whether the processor pushed an error code. */
.macro EXCEPTION vector, has_code
exception_\vector:
	.if !\has_code
	push	$0
	.endif
	testb	$3, 8(%esp)
	jz	1f
	pusha
	mov	$\vector, %edx
	jmp	exception_from_user
1:	pusha
	mov	$\vector, %edx
	jmp	exception_from_kernel
.endm

	EXCEPTION 0, 0
	EXCEPTION 1, 0
	EXCEPTION 2, 0
	EXCEPTION 3, 0
	EXCEPTION 4, 0
	EXCEPTION 5, 0
	EXCEPTION 6, 0
	EXCEPTION 7, 0
	EXCEPTION 8, 1
	EXCEPTION 9, 0
	EXCEPTION 10, 1
	EXCEPTION 11, 1
	EXCEPTION 12, 1
	EXCEPTION 13, 1
	EXCEPTION 14, 1
	EXCEPTION 15, 0
	EXCEPTION 16, 0
	EXCEPTION 17, 1
	EXCEPTION 18, 0
	EXCEPTION 19, 0
	EXCEPTION 20, 0
	EXCEPTION 21, 0
	EXCEPTION 22, 0
	EXCEPTION 23, 0
	EXCEPTION 24, 0
	EXCEPTION 25, 0
	EXCEPTION 26, 0
	EXCEPTION 27, 0
	EXCEPTION 28, 0
	EXCEPTION 29, 0
	EXCEPTION 30, 0
	EXCEPTION 31, 0

exception_from_user:
	mov	%ds, %ecx
	mov	%es, %ebx
	xor	$SELECTOR_USER_DATA, %ecx
	xor	$SELECTOR_USER_DATA, %ebx
	or	%ecx, %ebx		/* not 0: the program had changed DS or ES */
	LOAD_DS_ES SELECTOR_KERNEL_DATA, %ecx
	ENTER_C
	push	%ebx
	push	%edx
	push	%eax
	call	kernel_exception
	jmp	kernel_exit

/*
 * An exception in ring 0 is a defect, with one exception: IRET faults when the program's own state is bad (an
 * instruction pointer beyond its segment). Then the program's frame is still in the TCB; what the processor pushed
 * below it is dropped, and the fault becomes the program's.
 * esp: edi … eax, error code, eip, cs, eflags.
 */
exception_from_kernel:
	cmpl	$kernel_exit_iret, 36(%esp)
	je	iret_fault
	cmpl	$my_id_iret, 36(%esp)
	je	iret_fault
	cmpl	$ipc_iret, 36(%esp)
	je	iret_fault
	LOAD_DS_ES SELECTOR_KERNEL_DATA, %ecx
	cld
	mov	%esp, %eax
	mov	$panic_stack_top, %esp
	push	%edx
	push	%eax
	call	panic_exception

iret_fault:
	mov	32(%esp), %eax		/* the error code, to TCB - 4, where eflags is no longer needed */
	mov	%eax, 44(%esp)
	mov	%edx, -4(%esp)		/* the vector, below all that moves */
	popa
	add	$12, %esp
	pusha
	mov	-16(%esp), %edx
	jmp	exception_from_user

	.globl double_fault_entry
double_fault_entry:
	call	panic_double_fault

/* ---- interrupts ---------------------------------------------------------------------------------- */

.macro INTERRUPT line
interrupt_\line:
	push	$0
	pusha
	mov	$\line, %edx
	jmp	interrupt_common
.endm

	INTERRUPT 0
	INTERRUPT 1
	INTERRUPT 2
	INTERRUPT 3
	INTERRUPT 4
	INTERRUPT 5
	INTERRUPT 6
	INTERRUPT 7
	INTERRUPT 8
	INTERRUPT 9
	INTERRUPT 10
	INTERRUPT 11
	INTERRUPT 12
	INTERRUPT 13
	INTERRUPT 14
	INTERRUPT 15

interrupt_common:
	testb	$3, REGISTERS_SIZE + 4(%esp)
	jz	interrupt_in_kernel
interrupt_of_thread:
	LOAD_DS_ES SELECTOR_KERNEL_DATA, %ecx
	ENTER_C
	push	%edx
	push	%eax
	call	kernel_interrupt
	jmp	kernel_exit

/* The idle thread's frame is a thread's. In the midst of a long message, its thread's registers lie above all that was saved here. */
interrupt_in_kernel:
	cmpl	$go_on_interrupted, REGISTERS_SIZE(%esp)
	jne	interrupt_of_thread
	add	$REGISTERS_SIZE + 12, %esp
	jmp	interrupt_of_thread

/* The idle thread, in ring 0 with interrupts on. */
	.globl idle_loop
idle_loop:
	hlt
	jmp	idle_loop

	.section .rodata
	.balign 4
	.globl exception_entries, interrupt_entries
exception_entries:
	.long exception_0, exception_1, exception_2, exception_3
	.long exception_4, exception_5, exception_6, exception_7
	.long exception_8, exception_9, exception_10, exception_11
	.long exception_12, exception_13, exception_14, exception_15
	.long exception_16, exception_17, exception_18, exception_19
	.long exception_20, exception_21, exception_22, exception_23
	.long exception_24, exception_25, exception_26, exception_27
	.long exception_28, exception_29, exception_30, exception_31
interrupt_entries:
	.long interrupt_0, interrupt_1, interrupt_2, interrupt_3
	.long interrupt_4, interrupt_5, interrupt_6, interrupt_7
	.long interrupt_8, interrupt_9, interrupt_10, interrupt_11
	.long interrupt_12, interrupt_13, interrupt_14, interrupt_15

	.section .note.GNU-stack, "", @progbits
