/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A QEMU plugin that measures how long the kernel runs with interrupts off: instructions from an entry to its IRET or STI, the longest per
 * kind of entry. Argument: out=FILE, and idle=FIRST-LAST, the linear addresses (hexadecimal) of the loop in which the kernel waits
 * with interrupts on; gate=ADDRESS, the entry of IPC and system calls, which are told apart there. For looking closer: path=FILE and
 * of=ENTRY-CALL, the addresses of all instructions of the longest stay of that kind.
 *
 * Ring 0 is told by the address: programs have none from KERNEL_BASE on. An entry is the first instruction there after an IRET or
 * the idle loop, or after an STI and the instruction that follows it, with which the kernel lets interrupts in; nothing before the first IRET counts, that is booting. Each step of a repeated string instruction counts as one
 * instruction, and one more for its end, because an interrupt that is waiting waits for them all while interrupts are off.
 * An entry that never leaves (a panic, the machine's end) is not counted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/guest.h"
#include "../model/qemu_plugin_api.h"

#define KERNEL_BASE 0xe0000000u
#define IRET 0xcf
#define STI 0xfb
#define TAG_SYSCALL 0x8000u /* kernel/abi/message.h */
#define CALL_NUMBER 0x7fu
#define CALL_IPC 0x80u
#define KINDS_MAX 4096
#define PATH_MAX_ADDRESSES 65536

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

/* Entries at the same address with the same system call. */
struct kind {
	uint32_t entry, call; /* call: at the gate, the system call's number, or CALL_IPC; else 0 */
	uint64_t entries, worst;
};

static struct kind kinds[KINDS_MAX];
static unsigned kind_count;
static uint32_t idle_first, idle_last, gate;
static const char *out_name, *path_name;
static bool booted, inside;
static unsigned until_open; /* instructions until an STI takes effect; 0: there was none */
static uint32_t entry, call;
static uint64_t count;
static uint32_t path[PATH_MAX_ADDRESSES], path_want_entry, path_want_call;

static struct kind *kind_of_entry(void)
{
	for (unsigned k = 0; k < kind_count; k++)
		if (kinds[k].entry == entry && kinds[k].call == call)
			return &kinds[k];
	if (kind_count == KINDS_MAX)
		return &kinds[KINDS_MAX - 1];
	kinds[kind_count] = (struct kind){.entry = entry, .call = call};
	return &kinds[kind_count++];
}

/* The addresses of the longest stay of the kind that was asked for. */
static void write_path(void)
{
	FILE *file = fopen(path_name, "w");

	if (!file)
		return;
	for (uint64_t i = 0; i < count && i < PATH_MAX_ADDRESSES; i++)
		fprintf(file, "%08x\n", path[i]);
	fclose(file);
}

static void leave(void)
{
	struct kind *kind = kind_of_entry();

	kind->entries++;
	if (count > kind->worst) {
		kind->worst = count;
		if (path_name && path_want_entry == entry && path_want_call == call)
			write_path();
	}
	inside = false;
}

static void enter(uint32_t address)
{
	inside = true;
	count = 0;
	entry = address;
	call = 0;
	if (address == gate) {
		uint32_t tag = guest_register(GUEST_EAX);

		call = tag & TAG_SYSCALL ? tag & CALL_NUMBER : CALL_IPC;
	}
}

static void executed(unsigned vcpu, void *data)
{
	uint32_t address = (uint32_t)(uintptr_t)data;

	(void)vcpu;
	if (!inside && booted && (address < idle_first || address > idle_last))
		enter(address);
	if (path_name && count < PATH_MAX_ADDRESSES)
		path[count] = address;
	count++;
	if (until_open && !--until_open && inside)
		leave();
}

static void executed_sti(unsigned vcpu, void *data)
{
	executed(vcpu, data);
	until_open = 1;
}

static void executed_iret(unsigned vcpu, void *data)
{
	executed(vcpu, data);
	if (inside)
		leave();
	booted = true;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t k = 0; k < qemu_plugin_tb_n_insns(tb); k++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
		uint32_t address = (uint32_t)qemu_plugin_insn_vaddr(insn);
		const uint8_t *bytes = qemu_plugin_insn_data(insn);

		if (address >= KERNEL_BASE)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, bytes[0] == IRET ? executed_iret : bytes[0] == STI ? executed_sti : executed, PLUGIN_CB_R_REGS,
				(void *)(uintptr_t)address);
	}
}

static void finish(qemu_plugin_id_t id, void *unused)
{
	FILE *file = fopen(out_name, "w");

	(void)id;
	(void)unused;
	if (!file)
		return;
	for (unsigned k = 0; k < kind_count; k++)
		fprintf(file, "{\"entry\":\"%08x\",\"call\":%u,\"entries\":%" PRIu64 ",\"worst\":%" PRIu64 "}\n", kinds[k].entry,
			kinds[k].call, kinds[k].entries, kinds[k].worst);
	fprintf(file, "{\"end\":true}\n");
	fclose(file);
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *missing;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out_name = strdup(argv[i] + 4);
		else if (sscanf(argv[i], "idle=%" SCNx32 "-%" SCNx32, &idle_first, &idle_last) == 2)
			continue;
		else if (sscanf(argv[i], "gate=%" SCNx32, &gate) == 1)
			continue;
		else if (!strncmp(argv[i], "path=", 5))
			path_name = strdup(argv[i] + 5);
		else if (sscanf(argv[i], "of=%" SCNx32 "-%" SCNx32, &path_want_entry, &path_want_call) != 2)
			return fprintf(stderr, "bound: no argument is written \"%s\"\n", argv[i]), -1;
	}
	if (!out_name || !idle_first || !gate)
		return fprintf(stderr, "bound: out=FILE, idle=FIRST-LAST and gate=ADDRESS are needed\n"), -1;
	if (!guest_connect(&missing))
		return fprintf(stderr, "bound: this QEMU does not export %s\n", missing), -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
