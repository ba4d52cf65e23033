/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Floating-point state (x87, MMX, SSE), switched lazily. The unit's registers are those of the *owner*, the last thread that used
 * them, and only while the owner runs and has used them since it last began to run (HOLDS_FPU) can a program reach them:
 * otherwise CR0.TS makes its first such instruction an exception 7. So a thread that does not use the unit pays
 * nothing, and two threads that take turns, of which one does, exchange no state.
 */
#ifndef KERNEL_FPU_H
#define KERNEL_FPU_H

#include <stdbool.h>

struct tcb;

/* Finds out what unit there is, and sets it up for programs. */
void fpu_init(void);

/*
 * `current` has met exception 7. True: its state is in the unit now, and the instruction is to be executed again. False: there
 * is no unit, or no memory for the state that the quota of its space would hold; nothing has changed.
 */
bool fpu_take(struct tcb *current);

/* Closes the unit to programs. */
void fpu_leave(void);

/* `tcb` is being deleted: its state is given up. */
void fpu_forget(struct tcb *tcb);

#endif
