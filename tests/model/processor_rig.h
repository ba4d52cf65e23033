/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A processor fed with bytes: what the tests of clocks and rules share. Its memory never makes it wait: lines, walks and writes
 * take no clocks. A sequence runs three times and the last counts, so that the Pentium knows its instructions' boundaries.
 */
#ifndef PROCESSOR_RIG_H
#define PROCESSOR_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "machine.h"
#include "processor.h"

#define RIG_MAX 16          /* instructions in a sequence */
#define CODE_AT 0x00101000u /* where it stands */
#define DATA_AT 0x00208000u /* what it accesses, where a test says nothing else */

/* 32-bit code, as bytes from `begin` to `end`, registers written with %%. Only in a function. */
#define ASSEMBLE(text, begin, end)                                                                       \
	__asm__(".pushsection .rodata\n.code32\n771: " text "\n772:\n.code64\n.popsection\n"             \
		"lea 771b(%%rip), %0\nlea 772b(%%rip), %1"                                               \
		: "=r"(begin), "=r"(end))

/* How a sequence goes; zeros: nothing is taken, no bank is hit twice, privilege is kept. */
struct setting {
	bool user;
	uint32_t at;                    /* 0: CODE_AT */
	bool taken[RIG_MAX];
	uint32_t access[RIG_MAX];       /* linear address of the first access, 0: DATA_AT + 8 * number */
	uint32_t access_size;           /* bytes, 0: 4 */
	uint32_t successor[RIG_MAX];    /* of an indirect branch, 0: what follows */
	bool faulted[RIG_MAX];
	enum condition privilege;
	uint32_t repetitions;
	unsigned passes;                /* 0: three */
};

struct rig {
	struct machine *machine;
	struct timing *timing;
	struct memory *memory;
	struct processor *processor;
	struct charge charges[RIG_MAX]; /* of the last pass */
	struct instruction code[RIG_MAX];
	unsigned count;
};

static inline const char *source_folder(void)
{
	return getenv("SRC") ? getenv("SRC") : ".";
}

static inline struct rig *rig_new(const char *name)
{
	static const char *const no_waiting[] = {"l2.first=0", "l2.next=0",	"l2.store=0",	  "l2.victim=0",
						 "memory.first=0", "memory.next=0", "memory.store=0", "tlb.liedtke.miss=0"};
	struct rig *rig = calloc(1, sizeof(*rig));
	char path[1024], error[512] = "";

	snprintf(path, sizeof(path), "%s/bench/model/machines/%s.txt", source_folder(), name);
	rig->machine = machine_load(path, error, sizeof(error));
	for (unsigned k = 0; rig->machine && k < sizeof(no_waiting) / sizeof(no_waiting[0]); k++)
		if (!machine_override(rig->machine, no_waiting[k], error, sizeof(error)))
			fail_msg("%s", error);
	snprintf(path, sizeof(path), "%s/bench/model/timing.csv", source_folder());
	rig->timing = rig->machine ? timing_load(path, rig->machine, error, sizeof(error)) : NULL;
	if (!rig->timing)
		fail_msg("%s", error);
	rig->memory = memory_new(rig->machine);
	rig->processor = processor_new(rig->machine, rig->timing, rig->memory);
	return rig;
}

static inline void rig_free(struct rig *rig)
{
	processor_free(rig->processor);
	memory_free(rig->memory);
	timing_free(rig->timing);
	machine_free(rig->machine);
	free(rig);
}

/* Decodes a whole sequence. */
static inline void rig_load(struct rig *rig, const uint8_t *begin, const uint8_t *end, const struct setting *s)
{
	uint32_t at = s->at ? s->at : CODE_AT;

	for (rig->count = 0; begin < end; rig->count++) {
		struct instruction *i = &rig->code[rig->count];

		assert_true(rig->count < RIG_MAX);
		if (!decode(rig->timing, begin, (size_t)(end - begin), at, at, s->user, i))
			fail_msg("not an instruction");
		begin += i->length;
		at += i->length;
	}
}

/* Carries the sequence out once. */
static inline uint32_t rig_pass(struct rig *rig, const struct setting *s)
{
	uint32_t clocks = 0;

	processor_break(rig->processor);
	for (unsigned k = 0; k < rig->count; k++) {
		const struct instruction *i = &rig->code[k];
		uint32_t linear = s->access[k] ? s->access[k] : DATA_AT + 8 * k;
		struct data_access access = {linear, linear, (uint16_t)(s->access_size ? s->access_size : 4), false, false};
		struct execution e = {.i = i, .accesses = &access, .access_count = i->has_memory, .taken = s->taken[k],
				      .privilege = s->privilege, .repetitions = s->repetitions,
				      .faulted = s->faulted[k]};

		e.successor = s->successor[k] ? s->successor[k]
			      : i->target && (i->flow != FLOW_CONDITIONAL || s->taken[k]) ? i->target
											   : instruction_end(i);
		processor_execute(rig->processor, &e, &rig->charges[k]);
		clocks += rig->charges[k].clocks;
	}
	return clocks;
}

static inline uint32_t rig_run(struct rig *rig, const uint8_t *begin, const uint8_t *end, const struct setting *s)
{
	uint32_t clocks = 0;

	rig_load(rig, begin, end, s);
	for (unsigned pass = 0; pass < (s->passes ? s->passes : 3); pass++)
		clocks = rig_pass(rig, s);
	return clocks;
}

#endif
