/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `transfer` offers. Beside these, transfer.h has TRANSFER_PIECE, the most bytes that one transfer_bytes()
 * copies, at most a page, so that a kernel entry stays short; and TRANSFER_WORK(size), what that takes (work.h).
 */
#ifndef TRANSFER_INTERFACE_H
#define TRANSFER_INTERFACE_H

#include <stdint.h>

struct space;

/*
 * Copies `size` bytes (1 to TRANSFER_PIECE) at `source` of `from`, whose thread was running, to `target` of `to`, any alignment. All
 * pages are there, and those of the target can be written. What overlaps arrives in no particular order. Whose memory is
 * within reach afterwards is undefined: spaces_switch() follows.
 */
void transfer_bytes(const struct space *from, uint32_t source, const struct space *to, uint32_t target, uint32_t size);

/* A page-table entry of `space` that was present has changed. */
void transfer_invalidate(const struct space *space, uint32_t address);

/* `space` is about to lose its page tables, and has no threads any more. */
void transfer_space_deleted(const struct space *space);

#endif
