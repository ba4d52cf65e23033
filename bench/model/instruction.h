/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An instruction as the timing rules see it: decoded once, when its code is translated, and used at every execution.
 */
#ifndef MODEL_INSTRUCTION_H
#define MODEL_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

struct timing_form;

/* Where the next instruction comes from. */
enum flow {
	FLOW_NEXT,
	FLOW_CONDITIONAL,   /* Jcc, LOOP, JECXZ: `target` or next */
	FLOW_JUMP,          /* to `target` */
	FLOW_CALL,          /* to `target` */
	FLOW_INDIRECT,      /* JMP, CALL through a register or memory */
	FLOW_RETURN,
	FLOW_INTERRUPT,     /* INT n, INT3, INTO */
	FLOW_INTERRUPT_RETURN,
	FLOW_FAR,
};

/* What it does beyond registers and memory. */
enum effect {
	EFFECT_NONE,
	EFFECT_LOAD_CR3,
	EFFECT_LOAD_CR0,
	EFFECT_LOAD_CR4,
	EFFECT_INVLPG,
	EFFECT_LOAD_GDTR,
	EFFECT_LOAD_IDTR,
	EFFECT_LOAD_TR,
	EFFECT_LOAD_SEGMENT,
	EFFECT_FLUSH_CACHE, /* INVD, WBINVD */
};

/* Registers as bits: 0 to 7 in the processor's numbering, ESP being 4. */
#define REGISTER_ESP (1u << 4)

struct instruction {
	uint32_t linear, physical;  /* of its first byte */
	uint32_t target;            /* of a direct branch, linear */
	const struct timing_form *form; /* NULL: not in the timing table */
	uint8_t length;
	uint8_t bytes[15];
	enum flow flow : 8;
	enum effect effect : 8;
	uint8_t vector;             /* of INT */
	uint8_t pairing;            /* enum pairing, all rules of a single instruction applied */
	uint8_t prefixes;           /* that cost a clock: operand and address size, segment, LOCK; REP has rows of its own */
	uint8_t repetition_accesses; /* memory accesses of a string instruction's one step */
	uint8_t reads, writes;      /* general registers, address registers and ESP included */
	uint8_t whole_reads;        /* of the reads, those of more than a byte register */
	uint8_t byte_writes;        /* of which only a part is written */
	uint8_t address;            /* registers that form an address */
	uint8_t base;               /* of these, bases, and ESP where it is used implicitly */
	uint8_t implicit_esp;       /* REGISTER_ESP if written as PUSH, POP, CALL, RET do */
	bool user;                  /* executed in ring 3 */
	bool has_index;             /* or a scale */
	bool displacement_and_immediate;
	bool has_memory;            /* an explicit memory operand or stack access */
	bool serialising;           /* on the Pentium */
	bool locked;                /* LOCK prefix */
	bool io;                    /* IN, OUT and their string forms */
	bool based;                 /* runs in segments whose base is not zero: set by who knows */
	bool repeated;              /* a string instruction with a REP prefix */
	bool push, pop;             /* the one-register forms that may pair with their like */
	bool marker;                /* cmp $0x554bxxxx, %eax: opens or closes a region */
	uint16_t marker_id;
};

/* First linear address behind it. */
static inline uint32_t instruction_end(const struct instruction *i)
{
	return i->linear + i->length;
}

#endif
