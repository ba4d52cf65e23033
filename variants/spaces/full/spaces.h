/* SPDX-License-Identifier: BSD-2-Clause
 * help: an address-space switch reloads CR3 and flushes the TLB
 *
 * variants/spaces/README.md states the interface.
 */
#ifndef SPACES_H
#define SPACES_H

#include <stdint.h>

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

#include "../interface.h"

#endif
