/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Pentium's two pipes: which instructions go together, what a pair costs, branch prediction. Rules and
 * sources in README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "pipeline.h"

#define BANK_NONE 0xffffffffu
#define CODE_LINE_SHIFT 5
#define CODE_LINES (1u << 21) /* of 64 MB; beyond that they share entries */

static uint32_t number(const struct machine *machine, const char *key)
{
	return (uint32_t)machine_number(machine, key);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory) {
		fprintf(stderr, "model: out of memory\n");
		exit(1);
	}
	return memory;
}

void pentium_init(struct pentium *p, const struct machine *machine)
{
	*p = (struct pentium){
		.agi = number(machine, "penalty.agi"),
		.prefix = number(machine, "penalty.prefix"),
		.bank = number(machine, "penalty.bank"),
		.wrong_u = number(machine, "branch.wrong-u"),
		.wrong_v = number(machine, "branch.wrong-v"),
		.wrong_unconditional = number(machine, "branch.wrong-unconditional"),
		.branch_ways = number(machine, "branch.ways"),
	};
	p->branch_sets = number(machine, "branch.entries") / p->branch_ways;
	if (p->branch_sets == 0)
		p->branch_sets = 1;
	p->branches = allocate((size_t)p->branch_sets * p->branch_ways, sizeof(*p->branches));
	p->boundaries = allocate(CODE_LINES, sizeof(*p->boundaries));
}

void pentium_free(struct pentium *p)
{
	free(p->branches);
	free(p->boundaries);
}

void pentium_break(struct pentium *p)
{
	p->in_u = NULL;
	p->written = p->written_before = 0;
}

/* ---- pairing ------------------------------------------------------------------------------------- */

static uint32_t *boundary_word(struct pentium *p, uint32_t physical)
{
	return &p->boundaries[physical >> CODE_LINE_SHIFT & (CODE_LINES - 1)];
}

/* Remembers where it begins; a line that was not in the code cache is forgotten first. */
static void mark_boundary(struct pentium *p, const struct instruction *i, bool missed)
{
	uint32_t last = i->physical + i->length - 1;

	if (missed)
		*boundary_word(p, i->physical) = 0;
	if (missed && last >> CODE_LINE_SHIFT != i->physical >> CODE_LINE_SHIFT)
		*boundary_word(p, last) = 0;
	*boundary_word(p, i->physical) |= 1u << (i->physical & 31);
}

/* Both only push, or pop, or push and then call: the second need not wait for the first's ESP. */
static bool stack_pair(const struct instruction *u, const struct instruction *v)
{
	return (u->push && (v->push || v->flow == FLOW_CALL)) || (u->pop && v->pop);
}

/* May `v` be issued together with the instruction before it, which is in U? */
static bool pairs(const struct pentium *p, const struct instruction *v)
{
	const struct instruction *u = p->in_u;
	uint8_t shared;

	if (!u || (v->pairing != PAIRING_EITHER && v->pairing != PAIRING_V))
		return false;
	if (instruction_end(u) != v->linear)
		return false;
	shared = u->writes;
	if (stack_pair(u, v))
		shared &= (uint8_t)~REGISTER_ESP;
	return !(shared & (v->reads | v->writes));
}

/* Clocks of both: they go in lock step, and two that read, change and write memory take turns. */
static uint32_t pair_clocks(uint32_t u, uint32_t v)
{
	if (u == 3 && v == 3)
		return 5;
	if (u == 3 && v == 2)
		return 4;
	return u > v ? u : v;
}

static uint32_t bank_of(const struct execution *e)
{
	return e->access_count ? e->accesses[0].linear >> 2 & 7 : BANK_NONE;
}

/* An address register was written one group ago. A pair waits once. */
static void address_stall(struct pentium *p, const struct instruction *i, struct charge *c)
{
	if (!(i->address & p->written_before) || p->stalled)
		return;
	p->stalled = true;
	charge_add(c, CAUSE_AGI, p->agi);
}

static void next_group(struct pentium *p)
{
	p->written_before = p->written;
	p->written = 0;
	p->stalled = false;
}

/* ---- branches ------------------------------------------------------------------------------------ */

static bool is_predicted(const struct instruction *i)
{
	return i->flow == FLOW_CONDITIONAL || i->flow == FLOW_JUMP || i->flow == FLOW_CALL || i->flow == FLOW_INDIRECT ||
	       i->flow == FLOW_RETURN;
}

static struct branch_entry *find_branch(struct pentium *p, uint32_t address, struct branch_entry **victim)
{
	struct branch_entry *set = &p->branches[address % p->branch_sets * p->branch_ways];

	*victim = set;
	for (uint32_t way = 0; way < p->branch_ways; way++) {
		if (set[way].used && set[way].address == address)
			return &set[way];
		if (set[way].used < (*victim)->used)
			*victim = &set[way];
	}
	return NULL;
}

/* Looks the branch up, learns what it did, and says whether the prediction was wrong. */
static bool mispredicted(struct pentium *p, const struct execution *e)
{
	bool taken = e->i->flow != FLOW_CONDITIONAL || e->taken, wrong;
	struct branch_entry *victim, *entry = find_branch(p, e->i->linear, &victim);

	p->branch_time++;
	if (!entry) {
		if (taken)
			*victim = (struct branch_entry){e->i->linear, e->successor, p->branch_time, 3};
		return taken;
	}
	wrong = (entry->counter >= 2) != taken || (taken && entry->target != e->successor);
	entry->used = p->branch_time;
	if (taken) {
		entry->target = e->successor;
		entry->counter += entry->counter < 3;
	} else {
		entry->counter -= entry->counter > 0;
	}
	return wrong;
}

static void predict(struct pentium *p, const struct execution *e, struct charge *c)
{
	if (!is_predicted(e->i) || !mispredicted(p, e))
		return;
	if (e->i->flow != FLOW_CONDITIONAL)
		charge_add(c, CAUSE_MISPREDICTED, p->wrong_unconditional);
	else
		charge_add(c, CAUSE_MISPREDICTED, c->pipe == 'V' ? p->wrong_v : p->wrong_u);
}

/* ---- issue --------------------------------------------------------------------------------------- */

static void issue_v(struct pentium *p, const struct execution *e, uint32_t own_clocks, struct charge *c)
{
	uint32_t bank = bank_of(e);

	c->pipe = 'V';
	charge_add(c, own_cause(e->i), pair_clocks(p->u_clocks, own_clocks) - p->u_clocks);
	if (bank != BANK_NONE && bank == p->u_bank)
		charge_add(c, CAUSE_BANK, p->bank);
	p->in_u = NULL;
}

static void issue_u(struct pentium *p, const struct execution *e, uint32_t own_clocks, bool known, struct charge *c)
{
	const struct instruction *i = e->i;
	bool simple = i->pairing == PAIRING_EITHER || i->pairing == PAIRING_U;

	next_group(p);
	c->pipe = 'U';
	charge_add(c, CAUSE_PREFIX, i->prefixes * p->prefix);
	charge_add(c, own_cause(i), own_clocks);
	p->in_u = simple && known && !e->faulted ? i : NULL;
	p->u_clocks = own_clocks;
	p->u_bank = bank_of(e);
}

void pentium_issue(struct pentium *p, const struct execution *e, uint32_t own_clocks, bool missed, struct charge *c)
{
	const struct instruction *i = e->i;
	/* Where it ends is known at its second execution out of the code cache, or at once if it is one byte. */
	bool known = !missed && *boundary_word(p, i->physical) >> (i->physical & 31) & 1;

	if (pairs(p, i))
		issue_v(p, e, own_clocks, c);
	else
		issue_u(p, e, own_clocks, known || i->length == 1, c);
	mark_boundary(p, i, missed);
	address_stall(p, i, c);
	p->written |= i->writes & (uint8_t)~i->implicit_esp;
	predict(p, e, c);
}
