/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `spaces` offers to C.
 */
#ifndef SPACES_INTERFACE_H
#define SPACES_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

struct space;
struct tcb;

/* A space with its empty page directory has been made; a space is about to lose its directory. */
void spaces_created(struct space *space);
void spaces_deleted(struct space *space);

/* Fills tcb->spaces for a thread of tcb->space. */
void spaces_prepare(struct tcb *tcb);

/* Loads what `next` needs to run: all but CS, SS, DS and ES, which the kernel's exit loads. */
void spaces_switch(struct tcb *next);

/* The space's directory has got a page table in entry `index` (of 4 MB each). */
void spaces_table_added(struct space *space, uint32_t index);

/* A page-table entry that was present has changed: removes what a TLB may hold of it. */
void spaces_invalidate(struct space *space, uint32_t address);

/* The address as the program of `tcb`, which was running, sees it, of a linear one at which it faulted. */
uint32_t spaces_program_address(const struct tcb *tcb, uint32_t linear);

/*
 * The program touched `address` (below USER_TOP) without a mapping, or something beyond a segment (`address` ~0).
 * True: that was a limit of this choice, which has been removed; the program goes on where it was.
 */
bool spaces_resolve_fault(struct tcb *tcb, uint32_t address);

#endif
