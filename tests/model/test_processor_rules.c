/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an instruction's neighbours and its form add, on both processors. Expected clocks follow from the rules as their sources
 * state them (bench/model/README.md); memory never makes anybody wait.
 */
#include "processor_rig.h"

static struct rig *i486, *pentium;

#define SETTING(...) (&(struct setting){__VA_ARGS__})
#define EXPECT_IN(rig, setting, text, expected)                                        \
	do {                                                                           \
		const uint8_t *begin, *end;                                            \
		uint32_t clocks;                                                       \
		ASSEMBLE(text, begin, end);                                            \
		clocks = rig_run(rig, begin, end, setting);                            \
		if (clocks != (expected))                                              \
			fail_msg("%s: %u clocks, should be %u", text, clocks, expected); \
	} while (0)
#define ON_486(text, expected) EXPECT_IN(i486, SETTING(.user = false), text, expected##u)
#define ON_486_IN(setting, text, expected) EXPECT_IN(i486, setting, text, expected##u)
#define ON_PENTIUM(text, expected) EXPECT_IN(pentium, SETTING(.user = false), text, expected##u)
#define ON_PENTIUM_IN(setting, text, expected) EXPECT_IN(pentium, setting, text, expected##u)

/* ---- 486 ----------------------------------------------------------------------------------------- */

/* Base register written by the instruction before: one clock. PUSH and POP change ESP without that. */
static void i486_address_of_instruction_before(void **state)
{
	(void)state;
	ON_486("mov %%eax, %%ebx; mov (%%ebx), %%ecx", 3);
	ON_486("mov %%eax, %%ebx; nop; mov (%%ebx), %%ecx", 3);
	ON_486("mov %%eax, %%ebx; lea 4(%%ebx), %%ecx", 3);
	ON_486("mov %%eax, %%ebx; mov %%ecx, (%%ebx)", 3);
	ON_486("mov (%%eax), %%ebx; mov (%%ebx), %%ecx", 3);
	ON_486("push %%eax; push %%ebx", 2);
	ON_486("pop %%eax; pop %%ebx", 2);
	ON_486("push %%eax; mov 4(%%esp), %%ebx", 2);
	ON_486("add $4, %%esp; pop %%eax", 3);
	ON_486("add $4, %%esp; ret", 7);
	ON_486("mov %%eax, %%esp; push %%ebx", 3);
	ON_486("mov %%eax, %%ebx; mov %%ebx, %%ecx", 2); /* no address */
}

/* An index, or a scale, costs one; whether it was written just before makes no difference. */
static void i486_index(void **state)
{
	(void)state;
	ON_486("mov (%%eax,%%ebx), %%ecx", 2);
	ON_486("mov 8(,%%ebx,4), %%ecx", 2);
	ON_486("mov %%eax, %%ebx; mov (%%ecx,%%ebx), %%edx", 3);
	ON_486("mov %%eax, %%ecx; mov (%%ecx,%%ebx), %%edx", 4);
}

static void i486_displacement_and_immediate(void **state)
{
	(void)state;
	ON_486("movl $5, 8(%%eax)", 2);
	ON_486("movl $5, 0x12345678", 2);
	ON_486("movl $5, (%%eax)", 1);
	ON_486("cmpl $5, 8(%%eax)", 3);
	ON_486("addl $5, 8(%%eax)", 4);
	ON_486("mov 8(%%eax), %%ebx", 1);
	ON_486("push $5", 1);
}

static void i486_prefixes(void **state)
{
	(void)state;
	ON_486("mov %%ss:(%%eax), %%ebx", 2);
	ON_486("movw (%%eax), %%bx", 2);
	ON_486("movw %%ss:(%%eax), %%bx", 3);
	ON_486("movl $5, %%ss:8(%%eax)", 3);
	ON_486("lock; addl %%eax, (%%ebx)", 9); /* 3, the prefix 1, the locked bus 5 */
	ON_486(".byte 0x0f, 0x84, 0, 0, 0, 0", 1); /* 0F is none */
	ON_486_IN(SETTING(.repetitions = 2), "rep movsl", 18); /* nor is REP */
}

static void i486_misaligned(void **state)
{
	(void)state;
	ON_486_IN(SETTING(.access = {DATA_AT + 4}), "mov (%%eax), %%ebx", 1);
	ON_486_IN(SETTING(.access = {DATA_AT + 2}), "mov (%%eax), %%ebx", 4);
	ON_486_IN(SETTING(.access = {DATA_AT + 3}, .access_size = 2), "mov %%eax, (%%ebx)", 4);
	ON_486_IN(SETTING(.access = {DATA_AT + 2}, .access_size = 2), "mov %%eax, (%%ebx)", 1);
}

/* A byte of a register written, then the whole one used: one; or loaded two clocks before it addresses. */
static void i486_byte_registers(void **state)
{
	(void)state;
	ON_486("movb $5, %%al; mov %%eax, %%ebx", 3);
	ON_486("movb $5, %%al; movb %%al, %%bl", 2);
	ON_486("movb $5, %%al; nop; mov %%eax, %%ebx", 3);
	ON_486("movb $5, %%al; nop; mov (%%eax), %%ebx", 4);
	ON_486("movb $5, %%al; mov (%%eax), %%ebx", 4); /* and the address of the instruction before */
	ON_486("sete %%al; movzbl %%al, %%eax", 6);
}

/* At 16-byte lines: a jump to an instruction that two of them hold. */
static void i486_split_target(void **state)
{
	(void)state;
	ON_486_IN(SETTING(.at = CODE_AT + 12), "jmp 1f; 1: mov $0x12345678, %%eax", 7);
	ON_486_IN(SETTING(.at = CODE_AT + 9), "jmp 1f; 1: mov $0x12345678, %%eax", 4);
	ON_486_IN(SETTING(.at = CODE_AT + 12, .taken = {true}), "jz 1f; 1: mov $0x12345678, %%eax", 7);
	ON_486_IN(SETTING(.at = CODE_AT + 12), "jz 1f; 1: mov $0x12345678, %%eax", 2);
	ON_486_IN(SETTING(.at = CODE_AT + 13), "nop; mov $0x12345678, %%eax", 2);
}

/* ---- Pentium: pairs ------------------------------------------------------------------------------ */

static void pairing_by_class(void **state)
{
	(void)state;
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ecx, %%edx", 1);		      /* UV UV */
	ON_PENTIUM("add %%eax, %%ebx; inc %%ecx", 1);
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ecx, %%edx; mov %%esi, %%edi", 2);
	ON_PENTIUM("shl $3, %%eax; mov %%ecx, %%edx", 1);		      /* PU UV */
	ON_PENTIUM("mov %%ecx, %%edx; shl $3, %%eax", 2);		      /* UV PU */
	ON_PENTIUM("adc %%eax, %%ebx; mov %%ecx, %%edx", 1);
	ON_PENTIUM("mov %%ecx, %%edx; adc %%eax, %%ebx", 2);
	ON_PENTIUM_IN(SETTING(.taken = {false, true}), "mov %%eax, %%ebx; jz 1f; 1:", 1); /* UV PV */
	ON_PENTIUM("jz 1f; 1: mov %%eax, %%ebx", 2);			      /* a branch in U goes alone */
	ON_PENTIUM("not %%eax; mov %%ecx, %%edx", 2);			      /* NP UV */
	ON_PENTIUM("mov %%ecx, %%edx; not %%eax", 2);			      /* UV NP */
	ON_PENTIUM("rol %%eax; mov %%ecx, %%edx", 1);			      /* rotates pair by 1 only */
	ON_PENTIUM("rol $3, %%eax; mov %%ecx, %%edx", 2);
	ON_PENTIUM("test $5, %%eax; mov %%ecx, %%edx", 1);		      /* the accumulator's TEST pairs */
	ON_PENTIUM("test $5, %%ebx; mov %%ecx, %%edx", 2);
}

static void pairing_by_registers(void **state)
{
	(void)state;
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ebx, %%ecx", 2); /* read after write */
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ecx, %%ebx", 2); /* write after write */
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ecx, %%eax", 1); /* write after read */
	ON_PENTIUM("movb %%al, %%bl; movb %%bh, %%cl", 2);   /* a part is the whole */
	ON_PENTIUM("add %%eax, %%ebx; sub %%ecx, %%edx", 1); /* both write flags */
	ON_PENTIUM_IN(SETTING(.taken = {false, true}), "cmp %%eax, %%ebx; jz 1f; 1:", 1);
	ON_PENTIUM("test %%eax, %%eax; jz 1f; 1:", 1);
	ON_PENTIUM("push %%eax; push %%ebx", 1);
	ON_PENTIUM("pop %%eax; pop %%ebx", 1);
	ON_PENTIUM("push %%eax; call 1f; 1:", 1);
	ON_PENTIUM("push %%eax; pop %%ebx", 2);
	ON_PENTIUM("call 1f; 1: push %%eax", 2);
}

static void pairing_by_form(void **state)
{
	(void)state;
	ON_PENTIUM("movl $5, 8(%%eax); mov %%ecx, %%edx", 2); /* displacement and immediate: alone */
	ON_PENTIUM("movl $5, (%%eax); mov %%ecx, %%edx", 1);
	ON_PENTIUM("mov %%ss:(%%eax), %%ebx; mov %%ecx, %%edx", 2); /* a prefix: one clock, and only U */
	ON_PENTIUM("mov %%ecx, %%edx; mov %%ss:(%%eax), %%ebx", 3);
	ON_PENTIUM("mov %%ecx, %%edx; .byte 0x0f, 0x84, 0, 0, 0, 0", 1); /* the near Jcc's 0F is none */
}

/* The instructions of a pair wait for each other; two that change memory take turns. */
static void pair_clocks(void **state)
{
	(void)state;
	ON_PENTIUM("mov %%eax, %%ebx; add (%%ecx), %%edx", 2);
	ON_PENTIUM("add (%%ecx), %%edx; mov %%eax, %%ebx", 2);
	ON_PENTIUM("mov %%eax, %%ebx; add %%edx, (%%ecx)", 3);
	ON_PENTIUM("add (%%ecx), %%edx; add (%%esi), %%edi", 2);
	ON_PENTIUM("add (%%ecx), %%edx; add %%edi, (%%esi)", 3);
	ON_PENTIUM("add %%edi, (%%esi); add (%%ecx), %%edx", 4);
	ON_PENTIUM("add %%edi, (%%esi); add %%edx, (%%ecx)", 5);
}

/* Eight banks of four bytes. */
static void banks(void **state)
{
	(void)state;
	ON_PENTIUM_IN(SETTING(.access = {DATA_AT, DATA_AT + 4}), "mov (%%eax), %%ebx; mov (%%ecx), %%edx", 1);
	ON_PENTIUM_IN(SETTING(.access = {DATA_AT, DATA_AT + 32}), "mov (%%eax), %%ebx; mov (%%ecx), %%edx", 2);
	ON_PENTIUM_IN(SETTING(.access = {DATA_AT, DATA_AT + 32}), "mov (%%eax), %%ebx; not %%ecx", 2);
}

/* An instruction of more than one byte pairs from its second execution out of the code cache on. */
static void boundaries(void **state)
{
	struct rig *fresh = rig_new("pentium90");

	(void)state;
	EXPECT_IN(fresh, SETTING(.passes = 1), "mov %%eax, %%ebx; mov %%ecx, %%edx", 2u);
	EXPECT_IN(fresh, SETTING(.passes = 1), "mov %%eax, %%ebx; mov %%ecx, %%edx", 1u);
	EXPECT_IN(fresh, SETTING(.passes = 1, .at = CODE_AT + 0x100), "inc %%eax; mov %%ecx, %%edx", 1u);
	memory_flush_caches(fresh->memory);
	EXPECT_IN(fresh, SETTING(.passes = 1, .at = CODE_AT + 0x40), "nop", 1u); /* another line is in the queue now */
	EXPECT_IN(fresh, SETTING(.passes = 1), "mov %%eax, %%ebx; mov %%ecx, %%edx", 2u);
	rig_free(fresh);
}

/* Address registers written in the clock before: up to three instructions back. */
static void pentium_addresses(void **state)
{
	(void)state;
	ON_PENTIUM("mov %%eax, %%ebx; mov (%%ebx), %%ecx", 3);
	ON_PENTIUM("mov %%eax, %%ebx; mov (%%ecx,%%ebx), %%edx", 3);
	ON_PENTIUM("mov %%eax, %%ebx; mov %%edx, %%ebp; mov %%edi, %%ecx; mov (%%ebx), %%esi", 3);
	ON_PENTIUM("mov %%eax, %%ebx; not %%edx; mov (%%ebx), %%esi", 3); /* a clock in between */
	ON_PENTIUM("push %%eax; mov 4(%%esp), %%ebx", 2);
	ON_PENTIUM("add $4, %%esp; pop %%eax", 3);
	ON_PENTIUM("mov %%eax, %%ebx; mov %%ecx, %%edx; mov (%%ebx), %%esi; mov (%%edx), %%edi", 3); /* both wait at once */
	ON_PENTIUM_IN(SETTING(.access = {DATA_AT + 2}), "mov (%%eax), %%ebx", 4);
}

/* ---- Pentium: branches --------------------------------------------------------------------------- */

static void load(struct rig *rig, const uint8_t *begin, const uint8_t *end, uint32_t at)
{
	rig_load(rig, begin, end, SETTING(.at = at));
}

static void prediction(void **state)
{
	struct rig *rig = rig_new("pentium90");
	const struct setting *taken = SETTING(.taken = {true, true}), *not_taken = SETTING(.user = false);
	const uint8_t *begin, *end;

	(void)state;
	ASSEMBLE("jz 1f; 1:", begin, end);
	load(rig, begin, end, CODE_AT);
	assert_int_equal(rig_pass(rig, not_taken), 1); /* unknown: predicted not taken */
	assert_int_equal(rig_pass(rig, taken), 1 + 3);
	assert_int_equal(rig_pass(rig, taken), 1);
	assert_int_equal(rig_pass(rig, not_taken), 1 + 3); /* it takes two to change its mind */
	assert_int_equal(rig_pass(rig, not_taken), 1 + 3);
	assert_int_equal(rig_pass(rig, not_taken), 1);
	assert_int_equal(rig_pass(rig, taken), 1 + 3); /* and from the other end, too */
	assert_int_equal(rig_pass(rig, taken), 1 + 3);
	assert_int_equal(rig_pass(rig, taken), 1);
	assert_int_equal(rig_pass(rig, taken), 1);
	assert_int_equal(rig_pass(rig, not_taken), 1 + 3); /* once is forgiven */
	assert_int_equal(rig_pass(rig, taken), 1);
	ASSEMBLE("cmp %%eax, %%ebx; jz 1f; 1:", begin, end);
	load(rig, begin, end, CODE_AT + 0x101);
	for (unsigned pass = 0; pass < 3; pass++)
		rig_pass(rig, taken);
	assert_int_equal(rig_pass(rig, taken), 1);
	assert_int_equal(rig_pass(rig, not_taken), 1 + 4); /* in V */
	rig_free(rig);
}

static void prediction_of_jumps(void **state)
{
	struct rig *rig = rig_new("pentium90");
	const struct setting *plain = SETTING(.user = false), *elsewhere = SETTING(.successor = {CODE_AT + 0x500});
	const uint8_t *begin, *end;

	(void)state;
	ASSEMBLE("jmp 1f; 1:", begin, end);
	load(rig, begin, end, CODE_AT);
	assert_int_equal(rig_pass(rig, plain), 1 + 3);
	assert_int_equal(rig_pass(rig, plain), 1);
	ASSEMBLE("ret", begin, end);
	load(rig, begin, end, CODE_AT + 1);
	assert_int_equal(rig_pass(rig, plain), 2 + 3);
	assert_int_equal(rig_pass(rig, plain), 2);
	assert_int_equal(rig_pass(rig, elsewhere), 2 + 3); /* to another caller than last time */
	assert_int_equal(rig_pass(rig, elsewhere), 2);
	rig_free(rig);
}

/* Four ways: five branches of one set drive each other out, four do not. */
static void prediction_by_sets(void **state)
{
	struct rig *rig = rig_new("pentium90");
	const uint8_t *begin, *end;
	uint32_t clocks[2] = {0, 0};

	(void)state;
	ASSEMBLE("jmp 1f; 1:", begin, end);
	for (unsigned ways = 4; ways <= 5; ways++)
		for (unsigned pass = 0; pass < 3; pass++) {
			clocks[ways - 4] = 0;
			for (unsigned way = 0; way < ways; way++) {
				load(rig, begin, end, CODE_AT + 64 * way + 8 * ways);
				clocks[ways - 4] += rig_pass(rig, SETTING(.user = false));
			}
		}
	assert_int_equal(clocks[0], 4 * 1);
	assert_int_equal(clocks[1], 5 * (1 + 3));
	rig_free(rig);
}

/* ---- both ---------------------------------------------------------------------------------------- */

/* A fault counts what it did to memory, and nothing of its own. */
static void faults(void **state)
{
	(void)state;
	ON_486_IN(SETTING(.faulted = {true}), "mov (%%eax), %%ebx", 0);
	ON_486_IN(SETTING(.faulted = {true}), "pusha", 0);
	ON_PENTIUM_IN(SETTING(.faulted = {true}), "add %%eax, (%%ebx)", 0);
}

static void deliveries(void **state)
{
	struct charge c;

	(void)state;
	processor_deliver(i486->processor, false, true, NULL, 0, &c);
	assert_int_equal(c.clocks, 71);
	processor_deliver(i486->processor, true, false, NULL, 0, &c);
	assert_int_equal(c.clocks, 44);
	processor_deliver(pentium->processor, true, true, NULL, 0, &c);
	assert_int_equal(c.clocks, 48);
	assert_int_equal(c.by_cause[CAUSE_ENTRY], 48);
}

/* The first load of a segment marks its descriptor accessed, by a write: 11 and 8 more. */
static void unaccessed_segments(void **state)
{
	const struct data_access accesses[] = {{DATA_AT, DATA_AT, 4, false, false},
					       {DATA_AT + 4, DATA_AT + 4, 4, false, false},
					       {DATA_AT + 4, DATA_AT + 4, 4, true, false}};
	struct execution e = {.accesses = accesses, .access_count = 3};
	struct rig *rigs[] = {i486, pentium};
	const uint8_t *begin, *end;
	struct charge c;

	(void)state;
	ASSEMBLE("mov %%ecx, %%ds", begin, end);
	for (unsigned k = 0; k < 2; k++) {
		load(rigs[k], begin, end, CODE_AT);
		e.i = &rigs[k]->code[0];
		processor_execute(rigs[k]->processor, &e, &c);
		processor_execute(rigs[k]->processor, &e, &c);
		assert_int_equal(c.clocks, k ? 3 + 8 : 9 + 11);
		assert_int_equal(c.by_cause[CAUSE_SEGMENT], c.clocks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(i486_address_of_instruction_before),
		cmocka_unit_test(i486_index),
		cmocka_unit_test(i486_displacement_and_immediate),
		cmocka_unit_test(i486_prefixes),
		cmocka_unit_test(i486_misaligned),
		cmocka_unit_test(i486_byte_registers),
		cmocka_unit_test(i486_split_target),
		cmocka_unit_test(pairing_by_class),
		cmocka_unit_test(pairing_by_registers),
		cmocka_unit_test(pairing_by_form),
		cmocka_unit_test(pair_clocks),
		cmocka_unit_test(banks),
		cmocka_unit_test(boundaries),
		cmocka_unit_test(pentium_addresses),
		cmocka_unit_test(prediction),
		cmocka_unit_test(prediction_of_jumps),
		cmocka_unit_test(prediction_by_sets),
		cmocka_unit_test(faults),
		cmocka_unit_test(deliveries),
		cmocka_unit_test(unaccessed_segments),
	};
	int failed;

	i486 = rig_new("i486dx50");
	pentium = rig_new("pentium90");
	failed = cmocka_run_group_tests_name("rules of the pipelines", tests, NULL, NULL);
	rig_free(i486);
	rig_free(pentium);
	return failed != 0;
}
