/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernelmap.h>
#include <paging.h>
#include <processor.h>
#include <tcbs.h>
#include <x86.h>

#define PAGE_ALIGNED __attribute__((section(".page_aligned"), aligned(PAGE_SIZE)))

PAGE_ALIGNED uint32_t kernel_directory[TABLE_ENTRIES];
static PAGE_ALIGNED uint32_t window_tables[WINDOW_SUPERPAGES][TABLE_ENTRIES];
static PAGE_ALIGNED uint32_t ports_table[TABLE_ENTRIES];

/* As the window is mapped. */
static void map_identity(void)
{
	for (unsigned i = 0; i < WINDOW_SUPERPAGES; i++)
		kernel_directory[i] = kernel_directory[DIRECTORY_INDEX(PHYSICAL_WINDOW) + i];
}

bool paging_has_superpages(void)
{
	return processor_has(FEATURE_PSE);
}

void paging_map_window(void)
{
	for (unsigned t = 0; t < WINDOW_SUPERPAGES; t++) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			window_tables[t][i] = (t << SUPERPAGE_SHIFT) | i << PAGE_SHIFT | PTE_PRESENT |
					      PTE_WRITE;
		kernel_directory[DIRECTORY_INDEX(PHYSICAL_WINDOW) + t] =
			physical_of(window_tables[t]) | PTE_PRESENT | PTE_WRITE;
	}
}

void paging_init(void)
{
	if (paging_has_superpages())
		processor_change_cr4(0, CR4_PSE);
	kernelmap_init();
	tcbs_init();
	kernel_directory[DIRECTORY_INDEX(PORTS_WINDOW)] = physical_of(ports_table) | PTE_PRESENT | PTE_WRITE;
	map_identity();
}

void paging_drop_identity(void)
{
	for (unsigned i = 0; i < WINDOW_SUPERPAGES; i++)
		kernel_directory[i] = 0;
	write_cr3(physical_of(kernel_directory));
	kernelmap_started();
}

void paging_end(void)
{
	kernelmap_ending();
	map_identity();
	write_cr3(physical_of(kernel_directory));
	processor_change_cr4(~0u, 0);
}

void paging_map_ports(unsigned page, const void *frame)
{
	ports_table[page] = (physical_of(frame) & PTE_FRAME) | PTE_PRESENT | PTE_WRITE;
	invalidate_page(PORTS_WINDOW + page * PAGE_SIZE);
}
