/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a thread's wait in an IPC begins and ends, for ipc.c alone. What others may ask for is in ipc.h.
 */
#ifndef KERNEL_IPC_WAIT_H
#define KERNEL_IPC_WAIT_H

#include <items.h>
#include <scheduling.h>
#include <stdint.h>
#include <tcb.h>

/* `tcb` waits no longer. It is ready, unless it is halted, but not queued. */
static inline void ipc_end_wait(struct tcb *tcb)
{
	tcb->wait = ID_NIL;
	tcb->blocked = tcb->halted ? BLOCKED_HALTED : BLOCKED_NOT;
	scheduling_wait_ended(tcb);
}

/* Ends the call of `tcb` with an error. It is ready afterwards, but not queued. */
static inline void ipc_fail(struct tcb *tcb, uint32_t code)
{
	items_forget(tcb);
	tcb_registers(tcb)->eax = TAG_ERROR | code;
	ipc_end_wait(tcb);
}

/* `tcb` waits to receive from `partner`, ID_ANY, or nobody (ID_NIL), in a way that the fast path must not end. */
static inline void ipc_wait_slowly(struct tcb *tcb, uint32_t partner)
{
	tcb->blocked = BLOCKED_RECEIVING;
	tcb->partner = partner;
	scheduling_blocked(tcb);
}

/* `sender` waits in the send queue of `to`, last. */
void ipc_enqueue(struct tcb *to, struct tcb *sender);

/* `sender` leaves that queue. It is ready afterwards, but not queued to run. */
void ipc_dequeue(struct tcb *to, struct tcb *sender);

/*
 * Ends the call of `tcb`, one of two that are locked to each other by a message with strings, and the fault that it may be in, with an
 * error. It is ready, and queued. The other one is left as it is.
 */
void ipc_end_in_midst(struct tcb *tcb, uint32_t code);

#endif
