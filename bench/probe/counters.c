/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Performance counters, checked against a known count; and SYSENTER.
 */
#include "probe.h"
#include "x86.h"

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define LEAF_COUNTERS 10
#define INTEL_COUNTER 0xc1
#define INTEL_SELECT 0x186
#define INTEL_GLOBAL_CONTROL 0x38f
#define AMD_SELECT 0xc0010000
#define AMD_COUNTER 0xc0010004
#define SELECT_INSTRUCTIONS 0x4300c0 /* retired instructions, both levels, enabled: the same on Intel and AMD */
#define LOOP_TURNS 500
#define LOOP_INSTRUCTIONS (2 * LOOP_TURNS)

static uint32_t select_msr, counter_msr;
static bool counters_work;

static bool is_vendor(const char *name)
{
	for (int i = 0; i < 12; i++)
		if (facts.vendor[i] != name[i])
			return false;
	return true;
}

static void program_counter(uint32_t version)
{
	if (version >= 2)
		write_msr(INTEL_GLOBAL_CONTROL, 1, 0);
	write_msr(select_msr, 0, 0);
	write_msr(counter_msr, 0, 0);
	write_msr(select_msr, SELECT_INSTRUCTIONS, 0);
}

static volatile uint32_t counted;

static void count_by_rdpmc(void)
{
	uint32_t turns = LOOP_TURNS, start = read_counter(0);

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(turns) : : "cc");
	counted = read_counter(0) - start;
}

static void count_in_ring0(uint32_t unused)
{
	(void)unused;
	count_by_rdpmc();
}

static void allow_user(uint32_t unused)
{
	(void)unused;
	write_cr4(read_cr4() | CR4_PCE);
}

static void stop_counter(uint32_t unused)
{
	(void)unused;
	write_msr(select_msr, 0, 0);
}

static bool plausible(uint32_t count)
{
	return count >= LOOP_INSTRUCTIONS && count <= LOOP_INSTRUCTIONS + 100;
}

static bool no_counters(const char *reason)
{
	value("none");
	why("%s", reason);
	report("counters", false);
	return false;
}

/* Reports `counters`. True if they count what they should. */
static bool try_counters(void)
{
	uint32_t r[4], version = 0, number = 4, vector;

	if (!(facts.features & FEATURE_MSR))
		return no_counters("CPUID announces no model-specific registers");
	if (is_vendor("GenuineIntel")) {
		if (facts.max_leaf < LEAF_COUNTERS)
			return no_counters("CPUID has no leaf 10, which describes counters");
		cpuid(LEAF_COUNTERS, r);
		version = r[0] & 0xff;
		number = r[0] >> 8 & 0xff;
		if (!version || !number)
			return no_counters("CPUID leaf 10 says there are none: the hypervisor lends none, or the processor has none");
		select_msr = INTEL_SELECT;
		counter_msr = INTEL_COUNTER;
	} else if (is_vendor("AuthenticAMD") && facts.family >= 6) {
		select_msr = AMD_SELECT;
		counter_msr = AMD_COUNTER;
	} else {
		return no_counters("the probe knows the counters of Intel, and of AMD from the K7 on");
	}
	value("version %u, %u counters", version, number);
	if ((vector = guard(program_counter, version)) != TRAP_NONE)
		why_caught("programming a counter raises ", vector);
	else if ((vector = guard(count_in_ring0, 0)) != TRAP_NONE)
		why_caught("RDPMC in ring 0 raises ", vector);
	else if (!plausible(counted))
		why("%u instructions were counted as %u", LOOP_INSTRUCTIONS, counted);
	else {
		report("counters", true);
		return true;
	}
	report("counters", false);
	return false;
}

void step_counters(void)
{
	counters_work = try_counters();
}

void step_user_counters(void)
{
	if (!counters_work) {
		report_yes_no("user-rdpmc", false, "there are no counters that work");
		return;
	}
	uint32_t vector = guard(allow_user, 0);

	counted = 0;
	if (vector != TRAP_NONE)
		why_caught("setting CR4.PCE raises ", vector);
	else if (!facts.user)
		why("user level cannot be entered");
	else if (!run_user(count_by_rdpmc, 0))
		why_caught("RDPMC at user level raises ", caught.vector);
	else if (!plausible(counted))
		why("%u instructions were counted as %u", LOOP_INSTRUCTIONS, counted);
	bool ok = plausible(counted);
	value(ok ? "yes" : "no");
	report("user-rdpmc", ok);
	guard(stop_counter, 0);
}

/* ---- SYSENTER --------------------------------------------------------------------------------------------------- */

static void set_sysenter(uint32_t unused)
{
	extern char sysenter_target[];

	(void)unused;
	write_msr(MSR_SYSENTER_CS, KERNEL_CODE, 0);
	write_msr(MSR_SYSENTER_ESP, (uint32_t)user_stack_top, 0);
	write_msr(MSR_SYSENTER_EIP, (uint32_t)sysenter_target, 0);
}

/* Reached in ring 0; left by ud2, which the guard catches. */
__asm__("	.text\n"
	"	.globl	sysenter_target\n"
	"sysenter_target:\n"
	"	ud2\n");

static void do_sysenter(void)
{
	__asm__ volatile(".byte 0x0f, 0x34" : : : "memory"); /* the assembler takes i486 instructions only */
}

void step_sysenter(void)
{
	extern char sysenter_target[];

	/* The Pentium Pro announces it and has it not (Intel SDM vol. 2, SYSENTER). */
	if (!(facts.features & FEATURE_SEP) || (facts.family == 6 && facts.model < 3 && facts.stepping < 3)) {
		report_yes_no("sysenter", false, "CPUID does not announce it");
		return;
	}
	uint32_t vector = guard(set_sysenter, 0);
	if (vector != TRAP_NONE) {
		why_caught("setting its registers raises ", vector);
	} else if (facts.user) {
		run_user(do_sysenter, 0);
		if (caught.vector == VECTOR_UD && caught.eip == (uint32_t)sysenter_target && !(caught.cs & 3)) {
			report_yes_no("sysenter", true, 0);
			return;
		}
		why_caught("at user level it gives ", caught.vector);
	}
	value("no");
	report("sysenter", false);
}
