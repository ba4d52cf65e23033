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

/*
 * Those that return bool may have much to do: false means that this entry's work (work.h) is used up, and that they have to be
 * called again.
 */

/* A space with its empty page directory has been made. */
void spaces_created(struct space *space);

/* A space without threads is about to lose its page tables and its directory. */
bool spaces_deleted(struct space *space);

/* The space, whose lowest page table is there, gets a thread. */
bool spaces_ready(struct space *space);

/* A page is going to be mapped at `address` of the space: its threads will have to reach it. */
bool spaces_reach(struct space *space, uint32_t address);

/* Fills tcb->spaces for a thread of tcb->space. */
void spaces_prepare(struct tcb *tcb);

/* Loads what `next` needs to run: all but CS, SS, DS and ES, which the kernel's exit loads. */
void spaces_switch(struct tcb *next);

/* The space's directory has got a page table in entry `index` (of 4 MB each). */
void spaces_table_added(struct space *space, uint32_t index);

/* A page-table entry that was present has changed: removes what a TLB may hold of it. */
void spaces_invalidate(struct space *space, uint32_t address);

/* Where the kernel finds address 0 of the space, after loading whatever that takes. Until spaces_switch(). */
uint32_t spaces_access(const struct space *space);

/* Does spaces_access() load nothing? */
bool spaces_is_accessible(const struct space *space);

/* The page directory that is loaded, as the kernel addresses it. */
uint32_t *spaces_loaded_directory(void);

/* The address as the program of `tcb`, which was running, sees it, of a linear one at which it faulted. */
uint32_t spaces_program_address(const struct tcb *tcb, uint32_t linear);

/*
 * The program touched `address` (below USER_TOP) without a mapping, or something beyond a segment (`address` ~0).
 * True: that was a limit of this choice, which is being removed; the program goes on where it was, and may fault there again.
 */
bool spaces_resolve_fault(struct tcb *tcb, uint32_t address);

#endif
