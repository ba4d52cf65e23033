/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of strings in messages share: large memory, a thread that takes strings as it is told, and patterns.
 */
#ifndef CONFORMANCE_STRING_TEST_H
#define CONFORMANCE_STRING_TEST_H

#include "check.h"
#include "ipc_strings.h"

#include <layout.h>

/*
 * Two areas of free memory, large enough for the longest string at any alignment, at their own addresses in the program's own space,
 * and at LARGE_AT in others that have them as a window.
 */
#define LARGE_SIZE (STRING_MAX + 2 * PAGE_SIZE)
#define LARGE_STRIDE (2 * SUPERPAGE_SIZE)
#define LARGE_AT 0x20001000
extern char *large_source, *large_target;
/* To be called by a test that uses them. */
void large_memory(struct utcb *utcb);

#define PLAN_BUFFERS 8

/* What the taker states before it receives, and what it was given. Shared by all spaces. */
struct plan {
	uint32_t accept;  /* besides ACCEPT_STRINGS */
	uint32_t count;
	struct {
		uint32_t address, length;
	} buffer[PLAN_BUFFERS];
	uint32_t tag, from, word[MESSAGE_REGISTER_WORDS]; /* of the result */
	struct utcb utcb; /* as the message left it */
	volatile uint32_t taken; /* messages so far, those that failed included */
};
extern struct plan plan;

/*
 * Receives from anybody, forever: states its buffers, receives, puts what came into `plan` and answers, if that was a call.
 * Buffers are stated anew when a message without strings comes: see take_as().
 */
void taker(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument);

/* Has the taker state plan's `count` buffers, whose first is these `length` bytes. */
void take_as(struct utcb *utcb, const struct thread *thread, uint32_t count, uint32_t address, uint32_t length);

/* Calls `to` with `words` words (of the registers: 1, 2) and `items` typed items, which stand in the buffer. */
struct ipc_result call_with(struct utcb *utcb, uint32_t to, uint32_t words, uint32_t items);

/* Calls `to` with one string. */
struct ipc_result call_with_string(struct utcb *utcb, uint32_t to, const void *address, uint32_t length);

/* Byte `n` of the pattern of number `seed`. */
static inline uint8_t pattern_byte(uint32_t seed, uint32_t n)
{
	return (uint8_t)((n * 0x9e3779b9u >> 13) + (n >> 12) * 7 + seed * 37 + n);
}

void fill_pattern(char *memory, uint32_t length, uint32_t seed);
bool is_pattern(const char *memory, uint32_t length, uint32_t seed);

#endif
