/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Regions of interest: what was counted between two marks, as lines of JSON. README.md has the format.
 */
#ifndef MODEL_REGIONS_H
#define MODEL_REGIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "memory.h"
#include "processor.h"

/* Of the guest's region.h. */
#define REGION_END_BIT 0x8000
#define REGION_OPEN 0
#define REGION_SAMPLE 1
#define REGION_CONTROL 2
#define REGION_WARM_UP 3

struct regions {
	FILE *out;
	struct memory *memory;
	unsigned count;   /* of regions closed */
	unsigned samples; /* of these, with the id REGION_SAMPLE; and of the open one if it has */
	unsigned group;   /* a benchmark: it begins with its warm-ups */
	unsigned id;      /* of the open region, 0: none is open */
	unsigned last_id;
	unsigned unpaired; /* marks without their counterpart */
	uint64_t from;    /* clock at the beginning */
	struct memory_counts before;
	uint64_t instructions[2], clocks[2]; /* kernel, user */
	uint64_t by_cause[CAUSES];
	unsigned exceptions, interrupts, restarts, unknown;
};

void regions_init(struct regions *r, FILE *out, struct memory *memory);

/* A mark at the clock `now`. A mark that does not fit the one before is counted, and said on standard error. */
void regions_mark(struct regions *r, unsigned mark, uint64_t now);

static inline bool regions_open(const struct regions *r)
{
	return r->id != 0;
}

/* What an instruction cost, or an entry between two (`count` 0); ignored outside regions. */
void regions_add(struct regions *r, const struct charge *charge, bool user, unsigned count);

#endif
