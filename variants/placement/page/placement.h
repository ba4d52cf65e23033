/* SPDX-License-Identifier: BSD-2-Clause
 * help: each TCB block in a page of its own: simple, but all TCBs compete for the same cache sets
 *
 * variants/placement/README.md states the interface. Serves C and assembler.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#define TCB_BLOCK_SHIFT 12

#endif
