/* SPDX-License-Identifier: BSD-2-Clause
 * help: GDT, IDT, TSS and the kernel's hot data are where compiler and linker put them
 *
 * variants/tables/README.md states the interface.
 */
#ifndef TABLES_H
#define TABLES_H

#include "../interface.h"

extern struct descriptor kernel_gdt[GDT_ENTRIES], kernel_idt[IDT_ENTRIES];
extern struct tss kernel_tss;
extern struct spaces_hot kernel_spaces;

static inline struct descriptor *tables_gdt(void)
{
	return kernel_gdt;
}

static inline struct descriptor *tables_idt(void)
{
	return kernel_idt;
}

static inline struct tss *tables_tss(void)
{
	return &kernel_tss;
}

static inline struct spaces_hot *tables_spaces(void)
{
	return &kernel_spaces;
}

#define TABLES_OFFSETS

#endif
