/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernelmap.h>
#include <layout.h>
#include <memory.h>
#include <paging.h>
#include <tcb.h>
#include <tcbs.h>
#include <x86.h>

#define PAGE_ALIGNED __attribute__((section(".page_aligned"), aligned(PAGE_SIZE)))
#define FRAME_TCBS (PAGE_SIZE >> TCB_BLOCK_SHIFT)
#define EMPTY ((struct tcb *)(TCB_AREA + TCB_OFFSET))

PAGE_ALIGNED struct tcb *tcb_table[NUMBERS];

/*
 * The TCB of all numbers that have none: id 0, so no id matches. Of the area for TCBs it has the first page, which is
 * read-only, so a write is a panic instead of a thread out of nothing; the window on physical memory could be written.
 */
static PAGE_ALIGNED uint32_t empty_page[TABLE_ENTRIES];
static PAGE_ALIGNED uint32_t page_table[TABLE_ENTRIES];

void tcbs_init(void)
{
	page_table[TABLE_INDEX(TCB_AREA)] = physical_of(empty_page) | PTE_PRESENT | kernelmap_page_flags();
	kernel_directory[DIRECTORY_INDEX(TCB_AREA)] = physical_of(page_table) | PTE_PRESENT | PTE_WRITE;
	for (uint32_t number = 0; number < NUMBERS; number++)
		tcb_table[number] = EMPTY;
}

/* A frame is shared by as many neighbours as it holds, whoever of them comes first. */
struct tcb *tcbs_create(uint32_t number)
{
	uint32_t first = number & ~(FRAME_TCBS - 1);
	char *frame;

	if (tcb_table[number] == EMPTY) {
		frame = frame_allocate(0);
		if (!frame)
			return 0;
		for (uint32_t i = 0; i < FRAME_TCBS; i++)
			tcb_table[first + i] = (struct tcb *)(frame + (i << TCB_BLOCK_SHIFT) + TCB_OFFSET);
	}
	return tcb_table[number];
}

void *tcbs_frame(uint32_t number)
{
	return tcb_table[number] == EMPTY ? 0 : (void *)((uint32_t)tcb_table[number] & ~(PAGE_SIZE - 1));
}
