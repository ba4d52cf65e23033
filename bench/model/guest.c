/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define CR0_PAGING 0x80000000u
#define CR4_LARGE_PAGES 0x10u
#define ENTRY_PRESENT 1u
#define ENTRY_LARGE 0x80u
#define CACHED 256u

/* GLib's array of bytes, as far as it is public. */
struct byte_array {
	uint8_t *data;
	unsigned length;
};

static struct {
	void *(*cpu)(int number);
	int (*read_register)(void *cpu, struct byte_array *to, int number);
	void (*access_physical)(uint64_t physical, void *buffer, uint64_t size, bool write);
	struct byte_array *(*new_array)(void);
	struct byte_array *(*resize)(struct byte_array *array, unsigned length);
	struct byte_array *array;
	bool connected;
} qemu;

static struct {
	uint32_t page, physical; /* page + 1, so that 0 is none; base address */
} translations[CACHED];

static bool look_up(const char *name, void *function, const char **missing)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	memcpy(function, &symbol, sizeof(symbol));
	if (!symbol)
		*missing = name;
	return symbol != NULL;
}

bool guest_connect(const char **missing)
{
	qemu.connected = look_up("qemu_get_cpu", &qemu.cpu, missing) &&
			 look_up("x86_cpu_gdb_read_register", &qemu.read_register, missing) &&
			 look_up("cpu_physical_memory_rw", &qemu.access_physical, missing) &&
			 look_up("g_byte_array_new", &qemu.new_array, missing) &&
			 look_up("g_byte_array_set_size", &qemu.resize, missing);
	if (qemu.connected)
		qemu.array = qemu.new_array();
	return qemu.connected;
}

bool guest_connected(void)
{
	return qemu.connected;
}

uint32_t guest_register(enum guest_register number)
{
	uint32_t value = 0;

	if (!qemu.connected)
		return 0;
	qemu.resize(qemu.array, 0);
	if (qemu.read_register(qemu.cpu(0), qemu.array, (int)number) >= 4 && qemu.array->length >= 4)
		memcpy(&value, qemu.array->data, sizeof(value));
	return value;
}

bool guest_read_physical(uint32_t physical, void *to, uint32_t size)
{
	if (!qemu.connected)
		return false;
	qemu.access_physical(physical, to, size, false);
	return true;
}

bool guest_read_word(void *unused, uint32_t physical, uint32_t *value)
{
	(void)unused;
	return guest_read_physical(physical, value, sizeof(*value));
}

static bool walk(uint32_t linear, uint32_t *physical)
{
	uint32_t entry;

	if (!qemu.connected)
		return false;
	*physical = linear;
	if (!(guest_register(GUEST_CR0) & CR0_PAGING))
		return true;
	if (!guest_read_word(NULL, (guest_register(GUEST_CR3) & ~0xfffu) + (linear >> 22) * 4, &entry) ||
	    !(entry & ENTRY_PRESENT))
		return false;
	if (entry & ENTRY_LARGE && guest_register(GUEST_CR4) & CR4_LARGE_PAGES) {
		*physical = (entry & 0xffc00000u) | (linear & 0x3fffffu);
		return true;
	}
	if (!guest_read_word(NULL, (entry & ~0xfffu) + (linear >> 12 & 0x3ff) * 4, &entry) || !(entry & ENTRY_PRESENT))
		return false;
	*physical = (entry & ~0xfffu) | (linear & 0xfffu);
	return true;
}

bool guest_translate(uint32_t linear, uint32_t *physical)
{
	uint32_t page = linear >> 12, slot = page % CACHED;

	if (translations[slot].page != page + 1) {
		if (!walk(linear, physical))
			return false;
		translations[slot].page = page + 1;
		translations[slot].physical = *physical & ~0xfffu;
	}
	*physical = translations[slot].physical | (linear & 0xfffu);
	return true;
}

void guest_forget_translations(void)
{
	memset(translations, 0, sizeof(translations));
}

bool guest_read(uint32_t linear, void *to, uint32_t size)
{
	uint32_t physical;

	return guest_translate(linear, &physical) && guest_read_physical(physical, to, size);
}
