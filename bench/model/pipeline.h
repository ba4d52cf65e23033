/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Between processor.c and the two pipelines. A pipeline charges what an instruction costs by itself and by its neighbours;
 * fetch, data accesses and effects are common (processor.c).
 */
#ifndef MODEL_PIPELINE_H
#define MODEL_PIPELINE_H

#include "processor.h"

struct machine;

static inline void charge_add(struct charge *c, enum cause cause, uint32_t clocks)
{
	c->clocks += clocks;
	c->by_cause[cause] += clocks;
}

/* The cause that an instruction's own clocks are counted under. */
enum cause own_cause(const struct instruction *i);

/* ---- 486 ----------------------------------------------------------------------------------------- */

struct i486 {
	uint32_t agi, index, displacement_immediate, prefix, split_target, byte_register, byte_load; /* clocks */
	uint32_t line; /* bytes of a cache line */
	uint8_t written;               /* by the instruction before, but for implicit ESP */
	uint8_t byte_written, byte_written_before; /* by the one before, and the one before that */
	bool short_before;             /* the one before took one clock */
	bool jumped;                   /* the one before was a branch taken */
};

void i486_init(struct i486 *p, const struct machine *machine);
void i486_issue(struct i486 *p, const struct execution *e, uint32_t own_clocks, struct charge *c);
void i486_break(struct i486 *p);

/* ---- Pentium ------------------------------------------------------------------------------------- */

struct branch_entry {
	uint32_t address, target;
	uint32_t used;   /* when last, for replacement */
	uint8_t counter; /* 0 to 3; 2 and 3 predict taken */
};

struct pentium {
	uint32_t agi, prefix, bank, wrong_u, wrong_v, wrong_unconditional; /* clocks */
	struct branch_entry *branches;
	uint32_t branch_sets, branch_ways, branch_time;
	uint32_t *boundaries;           /* by physical line of 32 bytes: at which bytes executed instructions begin */
	const struct instruction *in_u; /* issued to U, may pair with the next; or NULL */
	uint32_t u_clocks;
	uint32_t u_bank;                /* of its first access, BANK_NONE without one */
	uint8_t written, written_before; /* registers, by the group (one instruction or a pair) now and the one before */
	bool stalled;                   /* this group has waited for an address register */
};

void pentium_init(struct pentium *p, const struct machine *machine);
void pentium_free(struct pentium *p);
/* `missed`: its fetch missed the code cache, and so the cache forgets where instructions of that line begin. */
void pentium_issue(struct pentium *p, const struct execution *e, uint32_t own_clocks, bool missed, struct charge *c);
void pentium_break(struct pentium *p);

#endif
