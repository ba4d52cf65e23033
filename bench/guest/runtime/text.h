/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text put together in a buffer of fixed size: what does not fit is cut off, and the text always ends in a NUL.
 */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *buffer;
	size_t size;   /* of the buffer, at least 1 */
	size_t length; /* without the NUL; below size */
};

/* Begins an empty text in `buffer` of `size` bytes, at least 1. */
void text_begin(struct text *text, char *buffer, size_t size);

void text_char(struct text *text, char c);
void text_string(struct text *text, const char *s);
void text_decimal(struct text *text, int32_t value);
void text_unsigned(struct text *text, uint32_t value);
void text_hex(struct text *text, uint32_t value, unsigned digits); /* lower case, the lowest `digits` (1..8) digits */

#endif
