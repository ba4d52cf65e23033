/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Does ring 0 run at native speed? Some hypervisors emulate it, at thousands of cycles an instruction, and a kernel's
 * cost is then the emulator's. Measured are arithmetic, the same at both levels, and privileged instructions that no
 * hypervisor with hardware support (VT-x, SVM) needs to intercept.
 */
#include "probe.h"
#include "x86.h"

#define COPIES 8
#define MOST_TICKS_EACH 500    /* an exit to a hypervisor and back takes a thousand cycles and more */
#define MOST_TICKS_ENTRY 5000  /* int from user level and back: 100 on a Pentium, under 2,000 with mitigations */
#define MOST_ARITHMETIC 5000   /* hundredths of a tick each: 1 to 5 ticks are usual */
#define MOST_RATIO 150         /* hundredths */
#define SLOW 200000            /* ticks for COPIES instructions that need no second look */

/* One measurement: COPIES of the instruction between two readings. eax, edx and the stack are free. */
#define MEASURE(name, instruction)                                                                        \
	static uint32_t name(void)                                                                        \
	{                                                                                                 \
		uint32_t low, high;                                                                       \
                                                                                                          \
		__asm__ volatile("rdtsc; mov %%eax, %%edi; mov %2, %%eax; .rept 8; " instruction "; .endr; "  \
				 "rdtsc; sub %%edi, %%eax"                                                 \
				 : "=a"(low), "=d"(high) : "i"(KERNEL_DATA) \
				 : "edi", "memory", "cc");                                                \
		return low;                                                                               \
	}

MEASURE(time_nothing, "")
MEASURE(time_cli, "cli")
MEASURE(time_read_cr0, "mov %%cr0, %%edx")
MEASURE(time_read_cr2, "mov %%cr2, %%edx")
MEASURE(time_write_cr2, "mov %%eax, %%cr2")
MEASURE(time_clts, "clts")
MEASURE(time_popf, "pushf; popf")
MEASURE(time_segment, "mov %%eax, %%es")
MEASURE(time_iret, "pushf; push %%cs; push $1f; iret; 1:")

static const struct privileged {
	const char *name;
	uint32_t (*time)(void);
	bool judged; /* others may be intercepted, and are for information */
} instructions[] = {
	{ "ring0/cli", time_cli, true },	   { "ring0/popf", time_popf, true },
	{ "ring0/segment-load", time_segment, true },
	{ "ring0/read-cr2", time_read_cr2, true }, { "ring0/write-cr2", time_write_cr2, true },
	{ "ring0/read-cr0", time_read_cr0, false }, { "ring0/clts", time_clts, false },
};

static uint32_t least_of(uint32_t (*time)(void))
{
	uint32_t best = 0xffffffff;

	for (int i = 0; i < 16 && (i < 2 || best < SLOW); i++) {
		uint32_t spent = time();

		if (spent < best)
			best = spent;
	}
	return best;
}

/* ---- arithmetic at both levels ---------------------------------------------------------------------------------- */

#define TURNS 50
#define CHAIN 32

static volatile uint32_t arithmetic_ticks;

static void time_arithmetic(void)
{
	uint32_t best = 0xffffffff;

	for (int i = 0; i < 9 && (i < 2 || best < SLOW * 10); i++) {
		uint32_t turns = TURNS, start = ticks();

		__asm__ volatile("1: .rept 16; add %%edx, %%eax; xor %%eax, %%edx; .endr; dec %0; jnz 1b" : "+r"(turns)
				 : : "eax", "edx", "cc");
		uint32_t spent = ticks() - start;
		if (spent < best)
			best = spent;
	}
	arithmetic_ticks = best;
}

/* ---- kernel entry ----------------------------------------------------------------------------------------------- */

static volatile uint32_t entry_ticks;

static void time_entry(void)
{
	uint32_t best = 0xffffffff;

	for (int i = 0; i < 16; i++) {
		uint32_t start = ticks();

		__asm__ volatile("int %0" : : "i"(GATE_BOUNCE) : "memory");
		uint32_t spent = ticks() - start;
		if (spent < best)
			best = spent;
	}
	entry_ticks = best;
}

/* ---- the step --------------------------------------------------------------------------------------------------- */

static char slow[160]; /* what is, and its ticks */
static uint32_t ring0_ticks;

static void blame(const char *name, uint32_t ticks_each)
{
	char longer[160];

	print_into(longer, sizeof longer, "%s%s%s %u", slow, slow[0] ? ", " : "", name, ticks_each);
	print_into(slow, sizeof slow, "%s", longer);
}

static void measure_instruction(const struct privileged *instruction)
{
	uint32_t nothing = least_of(time_nothing), spent = least_of(instruction->time);
	uint32_t each = spent > nothing ? (spent - nothing) / COPIES : 0;

	value("%u ticks", each);
	if (each > MOST_TICKS_EACH)
		why("as slow as an exit to a hypervisor");
	report(instruction->name, each <= MOST_TICKS_EACH);
	if (instruction->judged && each > MOST_TICKS_EACH)
		blame(instruction->name, each);
}

static void measure_entry(void)
{
	if (!facts.user_interrupt || !run_user(time_entry, 0))
		return;
	value("%u ticks", entry_ticks);
	if (entry_ticks > MOST_TICKS_ENTRY) {
		why("no processor takes so long for int and iret");
		blame("int and iret", entry_ticks);
	}
	report("kernel-entry", entry_ticks <= MOST_TICKS_ENTRY);
}

void step_ring0(void)
{
	if (!facts.tsc) {
		value("unknown");
		why("there is no time-stamp counter to measure with");
		report("ring0-native", false);
		return;
	}
	time_arithmetic();
	ring0_ticks = arithmetic_ticks;
	uint32_t each = scale(ring0_ticks, 100, TURNS * CHAIN);
	value("%q ticks", each);
	if (each > MOST_ARITHMETIC) {
		why("no processor takes so long");
		blame("ring0/arithmetic", each / 100);
	}
	report("ring0/arithmetic", each <= MOST_ARITHMETIC);
	for (uint32_t i = 0; i < sizeof instructions / sizeof instructions[0]; i++)
		measure_instruction(&instructions[i]);
	if (slow[0]) {
		value("no");
		why("ring 0 is emulated or intercepted: a kernel's cost would be the hypervisor's. Ticks each: %s", slow);
		report("ring0-native", false);
	}
}

/* Apart, and late: there are hypervisors that cannot emulate it at all, and kill the machine. */
void step_iret(void)
{
	static const struct privileged iret = { "ring0/iret", time_iret, false };

	if (facts.tsc)
		measure_instruction(&iret);
}

/* The other half, for a ring 0 that is not plainly slow: the same work must take as long at user level. */
void step_ring0_ratio(void)
{
	if (slow[0] || !facts.tsc)
		return;
	if (!facts.user_tsc || !run_user(time_arithmetic, 0) || !arithmetic_ticks) {
		value("unknown");
		why("user level, to compare with, cannot read the time-stamp counter");
		report("ring0-native", false);
		return;
	}
	uint32_t ratio = scale(ring0_ticks, 100, arithmetic_ticks);

	measure_entry();
	if (ratio > MOST_RATIO)
		why("ring 0 is emulated: its arithmetic takes %q times as long as user level's", ratio);
	else if (slow[0])
		why("entering ring 0 is emulated. Ticks each: %s", slow);
	bool native = ratio <= MOST_RATIO && !slow[0];
	value("%s: its arithmetic takes %q times user level's ticks", native ? "yes" : "no", ratio);
	report("ring0-native", native);
}
