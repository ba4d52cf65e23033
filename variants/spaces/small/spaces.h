/* SPDX-License-Identifier: BSD-2-Clause
 * help: small spaces are segments inside every page directory; a switch to or from one flushes nothing
 *
 * variants/spaces/README.md states the interface.
 */
#ifndef SPACES_H
#define SPACES_H

#include <stdbool.h>
#include <stdint.h>

/* In each TCB, read by the IPC path. */
struct spaces_tcb {
	uint32_t segment_high, segment_low; /* descriptor of its space's user data segment */
	uint32_t directory;                 /* physical address of a large space's page directory; 0: small */
	uint32_t directory_mask;            /* all ones, or 0 in a small space: which bits of CR3 must be the directory's */
};

/* In the kernel's hot data (`tables`). */
struct spaces_hot {
	uint32_t loaded_directory; /* what is in CR3. Small spaces run on whichever that is */
};

/* In each space. */
struct spaces_space {
	uint32_t base;   /* linear address of its slot; 0: large */
	bool growing;    /* some of its threads are large already */
	uint32_t left;   /* of the slot that it has left, and that still stands in some directories; or 0 */
	uint32_t cursor; /* directories of spaces below this index have their entry of the slot as it is to be */
};

#define SPACES_OFFSETS                                                                             \
	OFFSET(TCB_SEGMENT_HIGH, struct tcb, spaces.segment_high);                                 \
	OFFSET(TCB_SEGMENT_LOW, struct tcb, spaces.segment_low);                                   \
	OFFSET(TCB_DIRECTORY, struct tcb, spaces.directory);                                       \
	OFFSET(TCB_DIRECTORY_MASK, struct tcb, spaces.directory_mask);                             \
	OFFSET(SPACES_LOADED_DIRECTORY, struct spaces_hot, loaded_directory)

#include "../interface.h"

#endif
