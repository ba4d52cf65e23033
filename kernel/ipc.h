/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IPC beyond the fast path: blocking, queueing, errors, typed items, and the messages the kernel sends in a thread's name.
 */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include <stdint.h>
#include <tcb.h>

/*
 * The IPC call of `current`, with its arguments in its registers. Results are left there. Returns the thread that it made
 * ready and that is not queued yet, or 0; `current` may have blocked.
 */
struct tcb *ipc(struct tcb *current);

/* Goes on with the message with strings that `current` is in the midst of (send_pending). Returns as ipc(). */
struct tcb *ipc_go_on(struct tcb *current);

/* Runs the receive phase that `tcb` still owes (receive_pending). It may block. */
void ipc_resume_receive(struct tcb *tcb);

/*
 * Sends the pager of `current` a message about a fault, in the thread's name; the thread blocks until the answer.
 * Returns as ipc().
 */
struct tcb *ipc_fault(struct tcb *current, enum fault fault, uint32_t word0, uint32_t word1);

/* The time is over for which `tcb`, which is not running, wanted to wait. It is ready afterwards. */
void ipc_timeout(struct tcb *tcb);

/*
 * Ends the call in which `tcb` waits, if it does, with ERROR_CANCELLED; or the wait for the answer to its fault: then its
 * program goes on where it faulted.
 */
void ipc_cancel(struct tcb *tcb);

/* Halts `tcb`, running or not, and lets it go on. IPC that it waits in goes on meanwhile; its program does not. */
void ipc_halt(struct tcb *tcb);
void ipc_resume(struct tcb *tcb);

/*
 * The hardware thread `line` has a message for `handler`. True: that was waiting for it, and is ready unless it is halted, but
 * not queued. `line` is in the send queue of `handler` in any case.
 */
bool ipc_interrupt(struct tcb *line, struct tcb *handler);

/* `tcb` is about to be deleted: who is in the midst of a message with strings with it, goes on with an error. */
void ipc_leave_transfer(struct tcb *tcb);

/* Takes `tcb`, which is not going to be in it any more, out of a send queue it may be in. */
void ipc_withdraw(struct tcb *tcb);

/* Ends the waiting of `tcb` if it receives from `id` alone, which is gone. */
void ipc_abort_receiver(struct tcb *tcb, uint32_t id);

/*
 * Ends the waiting of all who send to, or receive from, `tcb`, which is dying: thread numbers from tcb->item on are still to be
 * looked at, to `number_end`. False: this entry's work is used up.
 */
bool ipc_abort_partners(struct tcb *tcb, uint32_t number_end);

#endif
