/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The thread control block. A TCB and its thread's kernel stack fill one block, which `placement` aligns and `tcbs` finds:
 *
 *   block                                              block + TCB_BLOCK_SIZE
 *   | kernel stack, grows down <-------- | struct tcb      |
 *                                        ^ struct tcb *, and the bottom of the stack
 *
 * The structure begins with the frame that the processor pushes at a kernel entry from user level. So right
 * after an entry esp *is* the address of the caller's TCB, every field is at a constant distance from esp, and
 * the same displacements serve for the caller (from esp) and the partner (from ebp). Both base registers
 * select the stack segment, which the processor has just loaded with a flat kernel descriptor: the
 * IPC path reaches everything without touching a data segment register.
 *
 * Fields in the first two lines of 32 bytes are those that a short message touches.
 */
#ifndef KERNEL_TCB_H
#define KERNEL_TCB_H

#include <placement.h>

#define TCB_BLOCK_SIZE (1 << TCB_BLOCK_SHIFT)
#define TCB_STRUCT_SIZE 192
#define TCB_OFFSET (TCB_BLOCK_SIZE - TCB_STRUCT_SIZE) /* of struct tcb in its block */
#define TCB_FRAME_SIZE 20                             /* the processor's frame: esp0 = tcb + 20 */

/*
 * What anything unusual about a sender is to the fast path: a priority above all others, so that the test of the receiver's
 * priority leads out, where it is looked at. Threads queue to send to it: no reply-and-wait by the fast path. It holds
 * something of the processor that has to be taken away (holder.h): no switch by the fast path at all.
 */
#define URGENCY_QUEUED 0xfffffffe
#define URGENCY_HOLDER 0xffffffff

#ifndef __ASSEMBLER__
#include <ids.h>
#include <mapping.h>
#include <message.h>
#include <ready_queue.h>
#include <spaces.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syscall.h>
#include <thread_numbers.h>
#include <wakeup_queue.h>

struct space;

/* What a thread waits for, besides the open or closed receive that `wait` describes. */
enum blocked {
	BLOCKED_NOT = 0,   /* ready, or in a receive that `wait` describes */
	BLOCKED_SENDING,   /* in the send queue of `partner` */
	BLOCKED_RECEIVING, /* in a receive that the fast path must not complete: from `partner`, or ID_ANY, or nobody */
	BLOCKED_TRANSFER,  /* receives a message with strings from `source`, and from nobody else */
	BLOCKED_PARTNER,   /* sends a message with strings to a thread that waits for the answer to a fault */
	BLOCKED_HALTED,    /* would be ready, but is halted */
	BLOCKED_INACTIVE,  /* no thread: never created, or deleted */
};

/* Which message the kernel sends in the thread's name. */
enum fault { FAULT_NONE = 0, FAULT_PAGE, FAULT_EXCEPTION, FAULT_INTERRUPT /* always, of a hardware thread */ };

/* The processor's frame at an entry from user level. A kernel thread (idle) has the first three words only. */
struct entry_frame {
	uint32_t eip, cs, eflags, esp, ss;
};

/* General registers as PUSHA leaves them, below the frame and the error code. */
struct registers {
	uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
	uint32_t error_code;
};

struct tcb {
	/* first line */
	struct entry_frame frame;
	uint32_t id;               /* 0: no thread */
	uint32_t wait;             /* sender the fast path may complete a receive with, ID_ANY, or ID_NIL: none */
	uint32_t priority;         /* 0..255 */
	/* second line */
	uint32_t urgency;          /* priority; URGENCY_QUEUED while threads wait to send to this one; URGENCY_HOLDER */
	struct ready_links ready;  /* position in the ready queue */
	struct utcb *utcb;         /* message buffer, as the kernel addresses it */
	struct spaces_tcb spaces;  /* what a switch to this thread loads: at most four words */
	/* cold */
	struct tcb *send_queue;    /* threads waiting to send to this one, oldest first, circular; or 0 */
	enum blocked blocked;
	uint32_t partner;          /* while blocked: whom it sends to or receives from */
	struct tcb *send_next, *send_previous; /* in the partner's send_queue */
	bool receive_pending;      /* ready, or halted, but its receive phase has still to run */
	bool moved;                /* its instruction pointer has been exchanged since its IPC began: it is not behind the call any more */
	bool halted;               /* its IPC goes on, by the slow path; its program does not */
	bool dying;                /* being deleted: no lookup finds it, `item` tells whom it has been aborted for */
	uint8_t holds;             /* HOLDS_… (holder.h): what of the processor is set up for it alone */
	bool send_pending;         /* in the midst of a message with strings: goes on with it when it runs next */
	enum fault fault;          /* a message in its name is being sent, or answered */
	uint32_t fault_word[2];
	uint16_t item, string;             /* of its message's typed items, how many are transferred; of these, strings; and of the next … */
	struct mapping_progress progress;  /* … so many pages */
	uint32_t string_done;              /* … or bytes */
	uint32_t offered;          /* who has transferred some of its message's typed items to this one … */
	uint32_t offered_to;       /* … and whom this one has to: they count if each says so of the other */
	uint32_t source;           /* whose message with strings is being transferred to this one; ID_NIL: nobody's */
	struct space *space;
	struct tcb *space_next, *space_previous; /* threads of the same space, circular */
	uint32_t pager;            /* id */
	uint32_t slice;            /* ticks it gets when the scheduler dispatches it */
	uint32_t slice_left;       /* ticks left when it was preempted */
	uint32_t utcb_address;     /* of its message buffer, as its program addresses it */
	struct thread_number number;
	void *fpu;                 /* where its floating-point state is kept (fpu_area.h); 0: it has not used the unit */
	struct wakeup wakeup;      /* while it waits with a timeout; perhaps stale: see the axis `scheduling` */
};

_Static_assert(sizeof(struct tcb) <= TCB_STRUCT_SIZE, "struct tcb outgrew its part of the block");
_Static_assert(offsetof(struct tcb, urgency) == 32, "the first line holds the frame, id, wait and priority");
_Static_assert(offsetof(struct tcb, send_queue) <= 64, "the second line holds what else a short message touches");

/* Brings tcb->urgency up to date after a change of its priority or send queue, or of what it holds. */
static inline void tcb_update_urgency(struct tcb *tcb)
{
	tcb->urgency = tcb->holds ? URGENCY_HOLDER : tcb->send_queue ? URGENCY_QUEUED : tcb->priority;
}

/* The general registers that `tcb` had at its last entry by the slow path. */
static inline struct registers *tcb_registers(struct tcb *tcb)
{
	return (struct registers *)tcb - 1;
}

/* When `tcb` runs next, it makes the call again that it is in, whose registers are unchanged: INT is two bytes. */
static inline void tcb_call_again(struct tcb *tcb)
{
	tcb->frame.eip -= SYSCALL_LENGTH;
}

static inline struct tcb *tcb_of_wakeup(struct wakeup *wakeup)
{
	return (struct tcb *)((char *)wakeup - offsetof(struct tcb, wakeup));
}

/* Ready to run, running included. */
static inline bool tcb_is_ready(const struct tcb *tcb)
{
	return tcb->wait == ID_NIL && tcb->blocked == BLOCKED_NOT;
}

/* In a send or receive that a timeout, or whoever cancels it, may end; not in the midst of a message with strings. */
static inline bool tcb_is_waiting(const struct tcb *tcb)
{
	return tcb->wait != ID_NIL || tcb->blocked == BLOCKED_SENDING || tcb->blocked == BLOCKED_RECEIVING;
}

#endif
#endif
