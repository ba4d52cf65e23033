/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Typed items of messages: flexpages to map or grant, and strings.
 *
 * A message with strings is transferred piece by piece, each as large as a kernel entry may copy. From its first string on, sender and
 * receiver are locked to each other: the receiver is in no other's reach (`source`, BLOCKED_TRANSFER), and the sender, which is
 * ready (`send_pending`), goes on whenever it is its turn to run, with interrupts let in before (entry.S). How far it has come is
 * in its TCB. All addresses are looked up in the page tables before a piece is copied, so the kernel itself never faults; who
 * misses a page sends its pager a page fault in the midst of the message, and the transfer goes on after the answer.
 */
#ifndef KERNEL_ITEMS_H
#define KERNEL_ITEMS_H

#include <stdint.h>
#include <tcb.h>

/* Who has to be given a page before a transfer can go on, and the words of its fault. */
struct missing_page {
	struct tcb *tcb; /* sender or receiver; 0: nobody, only the work of this entry is used up */
	uint32_t word;   /* as word 0 of LABEL_PAGE_FAULT */
};

/*
 * Transfers the typed items of the message `tag` of `from` to `to`, which receives it, or is about to: from the beginning, or, if
 * nothing came between and both are still in the same call (items_forget), from where they were left. Returns 0, an ERROR_… code, or
 * MAPPING_UNFINISHED: then `from` knows how far they came. With to->source == from->id they are locked to each other, and *missing says
 * what to do; else `to` is free to take another message before the rest of this one, which then begins anew: it may have another window.
 */
uint32_t items_transfer(struct tcb *from, struct tcb *to, uint32_t tag, struct missing_page *missing);

/*
 * `tcb` leaves the call that it is in the midst of, or, given other registers, makes another one instead without the kernel's notice: the
 * items of an unfinished message that it has sent or received are no part of what it sends or receives next.
 */
static inline void items_forget(struct tcb *tcb)
{
	tcb->offered = ID_NIL;
	tcb->offered_to = ID_NIL;
}

/* `tcb`, which waits, or is about to, goes on receiving from tcb->source. */
void items_wait_for_source(struct tcb *tcb);

#endif
