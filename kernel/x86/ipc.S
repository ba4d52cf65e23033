/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IPC fast path: a call, or a reply-and-wait, whose message has no typed items, to a thread that is waiting for it.
 * Everything else goes to the C part (kernel_entry_slow) with all argument registers intact.
 *
 * In:  esp == caller's TCB (see tcb.h), interrupts off, user data segments.
 *      eax destination, edx source to receive from, esi tag, ecx timeouts, and what `messages` says of ebx, edi.
 * Out: the receiver runs, eax = sender's id, esi = tag; ecx, edx, ebp undefined.
 * ebp == receiver's TCB from the third instruction on. All memory is reached through esp, ebp or an SS override.
 *
 * Each test below is one precondition; the first failed one leads out. Past "point of no return" nothing fails.
 */
#include <ids.h>
#include <layout.h>
#include <message.h>
#include <tcb.h>
#include <x86.h>
#include "offsets.h"
#include <messages.inc>
#include <scheduling.inc>
#include <spaces.inc>

/*
 * IPC_PATH buffered, not_fast: one instance of the path; not_fast: where a tag goes that is none of its kind. How many
 * instances there are, and what `buffered` tells them, is up to `messages` (MESSAGES_PATHS). Number 0 comes first.
 */
.macro IPC_PATH buffered, not_fast
	/* A short message, received with no timeout: everything unusual is a bit of the tag. */
	MESSAGES_TEST_TAG \buffered, \not_fast

	/* The destination exists in this version: an unused TCB has id 0, and number 0 has an id no program can name. */
	mov	%eax, %ebp
	and	$ID_NUMBER_MASK, %ebp
	add	$(TCB_ARRAY + TCB_OFFSET), %ebp
	cmp	%eax, TCB_ID(%ebp)
	jne	kernel_entry_slow

	/* A call waits for its own partner, so nobody who queues to send to the caller can be received from. */
	cmp	%eax, %edx
	jne	ipc_not_call_\buffered
	/* The receiver waits for anybody, or for the caller. */
	cmpl	$ID_ANY, TCB_WAIT(%ebp)
	jne	ipc_call_closed_\buffered
ipc_call_accepted_\buffered:
	/* No ready thread has a higher priority than the receiver. eax == edx: eax may be destroyed. */
	SCHEDULING_TEST_RECEIVER %eax, ipc_call_refused_\buffered

	/* ---- point of no return: the caller blocks ---- */
	mov	%edx, TCB_WAIT(%esp)
	mov	TCB_ID(%esp), %eax

ipc_deliver_\buffered:
	MESSAGES_TRANSFER \buffered
	movl	$ID_NIL, TCB_WAIT(%ebp)
	SCHEDULING_SWITCH
	SPACES_SWITCH
	lea	TCB_FRAME_SIZE(%ebp), %ecx
	mov	%ecx, %ss:tss + TSS_ESP0
	mov	%ebp, %esp
	LEAVE \buffered

ipc_call_closed_\buffered:
	mov	TCB_ID(%esp), %eax
	cmp	%eax, TCB_WAIT(%ebp)
	mov	%edx, %eax
	je	ipc_call_accepted_\buffered
	jmp	kernel_entry_slow
ipc_call_refused_\buffered:
	mov	%edx, %eax
	jmp	kernel_entry_slow

ipc_not_call_\buffered:
	/* Reply and wait: an open receive, and nobody in the queue, or its first would have to be received from. */
	cmp	$ID_ANY, %edx
	jne	kernel_entry_slow
	cmpl	$0, TCB_SEND_QUEUE(%esp)
	jne	kernel_entry_slow
	/* edx is known from here on and may be destroyed. */
	SCHEDULING_TEST_RECEIVER %edx, ipc_reply_refused_\buffered
	mov	TCB_ID(%esp), %edx
	cmp	%edx, TCB_WAIT(%ebp)
	jne	ipc_reply_open_\buffered
ipc_reply_accepted_\buffered:
	/* ---- point of no return ---- */
	movl	$ID_ANY, TCB_WAIT(%esp)
	mov	%edx, %eax
	jmp	ipc_deliver_\buffered
ipc_reply_open_\buffered:
	cmpl	$ID_ANY, TCB_WAIT(%ebp)
	je	ipc_reply_accepted_\buffered
ipc_reply_refused_\buffered:
	mov	$ID_ANY, %edx
	jmp	kernel_entry_slow
.endm

/* All instances of the path leave by one IRET, so that a fault in it is known by its address (entry.S). */
.macro LEAVE buffered
	.if \buffered
	jmp	ipc_iret
	.else
	.globl ipc_iret
ipc_iret:
	iret
	.endif
.endm

	.section .text.ipc, "ax"
	.balign 32
	.globl kernel_entry
kernel_entry:
	MESSAGES_PATHS

	.section .note.GNU-stack, "", @progbits
