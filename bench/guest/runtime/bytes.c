/* SPDX-License-Identifier: BSD-2-Clause */
#include "bytes.h"

/*
 * A compiler may turn these very loops into calls of the functions they are in. GCC has a switch against
 * that; an asm statement that might have changed memory stops both compilers.
 */
#define NOT_AN_IDIOM() __asm__ volatile("" ::: "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	return memmove(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	if (t < f) {
		for (size_t i = 0; i < n; i++) {
			t[i] = f[i];
			NOT_AN_IDIOM();
		}
	} else {
		while (n > 0) {
			n--;
			t[n] = f[n];
			NOT_AN_IDIOM();
		}
	}
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	char *t = to;

	for (size_t i = 0; i < n; i++) {
		t[i] = (char)byte;
		NOT_AN_IDIOM();
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < n; i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
		NOT_AN_IDIOM();
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n]) {
		n++;
		NOT_AN_IDIOM();
	}
	return n;
}

bool same_string(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}
