/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What entry.S calls. Each takes the TCB of the thread that entered and returns that of the thread to go on with, with all
 * switching done but for the registers.
 */
#ifndef KERNEL_CALL_H
#define KERNEL_CALL_H

#include <stdint.h>

struct tcb;

/* IPC off the fast path, or a system call; arguments and results in the thread's registers. */
struct tcb *kernel_call(struct tcb *current);

/* `current`, whose turn it is to run, is in the midst of a long message, or of looking who is first (tcb->send_pending). */
struct tcb *kernel_go_on(struct tcb *current);

/* Exception `vector`; `segments_changed` is not 0 if DS or ES did not select the user's data segment. */
struct tcb *kernel_exception(struct tcb *current, uint32_t vector, uint32_t segments_changed);

/* Interrupt `line` (0..15). */
struct tcb *kernel_interrupt(struct tcb *current, uint32_t line);

/* Makes `next` the thread that the way out leads to, after whatever receive phase it still owes. */
struct tcb *kernel_resume(struct tcb *next);

/* The system call of `current`. Returns the thread to go on with. */
struct tcb *system_call(struct tcb *current);

#endif
