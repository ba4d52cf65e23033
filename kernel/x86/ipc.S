/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IPC fast path: a call, or a reply-and-wait, whose message has no typed items, to a thread that is waiting for it.
 * Everything else goes to the C part (kernel_entry_slow) with all argument registers intact.
 *
 * In:  esp == caller's TCB (see tcb.h), interrupts off.
 *      eax tag, esi destination, edx source to receive from, ecx timeouts if the tag says so, and what `messages` says of ebx, edi.
 * Out: the receiver runs, eax = tag, esi = sender's id; ecx, edx, ebp undefined.
 * ebp == receiver's TCB while its fields are needed, then the kernel's hot data. All memory is reached through esp or ebp, or an
 * address after KERNEL_DATA (`segments`). The order of instructions is for the Pentium's two pipelines; a 486 does not mind it.
 *
 * Each test below is one precondition; the first failed one leads out. Past "point of no return" nothing fails.
 */
#include <ids.h>
#include <layout.h>
#include <message.h>
#include <tcb.h>
#include <x86.h>
#include "entry.inc"
#include "offsets.h"
#include <tables.inc>
#include <segments.inc> /* first: the others use it */
#include "ready_queue.inc"
#include <messages.inc>
#include <scheduling.inc>
#include <spaces.inc>
#include <switching.inc>
#include <tcbs.inc>

/*
 * IPC_PATH buffered, not_fast: one instance of the path; not_fast: where a tag goes that is none of its kind. How many
 * instances there are, and what `buffered` tells them, is up to `messages` (MESSAGES_PATHS). Number 0 comes first.
 */
.macro IPC_PATH buffered, not_fast
	/* A short message, received with no timeout: everything unusual is a bit of the tag. ecx holds no timeouts then. */
	MESSAGES_TEST_TAG \buffered, \not_fast

	TCBS_BEGIN
	SWITCHING_LOOK_AT_SENDER
	TCBS_FIND
	cmp	%esi, %edx
	jne	ipc_not_call_\buffered

	/* ---- a call: it waits for its own partner, so nobody who queues to send to the caller can be received from ---- */

	/* The destination exists in this version: an unused TCB has id 0, and number 0 has an id no program can name. */
	cmp	%esi, TCB_ID(%ebp)
	jne	kernel_entry_slow
	/* The receiver waits for anybody, or for the caller. esi == edx: esi may be destroyed. */
	mov	TCB_WAIT(%ebp), %esi
	cmp	$ID_ANY, %esi
	jne	ipc_call_closed_\buffered
ipc_call_accepted_\buffered:
	/* Whether the receiver may run, if `switching` wants to know before the message is taken. */
	SWITCHING_TEST_CALL ipc_call_retest_\buffered, ipc_call_refused_\buffered

ipc_call_commit_\buffered:
	/* ---- point of no return: the caller waits for its partner, who is no longer waiting ---- */
	mov	%edx, TCB_WAIT(%esp)
	xor	%edx, %edx		/* ID_NIL */
	mov	TCB_ID(%esp), %esi
	mov	%edx, TCB_WAIT(%ebp)

ipc_deliver_\buffered:
	MESSAGES_TRANSFER \buffered
	SWITCHING_SWITCH \buffered
	SPACES_SWITCH \buffered
ipc_leave_\buffered:
	LEAVE \buffered

	/* ---- reply and wait: an open receive ---- */
ipc_not_call_\buffered:
	cmp	$ID_ANY, %edx
	jne	kernel_entry_slow
	cmp	%esi, TCB_ID(%ebp)
	jne	kernel_entry_slow
	/* The destination is TCB_ID(%ebp), too: esi may be destroyed. */
	mov	TCB_ID(%esp), %esi
	cmp	%esi, TCB_WAIT(%ebp)
	jne	ipc_reply_open_\buffered
ipc_reply_accepted_\buffered:
	/* Likewise; and nobody queues to send to the caller, or the first would have to be received from: its urgency tells. */
	SWITCHING_TEST_REPLY ipc_reply_retest_\buffered, ipc_reply_refused_\buffered
ipc_reply_commit_\buffered:
	/* ---- point of no return ---- */
	mov	%edx, TCB_WAIT(%esp)
	xor	%edx, %edx		/* ID_NIL */
	mov	%edx, TCB_WAIT(%ebp)
	jmp	ipc_deliver_\buffered

	/* ---- out of line ---- */
ipc_call_closed_\buffered:
	cmp	TCB_ID(%esp), %esi
	je	ipc_call_accepted_\buffered
ipc_call_refused_\buffered:
	mov	%edx, %esi
	jmp	kernel_entry_slow
ipc_call_retest_\buffered:
	SWITCHING_RETEST_CALL ipc_call_commit_\buffered, ipc_call_refused_\buffered
ipc_reply_open_\buffered:
	cmpl	$ID_ANY, TCB_WAIT(%ebp)
	je	ipc_reply_accepted_\buffered
ipc_reply_refused_\buffered:
	mov	TCB_ID(%ebp), %esi
	jmp	kernel_entry_slow
ipc_reply_retest_\buffered:
	SWITCHING_RETEST_REPLY ipc_reply_commit_\buffered, ipc_reply_refused_\buffered
	SWITCHING_SWITCH_REST \buffered
	SPACES_SWITCH_REST \buffered, ipc_leave_\buffered
.endm

/* All instances of the path leave by one IRET, so that a fault in it is known by its address (entry.S). */
.macro LEAVE buffered
	SEGMENTS_LEAVE
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
	SEGMENTS_ENTER
	MESSAGES_PATHS
	SWITCHING_ROUTINES

	.section .note.GNU-stack, "", @progbits
