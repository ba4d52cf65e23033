/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What of the processor is set up for the running thread alone, because it used it, and has to be taken away before another
 * thread runs. Who does not use such things never pays for them: the fast path, which takes nothing away, is closed to
 * a thread that holds something, by its urgency (tcb.h).
 */
#ifndef KERNEL_HOLDER_H
#define KERNEL_HOLDER_H

#include <stdint.h>

/* What can be held. */
#define HOLDS_PORTS 1 /* its space's I/O ports are those that programs can use */
#define HOLDS_FPU 2   /* the floating-point unit is open to it (fpu.h) */

struct tcb;

/* The running thread, if it holds something; or 0. */
extern struct tcb *holder;

/* `current`, which runs, holds `what` (HOLDS_…) from now on. */
void holder_take(struct tcb *current, uint8_t what);

/* The holder, if there is one, holds `what` no longer; it has been taken away. */
void holder_drop(uint8_t what);

/* The holder will not run next: all that it holds is taken away. */
void holder_leave(void);

#endif
