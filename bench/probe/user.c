/* SPDX-License-Identifier: BSD-2-Clause
 *
 * User level: in and out, what it may and may not do, and whether its segments end where they say.
 */
#include "probe.h"
#include "x86.h"

extern char user_forbidden_gate[];

static volatile uint32_t reached; /* user code says how far it came */

static void do_nothing(void)
{
	reached = 1;
}

static void do_cli(void)
{
	__asm__ volatile("cli");
}

static void do_port(void)
{
	in8(0x80);
}

static void do_rdtsc(void)
{
	uint32_t start = ticks();

	reached = ticks() != start || ticks() != start;
}

static bool raises(void (*action)(void), uint32_t vector)
{
	return !run_user(action, 0) && caught.vector == vector && (caught.cs & 3) == 3;
}

void step_user(void)
{
	reached = 0;
	bool came = run_user(do_nothing, 0);

	facts.user = came && reached;
	if (!facts.user)
		why_caught("entering user level gives ", caught.vector);
	else if (!raises(do_cli, VECTOR_GP))
		why("user level may switch interrupts off: cli raises no #GP there");
	else if (!raises(do_port, VECTOR_GP))
		why("user level may reach I/O ports: in raises no #GP there");
	else {
		value("yes");
		report("user-mode", true);
		return;
	}
	value(facts.user ? "partly" : "no");
	report("user-mode", false);
}

void step_user_interrupt(void)
{
	run_user(do_nothing, 0);
	facts.user_interrupt = facts.user && caught.vector == GATE_RETURN;
	if (!facts.user)
		why("user level cannot be entered");
	else if (!facts.user_interrupt)
		why_caught("int $0x80 at user level raises ", caught.vector);
	else if (!raises((void (*)(void))(uint32_t)user_forbidden_gate, VECTOR_GP) || caught.error != GATE_KERNEL * 8 + 2)
		why("int through a gate that is the kernel's does not raise #GP at user level");
	else {
		value("yes");
		report("user-interrupt", true);
		return;
	}
	value(facts.user_interrupt ? "partly" : "no");
	report("user-interrupt", false);
}

void step_user_tsc(void)
{
	if (!facts.user) {
		report_yes_no("user-tsc", false, "user level cannot be entered");
		return;
	}
	reached = 0;
	facts.user_tsc = run_user(do_rdtsc, 0) && reached;
	if (!facts.user_tsc)
		why_caught("RDTSC at user level: ", caught.vector);
	value(facts.user_tsc ? "yes" : "no");
	report("user-tsc", facts.user_tsc);
}

/* ---- segment limits --------------------------------------------------------------------------------------------- */

#define SIZE 64 /* bytes in the segment under test */
#define WRITABLE 0xf2 /* access bytes: present, ring 3 */
#define EXPAND_DOWN 0xf6
#define CODE 0xfa
#define FLAG_32 4 /* D/B: 32-bit */

/* There is memory on both sides of the segment: only the limit can stop an access, not a missing page. */
static uint8_t area[64 + SIZE + 64] __attribute__((aligned(64)));

/* Entered with eax = an offset; each ends by GATE_RETURN if nothing stops it. */
extern char read_byte[], write_byte[], read_word[], pop_word[], run_on[];
__asm__("	.text\n"
	"read_byte:	movb	(%eax), %al\n	int	$0x80\n"
	"write_byte:	movb	%al, (%eax)\n	int	$0x80\n"
	"read_word:	movl	(%eax), %eax\n	int	$0x80\n"
	"pop_word:	pop	%eax\n	int	$0x80\n"
	"	.balign	8\n"
	"run_on:	nop\n	nop\n	int	$0x80\n	.balign	8\n"
	"		nop\n	nop\n	int	$0x80\n");

enum place { IN_DS, IN_SS, IN_CS };

static const struct limit_test {
	const char *name;
	char *code;
	uint32_t access, limit;
	enum place place;
	uint32_t good, bad; /* offsets; with IN_CS: limits */
	uint32_t vector;
} limit_tests[] = {
	{ "limit/read", read_byte, WRITABLE, SIZE - 1, IN_DS, SIZE - 1, SIZE, VECTOR_GP },
	{ "limit/write", write_byte, WRITABLE, SIZE - 1, IN_DS, SIZE - 1, SIZE, VECTOR_GP },
	{ "limit/straddle", read_word, WRITABLE, SIZE - 1, IN_DS, SIZE - 4, SIZE - 2, VECTOR_GP },
	{ "limit/expand-down", read_byte, EXPAND_DOWN, SIZE - 1, IN_DS, SIZE, SIZE - 1, VECTOR_GP },
	{ "limit/stack", pop_word, WRITABLE, SIZE - 1, IN_SS, SIZE - 4, SIZE, VECTOR_SS },
	/* Bochs does not check the limit again in code that it has decoded before, hence two copies, 8 bytes apart. */
	{ "limit/code", run_on, CODE, 0, IN_CS, 3, 8 + 1, VECTOR_GP },
};

static uint32_t attempt(const struct limit_test *test, uint32_t number)
{
	struct user_entry entry = { .eip = (uint32_t)test->code, .cs = USER_CODE, .eflags = 2, .ds = USER_DATA,
				    .ss = USER_DATA, .esp = (uint32_t)user_stack_top, .eax = number };

	if (test->place == IN_CS)
		set_descriptor(LIMITED, (uint32_t)test->code, number, CODE, FLAG_32);
	else
		set_descriptor(LIMITED, (uint32_t)area + 64, test->limit, test->access, FLAG_32);
	if (test->place == IN_DS)
		entry.ds = LIMITED;
	if (test->place == IN_SS) {
		entry.ss = LIMITED;
		entry.esp = number;
	}
	if (test->place == IN_CS) {
		entry.cs = LIMITED;
		entry.eip = number & ~7u;
	}
	return enter_user(&entry);
}

/* True if the limit is enforced: exactly, no sooner and no later. */
static bool try_limit(const struct limit_test *test)
{
	uint32_t good = attempt(test, test->good), bad;

	if (good != GATE_RETURN) {
		why_caught("an access inside the segment raises ", good);
		return false;
	}
	bad = attempt(test, test->bad);
	if (bad == test->vector && (caught.cs & 3) == 3)
		return true;
	if (bad == GATE_RETURN)
		why("an access beyond the segment's limit succeeds");
	else
		why_caught("an access beyond the segment's limit raises ", bad);
	return false;
}

void step_limits(void)
{
	uint32_t all = sizeof limit_tests / sizeof limit_tests[0], enforced = 0;

	if (!facts.user_interrupt) {
		value("unknown");
		why("user level cannot be entered and left");
		report("segment-limits", false);
		return;
	}
	for (uint32_t i = 0; i < all; i++) {
		bool ok = try_limit(&limit_tests[i]);

		enforced += ok;
		value(ok ? "enforced" : "not enforced");
		report(limit_tests[i].name, ok);
	}
	if (enforced < all)
		why("segment limits are not enforced (%u of %u tests): no witness for the protection of small spaces",
		    all - enforced, all);
	value(enforced == all ? "enforced" : enforced ? "partly" : "not enforced");
	report("segment-limits", enforced == all);
}
