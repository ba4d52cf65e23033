/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For tests that do things in any order, the same one in every run, and look through the ids that came of it.
 */
#ifndef RANDOM_RIG_H
#define RANDOM_RIG_H

#include <stdint.h>
#include <stdlib.h>

/* 24 bits of a linear congruence (Numerical Recipes in C, second edition, 7.1: "quick and dirty"). */
static inline uint32_t next_random(void)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static inline int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Sorts `ids`; no two of them may be the same. */
static inline void assert_distinct(uint32_t *ids, uint32_t count)
{
	qsort(ids, count, sizeof(ids[0]), by_value);
	for (uint32_t i = 1; i < count; i++)
		assert_int_not_equal(ids[i - 1], ids[i]);
}

#endif
