/* SPDX-License-Identifier: BSD-2-Clause
 * help: small spaces are segments inside every page directory; a switch to or from one flushes nothing
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
	uint32_t segment_high, segment_low; /* descriptor of its space's user data segment */
	uint32_t directory;                 /* physical address of a large space's page directory; 0: small */
	uint32_t directory_mask;            /* all ones, or 0 in a small space: which bits of CR3 must be the directory's */
};

/* In the kernel's hot data. */
struct spaces_hot {
	uint32_t loaded_directory; /* what is in CR3. Small spaces run on whichever that is */
};

/* In each space. */
struct spaces_space {
	uint32_t base; /* linear address of its slot; 0: large */
};

#define SPACES_OFFSETS                                                                             \
	OFFSET(TCB_SEGMENT_HIGH, struct tcb, spaces.segment_high);                                 \
	OFFSET(TCB_SEGMENT_LOW, struct tcb, spaces.segment_low);                                   \
	OFFSET(TCB_DIRECTORY, struct tcb, spaces.directory);                                       \
	OFFSET(TCB_DIRECTORY_MASK, struct tcb, spaces.directory_mask);                             \
	OFFSET(HOT_LOADED_DIRECTORY, struct hot, spaces.loaded_directory)

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
