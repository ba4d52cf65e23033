/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words of a command line: `key` or `key=value`, separated by blanks.
 */
#ifndef GUEST_ARGUMENTS_H
#define GUEST_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct argument {
	const char *value; /* what stands behind "key=": `length` bytes, no NUL behind them. NULL: no such word */
	size_t length;
};

/* The first word `key=…` of `line`. */
struct argument argument_find(const char *line, const char *key);

/* Whether the value is exactly `word`. */
bool argument_is(struct argument argument, const char *word);

/*
 * The number `key=n` of `line`, or `otherwise` where there is no such word. False: the word is there and is not a
 * decimal number from `least` to `most`.
 */
bool argument_number(const char *line, const char *key, uint32_t least, uint32_t most, uint32_t otherwise,
		     uint32_t *number);

/*
 * Whether `name` is selected by a comma-separated list of names and of beginnings of names that end in '*'. A missing
 * list (value NULL) selects everything, an empty one nothing.
 */
bool argument_selects(struct argument list, const char *name);

#endif
