/* SPDX-License-Identifier: BSD-2-Clause
 * help: an address-space switch reloads CR3 and flushes the TLB
 *
 * variants/spaces/README.md states the interface.
 */
#ifndef SPACES_H
#define SPACES_H

#include <stdbool.h>
#include <stdint.h>

struct space;
struct tcb;

/* In each TCB, read by the IPC path. */
struct spaces_tcb {
	uint32_t directory; /* physical address of the page directory */
};

/* In the kernel's hot data, and in each space. */
struct spaces_hot {
};

struct spaces_space {
};

#define SPACES_OFFSETS OFFSET(TCB_DIRECTORY, struct tcb, spaces.directory)

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
