/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `tables` offers to C. Addresses are constants: nothing is called.
 */
#ifndef TABLES_INTERFACE_H
#define TABLES_INTERFACE_H

#include <spaces.h>
#include <x86.h>

#define IDT_ENTRIES 256

/* The global descriptor table, GDT_ENTRIES long; the interrupt descriptor table, IDT_ENTRIES long. */
static inline struct descriptor *tables_gdt(void);
static inline struct descriptor *tables_idt(void);

/* The task state that the processor takes the kernel's stack from. All of it in one page: PORTS_WINDOW has an alias of that. */
static inline struct tss *tables_tss(void);

/* What `spaces` reads and writes at a switch. */
static inline struct spaces_hot *tables_spaces(void);

#endif
