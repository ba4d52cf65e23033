/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry.h"

#include "guest.h"

#define VECTORS 256
#define GATE_TYPE 0x1f00u /* of the high half */
#define GATE_INTERRUPT 0x0e00u
#define GATE_TRAP 0x0f00u
#define TSS_ESP0 4
#define TSS_SS0 8
#define TABLE_OF_TASK 4u /* selector bit: the local table, which the kernel does not use */

static struct {
	uint32_t gdt, idt, task; /* linear bases, 0: not loaded yet */
	uint32_t handlers[VECTORS]; /* linear entry addresses, 0: none */
	uint16_t selectors[VECTORS];
	unsigned generation;
} tables;

static uint32_t descriptor_base(uint32_t low, uint32_t high)
{
	return low >> 16 | (high & 0xff) << 16 | (high & 0xff000000u);
}

void entry_load_gdt(uint32_t base)
{
	tables.gdt = base;
}

void entry_load_idt(uint32_t base)
{
	tables.idt = base;
	tables.generation++; /* read when it is first needed: gates may yet be written */
}

void entry_load_task(uint32_t linear, uint32_t descriptor_physical)
{
	uint32_t descriptor[2];

	if ((linear - tables.gdt) % 8 == 0 && guest_read_physical(descriptor_physical, descriptor, sizeof(descriptor)))
		tables.task = descriptor_base(descriptor[0], descriptor[1]);
}

unsigned entry_generation(void)
{
	return tables.generation;
}

uint32_t entry_segment_base(uint32_t selector)
{
	uint32_t descriptor[2];

	if (!tables.gdt || selector & TABLE_OF_TASK || (selector & ~7u) == 0 ||
	    !guest_read(tables.gdt + (selector & ~7u), descriptor, sizeof(descriptor)))
		return 0;
	return descriptor_base(descriptor[0], descriptor[1]);
}

void entry_read_handlers(void)
{
	for (unsigned vector = 0; vector < VECTORS; vector++) {
		uint32_t gate[2], type;

		tables.handlers[vector] = 0;
		if (!tables.idt || !guest_read(tables.idt + vector * 8, gate, sizeof(gate)))
			continue;
		type = gate[1] & GATE_TYPE;
		if (!(gate[1] & 0x8000) || (type != GATE_INTERRUPT && type != GATE_TRAP))
			continue;
		tables.selectors[vector] = (uint16_t)(gate[0] >> 16);
		tables.handlers[vector] = entry_segment_base(gate[0] >> 16) + ((gate[0] & 0xffff) | (gate[1] & 0xffff0000u));
	}
	tables.generation++;
}

int entry_vector(uint32_t linear)
{
	for (int vector = 0; vector < VECTORS; vector++)
		if (tables.handlers[vector] == linear && linear != 0)
			return vector;
	return -1;
}

bool entry_has_error_code(uint8_t vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
}

/* A doubleword that the processor reads or writes with its own rights. */
static void add(struct data_access *accesses, size_t *count, uint32_t linear, bool write)
{
	struct data_access *a = &accesses[*count];

	*a = (struct data_access){.linear = linear, .size = 4, .write = write};
	if (guest_translate(linear, &a->physical))
		++*count;
}

static void add_two(struct data_access *accesses, size_t *count, uint32_t linear)
{
	add(accesses, count, linear, false);
	add(accesses, count, linear + 4, false);
}

size_t entry_accesses(uint8_t vector, bool inner, bool error_code, uint32_t esp, uint32_t ss,
		      struct data_access accesses[ENTRY_ACCESSES_MAX])
{
	unsigned pushes = (inner ? 5 : 3) + error_code;
	uint32_t top = entry_segment_base(ss) + esp + pushes * 4;
	size_t count = 0;

	if (!tables.idt || !tables.gdt)
		return 0;
	add_two(accesses, &count, tables.idt + vector * 8u);
	add_two(accesses, &count, tables.gdt + (tables.selectors[vector] & ~7u));
	if (inner) {
		add(accesses, &count, tables.task + TSS_ESP0, false);
		add(accesses, &count, tables.task + TSS_SS0, false);
		add_two(accesses, &count, tables.gdt + (ss & ~7u));
	}
	for (unsigned k = 1; k <= pushes; k++)
		add(accesses, &count, top - k * 4, true);
	return count;
}
