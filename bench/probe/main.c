/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of the steps. Each is announced by a note before it begins: if the machine dies in it, the last note of the
 * log names the step that killed it.
 */
#include "probe.h"
#include "x86.h"

#include <exit.h> /* of kernel/abi */

#define MULTIBOOT_LOADED 0x2badb002
#define MULTIBOOT_CMDLINE 4 /* flag: the command line is there */

struct multiboot {
	uint32_t flags, lower_kb, upper_kb, boot_device, command_line;
};

void probe_main(uint32_t magic, const struct multiboot *information) __attribute__((noreturn));

/* What only a kernel with programs needs, and what may stop the machine, comes last and is left out where paging does
 * not work: nothing runs there anyway, and a hypervisor that refuses paging was seen to die of an iret. */
static const struct step {
	const char *name;
	void (*run)(void);
	bool needs_paging;
} steps[] = {
	{ "processor", step_processor, false },
	{ "tsc", step_tsc, false },
	{ "tsc-rate", step_rate, false },
	{ "tick", step_tick, false },
	{ "ring0-native", step_ring0, false },
	{ "cpuid-cost", step_cpuid_cost, false },
	{ "counters", step_counters, false },
	{ "paging", step_paging, false },
	{ "large-pages", step_large_pages, false },
	{ "global-pages", step_global_pages, false },
	{ "cr3-reload", step_cr3, false },
	{ "ring0-iret", step_iret, true },
	{ "timer", step_timer, true },
	{ "user-mode", step_user, true },
	{ "user-interrupt", step_user_interrupt, true },
	{ "user-tsc", step_user_tsc, true },
	{ "user-paging", step_user_paging, true },
	{ "user-timer", step_user_timer, true },
	{ "user-rdpmc", step_user_counters, true },
	{ "ring0-ratio", step_ring0_ratio, true },
	{ "segment-limits", step_limits, true },
	{ "gaps", step_gaps, true },
	{ "sysenter", step_sysenter, true },
};

/* fail=… on the command line: the probe dies in this way, to show that the host notices. */
static void die(const char *way)
{
	static const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) no_idt = { 0, 0 };

	note("trying %s", way);
	switch (way[0]) {
	case 't': /* triple */
		__asm__ volatile("lidt %0" : : "m"(no_idt));
		__asm__ volatile("ud2");
		break;
	case 'p': /* panic */
		__asm__ volatile("ud2");
		break;
	case 'h': /* hang */
		for (;;)
			__asm__ volatile("cli; hlt");
	}
}

/* Copies the value of `key` from the command line, empty if it is not there. */
static void find_word(const char *line, const char *key, char *word, size_t size)
{
	size_t length = 0, i;

	for (; *line; line++) {
		for (i = 0; key[i] && line[i] == key[i]; i++)
			;
		if (key[i])
			continue;
		for (line += i; *line > ' ' && *line < 0x7f && length + 1 < size; line++)
			word[length++] = *line;
		break;
	}
	word[length] = '\0';
}

static void run_step(uint32_t number)
{
	steps[number].run();
}

static void take_step(uint32_t number, bool every)
{
	const struct step *step = &steps[number];

	if (step->needs_paging && !facts.paging && !every) {
		value("not tried");
		why("paging does not work, so no program can run");
		report(step->name, false);
		return;
	}
	note("trying %s", step->name);
	uint32_t vector = guard(run_step, number);
	if (vector == TRAP_NONE)
		return;
	note("%s ended early: %s (error code %x) at %x", step->name, vector_name(vector), caught.error, caught.eip);
	/* What the step had prepared for its record is nobody's now. */
	value("%s", "");
	why("%s", "");
}

void probe_main(uint32_t magic, const struct multiboot *information)
{
	char platform[32], cpu[48], word[16];
	const char *line = "";

	trap_init();
	uart_init();
	if (magic == MULTIBOOT_LOADED && information->flags & MULTIBOOT_CMDLINE)
		line = (const char *)information->command_line;
	exit_words(line);
	find_word(line, "platform=", platform, sizeof platform);
	find_processor(cpu, sizeof cpu);
	record_boot(platform, cpu, facts.features & FEATURE_TSC, facts.features);
	find_word(line, "steps=", word, sizeof word);
	bool every = word[0] == 'a';
	find_word(line, "fail=", word, sizeof word);
	if (word[0])
		die(word);
	for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		take_step(i, every);
	record_complete();
	leave(EXIT_PASSED);
}
