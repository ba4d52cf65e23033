/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The QEMU TCG plugin. Arguments, separated by commas:
 *     machine=FILE timing=FILE out=FILE [trace=FILE,sample=N] [set=KEY:VALUE]...
 * A comma inside a path is written twice, by QEMU's rules for options.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "model.h"
#include "qemu_plugin_api.h"

#define TARGET "i386"
#define RAM_BEGIN 0x00100000u /* where it certainly is, physically */
#define RAM_END 0xc0000000u

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

/* Host address of guest-physical address 0, found with the first translated instruction. */
static uintptr_t ram;

__attribute__((format(printf, 1, 2))) static int refuse(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "model: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return -1;
}

/* ---- callbacks ----------------------------------------------------------------------------------- */

static void executed(unsigned vcpu, void *code)
{
	(void)vcpu;
	model_executes(code);
}

static void accessed(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t linear, void *code)
{
	struct qemu_plugin_hwaddr *address;
	uint32_t physical = (uint32_t)linear;

	(void)vcpu;
	if (!model_wants(code))
		return;
	address = qemu_plugin_get_hwaddr(info, linear);
	if (address)
		physical = (uint32_t)qemu_plugin_hwaddr_phys_addr(address);
	model_accesses(code, (uint32_t)linear, physical, 1u << qemu_plugin_mem_size_shift(info),
		       qemu_plugin_mem_is_store(info));
}

/*
 * Where an instruction is in guest-physical memory: from its place in the emulator's, where RAM is in one piece. The firmware
 * is not in that piece, so RAM is found by an instruction beyond the first megabyte.
 */
static uint32_t physical_of(const struct qemu_plugin_insn *insn, uint32_t linear)
{
	uintptr_t host = (uintptr_t)qemu_plugin_insn_haddr(insn);
	uint32_t physical = linear;

	if (ram && host)
		return (uint32_t)(host - ram);
	if (guest_translate(linear, &physical) && host && physical >= RAM_BEGIN && physical < RAM_END)
		ram = host - physical;
	return physical;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t k = 0; k < qemu_plugin_tb_n_insns(tb); k++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
		uint32_t linear = (uint32_t)qemu_plugin_insn_vaddr(insn);
		struct code *code = model_code(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), linear,
					       physical_of(insn, linear));

		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, PLUGIN_CB_NO_REGS, code);
		qemu_plugin_register_vcpu_mem_cb(insn, accessed, PLUGIN_CB_NO_REGS, PLUGIN_MEM_RW, code);
	}
}

static void at_exit(qemu_plugin_id_t id, void *unused)
{
	(void)id, (void)unused;
	model_end();
}

/* ---- installation -------------------------------------------------------------------------------- */

struct arguments {
	const char *machine, *timing, *out, *trace, *sample, *accesses;
	const char *settings[32];
	unsigned setting_count;
};

static bool take_argument(struct arguments *a, const char *text)
{
	const struct {
		const char *name;
		const char **to;
	} known[] = {{"machine=", &a->machine}, {"timing=", &a->timing}, {"out=", &a->out},
		     {"trace=", &a->trace},     {"sample=", &a->sample}, {"accesses=", &a->accesses}};

	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (strncmp(text, known[k].name, strlen(known[k].name)) == 0) {
			*known[k].to = text + strlen(known[k].name);
			return true;
		}
	if (strncmp(text, "set=", 4) != 0 || a->setting_count == sizeof(a->settings) / sizeof(a->settings[0]))
		return false;
	a->settings[a->setting_count++] = text + 4;
	return true;
}

static bool override(struct machine *machine, const char *text)
{
	char setting[256], error[256], *colon;

	snprintf(setting, sizeof(setting), "%s", text);
	colon = strchr(setting, ':');
	if (!colon)
		return refuse("set=%s: write set=KEY:VALUE", text) == 0;
	*colon = '=';
	return machine_override(machine, setting, error, sizeof(error)) || refuse("set=%s: %s", text, error) == 0;
}

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		refuse("cannot create %s: %s", path, strerror(errno));
	return file;
}

/* The first line says what was modelled, and nothing that differs from one computer to the next. */
static void write_run(FILE *out, const struct arguments *a, const struct machine *machine)
{
	bool none = machine_is(machine, "cycles", "none");

	fprintf(out, "{\"type\":\"run\",\"format\":1,\"machine\":\"%s\",\"cycles\":\"%s\"", machine_text(machine, "name"),
		machine_text(machine, "cycles"));
	if (!none)
		fprintf(out, ",\"clock_mhz\":%g,\"tlb\":\"%s\"", machine_number(machine, "clock.mhz"),
			machine_text(machine, "tlb.parameters"));
	fprintf(out, ",\"set\":[");
	for (unsigned k = 0; k < a->setting_count; k++)
		fprintf(out, "%s\"%s\"", k ? "," : "", a->settings[k]);
	fprintf(out, "]}\n");
}

static bool begin(const struct arguments *a)
{
	struct model_options options = {.timing = a->timing};
	const char *missing;
	char error[512];

	if (!guest_connect(&missing))
		refuse("this QEMU does not export %s: constant page walks, no accesses of kernel entries; "
		       "the run is tainted", missing);
	options.machine = machine_load(a->machine, error, sizeof(error));
	if (!options.machine)
		return refuse("%s", error) == 0;
	for (unsigned k = 0; k < a->setting_count; k++)
		if (!override(options.machine, a->settings[k]))
			return false;
	options.out = create(a->out);
	options.trace = a->trace ? create(a->trace) : NULL;
	options.trace_sample = a->sample ? (unsigned)strtoul(a->sample, NULL, 10) : 1;
	options.accesses = a->accesses ? create(a->accesses) : NULL;
	if (!options.out || (a->trace && !options.trace) || (a->accesses && !options.accesses))
		return false;
	write_run(options.out, a, options.machine);
	return model_begin(&options, error, sizeof(error)) || refuse("%s", error) == 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	struct arguments a = {0};

	if (info->version.min > PLUGIN_API_VERSION || info->version.cur < PLUGIN_API_VERSION)
		return refuse("this QEMU's plugin interface has versions %d to %d, the model needs %d: use QEMU 7.2 (4.2 to 8.x)",
			      info->version.min, info->version.cur, PLUGIN_API_VERSION);
	if (!info->system_emulation || strcmp(info->target_name, TARGET) != 0)
		return refuse("made for qemu-system-%s, not for the target %s", TARGET, info->target_name);
	if (info->system.smp_vcpus != 1)
		return refuse("one processor is modelled, the machine has %d: use -smp 1", info->system.smp_vcpus);
	for (int k = 0; k < argc; k++)
		if (!take_argument(&a, argv[k]))
			return refuse("no argument is written \"%s\"; there are machine= timing= out= trace= sample= accesses= set=", argv[k]);
	if (!a.machine || !a.timing || !a.out)
		return refuse("the arguments machine=, timing= and out= are needed");
	if (!begin(&a))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
