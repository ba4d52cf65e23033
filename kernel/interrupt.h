/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts as messages. Each line but the timer's and the cascade's is a hardware thread, with a TCB, that sends empty messages
 * to the thread attached to it. A line is masked at its controller from the interrupt until the handler has taken the
 * message and acknowledged it: by its next receive that could take another one, or by a reply.
 *
 * Until then the hardware thread stays in the handler's send queue, as if it had the next message ready. That brings every open
 * receive of the handler to the C part, which the fast path could otherwise complete unseen.
 */
#ifndef KERNEL_INTERRUPT_H
#define KERNEL_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* May programs attach to `line`? */
bool interrupt_is_device(uint32_t line);

/* Takes `thread` for the hardware thread of `line`, which nobody is attached to. */
void interrupt_init(uint32_t line, struct tcb *thread);

/* Attaches `handler`, or nobody (0), instead of whoever was: who waited for this line alone is told. */
void interrupt_attach(uint32_t line, struct tcb *handler);

/* Masks the line on request, whatever its state is, or no more. */
void interrupt_hold(uint32_t line, bool masked);

/* The line's interrupt has come. Returns the thread that it made ready and that is not queued yet, or 0. */
struct tcb *interrupt_arrived(uint32_t line);

/* The message of the hardware thread `thread` has been taken from its handler's queue. */
void interrupt_delivered(const struct tcb *thread);

/* `handler` begins a receive from `from`: acknowledges what it has taken from there. */
void interrupt_receiving(const struct tcb *handler, uint32_t from);

/* `handler` replies to `id`. False: that is no line that it is attached to. */
bool interrupt_reply(const struct tcb *handler, uint32_t id);

/* The hardware thread of that id if `handler` is attached to it, or 0. */
struct tcb *interrupt_thread(const struct tcb *handler, uint32_t id);

/* `handler` is being deleted: detaches it from all lines. */
void interrupt_forget(struct tcb *handler);

#endif
