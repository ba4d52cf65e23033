/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The 486's pipeline: one instruction at a time, and what its neighbours and its form add.
 */
#include "machine.h"
#include "pipeline.h"

static uint32_t number(const struct machine *machine, const char *key)
{
	return (uint32_t)machine_number(machine, key);
}

void i486_init(struct i486 *p, const struct machine *machine)
{
	*p = (struct i486){
		.agi = number(machine, "penalty.agi"),
		.index = number(machine, "penalty.index"),
		.displacement_immediate = number(machine, "penalty.displacement-immediate"),
		.prefix = number(machine, "penalty.prefix"),
		.split_target = number(machine, "penalty.split-target"),
		.byte_register = number(machine, "penalty.byte-register"),
		.byte_load = number(machine, "penalty.byte-load"),
		.line = number(machine, machine_is(machine, "l1", "split") ? "l1i.line" : "l1d.line"),
	};
}

void i486_break(struct i486 *p)
{
	p->written = p->byte_written = p->byte_written_before = 0;
	p->short_before = p->jumped = false;
}

/* A taken branch within the program, unlike INT, IRET and far transfers, which have refilled the queue in their clocks. */
static bool jumps(const struct execution *e)
{
	switch (e->i->flow) {
	case FLOW_CONDITIONAL:
		return e->taken;
	case FLOW_JUMP:
	case FLOW_CALL:
	case FLOW_INDIRECT:
	case FLOW_RETURN:
		return true;
	default:
		return false;
	}
}

/* What it waits for because of the instructions before it. */
static void stalls(const struct i486 *p, const struct instruction *i, struct charge *c)
{
	if (i->base & p->written)
		charge_add(c, CAUSE_AGI, p->agi);
	if (i->whole_reads & p->byte_written)
		charge_add(c, CAUSE_BYTE_REGISTER, p->byte_register);
	else if (p->short_before && i->address & p->byte_written_before)
		charge_add(c, CAUSE_BYTE_REGISTER, p->byte_load);
	if (p->jumped && i->linear / p->line != (instruction_end(i) - 1) / p->line)
		charge_add(c, CAUSE_SPLIT_TARGET, p->split_target);
}

void i486_issue(struct i486 *p, const struct execution *e, uint32_t own_clocks, struct charge *c)
{
	const struct instruction *i = e->i;

	stalls(p, i, c);
	if (i->has_index)
		charge_add(c, CAUSE_INDEX, p->index);
	if (i->displacement_and_immediate)
		charge_add(c, CAUSE_DISPLACEMENT_IMMEDIATE, p->displacement_immediate);
	charge_add(c, CAUSE_PREFIX, i->prefixes * p->prefix);
	charge_add(c, own_cause(i), own_clocks);
	p->byte_written_before = p->byte_written;
	p->byte_written = i->byte_writes;
	p->written = i->writes & (uint8_t)~i->implicit_esp;
	p->short_before = own_clocks == 1;
	p->jumped = jumps(e);
	c->pipe = ' ';
}
