/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program's registers in messages about its faults, and in the answers to them.
 */
#ifndef KERNEL_EXCEPTION_H
#define KERNEL_EXCEPTION_H

struct tcb;

/* Puts the registers of `tcb`, which waits in an exception, into the message buffer of `to`: words 2 and on (EXCEPTION_…). */
void exception_tell(struct tcb *tcb, struct tcb *to);

/*
 * Gives `tcb`, which waits in a fault, the registers that the message of `from` holds: as many of the EXCEPTION_… words as it
 * has. Whatever they are, the program can do no more than before.
 */
void exception_answer(struct tcb *tcb, struct tcb *from, unsigned words);

#endif
