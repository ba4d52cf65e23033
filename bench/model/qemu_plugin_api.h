/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of QEMU's plugin interface that the model uses, version 1, as QEMU 4.2 to 8.x offer it (later ones
 * changed a signature and refuse such plugins). Debian ships no header for it, hence declarations of our own: names, types
 * and values only.
 */
#ifndef MODEL_QEMU_PLUGIN_API_H
#define MODEL_QEMU_PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_API_VERSION 1
#define PLUGIN_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;

typedef struct {
	const char *target_name;
	struct {
		int min; /* plugin versions that this QEMU takes */
		int cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus;
			int max_vcpus;
		} system;
	};
} qemu_info_t;

enum { PLUGIN_CB_NO_REGS = 0, PLUGIN_CB_R_REGS = 1 };
enum { PLUGIN_MEM_R = 1, PLUGIN_MEM_W = 2, PLUGIN_MEM_RW = 3 };

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

typedef void plugin_tb_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void plugin_executed(unsigned vcpu, void *argument);
typedef void plugin_accessed(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t linear, void *argument);
typedef void plugin_at_exit(qemu_plugin_id_t id, void *argument);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, plugin_tb_translated *callback);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_executed *callback, int flags,
					    void *argument);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, plugin_accessed *callback, int flags, int kinds,
				      void *argument);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, plugin_at_exit *callback, void *argument);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t number);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t linear);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);

/* What a plugin itself exports. */
extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

#endif
