/* SPDX-License-Identifier: BSD-2-Clause
 * help: TCB blocks at multiples of 1 KB: neighbours use different cache sets, and four share a page
 *
 * variants/placement/README.md states the interface. Serves C and assembler.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#define TCB_BLOCK_SHIFT 10

#endif
