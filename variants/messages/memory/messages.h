/* SPDX-License-Identifier: BSD-2-Clause
 * help: all words of a message go through the in-memory message buffers
 *
 * variants/messages/README.md states the interface.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <tcb.h>

/* Word `i` (0 or 1) of the message that `tcb` sends; it is not running, or entered the kernel by the slow path. */
static inline uint32_t messages_word(struct tcb *tcb, unsigned i)
{
	return tcb->utcb->mr[i];
}

/* Makes word `i` (0 or 1) of the message that `tcb` receives `value`. */
static inline void messages_set_word(struct tcb *tcb, unsigned i, uint32_t value)
{
	tcb->utcb->mr[i] = value;
}

#endif
