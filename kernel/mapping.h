/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Map and grant items of messages.
 */
#ifndef KERNEL_MAPPING_H
#define KERNEL_MAPPING_H

#include <stdint.h>

struct space;

/*
 * Maps, or grants, the pages of flexpage `page` of `from` to `to`, within the receive window `window` (a flexpage; 0: none).
 * `base` is the destination: an address within the window, modulo its size. Pages that `from` does not have are left out.
 * Returns 0 or ERROR_OVERFLOW (does not fit the window), ERROR_BAD_MESSAGE, ERROR_NO_MEMORY.
 */
uint32_t mapping_transfer(struct space *from, struct space *to, uint32_t page, uint32_t base, uint32_t window);

#endif
