/* SPDX-License-Identifier: BSD-2-Clause */
#include <paging.h>
#include <processor.h>
#include <tcb.h>
#include <x86.h>

#define PAGE_ALIGNED __attribute__((section(".page_aligned"), aligned(PAGE_SIZE)))
#define WINDOW_TABLES 4 /* 16 MB */
#define TCB_TABLES (TCB_BLOCK_SIZE * 16384 / SUPERPAGE_SIZE)

PAGE_ALIGNED uint32_t kernel_directory[TABLE_ENTRIES];
static PAGE_ALIGNED uint32_t window_tables[WINDOW_TABLES][TABLE_ENTRIES];
static PAGE_ALIGNED uint32_t tcb_tables[TCB_TABLES][TABLE_ENTRIES];

static PAGE_ALIGNED uint32_t ports_table[TABLE_ENTRIES];

/*
 * Behind every TCB that does not exist: id 0, so no id matches, and read-only, so a write is a panic instead of
 * a thread out of nothing. It spares the IPC path the question whether the TCB is mapped.
 */
static PAGE_ALIGNED uint32_t empty_page[TABLE_ENTRIES];

static uint32_t *tcb_entry(const void *address)
{
	uint32_t offset = (uint32_t)address - TCB_ARRAY;

	return &tcb_tables[offset >> SUPERPAGE_SHIFT][TABLE_INDEX(offset)];
}

static void map_identity(void)
{
	for (unsigned t = 0; t < WINDOW_TABLES; t++)
		kernel_directory[t] = physical_of(window_tables[t]) | PTE_PRESENT | PTE_WRITE;
}

bool paging_has_superpages(void)
{
	return processor_has(FEATURE_PSE);
}

void paging_init(void)
{
	if (paging_has_superpages())
		processor_change_cr4(0, CR4_PSE);
	for (unsigned t = 0; t < WINDOW_TABLES; t++) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			window_tables[t][i] = (t << SUPERPAGE_SHIFT) | i << PAGE_SHIFT | PTE_PRESENT |
					      PTE_WRITE;
		kernel_directory[DIRECTORY_INDEX(PHYSICAL_WINDOW) + t] =
			physical_of(window_tables[t]) | PTE_PRESENT | PTE_WRITE;
	}
	for (unsigned t = 0; t < TCB_TABLES; t++) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			tcb_tables[t][i] = physical_of(empty_page) | PTE_PRESENT;
		kernel_directory[DIRECTORY_INDEX(TCB_ARRAY) + t] =
			physical_of(tcb_tables[t]) | PTE_PRESENT | PTE_WRITE;
	}
	kernel_directory[DIRECTORY_INDEX(PORTS_WINDOW)] = physical_of(ports_table) | PTE_PRESENT | PTE_WRITE;
	map_identity();
}

void paging_drop_identity(void)
{
	for (unsigned t = 0; t < WINDOW_TABLES; t++)
		kernel_directory[t] = 0;
	write_cr3(physical_of(kernel_directory));
}

void paging_end(void)
{
	map_identity();
	write_cr3(physical_of(kernel_directory));
	processor_change_cr4(~0u, 0);
}

void paging_back_tcb(const void *address, void *frame)
{
	*tcb_entry(address) = physical_of(frame) | PTE_PRESENT | PTE_WRITE;
	invalidate_page((uint32_t)address);
}

int paging_tcb_is_backed(const void *address)
{
	return (*tcb_entry(address) & PTE_FRAME) != physical_of(empty_page);
}

void paging_map_ports(unsigned page, const void *frame)
{
	ports_table[page] = (physical_of(frame) & PTE_FRAME) | PTE_PRESENT | PTE_WRITE;
	invalidate_page(PORTS_WINDOW + page * PAGE_SIZE);
}
