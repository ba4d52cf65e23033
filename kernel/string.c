/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include <string.h>

void *memset(void *to, int value, size_t size)
{
	void *p = to;

	__asm__ volatile("rep stosb" : "+D"(p), "+c"(size) : "a"(value) : "memory");
	return to;
}

void fill_words(void *to, uint32_t value, size_t count)
{
	__asm__ volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}

void copy_words(void *restrict to, const void *restrict from, size_t count)
{
	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *p = to;

	__asm__ volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];
	return to;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

int string_copy(char *to, const char *from, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && from[n]) {
		to[n] = from[n];
		n++;
	}
	to[n] = 0;
	return !from[n];
}

static const char *match(const char *text, const char *key)
{
	while (*key)
		if (*text++ != *key++)
			return 0;
	return text;
}

const char *string_option(const char *line, const char *key)
{
	const char *value;

	while (*line) {
		while (*line == ' ')
			line++;
		value = match(line, key);
		if (value)
			return value;
		while (*line && *line != ' ')
			line++;
	}
	return 0;
}
