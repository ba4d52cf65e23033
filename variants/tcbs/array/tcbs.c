/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernelmap.h>
#include <memory.h>
#include <paging.h>
#include <tcbs.h>
#include <x86.h>

#define PAGE_ALIGNED __attribute__((section(".page_aligned"), aligned(PAGE_SIZE)))
#define TABLES ((NUMBERS << TCB_BLOCK_SHIFT) / SUPERPAGE_SIZE)

static PAGE_ALIGNED uint32_t tables[TABLES][TABLE_ENTRIES];

/*
 * Behind every TCB that does not exist: id 0, so no id matches, and read-only, so a write is a panic instead of
 * a thread out of nothing. It spares the IPC path the question whether the TCB is mapped.
 */
static PAGE_ALIGNED uint32_t empty_page[TABLE_ENTRIES];

void tcbs_init(void)
{
	for (unsigned t = 0; t < TABLES; t++) {
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			tables[t][i] = physical_of(empty_page) | PTE_PRESENT | kernelmap_page_flags();
		kernel_directory[DIRECTORY_INDEX(TCB_AREA) + t] = physical_of(tables[t]) | PTE_PRESENT | PTE_WRITE;
	}
}

struct tcb *tcbs_create(uint32_t number)
{
	struct tcb *tcb = tcb_of_number(number);
	uint32_t offset = (uint32_t)tcb - TCB_AREA;
	uint32_t *entry = &tables[offset >> SUPERPAGE_SHIFT][TABLE_INDEX(offset)];
	void *frame;

	if ((*entry & PTE_FRAME) != physical_of(empty_page))
		return tcb;
	frame = frame_allocate(0);
	if (!frame)
		return 0;
	*entry = physical_of(frame) | PTE_PRESENT | PTE_WRITE | kernelmap_page_flags();
	invalidate_page((uint32_t)tcb);
	return tcb;
}

void *tcbs_frame(uint32_t number)
{
	uint32_t offset = number << TCB_BLOCK_SHIFT;
	uint32_t frame = tables[offset >> SUPERPAGE_SHIFT][TABLE_INDEX(offset)] & PTE_FRAME;

	return frame == physical_of(empty_page) ? 0 : physical(frame);
}
