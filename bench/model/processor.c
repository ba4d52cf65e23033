/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What both processors have in common: instruction fetch, data accesses, conditions, and effects on the memory system.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "pipeline.h"

#define NO_LINE 0xffffffffu
#define PAGE 4096u

enum pipeline { PIPELINE_NONE, PIPELINE_I486, PIPELINE_PENTIUM };

struct processor {
	struct memory *memory;
	enum pipeline pipeline;
	struct i486 i486;
	struct pentium pentium;
	uint64_t now;
	uint32_t line_shift; /* of a line that holds code: its bytes' logarithm */
	uint32_t fetched;    /* physical line that the prefetch queue has, or NO_LINE */
	uint32_t misaligned, lock, unaccessed, segment_base; /* clocks */
	const struct timing_form *exception, *interrupt;
};

const char *const cause_names[CAUSES] = {
	"base",	       "entry",	       "segment-load", "control",	 "agi",		 "index",    "displacement-immediate",
	"prefix",      "byte-register", "misaligned",	"split-target", "mispredicted", "bank",	    "lock",
	"segment-base", "code-tlb",	"data-tlb",	"code-line",	 "data-line",	 "write-buffer",
};

struct processor *processor_new(const struct machine *machine, const struct timing *timing, struct memory *memory)
{
	struct processor *p = calloc(1, sizeof(*p));
	uint32_t line;

	if (!p) {
		fprintf(stderr, "model: out of memory\n");
		exit(1);
	}
	p->memory = memory;
	p->fetched = NO_LINE;
	line = (uint32_t)machine_number(machine, machine_is(machine, "l1", "split") ? "l1i.line" : "l1d.line");
	p->line_shift = (uint32_t)__builtin_ctz(line);
	p->exception = timing_find(timing, "<exception>", "");
	p->interrupt = timing_find(timing, "<interrupt>", "");
	if (machine_is(machine, "cycles", "none"))
		return p;
	p->misaligned = (uint32_t)machine_number(machine, "penalty.misaligned");
	p->lock = (uint32_t)machine_number(machine, "penalty.lock");
	p->unaccessed = (uint32_t)machine_number(machine, "clocks.segment-unaccessed");
	p->segment_base = (uint32_t)machine_number(machine, "penalty.segment-base");
	if (machine_is(machine, "cycles", "i486")) {
		p->pipeline = PIPELINE_I486;
		i486_init(&p->i486, machine);
	} else {
		p->pipeline = PIPELINE_PENTIUM;
		pentium_init(&p->pentium, machine);
	}
	return p;
}

void processor_free(struct processor *p)
{
	if (p->pipeline == PIPELINE_PENTIUM)
		pentium_free(&p->pentium);
	free(p);
}

uint64_t processor_now(const struct processor *p)
{
	return p->now;
}

void processor_break(struct processor *p)
{
	if (p->pipeline == PIPELINE_I486)
		i486_break(&p->i486);
	else if (p->pipeline == PIPELINE_PENTIUM)
		pentium_break(&p->pentium);
}

enum cause own_cause(const struct instruction *i)
{
	if (i->flow == FLOW_INTERRUPT || i->flow == FLOW_INTERRUPT_RETURN)
		return CAUSE_ENTRY;
	if (i->effect == EFFECT_LOAD_SEGMENT)
		return CAUSE_SEGMENT;
	return i->effect == EFFECT_NONE ? CAUSE_BASE : CAUSE_CONTROL;
}

/* One access, at `at`; counted under code or data. */
static void access_memory(struct processor *p, enum access kind, const struct data_access *a, uint64_t at, struct charge *c)
{
	struct access_result r;
	bool code = kind == ACCESS_FETCH;

	memory_access(p->memory, kind, a->linear, a->physical, a->size, at, a->user, &r);
	charge_add(c, code ? CAUSE_CODE_TLB : CAUSE_DATA_TLB, r.walk_clocks);
	charge_add(c, code ? CAUSE_CODE_LINE : CAUSE_DATA_LINE, r.line_clocks);
	charge_add(c, CAUSE_WRITE_BUFFER, r.write_buffer_clocks);
	if (r.misaligned && !code)
		charge_add(c, CAUSE_MISALIGNED, p->misaligned);
	c->tlb_misses[code] += r.tlb_misses;
	c->l1_misses[code] += r.l1_misses;
	c->l2_misses[code] += r.l2_misses;
}

/*
 * Code comes line by line: only an instruction with bytes in another line than the last one's accesses the cache.
 * True if that missed.
 */
static bool fetch(struct processor *p, const struct instruction *i, struct charge *c)
{
	struct data_access a = {i->linear, i->physical, i->length, false, i->user};
	uint32_t end = i->physical + i->length - 1;

	if (i->physical >> p->line_shift == p->fetched && end >> p->line_shift == p->fetched)
		return false;
	access_memory(p, ACCESS_FETCH, &a, p->now, c);
	/* Where the next page's half lies is the memory system's knowledge; the line is then fetched once more. */
	p->fetched = end / PAGE == i->physical / PAGE ? end >> p->line_shift : NO_LINE;
	return c->l1_misses[1] > 0;
}

/* The accesses of one instruction are spread over its own clocks, so that long ones need not wait for themselves. */
static void access_data(struct processor *p, const struct data_access *accesses, size_t count, uint32_t own_clocks,
			struct charge *c)
{
	uint64_t stalled_before = c->clocks - own_clocks;

	for (size_t k = 0; k < count; k++) {
		uint64_t at = p->now + stalled_before + (k ? own_clocks * (uint64_t)k / count : 0);

		access_memory(p, accesses[k].write ? ACCESS_WRITE : ACCESS_READ, &accesses[k],
			      at + (c->clocks - own_clocks - stalled_before), c);
	}
}

/* True: INVLPG found its page in the TLB. */
static bool take_effect(struct processor *p, const struct execution *e)
{
	switch (e->i->effect) {
	case EFFECT_LOAD_CR0:
		memory_load_cr0(p->memory, e->control);
		break;
	case EFFECT_LOAD_CR3:
		memory_load_cr3(p->memory, e->control);
		break;
	case EFFECT_LOAD_CR4:
		memory_load_cr4(p->memory, e->control);
		break;
	case EFFECT_FLUSH_CACHE:
		memory_flush_caches(p->memory);
		break;
	case EFFECT_INVLPG:
		p->fetched = NO_LINE;
		return memory_invlpg(p->memory, e->control);
	default:
		return false;
	}
	p->fetched = NO_LINE;
	return false;
}

static enum condition condition_of(const struct execution *e, bool hit)
{
	const struct instruction *i = e->i;

	if (i->repeated)
		return e->repetitions == 0 ? CONDITION_NONE : e->repetitions == 1 ? CONDITION_ONE : CONDITION_MORE;
	if (i->effect == EFFECT_INVLPG)
		return hit ? CONDITION_HIT : CONDITION_MISS;
	if (i->io)
		return i->user ? CONDITION_BITMAP : CONDITION_PERMITTED;
	switch (i->flow) {
	case FLOW_CONDITIONAL:
		return e->taken ? CONDITION_TAKEN : CONDITION_NOT_TAKEN;
	case FLOW_INTERRUPT:
	case FLOW_INTERRUPT_RETURN:
		return e->privilege;
	default:
		return CONDITION_ALWAYS;
	}
}

static void issue(struct processor *p, const struct execution *e, uint32_t own_clocks, bool missed, struct charge *c)
{
	if (p->pipeline == PIPELINE_I486)
		i486_issue(&p->i486, e, own_clocks, c);
	else if (p->pipeline == PIPELINE_PENTIUM)
		pentium_issue(&p->pentium, e, own_clocks, missed, c);
	if (p->pipeline == PIPELINE_NONE || e->faulted)
		return;
	if (e->i->locked)
		charge_add(c, CAUSE_LOCK, p->lock);
	/* A store by a segment load sets the descriptor's accessed bit. */
	if (e->i->effect == EFFECT_LOAD_SEGMENT)
		for (size_t k = 0; k < e->access_count; k++)
			if (e->accesses[k].write)
				charge_add(c, CAUSE_SEGMENT, p->unaccessed);
	if (e->i->based)
		charge_add(c, CAUSE_SEGMENT_BASE, p->segment_base * (uint32_t)e->access_count);
}

void processor_execute(struct processor *p, const struct execution *e, struct charge *charge)
{
	bool missed, hit;
	uint32_t own_clocks = 0, before;

	memset(charge, 0, sizeof(*charge));
	missed = fetch(p, e->i, charge);
	hit = !e->faulted && take_effect(p, e);
	if (!e->i->form)
		charge->unknown = true;
	else if (!e->faulted && p->pipeline != PIPELINE_NONE)
		own_clocks = timing_clocks(e->i->form, condition_of(e, hit), e->repetitions);
	before = charge->clocks;
	issue(p, e, own_clocks, missed, charge);
	/* OUT waits for the writes before it; on the Pentium, serialising instructions do. */
	if (e->i->io || (e->i->serialising && p->pipeline == PIPELINE_PENTIUM))
		charge_add(charge, CAUSE_WRITE_BUFFER, memory_drain(p->memory, p->now + before));
	access_data(p, e->accesses, e->access_count, own_clocks < charge->clocks ? own_clocks : charge->clocks, charge);
	p->now += charge->clocks;
}

void processor_deliver(struct processor *p, bool interrupt, bool inner, const struct data_access *accesses, size_t count,
		       struct charge *charge)
{
	const struct timing_form *form = interrupt ? p->interrupt : p->exception;
	uint32_t own_clocks = 0;

	memset(charge, 0, sizeof(*charge));
	charge->pipe = p->pipeline == PIPELINE_PENTIUM ? 'U' : ' ';
	if (!form)
		charge->unknown = true;
	else if (p->pipeline != PIPELINE_NONE)
		own_clocks = timing_clocks(form, inner ? CONDITION_INNER : CONDITION_SAME, 0);
	charge_add(charge, CAUSE_ENTRY, own_clocks);
	processor_break(p);
	access_data(p, accesses, count, own_clocks, charge);
	p->now += charge->clocks;
}
