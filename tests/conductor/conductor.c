/* SPDX-License-Identifier: BSD-2-Clause */
#include <exit.h>
#include <layout.h>
#include <port_io.h>
#include <stdint.h>

#define RUNS 2

struct information {
	uint32_t flags, memory_lower, memory_upper, boot_device, command_line, module_count, modules;
};

struct module {
	uint32_t start, end, command_line, reserved;
};

struct elf_header {
	uint8_t identification[16];
	uint16_t type, machine;
	uint32_t version, entry, program_headers, section_headers, flags;
	uint16_t size, program_header_size, program_header_count;
};

struct program_header {
	uint32_t type, offset, virtual, physical, file_size, memory_size, flags, align;
};

void conduct(const struct information *information);
uint32_t run_kernel(uint32_t entry, const struct information *information);
extern const uint32_t return_block[2];

static char command_line[128];

/* The kernel has set the port up; it also waits until the port is empty. */
static void say(const char *text)
{
	while (*text)
		out8(0x3f8, *text++);
}

static void say_hex(uint32_t value)
{
	char text[9] = "";

	for (int i = 0; i < 8; i++)
		text[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	say(text);
}

static char *append(char *to, const char *from)
{
	while (*from)
		*to++ = *from++;
	return to;
}

static void make_command_line(void)
{
	char *end = append(command_line, "platform=tcg return=0x");
	uint32_t block = (uint32_t)return_block;

	for (int shift = 28; shift >= 0; shift -= 4)
		*end++ = "0123456789abcdef"[block >> shift & 15];
	*end = 0;
}

/* Loads the image; returns its physical entry address, translated as the segment that holds it. */
static uint32_t load(const struct module *kernel)
{
	const uint8_t *file = (const uint8_t *)kernel->start;
	const struct elf_header *elf = (const struct elf_header *)file;
	uint32_t entry = 0;

	for (unsigned i = 0; i < elf->program_header_count; i++) {
		const struct program_header *p = (const struct program_header *)(file + elf->program_headers) + i;
		uint8_t *to = (uint8_t *)p->physical;

		for (uint32_t n = 0; p->type == 1 && n < p->memory_size; n++)
			to[n] = n < p->file_size ? file[p->offset + n] : 0;
		if (elf->entry - p->virtual < p->memory_size)
			entry = elf->entry - p->virtual + p->physical;
	}
	return entry;
}

/* Sum over the reserved range, but for the conductor's own stack and data, which it changes itself. */
static uint32_t reserved_sum(void)
{
	extern const uint32_t image_end[];
	uint32_t sum = 0;

	for (const uint32_t *p = image_end; p < (const uint32_t *)PHYS_RESERVED_END; p++)
		sum = (sum << 1 | sum >> 31) ^ *p;
	return sum;
}

/* As at reset: a bit that a kernel left would change what the next one measures. This runs on processors that have it. */
static uint32_t read_cr4(void)
{
	uint32_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

void conduct(const struct information *loaded)
{
	const struct module *module = (const struct module *)loaded->modules;
	struct information information = *loaded;
	uint32_t before, code = 0;

	information.module_count = 2;
	information.modules = (uint32_t)&module[1];
	information.command_line = (uint32_t)command_line;
	make_command_line();
	/* Something for a kernel to spoil. */
	for (volatile uint32_t *p = (uint32_t *)(PHYS_RESERVED_END - 0x100000); p < (uint32_t *)PHYS_RESERVED_END; p++)
		*p = (uint32_t)p * 2654435761u;
	before = reserved_sum();
	for (unsigned run = 0; run < RUNS; run++) {
		code = run_kernel(load(&module[0]), &information);
		say("conductor: returned ");
		say_hex(code);
		say(before == reserved_sum() ? " untouched" : " SPOILT");
		say(read_cr4() == 0 ? ", as at reset\n" : ", WITH CR4\n");
	}
	out8(EXIT_PORT_DEBUG, code);
}
