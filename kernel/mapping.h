/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flexpages: map and grant items of messages, and flush. Both are done page by page, as far as a kernel entry may go (work.h).
 */
#ifndef KERNEL_MAPPING_H
#define KERNEL_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

struct space;

/* How far an item has come; zeroes at first. */
struct mapping_progress {
	uint32_t page;    /* pages of the flexpage that are done */
	bool replacing;   /* mapping_share's */
	bool promoting;   /* the last of them was the last of a page table … */
	uint16_t scanned; /* … and this is space_promote's */
};

/* What mapping_transfer and mapping_flush return when they have to be called again. No error code. */
#define MAPPING_UNFINISHED 0xffffffffu

/*
 * Maps, or grants, the pages (or ports) of flexpage `item` of `from` to `to`, within the receive window `window` (a flexpage; 0: none).
 * `base` is the destination: an address within the window, modulo its size. Ports go where they were. Pages that `from` does not have are left out.
 * Returns 0, MAPPING_UNFINISHED, or ERROR_OVERFLOW (does not fit the window), ERROR_BAD_MESSAGE, ERROR_NO_MEMORY; pages
 * before the one that failed stay mapped.
 */
uint32_t mapping_transfer(struct space *from, struct space *to, uint32_t item, uint32_t base, uint32_t window,
			  struct mapping_progress *progress);

/*
 * Takes the rights of flexpage `page` (which may be of ports) from all pages derived from its own, and with `own` from these. Begins with page number
 * `*done` of it, which may be anything. Returns 0, MAPPING_UNFINISHED, or SYSCALL_EINVAL.
 */
uint32_t mapping_flush(struct space *space, uint32_t page, bool own, uint32_t *done);

#endif
