/* SPDX-License-Identifier: BSD-2-Clause
 * help: the first two words of a message travel in processor registers
 *
 * variants/messages/README.md states the interface.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <tcb.h>

/* Word `i` (0 or 1) of the message that `tcb` sends; it is not running, or entered the kernel by the slow path. */
static inline uint32_t messages_word(struct tcb *tcb, unsigned i)
{
	return i ? tcb_registers(tcb)->edi : tcb_registers(tcb)->ebx;
}

/* Makes word `i` (0 or 1) of the message that `tcb` receives `value`. */
static inline void messages_set_word(struct tcb *tcb, unsigned i, uint32_t value)
{
	if (i)
		tcb_registers(tcb)->edi = value;
	else
		tcb_registers(tcb)->ebx = value;
}

#endif
