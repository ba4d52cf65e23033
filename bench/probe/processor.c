/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who the processor says it is, and whether its time-stamp counter is there.
 */
#include "probe.h"
#include "x86.h"

#define HYPERVISOR_BIT 0x80000000 /* CPUID.1:ECX, set by hypervisors for their guests */
#define HYPERVISOR_LEAF 0x40000000

struct facts facts;

static const struct {
	uint32_t bit;
	const char *name;
} feature_names[] = {
	{ 0, "fpu" },  { 3, "pse" },   { 4, "tsc" },   { 5, "msr" },   { 6, "pae" },   { 8, "cx8" },
	{ 9, "apic" }, { 11, "sep" },  { 13, "pge" },  { 15, "cmov" }, { 24, "fxsr" }, { 25, "sse" },
};

void cpuid(uint32_t leaf, uint32_t r[4])
{
	__asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

/* The documented test: EFLAGS.ID can be changed if, and only if, there is CPUID. */
static bool has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushf; pop %0; mov %0, %1; xor %2, %1; push %1; popf; pushf; pop %1; push %0; popf"
			 : "=&r"(before), "=&r"(after) : "i"(EFLAGS_ID) : "cc", "memory");
	return (before ^ after) & EFLAGS_ID;
}

static void copy_letters(char *to, uint32_t letters)
{
	for (int i = 0; i < 4; i++)
		to[i] = (char)(letters >> 8 * i);
}

void find_processor(char *cpu, size_t size)
{
	uint32_t r[4];

	facts.has_cpuid = has_cpuid();
	if (!facts.has_cpuid) {
		facts.family = 4;
		print_into(cpu, size, "no CPUID: 386 or 486");
		return;
	}
	cpuid(0, r);
	facts.max_leaf = r[0];
	copy_letters(facts.vendor, r[1]);
	copy_letters(facts.vendor + 4, r[3]);
	copy_letters(facts.vendor + 8, r[2]);
	cpuid(1, r);
	facts.family = r[0] >> 8 & 15;
	facts.model = r[0] >> 4 & 15;
	facts.stepping = r[0] & 15;
	/* The extended fields count where the manuals say so (Intel SDM vol. 2, CPUID; AMD's for family 15). */
	if (facts.family == 6 || facts.family == 15)
		facts.model |= r[0] >> 12 & 0xf0;
	if (facts.family == 15)
		facts.family += r[0] >> 20 & 0xff;
	facts.features = r[3];
	facts.features_ecx = r[2];
	print_into(cpu, size, "%s %u.%u.%u", facts.vendor, facts.family, facts.model, facts.stepping);
}

static void report_features(void)
{
	char names[100] = "", longer[100];

	for (uint32_t i = 0; i < sizeof feature_names / sizeof feature_names[0]; i++) {
		if (!(facts.features >> feature_names[i].bit & 1))
			continue;
		print_into(longer, sizeof longer, "%s%s%s", names, names[0] ? " " : "", feature_names[i].name);
		print_into(names, sizeof names, "%s", longer);
	}
	value("%s", facts.has_cpuid ? names : "none");
	report("features", true);
}

void step_processor(void)
{
	uint32_t r[4];
	char signature[13] = "";

	value("%s", facts.has_cpuid ? "yes" : "no");
	report("cpuid", true);
	report_features();
	if (facts.features_ecx & HYPERVISOR_BIT) {
		cpuid(HYPERVISOR_LEAF, r);
		for (int i = 0; i < 3; i++)
			copy_letters(signature + 4 * i, r[i + 1]);
	}
	value("%s", facts.features_ecx & HYPERVISOR_BIT ? (signature[0] ? signature : "unnamed") : "none seen");
	report("hypervisor", true);
}

/* ---- the time-stamp counter ------------------------------------------------------------------------------------- */

static volatile uint32_t before, after;

/* In assembler, so that nothing is between two readings but what is here. */
static void read_twice(uint32_t unused)
{
	(void)unused;
	uint32_t first = ticks();

	for (volatile int i = 0; i < 100; i++)
		;
	before = first;
	after = ticks();
}

static void clear_tsd(uint32_t unused)
{
	(void)unused;
	write_cr4(read_cr4() & ~(uint32_t)CR4_TSD);
}

void step_tsc(void)
{
	uint32_t vector = guard(read_twice, 0);

	facts.tsc = vector == TRAP_NONE && after != before;
	if (vector != TRAP_NONE)
		why_caught("RDTSC raises ", vector);
	else if (!facts.tsc)
		why("the time-stamp counter stands still");
	else if (!(facts.features & FEATURE_TSC))
		why("it works although CPUID does not announce it");
	value(facts.tsc ? "yes" : "no");
	report("tsc", facts.tsc);
	/* User level may read it unless CR4.TSD forbids; a 486 has no CR4, and then there is nothing to clear. */
	guard(clear_tsd, 0);
}

/* ---- what CPUID costs: it exits to every hypervisor, which is why it serialises nothing here -------------------- */

void step_cpuid_cost(void)
{
	uint32_t r[4], best = 0xffffffff;

	if (!facts.tsc || !facts.has_cpuid)
		return;
	for (int i = 0; i < 8; i++) {
		uint32_t start = ticks();

		cpuid(0, r);
		uint32_t spent = ticks() - start;
		if (spent < best)
			best = spent;
	}
	value("%u ticks", best);
	report("cpuid-cost", true);
}
