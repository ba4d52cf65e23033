/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the compiler knows of a table it puts into .data: the GDT's flat segments, the TSS's stack segment. Gates are split addresses, which
 * no linker computes, so the IDT is filled at the start, in .bss.
 */
#include <tables.h>

struct descriptor kernel_gdt[GDT_ENTRIES] = {
	[SELECTOR_KERNEL_CODE >> 3] = {0x0000ffff, DESCRIPTOR_KERNEL_CODE},
	[SELECTOR_KERNEL_DATA >> 3] = {0x0000ffff, DESCRIPTOR_KERNEL_DATA},
};
/* Aligned, so that it crosses no page, as the manual demands and PORTS_WINDOW needs. */
struct tss kernel_tss __attribute__((aligned(128))) = {.ss0 = SELECTOR_KERNEL_DATA};
struct descriptor kernel_idt[IDT_ENTRIES];
struct spaces_hot kernel_spaces;
