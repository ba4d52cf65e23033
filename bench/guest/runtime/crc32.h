/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GUEST_CRC32_H
#define GUEST_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of IEEE 802.3 (polynomial 0x04c11db7, reflected, as in zlib) over `n` bytes. */
uint32_t crc32(const char *bytes, size_t n);

#endif
