/* SPDX-License-Identifier: BSD-2-Clause */
#include <Zydis/Zydis.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "timing.h"

#define MARKER_MAGIC 0x554b /* upper half of the immediate; region.h of the guest runtime */
#define TOKENS 3            /* names that one operand may have in the table, the narrowest first */

struct decoded {
	ZydisDecodedInstruction i;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

static bool decode_bytes(const void *bytes, size_t size, struct decoded *d)
{
	static ZydisDecoder decoder;
	static bool ready;

	if (!ready) {
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
		ready = true;
	}
	return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, size, &d->i, d->operands));
}

/* ---- the instruction's name in the timing table ---------------------------------------------------- */

static void mnemonic_of(const struct decoded *d, char *to, size_t size)
{
	static const char *const renamed[][2] = {{"pushad", "pusha"}, {"popad", "popa"},   {"pushfd", "pushf"},
						 {"popfd", "popf"},   {"iretd", "iret"},   {"sal", "shl"}};
	const char *name = ZydisMnemonicGetString(d->i.mnemonic);
	bool string = d->i.meta.category == ZYDIS_CATEGORY_STRINGOP || d->i.meta.category == ZYDIS_CATEGORY_IOSTRINGOP;
	const char *repeat = d->i.attributes & ZYDIS_ATTRIB_HAS_REP	 ? "rep "
			     : d->i.attributes & ZYDIS_ATTRIB_HAS_REPE	 ? "repe "
			     : d->i.attributes & ZYDIS_ATTRIB_HAS_REPNE ? "repne "
									 : "";

	for (size_t k = 0; k < sizeof(renamed) / sizeof(renamed[0]); k++)
		if (strcmp(name, renamed[k][0]) == 0)
			name = renamed[k][1];
	if (d->i.meta.category == ZYDIS_CATEGORY_COND_BR && name[0] == 'j' && !strstr(name, "cxz"))
		name = "jcc";
	if (strncmp(name, "set", 3) == 0)
		name = "setcc";
	if (d->i.mnemonic == ZYDIS_MNEMONIC_RET && d->i.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		name = "retf";
	if (string) /* without the letter for the size */
		snprintf(to, size, "%s%.*s", repeat, (int)strlen(name) - 1, name);
	else
		snprintf(to, size, "%s", name);
}

static void register_tokens(const ZydisDecodedOperand *o, const char *tokens[TOKENS])
{
	static const char *const control[] = {"cr0", "cr1", "cr2", "cr3", "cr4"};
	ZydisRegister r = o->reg.value;
	unsigned n = 0;

	switch (ZydisRegisterGetClass(r)) {
	case ZYDIS_REGCLASS_SEGMENT:
		tokens[n++] = ZydisRegisterGetString(r);
		tokens[n++] = "sreg";
		break;
	case ZYDIS_REGCLASS_CONTROL:
		tokens[n++] = r <= ZYDIS_REGISTER_CR4 ? control[r - ZYDIS_REGISTER_CR0] : "cr";
		break;
	case ZYDIS_REGCLASS_DEBUG:
		tokens[n++] = "dr";
		break;
	default:
		if (o->visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT)
			tokens[n++] = r == ZYDIS_REGISTER_CL ? "cl" : r == ZYDIS_REGISTER_DX ? "dx" : "acc";
		tokens[n++] = o->size == 8 ? "r8" : o->size == 16 ? "r16" : "r32";
		tokens[n++] = "r";
	}
}

static void operand_tokens(const struct decoded *d, const ZydisDecodedOperand *o, const char *tokens[TOKENS])
{
	memset(tokens, 0, TOKENS * sizeof(*tokens));
	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		register_tokens(o, tokens);
		break;
	case ZYDIS_OPERAND_TYPE_MEMORY:
		tokens[0] = o->size == 8 ? "m8" : o->size == 16 ? "m16" : "m32";
		tokens[1] = "m";
		if (d->i.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
			tokens[0] = tokens[1] = "farm";
		else if (d->i.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (d->i.opcode & 0xfc) == 0xa0)
			tokens[0] = "moffs";
		break;
	case ZYDIS_OPERAND_TYPE_POINTER:
		tokens[0] = "far";
		break;
	default:
		tokens[0] = o->size == 8 ? "imm8" : "imm";
		tokens[1] = "imm";
		if (o->imm.is_relative)
			tokens[0] = "rel";
		else if (o->visibility == ZYDIS_OPERAND_VISIBILITY_IMPLICIT)
			tokens[0] = "1";
	}
}

/* String instructions and others whose operands are their mnemonic's have none in the table. */
static unsigned operand_count(const struct decoded *d)
{
	if (d->i.meta.category == ZYDIS_CATEGORY_STRINGOP || d->i.meta.category == ZYDIS_CATEGORY_IOSTRINGOP ||
	    d->i.mnemonic == ZYDIS_MNEMONIC_NOP)
		return 0;
	return d->i.operand_count_visible;
}

/* Tries the operands' names from the narrowest to the widest. */
static const struct timing_form *find_form(const struct timing *timing, const struct decoded *d, const char *mnemonic)
{
	const char *tokens[3][TOKENS] = {{0}};
	unsigned count = operand_count(d);
	char text[64];

	if (count > 3)
		return NULL;
	for (unsigned k = 0; k < count; k++)
		operand_tokens(d, &d->operands[k], tokens[k]);
	for (unsigned choice = 0; choice < TOKENS * TOKENS * TOKENS; choice++) {
		unsigned at[3] = {choice % TOKENS, choice / TOKENS % TOKENS, choice / TOKENS / TOKENS};
		const struct timing_form *form;
		int used = 0;
		bool named = true;

		text[0] = '\0';
		for (unsigned k = 0; k < 3; k++) {
			if (k >= count ? at[k] > 0 : !tokens[k][at[k]])
				named = false;
			else if (k < count)
				used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%s", k ? "," : "",
						 tokens[k][at[k]]);
		}
		form = named ? timing_find(timing, mnemonic, text) : NULL;
		if (form)
			return form;
	}
	return NULL;
}

void decode_form_text(const struct instruction *i, char *to, size_t size)
{
	struct decoded d;
	size_t used;

	snprintf(to, size, "?");
	if (!decode_bytes(i->bytes, i->length, &d))
		return;
	mnemonic_of(&d, to, size);
	for (unsigned k = 0; k < operand_count(&d); k++) {
		const char *tokens[TOKENS];

		operand_tokens(&d, &d.operands[k], tokens);
		used = strlen(to);
		snprintf(to + used, size - used, "%c%s", k ? ',' : ' ', tokens[0]);
	}
}

/* ---- registers, addresses, effects ------------------------------------------------------------------ */

/* A general register as its bit, 0 for any other. */
static uint8_t register_bit(ZydisRegister r)
{
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, r);

	if (whole < ZYDIS_REGISTER_EAX || whole > ZYDIS_REGISTER_EDI)
		return 0;
	return (uint8_t)(1u << (whole - ZYDIS_REGISTER_EAX));
}

static bool uses_stack(const struct decoded *d)
{
	for (unsigned k = d->i.operand_count_visible; k < d->i.operand_count; k++)
		if (d->operands[k].type == ZYDIS_OPERAND_TYPE_REGISTER && register_bit(d->operands[k].reg.value) == REGISTER_ESP)
			return true;
	return false;
}

static void take_register(const ZydisDecodedOperand *o, struct instruction *to)
{
	uint8_t bit = register_bit(o->reg.value);
	bool hidden = o->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN;

	if (o->actions & ZYDIS_OPERAND_ACTION_MASK_READ) {
		to->reads |= bit;
		to->whole_reads |= o->size > 8 ? bit : 0;
	}
	if (!(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
		return;
	to->writes |= bit;
	if (o->size == 8)
		to->byte_writes |= bit;
	if (hidden && bit == REGISTER_ESP)
		to->implicit_esp = bit;
}

static void take_memory(const ZydisDecodedOperand *o, struct instruction *to)
{
	uint8_t base = register_bit(o->mem.base), index = register_bit(o->mem.index);

	to->reads |= base | index;
	to->whole_reads |= base | index;
	to->base |= base;
	to->address |= base | index;
	to->has_index |= o->mem.index != ZYDIS_REGISTER_NONE;
	to->has_memory |= o->mem.type == ZYDIS_MEMOP_TYPE_MEM;
}

static void take_operands(const struct decoded *d, struct instruction *to)
{
	for (unsigned k = 0; k < d->i.operand_count; k++) {
		if (d->operands[k].type == ZYDIS_OPERAND_TYPE_REGISTER)
			take_register(&d->operands[k], to);
		else if (d->operands[k].type == ZYDIS_OPERAND_TYPE_MEMORY)
			take_memory(&d->operands[k], to);
	}
	if (uses_stack(d)) {
		to->base |= REGISTER_ESP;
		to->address |= REGISTER_ESP;
	}
	to->displacement_and_immediate = d->i.raw.disp.size > 0 && d->i.raw.imm[0].size > 0;
}

static void take_prefixes(const struct decoded *d, struct instruction *to)
{
	bool string = d->i.meta.category == ZYDIS_CATEGORY_STRINGOP || d->i.meta.category == ZYDIS_CATEGORY_IOSTRINGOP;
	uint8_t kind = d->i.opcode & 0xfe;

	to->repetition_accesses = kind == 0xa4 || kind == 0xa6 ? 2 : 1; /* MOVS, CMPS: two, others one */
	for (unsigned k = 0; k < d->i.raw.prefix_count; k++) {
		bool repeat = (d->i.raw.prefixes[k].value & 0xfe) == 0xf2;

		to->prefixes += !(repeat && string);
		to->repeated |= repeat && string;
		to->locked |= d->i.raw.prefixes[k].value == 0xf0;
	}
}

static enum flow flow_of(const struct decoded *d)
{
	bool direct = d->operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;

	if (d->i.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR && d->i.mnemonic != ZYDIS_MNEMONIC_IRETD)
		return FLOW_FAR;
	switch (d->i.meta.category) {
	case ZYDIS_CATEGORY_COND_BR:
		return FLOW_CONDITIONAL;
	case ZYDIS_CATEGORY_UNCOND_BR:
		return direct ? FLOW_JUMP : FLOW_INDIRECT;
	case ZYDIS_CATEGORY_CALL:
		return direct ? FLOW_CALL : FLOW_INDIRECT;
	case ZYDIS_CATEGORY_INTERRUPT:
		return FLOW_INTERRUPT;
	case ZYDIS_CATEGORY_RET:
		return d->i.mnemonic == ZYDIS_MNEMONIC_RET ? FLOW_RETURN : FLOW_INTERRUPT_RETURN;
	default:
		return FLOW_NEXT;
	}
}

static enum effect effect_of(const struct decoded *d)
{
	ZydisRegister to = d->operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER ? d->operands[0].reg.value
									       : ZYDIS_REGISTER_NONE;

	switch (d->i.mnemonic) {
	case ZYDIS_MNEMONIC_INVLPG:
		return EFFECT_INVLPG;
	case ZYDIS_MNEMONIC_LGDT:
		return EFFECT_LOAD_GDTR;
	case ZYDIS_MNEMONIC_LIDT:
		return EFFECT_LOAD_IDTR;
	case ZYDIS_MNEMONIC_LTR:
		return EFFECT_LOAD_TR;
	case ZYDIS_MNEMONIC_INVD:
	case ZYDIS_MNEMONIC_WBINVD:
		return EFFECT_FLUSH_CACHE;
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_POP:
		if (to == ZYDIS_REGISTER_CR3)
			return EFFECT_LOAD_CR3;
		if (to == ZYDIS_REGISTER_CR0)
			return EFFECT_LOAD_CR0;
		if (to == ZYDIS_REGISTER_CR4)
			return EFFECT_LOAD_CR4;
		return ZydisRegisterGetClass(to) == ZYDIS_REGCLASS_SEGMENT ? EFFECT_LOAD_SEGMENT : EFFECT_NONE;
	default:
		return EFFECT_NONE;
	}
}

/* Waits for all writes before it, on the Pentium. */
static bool is_serialising(const struct decoded *d, const struct instruction *i)
{
	if (i->flow == FLOW_INTERRUPT_RETURN || (i->effect != EFFECT_NONE && i->effect != EFFECT_LOAD_SEGMENT))
		return true;
	return d->i.mnemonic == ZYDIS_MNEMONIC_CPUID || d->i.mnemonic == ZYDIS_MNEMONIC_WRMSR ||
	       d->i.mnemonic == ZYDIS_MNEMONIC_LLDT;
}

/* The rules of pairing that concern one instruction alone. */
static enum pairing pairing_of(const struct instruction *i)
{
	if (!i->form || i->displacement_and_immediate)
		return PAIRING_NONE;
	if (i->prefixes == 0)
		return i->form->pairing;
	return i->form->pairing == PAIRING_V ? PAIRING_NONE : i->form->pairing == PAIRING_NONE ? PAIRING_NONE : PAIRING_U;
}

static void take_marker(struct instruction *to)
{
	to->marker = to->length == 5 && to->bytes[0] == 0x3d && to->bytes[3] == (MARKER_MAGIC & 0xff) &&
		     to->bytes[4] == MARKER_MAGIC >> 8;
	to->marker_id = (uint16_t)(to->bytes[1] | to->bytes[2] << 8);
}

bool decode(const struct timing *timing, const void *bytes, size_t size, uint32_t linear, uint32_t physical, bool user,
	    struct instruction *to)
{
	struct decoded d;
	char mnemonic[32];

	*to = (struct instruction){.linear = linear, .physical = physical, .user = user};
	to->length = (uint8_t)(size < sizeof(to->bytes) ? size : sizeof(to->bytes));
	memcpy(to->bytes, bytes, to->length);
	if (!decode_bytes(bytes, size, &d))
		return false;
	to->length = d.i.length;
	mnemonic_of(&d, mnemonic, sizeof(mnemonic));
	to->form = find_form(timing, &d, mnemonic);
	to->flow = flow_of(&d);
	to->effect = effect_of(&d);
	take_operands(&d, to);
	take_prefixes(&d, to);
	if (d.operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		if (d.operands[0].imm.is_relative)
			to->target = instruction_end(to) + (uint32_t)d.operands[0].imm.value.s;
		else
			to->vector = (uint8_t)d.operands[0].imm.value.u;
	}
	if (d.i.mnemonic == ZYDIS_MNEMONIC_INT3)
		to->vector = 3;
	if (d.i.mnemonic == ZYDIS_MNEMONIC_INTO)
		to->vector = 4;
	to->io = d.i.meta.category == ZYDIS_CATEGORY_IO || d.i.meta.category == ZYDIS_CATEGORY_IOSTRINGOP;
	to->serialising = is_serialising(&d, to);
	to->pairing = (uint8_t)pairing_of(to);
	to->push = d.i.mnemonic == ZYDIS_MNEMONIC_PUSH && to->pairing == PAIRING_EITHER;
	to->pop = d.i.mnemonic == ZYDIS_MNEMONIC_POP && to->pairing == PAIRING_EITHER;
	take_marker(to);
	return true;
}

void decode_text(const struct instruction *i, char *to, size_t size)
{
	static ZydisFormatter formatter;
	static bool ready;
	struct decoded d;

	if (!ready) {
		ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
		ready = true;
	}
	if (!decode_bytes(i->bytes, i->length, &d) ||
	    !ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &d.i, d.operands, d.i.operand_count_visible, to, size,
							  i->linear, NULL)))
		snprintf(to, size, "(not an instruction)");
}

uint32_t decode_address(const struct instruction *i, const uint32_t registers[8])
{
	struct decoded d;
	uint32_t address = 0;

	if (!decode_bytes(i->bytes, i->length, &d) || d.operands[0].type != ZYDIS_OPERAND_TYPE_MEMORY)
		return 0;
	if (d.operands[0].mem.base != ZYDIS_REGISTER_NONE)
		address = registers[d.operands[0].mem.base - ZYDIS_REGISTER_EAX];
	if (d.operands[0].mem.index != ZYDIS_REGISTER_NONE)
		address += registers[d.operands[0].mem.index - ZYDIS_REGISTER_EAX] * d.operands[0].mem.scale;
	return address + (uint32_t)d.operands[0].mem.disp.value;
}
