/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel entries, which the emulator carries out without reporting an access: where handlers are, and what memory the processor
 * reads and writes to reach one. The tables' places are learnt from the instructions that load their registers.
 */
#ifndef MODEL_ENTRY_H
#define MODEL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "processor.h"

#define ENTRY_ACCESSES_MAX 16

/* LGDT, LIDT: the base just loaded; LTR: where it read, of which only the beginning of a descriptor is taken. */
void entry_load_gdt(uint32_t base);
void entry_load_idt(uint32_t base);
void entry_load_task(uint32_t linear, uint32_t descriptor_physical);

/* Reads the interrupt table anew. Afterwards entry_generation() differs. */
void entry_read_handlers(void);
unsigned entry_generation(void);

/* The vector whose handler begins at this linear address, or -1. */
int entry_vector(uint32_t linear);

/* Does the processor push an error code for it, unless INT n or hardware raised it? */
bool entry_has_error_code(uint8_t vector);

/*
 * The accesses, in their order, of an entry to the handler of `vector`, after which ESP is `esp` and SS is `ss`. Returns their
 * number, 0 if the tables are not known.
 */
size_t entry_accesses(uint8_t vector, bool inner, bool error_code, uint32_t esp, uint32_t ss,
		      struct data_access accesses[ENTRY_ACCESSES_MAX]);

/* Base of the segment that `selector` names in the GDT; 0 if unknown. */
uint32_t entry_segment_base(uint32_t selector);

#endif
