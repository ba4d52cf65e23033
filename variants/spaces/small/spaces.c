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
#include <work.h>
#include <x86.h>

#define SLOT_SIZE SUPERPAGE_SIZE
#define SLOTS ((SLOT_REGION_END - SLOT_REGION) / SLOT_SIZE)

static uint32_t taken[SLOTS / 32]; /* bit n % 32 of word n / 32: slot n */

static void load_directory(uint32_t directory)
{
	tables_spaces()->loaded_directory = directory;
	write_cr3(directory);
}

/* ---- the slot's entry in all directories ------------------------------------------------------------ */

/*
 * There may be a thousand directories, so writing into all of them goes in steps. What kernel_directory has is in every directory
 * that is made from then on; the others get it by write_entry().
 */
static void begin_entry(struct space *space, uint32_t base, uint32_t entry)
{
	kernel_directory[DIRECTORY_INDEX(base)] = entry;
	space->spaces.cursor = 0;
}

/* Makes the entry of the slot at `base` what it is in kernel_directory, in all directories. False: not yet in all. */
static bool write_entry(struct space *space, uint32_t base)
{
	uint32_t index = DIRECTORY_INDEX(base);

	if (space->spaces.cursor >= SPACES_MAX)
		return true;
	while ((space->spaces.cursor = space_next(space->spaces.cursor)) < SPACES_MAX) {
		if (!work_allows())
			return false;
		work_done(WORK_PASS);
		space_at(space->spaces.cursor++)->directory[index] = kernel_directory[index];
	}
	work_done(4 * WORK_PASS); /* behind the last there may be many places to look at */
	return true;
}

/* ---- slots ----------------------------------------------------------------------------------------- */

/* The linear address of a free slot, which is taken; 0: there is none. */
static uint32_t take_slot(void)
{
	for (uint32_t word = 0; word < SLOTS / 32; word++) {
		uint32_t bit;

		if (!~taken[word])
			continue;
		bit = __builtin_ctz(~taken[word]);
		taken[word] |= 1u << bit;
		return SLOT_REGION + (word * 32 + bit) * SLOT_SIZE;
	}
	return 0;
}

static void give_slot_back(uint32_t base)
{
	uint32_t slot = (base - SLOT_REGION) / SLOT_SIZE;

	taken[slot / 32] &= ~(1u << slot % 32);
	/* What a TLB may hold of the slot. */
	write_cr3(tables_spaces()->loaded_directory ? tables_spaces()->loaded_directory : physical_of(kernel_directory));
}

void spaces_created(struct space *space)
{
	/* If all slots are taken, it is large from the start. */
	space->spaces = (struct spaces_space){.base = take_slot(), .cursor = SPACES_MAX};
}

void spaces_table_added(struct space *space, uint32_t index)
{
	if (space->spaces.base && index == 0)
		begin_entry(space, space->spaces.base, space->directory[0]);
}

bool spaces_ready(struct space *space)
{
	return !space->spaces.base || write_entry(space, space->spaces.base);
}

/* ---- growth ---------------------------------------------------------------------------------------- */

/* Makes all threads those of a large space. Who has been changed is moved behind the others, and new ones come last, too. */
static bool enlarge_threads(struct space *space)
{
	struct tcb *tcb;

	space->spaces.growing = true;
	while ((tcb = space->threads) && !tcb->spaces.directory) {
		if (!work_allows())
			return false;
		work_done(WORK_LOOK);
		spaces_prepare(tcb);
		space->threads = tcb->space_next;
	}
	return true;
}

/*
 * Until all its threads are large, the space has its slot, and those that are not yet go on in it. Then nobody reaches the slot any
 * more, and it may stand in directories until each has been cleared of it; before that it is not free. Whoever leaves this in the
 * middle leaves it to the next who calls, at the latest to the space's deletion.
 */
static bool become_large(struct space *space)
{
	if (space->spaces.base) {
		if (!enlarge_threads(space))
			return false;
		space->spaces.left = space->spaces.base;
		space->spaces.base = 0;
		space->spaces.growing = false;
		if (kernel_directory[DIRECTORY_INDEX(space->spaces.left)])
			begin_entry(space, space->spaces.left, 0);
	}
	if (space->spaces.left) {
		if (!write_entry(space, space->spaces.left))
			return false;
		give_slot_back(space->spaces.left);
		space->spaces.left = 0;
	}
	return true;
}

bool spaces_reach(struct space *space, uint32_t address)
{
	return address < SLOT_SIZE || become_large(space);
}

bool spaces_deleted(struct space *space)
{
	if (!become_large(space))
		return false;
	if (tables_spaces()->loaded_directory == physical_of(space->directory))
		load_directory(physical_of(kernel_directory));
	return true;
}

/* ---- threads --------------------------------------------------------------------------------------- */

void spaces_prepare(struct tcb *tcb)
{
	const struct space *space = tcb->space;
	uint32_t base = space && !space->spaces.growing ? space->spaces.base : 0;
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

void spaces_invalidate(struct space *space, uint32_t address)
{
	if (space->spaces.base)
		invalidate_page(space->spaces.base + address);
	if (tables_spaces()->loaded_directory == physical_of(space->directory))
		invalidate_page(address);
}

bool spaces_is_accessible(const struct space *space)
{
	return space->spaces.base || tables_spaces()->loaded_directory == physical_of(space->directory);
}

uint32_t spaces_access(const struct space *space)
{
	if (!spaces_is_accessible(space))
		load_directory(physical_of(space->directory));
	return space->spaces.base;
}

uint32_t *spaces_loaded_directory(void)
{
	return tables_spaces()->loaded_directory ? physical(tables_spaces()->loaded_directory) : kernel_directory;
}

uint32_t spaces_program_address(const struct tcb *tcb, uint32_t linear)
{
	return tcb->spaces.directory ? linear : linear - tcb->space->spaces.base;
}

bool spaces_resolve_fault(struct tcb *tcb, uint32_t address)
{
	struct space *space = tcb->space;

	if (address < SLOT_SIZE || (!space->spaces.base && !space->spaces.left))
		return false;
	become_large(space);
	return true;
}
