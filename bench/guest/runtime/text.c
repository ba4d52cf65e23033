/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

void text_begin(struct text *text, char *buffer, size_t size)
{
	text->buffer = buffer;
	text->size = size;
	text->length = 0;
	buffer[0] = '\0';
}

void text_char(struct text *text, char c)
{
	if (text->length + 1 >= text->size)
		return;
	text->buffer[text->length++] = c;
	text->buffer[text->length] = '\0';
}

void text_string(struct text *text, const char *s)
{
	while (*s)
		text_char(text, *s++);
}

void text_unsigned(struct text *text, uint32_t value)
{
	char digits[10];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (n > 0)
		text_char(text, digits[--n]);
}

void text_decimal(struct text *text, int32_t value)
{
	if (value < 0)
		text_char(text, '-');
	/* Negated as unsigned, because the least int32_t has no positive counterpart. */
	text_unsigned(text, value < 0 ? -(uint32_t)value : (uint32_t)value);
}

void text_hex(struct text *text, uint32_t value, unsigned digits)
{
	while (digits > 0) {
		digits--;
		text_char(text, "0123456789abcdef"[(value >> (4 * digits)) & 15]);
	}
}
