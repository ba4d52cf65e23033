/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The instruction timing table, read from a text file (timing.csv) at start. One row per mnemonic, operand form and
 * condition; columns mnemonic, operands, condition, i486, pentium, pairing, source, note. A clock count is
 *     7        a number
 *     12+3n    a number and a number per repetition of a string instruction
 *     @key     the machine's own (its file in machines/), where sources disagree or a what-if processor may differ
 *     -        the processor has no such instruction
 */
#ifndef MODEL_TIMING_H
#define MODEL_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine;

/* When a form's clocks depend on what happens. */
enum condition {
	CONDITION_ALWAYS,
	CONDITION_TAKEN,     /* branches */
	CONDITION_NOT_TAKEN,
	CONDITION_SAME,      /* privilege kept */
	CONDITION_INNER,     /* privilege raised, by INT and what interrupts */
	CONDITION_OUTER,     /* privilege dropped, by IRET */
	CONDITION_NONE,      /* string instructions: no repetition */
	CONDITION_ONE,       /* one */
	CONDITION_MORE,      /* several, or one where the table does not tell them apart */
	CONDITION_PERMITTED, /* I/O at a privilege that needs no permission map */
	CONDITION_BITMAP,    /* I/O that looks a permission up */
	CONDITION_HIT,       /* INVLPG of a page that is in the TLB */
	CONDITION_MISS,
	CONDITIONS
};

/* Pentium: which pipe takes it, and whether it goes with another. The 486 does not care. */
enum pairing { PAIRING_NONE, PAIRING_EITHER, PAIRING_U, PAIRING_V };

struct clocks {
	uint16_t fixed, each; /* fixed + each * repetitions */
	bool given;
};

struct timing_form {
	char mnemonic[16]; /* lower case; or a name in angle brackets, of what is not an instruction */
	char operands[24];
	enum pairing pairing;
	struct clocks clocks[CONDITIONS];
	unsigned line; /* in the table, of its first row */
	const char *source;
	struct timing_form *next; /* with the same hash */
};

struct timing;

/*
 * Reads the table and takes the column that the machine's `cycles` names. NULL if that fails, with "FILE:LINE: what is
 * wrong" in `error`. The machine's values are read now: override first.
 */
struct timing *timing_load(const char *path, const struct machine *machine, char *error, size_t error_size);
void timing_free(struct timing *timing);

/* The form with exactly these operands, or NULL. */
const struct timing_form *timing_find(const struct timing *timing, const char *mnemonic, const char *operands);

/*
 * Clocks of a form under a condition, `count` repetitions. A form without a row for the condition answers with the one
 * for CONDITION_ALWAYS; a string instruction without one for CONDITION_ONE with the one for CONDITION_MORE.
 */
unsigned timing_clocks(const struct timing_form *form, enum condition condition, unsigned count);

/* Forms in the order of the table, for tests and documents; NULL past the end. */
const struct timing_form *timing_form(const struct timing *timing, size_t index);

const char *condition_name(enum condition condition);

#endif
