/* SPDX-License-Identifier: BSD-2-Clause
 * help: GDT, IDT, TSS and the kernel's hot data are together in one page, and few cache lines
 *
 * variants/tables/README.md states the interface.
 */
#ifndef TABLES_H
#define TABLES_H

#include <layout.h>
#include <stddef.h>
#include "../interface.h"

/*
 * What every kernel entry and switch touches, in one page. The order makes three lines of 32 bytes of it: that of the
 * TSS's first fields, that of the kernel and user descriptors, and that of the system call's gate.
 */
struct hot {
	uint32_t unused[3];
	union {
		struct spaces_hot spaces;
		uint32_t spaces_room;
	};
	struct tss tss; /* esp0 and ss0 in the first line */
	struct descriptor gdt[GDT_ENTRIES]; /* entries 1 to 4 in one line */
	struct descriptor idt[IDT_ENTRIES];
};

_Static_assert(offsetof(struct hot, tss.ss0) + 4 <= 32, "esp0 and ss0 in the first line");
_Static_assert(offsetof(struct hot, tss) + sizeof(struct tss) <= PAGE_SIZE, "the TSS in one page");
_Static_assert(offsetof(struct hot, gdt) % 32 == 24, "GDT entries 1 to 4 in one line");

extern struct hot hot;

static inline struct descriptor *tables_gdt(void)
{
	return hot.gdt;
}

static inline struct descriptor *tables_idt(void)
{
	return hot.idt;
}

static inline struct tss *tables_tss(void)
{
	return &hot.tss;
}

static inline struct spaces_hot *tables_spaces(void)
{
	return &hot.spaces;
}

#define TABLES_OFFSETS                                                                             \
	OFFSET(HOT_SPACES, struct hot, spaces);                                                    \
	OFFSET(HOT_TSS, struct hot, tss);                                                          \
	OFFSET(HOT_GDT, struct hot, gdt)

#endif
