/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The processor: charges every executed instruction its clocks, and says what for. It is told of executions in program
 * order and knows no emulator, so that tests can feed it with bytes.
 */
#ifndef MODEL_PROCESSOR_H
#define MODEL_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction.h"
#include "memory.h"
#include "timing.h"

struct processor;

struct data_access {
	uint32_t linear, physical;
	uint16_t size; /* bytes */
	bool write;
	bool user;     /* with the rights of ring 3 */
};

/* One instruction, carried out; or the beginning of one that faulted. */
struct execution {
	const struct instruction *i;
	const struct data_access *accesses; /* in their order */
	size_t access_count;
	uint32_t successor;       /* linear address of the next instruction in the program's order */
	enum condition privilege; /* of INT, IRET: CONDITION_SAME, _INNER, _OUTER; INTO not taken: _NOT_TAKEN */
	uint32_t repetitions;     /* of a string instruction with REP */
	uint32_t control;         /* value loaded into a control register; linear address of INVLPG */
	bool taken;               /* of a conditional branch */
	bool faulted;             /* its fetch and accesses count, its own clocks do not */
};

/* What clocks went to. README.md says what each stands for. */
enum cause {
	CAUSE_BASE,
	CAUSE_ENTRY,
	CAUSE_SEGMENT,
	CAUSE_CONTROL,
	CAUSE_AGI,
	CAUSE_INDEX,
	CAUSE_DISPLACEMENT_IMMEDIATE,
	CAUSE_PREFIX,
	CAUSE_BYTE_REGISTER,
	CAUSE_MISALIGNED,
	CAUSE_SPLIT_TARGET,
	CAUSE_MISPREDICTED,
	CAUSE_BANK,
	CAUSE_LOCK,
	CAUSE_SEGMENT_BASE,
	CAUSE_CODE_TLB,
	CAUSE_DATA_TLB,
	CAUSE_CODE_LINE,
	CAUSE_DATA_LINE,
	CAUSE_WRITE_BUFFER,
	CAUSES
};
extern const char *const cause_names[CAUSES];

struct charge {
	uint32_t clocks; /* the sum of the next */
	uint32_t by_cause[CAUSES];
	uint16_t tlb_misses[2], l1_misses[2], l2_misses[2]; /* 0 data, 1 code */
	char pipe; /* U, V; 486: a blank */
	bool unknown; /* not in the timing table: nothing charged for itself */
};

/* All are only read, and used until the processor is freed. Never NULL. */
struct processor *processor_new(const struct machine *machine, const struct timing *timing, struct memory *memory);
void processor_free(struct processor *p);

/* Clocks since the beginning. */
uint64_t processor_now(const struct processor *p);

/* Carries an instruction out. */
void processor_execute(struct processor *p, const struct execution *e, struct charge *charge);

/*
 * What the processor does by itself between two instructions to enter a handler: a fault or trap, or (`interrupt`) a
 * hardware interrupt. `accesses` are those to descriptors, task state and stack.
 */
void processor_deliver(struct processor *p, bool interrupt, bool inner, const struct data_access *accesses, size_t count,
		       struct charge *charge);

/* Forgets what the next instruction could pair with or wait for: at the ends of regions. */
void processor_break(struct processor *p);

#endif
