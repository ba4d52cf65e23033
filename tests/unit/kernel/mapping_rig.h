/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A mapping database without a machine: spaces, page tables and frames of the kernel's, as tests need them.
 */
#ifndef MAPPING_RIG_H
#define MAPPING_RIG_H

#include <mapping_database.h>
#include <message.h>
#include <space.h>
#include <stdbool.h>
#include <stdint.h>
#include <work.h>

#define RIG_SIGMA0 1  /* index of the space whose pages are there from the beginning */
#define RIG_SPACES 48 /* index 0 is unused */
#define RIG_MEMORY 8  /* pages of memory per space, half of them under one page table, half under another */
#define RIG_PAGES 12  /* with those that are I/O ports, whose target is always the same one */

/* What the stub of a page table holds. */
struct rig_page {
	uint32_t frame;
	uint32_t rights; /* FLEXPAGE_READ, FLEXPAGE_WRITE; 0: no page */
};

extern struct rig_page rig_pages[RIG_SPACES][RIG_PAGES];
extern bool rig_refuses[RIG_SPACES][RIG_PAGES]; /* the page is the kernel's */
extern unsigned long rig_frames;                /* frames in use, page tables not counted */

/* Some operation was left in the middle: what it had still to make read-only may come from what it did. */
extern bool rig_given_up;

/* sigma0 has frame, or port, n at page n; nobody else has anything. Quotas are without limit. */
void rig_start(void);

/* Takes every page of every space; all frames must come back. False: some did not. */
bool rig_end(void);

/* Takes all that a space has, as its deletion does. */
void rig_clear(unsigned space);

/* The address of page `page`, 0 … RIG_PAGES - 1. */
uint32_t rig_address(unsigned page);

/* A kernel entry begins that may do `work`. */
void rig_begin(int work);

/* One call of mapping_share, or mapping_revoke, with as many kernel entries as it needs; `work`, at least 300, is what each may do. */
enum mapping_result rig_share(unsigned from, unsigned source, unsigned to, unsigned target, uint32_t rights, bool grant, int work);
void rig_revoke(unsigned space, unsigned page, uint32_t rights, bool own, int work);

/* The page that a mapped one was derived from, as space << 8 | page, or RIG_ROOT. */
#define RIG_ROOT 0xffffffffu
uint32_t rig_parent(unsigned space, unsigned page);

/* 0, or which invariant of the database does not hold. */
const char *rig_check(void);

#endif
