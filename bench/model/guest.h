/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's registers and memory, by functions that this QEMU's program happens to export and that no plugin is promised:
 * looked for when the plugin starts. Without them page walks are a constant, and entries' accesses are not modelled.
 */
#ifndef MODEL_GUEST_H
#define MODEL_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of registers as QEMU's debugger interface has them. */
enum guest_register {
	GUEST_EAX = 0,
	GUEST_ESP = 4,
	GUEST_CS = 10,
	GUEST_SS = 11,
	GUEST_CR0 = 19,
	GUEST_CR3 = 21,
	GUEST_CR4 = 22,
};

/* Looks for them. False: at least one is missing, whose name is in *missing. */
bool guest_connect(const char **missing);
bool guest_connected(void);

/* General registers are right only at the first instruction of a translated block; others always. */
uint32_t guest_register(enum guest_register number);

/* False: no memory there, or not connected. */
bool guest_read_physical(uint32_t physical, void *to, uint32_t size);
bool guest_read_word(void *unused, uint32_t physical, uint32_t *value);

/*
 * Where a linear address is in physical memory, by the tables that CR3 points to; what was found is kept until
 * guest_forget_translations(). False: not mapped.
 */
bool guest_translate(uint32_t linear, uint32_t *physical);
void guest_forget_translations(void);

/* `size` bytes at a linear address, within one page. */
bool guest_read(uint32_t linear, void *to, uint32_t size);

#endif
