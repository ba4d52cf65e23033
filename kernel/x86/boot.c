/* SPDX-License-Identifier: BSD-2-Clause */
#include <boot.h>
#include <exit.h>
#include <kernel_info.h>
#include <layout.h>
#include <machine.h>
#include <paging.h>
#include <processor.h>
#include <program.h>
#include <descriptors.h>
#include <string.h>

#define MULTIBOOT_LOADER_MAGIC 0x2badb002
#define MULTIBOOT_HAS_MEMORY 0x1
#define MULTIBOOT_HAS_COMMAND_LINE 0x4
#define MULTIBOOT_HAS_MODULES 0x8

/* sigma0's page tables for all of memory come out of the kernel's; more would not fit. */
#define MEMORY_TOP_MAX 0x20000000 /* 512 MB */

/* Multiboot specification 0.6.96, section 3.3: the fields used here. */
struct multiboot_information {
	uint32_t flags, memory_lower, memory_upper, boot_device, command_line, module_count, modules;
};

struct multiboot_module {
	uint32_t start, end, command_line, reserved;
};

#define MODULES 2 /* sigma0 and the root program */

static struct {
	uint32_t start, size;
} module[MODULES];

_Noreturn void boot_refuse(const char *what)
{
	console_text("boot: ");
	console_text(what);
	console_text("\n");
	machine_end(EXIT_BAD_BOOT);
}

static void take_command_line(const struct multiboot_information *information)
{
	const char *line = information->flags & MULTIBOOT_HAS_COMMAND_LINE ? physical(information->command_line) : "";

	/* First of all the way to end, which a refusal needs. */
	if (!machine_set_exit(line))
		boot_refuse("command line: exit= takes debug, bochs or none; return= an address in the reserved range");
	if (!string_copy(kernel_info.command_line, line, sizeof(kernel_info.command_line)))
		boot_refuse("the kernel's command line is longer than 255 characters; shorten it");
}

static void take_memory(const struct multiboot_information *information)
{
	uint32_t top = MEMORY_TOP_MAX;

	if (!(information->flags & MULTIBOOT_HAS_MEMORY))
		boot_refuse("the boot loader does not say how much memory there is");
	if (information->memory_upper < (MEMORY_TOP_MAX >> 10) - 1024)
		top = (information->memory_upper + 1024) << 10 & ~(PAGE_SIZE - 1);
	if (top < PHYS_MINIMUM)
		boot_refuse("less than 32 MB of memory");
	kernel_info.memory_bottom = PHYS_FREE;
	kernel_info.memory_top = top;
	kernel_info.reserved_bottom = kernel_info.reserved_top = top;
	if (top >= PHYS_RESERVED_END) {
		kernel_info.reserved_bottom = PHYS_RESERVED;
		kernel_info.reserved_top = PHYS_RESERVED_END;
	}
}

/* The words of the root module's line after its file name. */
static void take_root_arguments(const char *line)
{
	while (*line && *line != ' ')
		line++;
	while (*line == ' ')
		line++;
	if (!string_copy(kernel_info.root_arguments, line, sizeof(kernel_info.root_arguments)))
		boot_refuse("the root program's arguments are longer than 511 characters; shorten them");
}

static void take_modules(const struct multiboot_information *information)
{
	const struct multiboot_module *list = physical(information->modules);

	if (!(information->flags & MULTIBOOT_HAS_MODULES) || information->module_count != MODULES)
		boot_refuse("needs two modules: sigma0.bin and a root program");
	for (unsigned i = 0; i < MODULES; i++) {
		module[i].start = list[i].start;
		module[i].size = list[i].end - list[i].start;
		if (list[i].end < list[i].start || module[i].size < PROGRAM_HEADER_SIZE ||
		    module[i].size > PHYS_ROOT_END - PHYS_SIGMA0)
			boot_refuse("a module is empty or too large");
	}
	if (list[1].command_line)
		take_root_arguments(physical(list[1].command_line));
}

static int overlaps(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* A stretch of free memory where no module lies. */
static uint32_t find_staging_area(void)
{
	const uint32_t size = MODULES * (PHYS_ROOT_END - PHYS_SIGMA0);

	for (uint32_t area = PHYS_FREE; area + size <= PHYS_RESERVED; area += PHYS_ROOT_END - PHYS_SIGMA0)
		if (!overlaps(area, size, module[0].start, module[0].size) &&
		    !overlaps(area, size, module[1].start, module[1].size))
			return area;
	boot_refuse("no room to sort the modules");
}

static const struct program_header *check_program(uint32_t address, uint32_t size, uint32_t end)
{
	const struct program_header *header = physical(address);

	if (header->magic != PROGRAM_MAGIC || header->base != address)
		boot_refuse(address == PHYS_SIGMA0 ? "the first module is not sigma0.bin"
						   : "the second module is not a root program");
	if (header->file_end - address != size || header->memory_end < header->file_end || header->memory_end > end ||
	    header->entry < address || header->entry >= header->file_end)
		boot_refuse("a module is truncated, or its header is damaged");
	return header;
}

/*
 * Loaders put modules anywhere, also on each other's canonical places: they go by way of a staging area. What of the
 * canonical range they leave is cleared, so that memory is the same after every loader.
 */
static void place_modules(void)
{
	const uint32_t place[MODULES + 1] = {PHYS_SIGMA0, PHYS_ROOT, PHYS_ROOT_END};
	uint32_t staging = find_staging_area();

	for (unsigned i = 0; i < MODULES; i++)
		memcpy(physical(staging + i * (PHYS_ROOT_END - PHYS_SIGMA0)), physical(module[i].start), module[i].size);
	memset(physical(PHYS_SIGMA0), 0, PHYS_ROOT_END - PHYS_SIGMA0);
	for (unsigned i = 0; i < MODULES; i++) {
		uint32_t staged = staging + i * (PHYS_ROOT_END - PHYS_SIGMA0);

		if (module[i].size > place[i + 1] - place[i])
			boot_refuse("a module does not fit its place");
		memcpy(physical(place[i]), physical(staged), module[i].size);
		memset(physical(staged), 0, module[i].size);
		check_program(place[i], module[i].size, place[i + 1]);
	}
	kernel_info.root_base = PHYS_ROOT;
	kernel_info.root_end = ((const struct program_header *)physical(PHYS_ROOT))->memory_end;
}

void boot_prepare(uint32_t magic, uint32_t multiboot_information)
{
	const struct multiboot_information *information = physical(multiboot_information);

	idt_init(-PHYSICAL_WINDOW);
	console_init();
	info_init();
	processor_change_cr4(~0u, 0);
	if (magic != MULTIBOOT_LOADER_MAGIC)
		boot_refuse("not started by a Multiboot loader");
	take_command_line(information);
	take_memory(information);
	take_modules(information);
	place_modules();
	paging_init();
}
