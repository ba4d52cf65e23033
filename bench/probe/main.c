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

static const struct step {
	const char *name;
	void (*run)(void);
} steps[] = {
	{ "processor", step_processor },
	{ "tsc", step_tsc },
	{ "tsc-rate", step_rate },
	{ "tick", step_tick },
	{ "ring0-native", step_ring0 },
	{ "cpuid-cost", step_cpuid_cost },
	{ "counters", step_counters },
	{ "paging", step_paging },
	{ "large-pages", step_large_pages },
	{ "global-pages", step_global_pages },
	{ "cr3-reload", step_cr3 },
	{ "ring0-iret", step_iret },
	{ "timer", step_timer },
	{ "user-mode", step_user },
	{ "user-paging", step_user_paging },
	{ "user-timer", step_user_timer },
	{ "user-rdpmc", step_user_counters },
	{ "ring0-ratio", step_ring0_ratio },
	{ "segment-limits", step_limits },
	{ "gaps", step_gaps },
	{ "sysenter", step_sysenter },
};

/* Copies the value of `key` from the command line, only characters of names. */
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

void probe_main(uint32_t magic, const struct multiboot *information)
{
	char platform[32] = "", cpu[48];
	const char *line = "";

	trap_init();
	uart_init();
	if (magic == MULTIBOOT_LOADED && information->flags & MULTIBOOT_CMDLINE)
		line = (const char *)information->command_line;
	exit_words(line);
	find_word(line, "platform=", platform, sizeof platform);
	find_processor(cpu, sizeof cpu);
	record_boot(platform, cpu, facts.features & FEATURE_TSC, facts.features);
	for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		note("trying %s", steps[i].name);
		uint32_t vector = guard(run_step, i);
		if (vector != TRAP_NONE)
			note("%s ended early: %s (error code %x) at %x", steps[i].name, vector_name(vector), caught.error,
			     caught.eip);
		value("%s", "");
		why("%s", "");
	}
	record_complete();
	leave(EXIT_PASSED);
}
