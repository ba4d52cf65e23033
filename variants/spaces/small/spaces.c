/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Slots are 4 MB: one page-directory entry. The page table of a small space's first 4 MB stands in entry 0 of its own
 * directory, as in a large space, and in the entry of its slot in *every* directory. So to become large, a small
 * space only leaves its slot: its own directory is complete.
 */
#include <paging.h>
#include <descriptors.h>
#include <space.h>
#include <spaces.h>
#include <tcb.h>
#include <x86.h>

#define SLOT_SIZE SUPERPAGE_SIZE
#define SLOTS ((SLOT_REGION_END - SLOT_REGION) / SLOT_SIZE)

static struct space *slot_owner[SLOTS];

static void load_directory(uint32_t directory)
{
	tables_spaces()->loaded_directory = directory;
	write_cr3(directory);
}

/* What set_slot writes into each directory. */
static uint32_t slot_index, slot_entry;

static void set_slot_in(struct space *space)
{
	space->directory[slot_index] = slot_entry;
}

/* Makes `entry` the page-directory entry of the slot at `base`, in all directories. */
static void set_slot(uint32_t base, uint32_t entry)
{
	slot_index = DIRECTORY_INDEX(base);
	slot_entry = entry;
	kernel_directory[slot_index] = entry;
	space_for_each(set_slot_in);
}

static void copy_region(struct space *space)
{
	for (uint32_t i = DIRECTORY_INDEX(SLOT_REGION); i < DIRECTORY_INDEX(SLOT_REGION_END); i++)
		space->directory[i] = kernel_directory[i];
}

void spaces_created(struct space *space)
{
	space->spaces.base = 0;
	copy_region(space);
	for (uint32_t i = 0; i < SLOTS; i++)
		if (!slot_owner[i]) {
			slot_owner[i] = space;
			space->spaces.base = SLOT_REGION + i * SLOT_SIZE;
			return;
		}
	/* All slots taken: the space is large from the start. */
}

static void leave_slot(struct space *space)
{
	uint32_t base = space->spaces.base;

	set_slot(base, 0);
	slot_owner[(base - SLOT_REGION) / SLOT_SIZE] = 0;
	space->spaces.base = 0;
	write_cr3(tables_spaces()->loaded_directory ? tables_spaces()->loaded_directory : physical_of(kernel_directory));
}

void spaces_deleted(struct space *space)
{
	if (space->spaces.base)
		leave_slot(space);
	if (tables_spaces()->loaded_directory == physical_of(space->directory))
		load_directory(physical_of(kernel_directory));
}

void spaces_prepare(struct tcb *tcb)
{
	const struct space *space = tcb->space;
	uint32_t base = space ? space->spaces.base : 0;
	uint32_t size = base ? SLOT_SIZE : USER_TOP;

	tcb->spaces.segment_low = descriptor_low(base, size);
	tcb->spaces.segment_high = descriptor_user_data_high(base, size);
	tcb->spaces.directory = base || !space ? 0 : physical_of(space->directory);
	tcb->spaces.directory_mask = tcb->spaces.directory ? ~0u : 0;
}

void spaces_switch(struct tcb *next)
{
	if (tables_gdt()[SELECTOR_USER_DATA >> 3].high != next->spaces.segment_high) {
		gdt_set_user(next->spaces.segment_low, next->spaces.segment_high);
		if (read_fs_gs())
			load_fs_gs(SELECTOR_USER_DATA);
	}
	if (next->spaces.directory && next->spaces.directory != tables_spaces()->loaded_directory)
		load_directory(next->spaces.directory);
}

static void become_large(struct space *space)
{
	struct tcb *tcb = space->threads;

	leave_slot(space);
	if (!tcb)
		return;
	do {
		spaces_prepare(tcb);
		tcb = tcb->space_next;
	} while (tcb != space->threads);
}

void spaces_table_added(struct space *space, uint32_t index)
{
	if (!space->spaces.base)
		return;
	if (index >= SLOT_SIZE / SUPERPAGE_SIZE)
		become_large(space);
	else
		set_slot(space->spaces.base, space->directory[index]);
}

void spaces_invalidate(struct space *space, uint32_t address)
{
	if (space->spaces.base)
		invalidate_page(space->spaces.base + address);
	else if (tables_spaces()->loaded_directory == physical_of(space->directory))
		invalidate_page(address);
}

uint32_t spaces_program_address(const struct tcb *tcb, uint32_t linear)
{
	return linear - tcb->space->spaces.base;
}

bool spaces_resolve_fault(struct tcb *tcb, uint32_t address)
{
	if (!tcb->space->spaces.base || address < SLOT_SIZE)
		return false;
	become_large(tcb->space);
	return true;
}
