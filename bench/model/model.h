/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The model as a whole, told by the emulator's callbacks (plugin.c) what begins and what is accessed.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "instruction.h"
#include "machine.h"

/* An instruction in translated code. */
struct code {
	struct instruction i;
	struct code *next;   /* with the same hash */
	unsigned generation; /* of the interrupt table, for which `vector` holds */
	int vector;          /* whose handler begins here, or -1 */
	bool complained;     /* that it is not in the timing table */
};

struct model_options {
	struct machine *machine;
	const char *timing; /* path */
	FILE *out;
	FILE *trace;        /* NULL: none */
	unsigned trace_sample; /* which region with the id `sample` to trace, counted from 1 */
	FILE *accesses;     /* every access, for reference.py; NULL: none */
};

/* False, with a sentence in `error`, if the timing table cannot be read. The options' machine is used until the end. */
bool model_begin(const struct model_options *options, char *error, size_t error_size);

/* The instruction with these bytes at these addresses: decoded at the first time, then the same. */
struct code *model_code(const void *bytes, size_t size, uint32_t linear, uint32_t physical);

/* `code` begins. Nothing is modelled before the first mark of a region. */
void model_executes(struct code *code);

/* The instruction that has begun accesses memory. */
void model_accesses(struct code *code, uint32_t linear, uint32_t physical, unsigned size, bool write);

/* Is the physical address of an access of this instruction needed? Finding it out costs time. */
bool model_wants(const struct code *code);

/* Writes the last line. */
void model_end(void);

#endif
