/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GDT, IDT and TSS: what is in them. Where they are is up to `tables`.
 */
#ifndef KERNEL_DESCRIPTORS_H
#define KERNEL_DESCRIPTORS_H

#include <layout.h>
#include <tables.h>
#include <x86.h>

/* Fills the IDT and loads it; `bias` is added to its address where linear addresses are not yet the kernel's. */
void idt_init(uint32_t bias);

/* Fills the GDT and both TSS, loads GDT and task register. Needs paging. */
void gdt_init(void);

/* Loads the task register with SELECTOR_TSS or SELECTOR_PORTS_TSS. */
void load_task(uint32_t selector);

/* The low half of a 4 KB-granular descriptor of `size` bytes (a multiple of 4 KB, not 0) at `base`. */
static inline uint32_t descriptor_low(uint32_t base, uint32_t size)
{
	return (((size >> 12) - 1) & 0xffff) | base << 16;
}

/* The high half of a user data descriptor for the same segment. */
static inline uint32_t descriptor_user_data_high(uint32_t base, uint32_t size)
{
	return DESCRIPTOR_USER_DATA | (((size >> 12) - 1) & 0xf0000) | (base & 0xff000000) |
	       (base >> 16 & 0xff);
}

/* Makes user code and data segments those with the given data descriptor. Segment registers keep the old ones. */
static inline void gdt_set_user(uint32_t low, uint32_t high)
{
	tables_gdt()[SELECTOR_USER_DATA >> 3] = (struct descriptor){low, high};
	tables_gdt()[SELECTOR_USER_CODE >> 3] = (struct descriptor){low, high | DESCRIPTOR_CODE_BIT};
}

#endif
