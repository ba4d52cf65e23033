/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every instruction form that the kernel or a measurement executes: its clocks on the 486 and on the Pentium, typed in here from
 * the manuals' tables (Intel's 486 programmer's reference, appendix E; AP-500; the tables named in bench/model/README.md), not taken
 * from timing.csv. With an argument, decodes instead: reads instructions as hexadecimal bytes, one a line, and prints each one's
 * form and whether it is known to both processors; test-processor-forms.py uses that.
 */
#include "processor_rig.h"

#define NONE (-1) /* the processor has no such instruction */

static struct rig *i486, *pentium;

static void check(struct rig *rig, const char *text, const uint8_t *begin, const uint8_t *end, const struct setting *s,
		  int expected)
{
	uint32_t clocks;

	rig_load(rig, begin, end, s);
	if (expected == NONE) {
		if (rig->code[0].form)
			fail_msg("%s: has a row, should have none", text);
		return;
	}
	clocks = rig_run(rig, begin, end, s);
	if (rig->charges[0].unknown)
		fail_msg("%s: not in the table", text);
	if (clocks != (uint32_t)expected)
		fail_msg("%s: %u clocks on the %s, should be %d", text, clocks, machine_text(rig->machine, "name"), expected);
	if (rig == pentium || !pentium)
		printf("# covers %s %s %s\n", rig->code[0].form->mnemonic, rig->code[0].form->operands,
		       condition_name(s->privilege));
}

#define SETTING(...) (&(struct setting){__VA_ARGS__})
#define CLOCKS_IN(setting, text, on_i486, on_pentium)                        \
	do {                                                                 \
		const uint8_t *begin, *end;                                  \
		ASSEMBLE(text, begin, end);                                  \
		check(i486, text, begin, end, setting, on_i486);             \
		check(pentium, text, begin, end, setting, on_pentium);       \
	} while (0)
#define CLOCKS(text, on_i486, on_pentium) CLOCKS_IN(SETTING(.user = false), text, on_i486, on_pentium)

static void moves(void **state)
{
	(void)state;
	CLOCKS("mov %%eax, %%ebx", 1, 1);
	CLOCKS("mov 8(%%ebx), %%eax", 1, 1);
	CLOCKS("mov %%eax, 8(%%ebx)", 1, 1);
	CLOCKS("mov $5, %%eax", 1, 1);
	CLOCKS("movl $5, (%%eax)", 1, 1);
	CLOCKS("mov 0x12345678, %%eax", 1, 1); /* the accumulator's own form */
	CLOCKS("mov %%al, 0x12345678", 1, 1);
	CLOCKS("mov 0x12345678, %%ebx", 1, 1);
	CLOCKS("movzbl %%al, %%ebx", 3, 3);
	CLOCKS("movzwl (%%ebx), %%eax", 3, 3);
	CLOCKS("movsbl %%al, %%ebx", 3, 3);
	CLOCKS("movsbl (%%ebx), %%eax", 3, 3);
	CLOCKS("xchg %%eax, %%ebx", 3, 2);
	CLOCKS("xchg %%ecx, %%ebx", 3, 3);
	CLOCKS("xchg %%ecx, (%%ebx)", 5, 3);
	CLOCKS("nop", 1, 1);
	CLOCKS("lea 4(%%eax), %%ebx", 1, 1);
	CLOCKS("lea 4(%%eax,%%ecx,4), %%ebx", 2, 1); /* the index costs the 486 one */
	CLOCKS("bswap %%eax", 1, 1);
}

static void stack(void **state)
{
	(void)state;
	CLOCKS("push %%eax", 1, 1);
	CLOCKS("push $5", 1, 1);
	CLOCKS("push $0x12345", 1, 1);
	CLOCKS("pushl 8(%%eax)", 4, 2);
	CLOCKS("push %%ds", 3, 1);
	CLOCKS("pop %%eax", 1, 1);
	CLOCKS("popl 8(%%eax)", 5, 3);
	CLOCKS("pusha", 11, 5);
	CLOCKS("popa", 9, 5);
	CLOCKS("pushf", 3, 3);
	CLOCKS("popf", 6, 4);
	CLOCKS("leave", 5, 3);
}

#define ALL_OF(op, r, m, rmw)                                 \
	CLOCKS(op " %%eax, %%ebx", r, r);                       \
	CLOCKS(op " $5, %%ebx", r, r);                         \
	CLOCKS(op " $0x12345678, %%eax", r, r);                \
	CLOCKS(op " (%%ecx), %%ebx", m, m);                     \
	CLOCKS(op " %%ebx, (%%ecx)", rmw, rmw);                 \
	CLOCKS(op "l $5, (%%ecx)", rmw, rmw)

static void arithmetic(void **state)
{
	(void)state;
	ALL_OF("add", 1, 2, 3);
	ALL_OF("sub", 1, 2, 3);
	ALL_OF("and", 1, 2, 3);
	ALL_OF("or", 1, 2, 3);
	ALL_OF("xor", 1, 2, 3);
	ALL_OF("adc", 1, 2, 3);
	ALL_OF("sbb", 1, 2, 3);
	ALL_OF("cmp", 1, 2, 2);
	CLOCKS("test %%eax, %%ebx", 1, 1);
	CLOCKS("test $5, %%eax", 1, 1);
	CLOCKS("test $5, %%ebx", 1, 1);
	CLOCKS("test %%eax, (%%ebx)", 2, 2);
	CLOCKS("testl $5, (%%ebx)", 2, 2);
	CLOCKS("inc %%eax", 1, 1);
	CLOCKS("dec %%eax", 1, 1);
	CLOCKS("incl (%%eax)", 3, 3);
	CLOCKS("decl (%%eax)", 3, 3);
	CLOCKS("neg %%eax", 1, 1);
	CLOCKS("not %%eax", 1, 1);
	CLOCKS("negl (%%eax)", 3, 3);
	CLOCKS("notl (%%eax)", 3, 3);
	CLOCKS("cltd", 3, 2);
	CLOCKS("cwtl", 3, 3);
}

/* Clocks by value on the 486: the middle of 13 to 18, 26 and 42. Division takes its time whatever the value. */
static void multiplication(void **state)
{
	(void)state;
	CLOCKS("mul %%ecx", 28, 10);
	CLOCKS("mull (%%ecx)", 28, 10);
	CLOCKS("mul %%cl", 16, 11);
	CLOCKS("imul %%ecx", 28, 10);
	CLOCKS("imul %%ecx, %%eax", 28, 10);
	CLOCKS("imul (%%ecx), %%eax", 28, 10);
	CLOCKS("imul $10, %%ecx, %%eax", 16, 10);
	CLOCKS("imul $1000, %%ecx, %%eax", 28, 10);
	CLOCKS("div %%ecx", 40, 41);
	CLOCKS("divl (%%ebx)", 40, 41);
	CLOCKS("div %%cx", 24 + 1, 25 + 1); /* and the operand size's prefix */
	CLOCKS("div %%cl", 16, 17);
	CLOCKS("idiv %%ecx", 43, 46);
	CLOCKS("idivl (%%ecx)", 44, 46);
}

static void shifts_and_bits(void **state)
{
	(void)state;
	CLOCKS("shl %%eax", 3, 1);
	CLOCKS("shl $3, %%eax", 2, 1);
	CLOCKS("shl %%cl, %%eax", 3, 4);
	CLOCKS("shr %%eax", 3, 1);
	CLOCKS("shr $3, %%eax", 2, 1);
	CLOCKS("shr %%cl, %%eax", 3, 4);
	CLOCKS("shrl $3, (%%eax)", 4, 3);
	CLOCKS("shrl (%%eax)", 4, 3);
	CLOCKS("sar $3, %%eax", 2, 1);
	CLOCKS("sar %%eax", 3, 1);
	CLOCKS("sar %%cl, %%eax", 3, 4);
	CLOCKS("rol $3, %%eax", 2, 1);
	CLOCKS("rol %%eax", 3, 1);
	CLOCKS("rol %%cl, %%eax", 3, 4);
	CLOCKS("ror $3, %%eax", 2, 1);
	CLOCKS("rcl %%eax", 3, 1);
	CLOCKS("shld $3, %%eax, %%ebx", 2, 4);
	CLOCKS("shld %%cl, %%eax, %%ebx", 3, 4);
	CLOCKS("shrd $3, %%eax, %%ebx", 2, 4);
	CLOCKS("shrd %%cl, %%eax, %%ebx", 3, 4);
	CLOCKS("bt %%eax, %%ebx", 3, 4);
	CLOCKS("btl $3, (%%ebx)", 3, 4);
	CLOCKS("bts %%eax, %%ebx", 6, 7);
	CLOCKS("btr $3, %%ebx", 6, 7);
	CLOCKS("bsf %%eax, %%ebx", 24, 24); /* the middle of 6 to 42 */
	CLOCKS("bsr %%eax, %%ebx", 55, 39); /* the middle of 6 to 103, of 7 to 71 */
	CLOCKS("bsr (%%eax), %%ebx", 56, 40);
	CLOCKS("sete %%al", 3, 1);
	CLOCKS("sete (%%eax)", 4, 2);
	CLOCKS("cld", 2, 2);
	CLOCKS("std", 2, 2);
	CLOCKS("clc", 2, 2);
	CLOCKS("stc", 2, 2);
	CLOCKS("lahf", 3, 2);
	CLOCKS("sahf", 2, 2);
}

/* On the Pentium right predictions: the third pass through the same branch. */
static void branches(void **state)
{
	(void)state;
	CLOCKS_IN(SETTING(.taken = {true}), "jz 1f; 1:", 3, 1);
	CLOCKS_IN(SETTING(.taken = {false}), "jz 1f; 1:", 1, 1);
	CLOCKS_IN(SETTING(.taken = {true}), ".byte 0x0f, 0x85, 2, 0, 0, 0", 3, 1); /* jne, 32-bit displacement */
	CLOCKS("jmp 1f; 1:", 3, 1);
	CLOCKS("jmp *%%eax", 5, 2);
	CLOCKS("jmp *(%%eax)", 5, 2);
	CLOCKS("call 1f; 1:", 3, 1);
	CLOCKS("call *%%eax", 5, 2);
	CLOCKS("call *8(%%eax)", 5, 2);
	CLOCKS("ret", 5, 2);
	CLOCKS("ret $8", 5, 3);
	CLOCKS("ljmp $8, $0x100000", 19, 3);
	CLOCKS_IN(SETTING(.taken = {true}), "loop 1f; 1:", 7, 6);
	CLOCKS_IN(SETTING(.taken = {false}), "loop 1f; 1:", 6, 5);
	CLOCKS_IN(SETTING(.taken = {true}), "jecxz 1f; 1:", 8, 6);
	CLOCKS_IN(SETTING(.taken = {false}), "jecxz 1f; 1:", 5, 5);
}

static void strings(void **state)
{
	(void)state;
	CLOCKS("movsl", 7, 4);
	CLOCKS("stosl", 5, 3);
	CLOCKS("lodsl", 5, 2);
	CLOCKS("cmpsb", 8, 5);
	CLOCKS("scasb", 6, 4);
	CLOCKS_IN(SETTING(.repetitions = 0), "rep movsl", 5, 6);
	CLOCKS_IN(SETTING(.repetitions = 1), "rep movsl", 13, 13);
	CLOCKS_IN(SETTING(.repetitions = 16), "rep movsl", 12 + 3 * 16, 13 + 16);
	CLOCKS_IN(SETTING(.repetitions = 0), "rep stosl", 5, 6);
	CLOCKS_IN(SETTING(.repetitions = 1), "rep stosl", 11, 10);
	CLOCKS_IN(SETTING(.repetitions = 1024), "rep stosl", 7 + 4 * 1024, 9 + 1024);
	CLOCKS_IN(SETTING(.repetitions = 4), "rep lodsl", 7 + 4 * 4, 7 + 3 * 4);
	CLOCKS_IN(SETTING(.repetitions = 4), "repe cmpsb", 7 + 7 * 4, 9 + 4 * 4);
	CLOCKS_IN(SETTING(.repetitions = 4), "repne scasb", 7 + 5 * 4, 9 + 4 * 4);
}

/* Protected mode throughout: a segment load is 9, not the 3 of real mode. */
static void protection(void **state)
{
	(void)state;
	CLOCKS("mov %%ecx, %%ds", 9, 3);
	CLOCKS("mov %%ecx, %%es", 9, 3);
	CLOCKS("mov %%ecx, %%fs", 9, 3);
	CLOCKS("mov %%ecx, %%ss", 9, 3);
	CLOCKS("mov 8(%%ecx), %%ds", 9, 3);
	CLOCKS("mov %%ds, %%ecx", 3, 1);
	CLOCKS("pop %%ds", 9, 3);
	CLOCKS_IN(SETTING(.user = true, .privilege = CONDITION_INNER), "int $0x30", 71, 48);
	CLOCKS_IN(SETTING(.privilege = CONDITION_SAME), "int $0x30", 44, 31);
	CLOCKS_IN(SETTING(.privilege = CONDITION_OUTER), "iret", 36, 27);
	CLOCKS_IN(SETTING(.privilege = CONDITION_SAME), "iret", 20, 10);
	CLOCKS_IN(SETTING(.user = true, .privilege = CONDITION_INNER), "int3", 71, 44);
	CLOCKS("mov %%eax, %%cr3", 4, 21);
	CLOCKS("mov %%cr3, %%eax", 4, 4);
	CLOCKS("mov %%eax, %%cr0", 17, 22);
	CLOCKS("mov %%cr0, %%eax", 4, 4);
	CLOCKS("mov %%cr2, %%eax", 4, 4);
	CLOCKS("mov %%eax, %%cr4", NONE, 14);
	CLOCKS("mov %%cr4, %%eax", NONE, 4);
	CLOCKS("mov %%eax, %%dr7", 10, 11);
	CLOCKS("mov %%dr6, %%eax", 9, 11);
	CLOCKS("lgdtl (%%eax)", 12, 6);
	CLOCKS("lidtl (%%eax)", 12, 6);
	CLOCKS("lldt %%ax", 11, 9);
	CLOCKS("ltr %%ax", 20, 10);
	CLOCKS("invlpg (%%eax)", 11, 25);
	CLOCKS("clts", 7, 10);
	CLOCKS("cli", 5, 7);
	CLOCKS("sti", 5, 7);
	CLOCKS("hlt", 4, 4);
	CLOCKS("cpuid", NONE, 14);
	CLOCKS("rdtsc", NONE, 11);
	CLOCKS("rdmsr", NONE, 22);
	CLOCKS("wrmsr", NONE, 38);
}

static void ports(void **state)
{
	(void)state;
	CLOCKS("in $0x60, %%al", 9, 4);
	CLOCKS("in %%dx, %%al", 8, 4);
	CLOCKS("out %%al, $0x60", 11, 9);
	CLOCKS("out %%al, %%dx", 10, 9);
	CLOCKS_IN(SETTING(.user = true), "in %%dx, %%al", 28, 21);
	CLOCKS_IN(SETTING(.user = true), "out %%al, %%dx", 30, 26);
}

/* The paper's 107: into the kernel and out again. */
static void anchor(void **state)
{
	const uint8_t *begin, *end;
	uint32_t clocks;

	(void)state;
	ASSEMBLE("int $0x30", begin, end);
	clocks = rig_run(i486, begin, end, SETTING(.user = true, .privilege = CONDITION_INNER));
	ASSEMBLE("iret", begin, end);
	clocks += rig_run(i486, begin, end, SETTING(.privilege = CONDITION_OUTER));
	assert_int_equal(clocks, 107);
}

/* ---- decoding for test-processor-forms.py -------------------------------------------------------- */

static void print_form(const uint8_t *bytes, size_t size)
{
	struct instruction on_i486, on_pentium;
	const struct timing_form *form;
	char name[64];

	decode(i486->timing, bytes, size, 0, 0, false, &on_i486);
	decode(pentium->timing, bytes, size, 0, 0, false, &on_pentium);
	form = on_pentium.form ? on_pentium.form : on_i486.form;
	decode_form_text(&on_pentium, name, sizeof(name));
	if (form)
		snprintf(name, sizeof(name), "%s %s", form->mnemonic, form->operands);
	printf("%s\t%s\t%s\n", on_i486.form ? "i486" : "-", on_pentium.form ? "pentium" : "-", name);
}

static int print_forms(void)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		uint8_t bytes[16];
		unsigned value, n = 0;
		int used;

		for (char *at = line; n < sizeof(bytes) && sscanf(at, "%2x%n", &value, &used) == 1; at += used)
			bytes[n++] = (uint8_t)value;
		print_form(bytes, n);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves),	  cmocka_unit_test(stack),	cmocka_unit_test(arithmetic),
		cmocka_unit_test(multiplication), cmocka_unit_test(shifts_and_bits),
		cmocka_unit_test(branches),	  cmocka_unit_test(strings),	cmocka_unit_test(protection),
		cmocka_unit_test(ports),	  cmocka_unit_test(anchor),
	};
	int failed;

	(void)argv;
	i486 = rig_new("i486dx50");
	pentium = rig_new("pentium90");
	failed = argc > 1 ? print_forms() : cmocka_run_group_tests_name("clocks of instructions", tests, NULL, NULL);
	rig_free(i486);
	rig_free(pentium);
	return failed != 0;
}
