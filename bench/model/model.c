/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "entry.h"
#include "guest.h"
#include "outcome.h"
#include "processor.h"
#include "regions.h"
#include "trace.h"

#define BUCKETS 65536
#define KERNEL_SPACE 0xe0000000u /* the kernel's addresses, where only they tell who executes */
#define CR0_PAGING 0x80000001u
#define IRET_INNER_READS 6       /* at most, by the emulator, when the privilege is kept */

static struct {
	struct model_options options;
	struct timing *timing;
	struct memory *memory;
	struct processor *processor;
	struct regions regions;
	struct code *code[BUCKETS];
	struct code *current; /* has begun; NULL: nothing is modelled yet */
	struct data_access *accesses; /* of the current one */
	size_t access_count, access_room;
	uint64_t instructions, exceptions, interrupts, restarts, lost;
	unsigned forms_unknown;
} model;

static void *checked(void *memory)
{
	if (!memory) {
		fprintf(stderr, "model: out of memory\n");
		exit(1);
	}
	return memory;
}

/* ---- code ---------------------------------------------------------------------------------------- */

static bool executes_as_user(uint32_t linear)
{
	return guest_connected() ? (guest_register(GUEST_CS) & 3) == 3 : linear < KERNEL_SPACE;
}

struct code *model_code(const void *bytes, size_t size, uint32_t linear, uint32_t physical)
{
	struct code **bucket = &model.code[(linear ^ linear >> 16) % BUCKETS], *code;
	bool user = executes_as_user(linear);

	for (code = *bucket; code; code = code->next)
		if (code->i.linear == linear && code->i.physical == physical && code->i.user == user &&
		    code->i.length == size && memcmp(code->i.bytes, bytes, size) == 0)
			return code;
	code = checked(calloc(1, sizeof(*code)));
	decode(model.timing, bytes, size, linear, physical, user, &code->i);
	code->i.based = user && entry_segment_base(guest_register(GUEST_CS)) != 0;
	code->generation = entry_generation() - 1;
	code->next = *bucket;
	*bucket = code;
	return code;
}

static int vector_of(struct code *code)
{
	if (code->generation != entry_generation()) {
		code->vector = code->i.user ? -1 : entry_vector(code->i.linear);
		code->generation = entry_generation();
	}
	return code->vector;
}

/* ---- accounting ---------------------------------------------------------------------------------- */

static bool tracing(void)
{
	return model.options.trace && regions_open(&model.regions) && model.regions.id == REGION_SAMPLE &&
	       model.regions.samples == model.options.trace_sample;
}

static void complain_unknown(struct code *code)
{
	char form[64];

	if (code->complained)
		return;
	code->complained = true;
	model.forms_unknown++;
	decode_form_text(&code->i, form, sizeof(form));
	fprintf(stderr, "model: %s at %08" PRIx32 " is not in the timing table: add a row to it; not charged\n", form,
		code->i.linear);
}

static void add_access(const struct data_access *access)
{
	if (model.access_count == model.access_room) {
		model.access_room = model.access_room ? model.access_room * 2 : 64;
		model.accesses = checked(realloc(model.accesses, model.access_room * sizeof(*model.accesses)));
	}
	model.accesses[model.access_count++] = *access;
}

/* An INT that has reached its handler: the accesses that the emulator kept to itself. */
static void add_entry_accesses(uint8_t vector, bool inner)
{
	struct data_access accesses[ENTRY_ACCESSES_MAX];
	size_t count = entry_accesses(vector, inner, false, guest_register(GUEST_ESP), guest_register(GUEST_SS), accesses);

	for (size_t k = 0; k < count; k++)
		add_access(&accesses[k]);
}

static void take_privilege(struct execution *e, const struct instruction *next)
{
	size_t reads = 0;

	if (e->i->flow == FLOW_INTERRUPT) {
		if (next->linear == instruction_end(e->i)) {
			e->privilege = CONDITION_NOT_TAKEN;
			return;
		}
		e->privilege = e->i->user ? CONDITION_INNER : CONDITION_SAME;
		add_entry_accesses(e->i->vector, e->i->user);
		return;
	}
	for (size_t k = 0; k < model.access_count; k++)
		reads += !model.accesses[k].write;
	e->privilege = reads > IRET_INNER_READS ? CONDITION_OUTER : CONDITION_SAME;
}

/* What the emulator tells only afterwards. The next instruction is the first of a block, so that registers are right. */
static void take_control(struct execution *e)
{
	uint32_t registers[8];

	switch (e->i->effect) {
	case EFFECT_LOAD_CR0:
		e->control = guest_register(GUEST_CR0);
		break;
	case EFFECT_LOAD_CR3:
		e->control = guest_register(GUEST_CR3);
		break;
	case EFFECT_LOAD_CR4:
		e->control = guest_register(GUEST_CR4);
		break;
	case EFFECT_INVLPG:
		for (unsigned r = 0; r < 8; r++)
			registers[r] = guest_register(GUEST_EAX + r);
		e->control = decode_address(e->i, registers);
		break;
	default:
		return;
	}
	guest_forget_translations();
}

/* Charges the instruction that had begun when `next` begins. */
static void account(enum outcome outcome, const struct instruction *next)
{
	struct code *code = model.current;
	struct execution e = {.i = &code->i, .taken = outcome == OUTCOME_TAKEN, .faulted = outcome == OUTCOME_FAULTED};
	struct charge charge;

	if (code->i.marker)
		return;
	if (!e.faulted) {
		if (code->i.flow == FLOW_INTERRUPT || code->i.flow == FLOW_INTERRUPT_RETURN)
			take_privilege(&e, next);
		if (code->i.effect != EFFECT_NONE)
			take_control(&e);
		if (code->i.repeated)
			e.repetitions = (uint32_t)model.access_count / code->i.repetition_accesses;
		model.instructions++;
	} else {
		model.regions.restarts++;
		model.restarts++;
	}
	e.accesses = model.accesses;
	e.access_count = model.access_count;
	e.successor = next->linear;
	processor_execute(model.processor, &e, &charge);
	if (charge.unknown)
		complain_unknown(code);
	regions_add(&model.regions, &charge, code->i.user, !e.faulted);
	if (tracing())
		trace_instruction(model.options.trace, &e, &charge, e.faulted ? "faults" : NULL);
}

/* ---- exceptions and interrupts ------------------------------------------------------------------- */

/* The frame that the processor has pushed for the handler: offset and selector of the return address. */
static bool read_frame(uint8_t vector, uint32_t frame[2])
{
	uint32_t top = entry_segment_base(guest_register(GUEST_SS)) + guest_register(GUEST_ESP);

	return guest_read(top + (entry_has_error_code(vector) ? 4 : 0), &frame[0], sizeof(frame[0])) &&
	       guest_read(top + (entry_has_error_code(vector) ? 8 : 4), &frame[1], sizeof(frame[1]));
}

static void deliver(uint8_t vector, bool inner)
{
	struct data_access accesses[ENTRY_ACCESSES_MAX];
	bool interrupt = vector >= 32;
	size_t count = entry_accesses(vector, inner, entry_has_error_code(vector), guest_register(GUEST_ESP),
				      guest_register(GUEST_SS), accesses);
	struct charge charge;
	char note[48];

	processor_deliver(model.processor, interrupt, inner, accesses, count, &charge);
	regions_add(&model.regions, &charge, false, 0);
	*(interrupt ? &model.interrupts : &model.exceptions) += 1;
	*(interrupt ? &model.regions.interrupts : &model.regions.exceptions) += 1;
	snprintf(note, sizeof(note), "%s %u%s", interrupt ? "interrupt" : "exception", vector, inner ? "" : " in the kernel");
	if (tracing())
		trace_delivery(model.options.trace, note, accesses, count, &charge);
}

/* ---- what the emulator tells --------------------------------------------------------------------- */

/* The first mark: the memory system learns what it has missed. */
static void start(void)
{
	memory_load_cr0(model.memory, guest_connected() ? guest_register(GUEST_CR0) : CR0_PAGING);
	memory_load_cr3(model.memory, guest_register(GUEST_CR3));
	memory_load_cr4(model.memory, guest_register(GUEST_CR4));
	guest_forget_translations();
	entry_read_handlers();
}

static void begin(struct code *code)
{
	model.current = code;
	model.access_count = 0;
	if (!code->i.marker)
		return;
	processor_break(model.processor);
	regions_mark(&model.regions, code->i.marker_id, processor_now(model.processor));
}

static enum outcome judge(struct code *next, bool *delivered, bool *inner)
{
	struct arrival a = {.before = &model.current->i, .next = &next->i};
	uint32_t frame[2];

	a.is_handler = vector_of(next) >= 0;
	*inner = model.current->i.user;
	if (!guest_connected() && a.before->flow == FLOW_INTERRUPT && !next->i.user) {
		a.is_handler = true; /* the table is not known; what else should it be? */
		a.vector = a.before->vector;
		return outcome_of(&a, delivered);
	}
	if (a.is_handler) {
		a.vector = (uint8_t)next->vector;
		a.has_return = read_frame(a.vector, frame);
		if (a.has_return) {
			a.return_offset = frame[0];
			*inner = (frame[1] & 3) == 3;
		}
	}
	return outcome_of(&a, delivered);
}

static void lost(const struct code *next)
{
	if (model.lost++ == 0)
		fprintf(stderr, "model: cannot tell how %08" PRIx32 " follows %08" PRIx32 "; the run is tainted\n",
			next->i.linear, model.current->i.linear);
}

void model_executes(struct code *next)
{
	bool delivered, inner;
	enum outcome outcome;

	if (!model.current) {
		if (!next->i.marker)
			return;
		start();
		begin(next);
		return;
	}
	outcome = judge(next, &delivered, &inner);
	if (outcome == OUTCOME_LOST) { /* gates may have been written since the table was read */
		entry_read_handlers();
		outcome = judge(next, &delivered, &inner);
	}
	if (outcome == OUTCOME_STEP)
		return;
	if (outcome == OUTCOME_AGAIN) {
		model.access_count = 0;
		return;
	}
	if (outcome == OUTCOME_LOST)
		lost(next);
	account(outcome, &next->i);
	if (delivered)
		deliver((uint8_t)next->vector, inner);
	begin(next);
}

bool model_wants(const struct code *code)
{
	return model.current || code->i.effect != EFFECT_NONE;
}

/* Loads of table registers, which matter before the first mark, too. */
static void learn(const struct code *code, uint32_t linear, uint32_t physical, unsigned size)
{
	uint32_t base;

	if (size != 4)
		return;
	if (code->i.effect == EFFECT_LOAD_TR)
		entry_load_task(linear, physical);
	else if (guest_read_word(NULL, physical, &base)) {
		if (code->i.effect == EFFECT_LOAD_GDTR)
			entry_load_gdt(base);
		else
			entry_load_idt(base);
	}
}

void model_accesses(struct code *code, uint32_t linear, uint32_t physical, unsigned size, bool write)
{
	enum effect effect = code->i.effect;
	struct data_access access = {linear, physical, (uint16_t)size, write, code->i.user};

	if (!write && (effect == EFFECT_LOAD_GDTR || effect == EFFECT_LOAD_IDTR || effect == EFFECT_LOAD_TR))
		learn(code, linear, physical, size);
	if (model.current)
		add_access(&access);
}

/* ---- beginning and end --------------------------------------------------------------------------- */

bool model_begin(const struct model_options *options, char *error, size_t error_size)
{
	static const struct memory_walker walker = {NULL, guest_read_word};

	model.options = *options;
	model.timing = timing_load(options->timing, options->machine, error, error_size);
	if (!model.timing)
		return false;
	model.memory = memory_new(options->machine);
	memory_record(model.memory, options->accesses);
	if (guest_connected())
		memory_set_walker(model.memory, &walker);
	model.processor = processor_new(options->machine, model.timing, model.memory);
	regions_init(&model.regions, options->out, model.memory);
	return true;
}

/* One more entry of the list of taints. */
__attribute__((format(printf, 2, 3))) static void taint(const char **separator, const char *format, ...)
{
	va_list arguments;

	fprintf(model.options.out, "%s\"", *separator);
	va_start(arguments, format);
	vfprintf(model.options.out, format, arguments);
	va_end(arguments);
	fputc('"', model.options.out);
	*separator = ",";
}

void model_end(void)
{
	const char *separator = "";

	fprintf(model.options.out, "{\"type\":\"end\",\"regions\":%u,\"groups\":%u,\"instructions\":%" PRIu64
		",\"cycles\":%" PRIu64 ",\"exceptions\":%" PRIu64 ",\"interrupts\":%" PRIu64 ",\"restarts\":%" PRIu64 ",\"taint\":[",
		model.regions.count, model.regions.count ? model.regions.group + 1 : 0, model.instructions,
		processor_now(model.processor), model.exceptions, model.interrupts, model.restarts);
	if (model.forms_unknown)
		taint(&separator, "instructions not in the timing table: %u", model.forms_unknown);
	if (model.lost)
		taint(&separator, "control flow not understood: %" PRIu64, model.lost);
	if (model.regions.unpaired || model.regions.id)
		taint(&separator, "region marks without counterpart: %u", model.regions.unpaired + (model.regions.id != 0));
	if (!guest_connected())
		taint(&separator, "guest memory not readable: entries and walks approximate");
	fprintf(model.options.out, "],\"complete\":true}\n");
	fflush(model.options.out);
	if (model.options.trace)
		fflush(model.options.trace);
	if (model.options.accesses)
		fflush(model.options.accesses);
}
