/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mapping database: who has which page from whom. "On µ-Kernel Construction", appendix A: σ of a space says for each page
 * from which page of which space it comes; all changes are replacements (flush the target, then copy), so there are no cycles.
 *
 * Nothing here knows page tables: space.h has the few functions that change them.
 */
#ifndef KERNEL_MAPPING_DATABASE_H
#define KERNEL_MAPPING_DATABASE_H

#include <mapping_nodes.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A page that its receiver has from the very page it is mapped from keeps what was derived from it and gains rights. Whether it
 * is such a page is found among so many nodes before it; beyond, or after a flush that was never finished, it may be flushed
 * and mapped like any other.
 */
#define MAPPING_LOOK_BACK 64

/*
 * Maps, or with `grant` moves, page `source` of `from` to page `target` of `to`, with those of `rights` (FLEXPAGE_…, READ among
 * them) that the source has. What was at the target, and all derived from it, is flushed first. A page that is not there,
 * or onto itself, changes nothing. `*replacing`, false at first, belongs to this function until it returns no MAPPING_AGAIN.
 */
enum mapping_result mapping_share(struct space *from, uint32_t source, struct space *to, uint32_t target, uint32_t rights,
				  bool grant, bool *replacing);

/*
 * Takes `rights` from all pages that were derived from `page` of `space`, and with `own` from itself: FLEXPAGE_READ is all of the
 * page. Either MAPPING_DONE or MAPPING_AGAIN.
 */
enum mapping_result mapping_revoke(struct space *space, uint32_t page, uint32_t rights, bool own);

#endif
