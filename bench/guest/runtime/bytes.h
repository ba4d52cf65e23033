/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The functions on bytes that a compiler expects to find, and the few on strings that programs use.
 */
#ifndef GUEST_BYTES_H
#define GUEST_BYTES_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

/* Whether two strings are equal. */
bool same_string(const char *a, const char *b);

#endif
