/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The functions of <string.h> that the compiler and the kernel need.
 */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
size_t strlen(const char *text);

/* Sets `count` words of four bytes to `value`: in a quarter of memset's steps. */
void fill_words(void *to, uint32_t value, size_t count);

static inline void clear_words(void *to, size_t count)
{
	fill_words(to, 0, count);
}

/* Copies `count` words of four bytes. */
void copy_words(void *restrict to, const void *restrict from, size_t count);

/*
 * Copies `from` into `to` of `size` bytes (> 0), terminated. False if it had to be cut.
 */
int string_copy(char *to, const char *from, size_t size);

/*
 * The text behind `key` ("name=") in a line of words separated by blanks, or 0. It ends at a blank or at the line's end.
 */
const char *string_option(const char *line, const char *key);

#endif
