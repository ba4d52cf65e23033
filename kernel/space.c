/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernel_info.h>
#include <layout.h>
#include <mapping_database.h>
#include <memory.h>
#include <message.h>
#include <paging.h>
#include <space.h>
#include <transfer.h>
#include <work.h>
#include <x86.h>

#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER)

/* ---- page tables, and pages of 4 MB instead of them ----------------------------------------------- */

static bool is_promoted(const struct space *space, uint32_t index)
{
	return space->directory[index] & PTE_SUPERPAGE;
}

uint32_t *space_table(const struct space *space, uint32_t index)
{
	return physical((is_promoted(space, index) ? space->tables : space->directory)[index] & PTE_FRAME);
}

/* The page table is in use again. The page of 4 MB may stay in a TLB no longer than this: its parts are going to change. */
static void demote(struct space *space, uint32_t index)
{
	space->directory[index] = space->tables[index];
	spaces_invalidate(space, index << SUPERPAGE_SHIFT);
	kernel_info.superpages--;
}

/* Are these entries what follows from the first entry of the table? */
static bool continues(const uint32_t *table, uint32_t first, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++)
		if ((table[i] & ~(PTE_ACCESSED | PTE_DIRTY)) != first + i * PAGE_SIZE)
			return false;
	return true;
}

#define SCAN_STEP 32
#define SCAN_COST (8 * SCAN_STEP)

/*
 * Message buffers are below 4 MB, so the table of these addresses always has an entry of the kernel's: a small space, which has no
 * other, has no page of 4 MB.
 */
static bool may_promote(const struct space *space, uint32_t index)
{
	return paging_has_superpages() && index && space->directory[index] && !is_promoted(space, index);
}

/* The same of the first entry: all others follow from it. */
static bool may_begin(uint32_t first)
{
	return (first & PTE_PRESENT) && !(first & PTE_KERNEL_OWNED) && (first & PTE_FRAME) % SUPERPAGE_SIZE == 0;
}

/* Looks through the table, as far as may be. False: the work is used up. If entries do not fit, or change, scanned_table is 0. */
static bool scan(struct space *space, uint32_t index, uint16_t *scanned)
{
	const uint32_t *table = space_table(space, index);
	uint32_t first = table[0] & ~(PTE_ACCESSED | PTE_DIRTY);

	if (!*scanned)
		space->scanned_table = may_begin(first) ? index : 0;
	for (; space->scanned_table == index && *scanned < TABLE_ENTRIES; *scanned += SCAN_STEP) {
		if (!work_allows())
			return false;
		work_done(SCAN_COST);
		if (!continues(table, first, *scanned, SCAN_STEP))
			space->scanned_table = 0;
	}
	return true;
}

bool space_promote(struct space *space, uint32_t address, uint16_t *scanned)
{
	uint32_t index = DIRECTORY_INDEX(address);

	if (!may_promote(space, index))
		return true;
	if (!scan(space, index, scanned))
		return false;
	if (space->scanned_table != index)
		return true;
	if (!space->tables) {
		if (!frame_ready(0))
			return false;
		space->tables = frame_allocate(space);
	}
	space->scanned_table = 0;
	if (!space->tables)
		return true;
	space->tables[index] = space->directory[index];
	/* What a TLB still has of the table says the same. */
	space->directory[index] = (*space_table(space, index) & ~(PTE_ACCESSED | PTE_DIRTY)) | PTE_SUPERPAGE;
	kernel_info.superpages++;
	return true;
}

/* ---- deletion -------------------------------------------------------------------------------------- */

/* Frees a page table and what its entries hold, from the sweep's place on. False: the work of this entry is used up. */
static bool sweep_table(struct space *space, uint32_t *table)
{
	do {
		uint32_t *entry = &table[space->sweep % TABLE_ENTRIES];

		if (!work_allows())
			return false;
		work_done(WORK_SKIP);
		if (*entry & PTE_KERNEL_OWNED) {
			work_done(WORK_LOOK);
			frame_free(space, physical(*entry & PTE_FRAME));
			*entry = 0;
		} else if (*entry && mapping_revoke(space, space->sweep << PAGE_SHIFT, FLEXPAGE_READ, true)) {
			return false;
		}
	} while (++space->sweep % TABLE_ENTRIES);
	return true;
}

/* Frees all page tables. False: the work of this entry is used up. */
static bool sweep(struct space *space)
{
	while (space->sweep < USER_TOP >> PAGE_SHIFT) {
		uint32_t index = space->sweep / TABLE_ENTRIES;
		uint32_t *table;

		if (!work_allows())
			return false;
		work_done(WORK_SKIP);
		if (!space->directory[index]) {
			space->sweep += TABLE_ENTRIES;
			continue;
		}
		table = space_table(space, index);
		if (!sweep_table(space, table))
			return false;
		mapping_free_table(space, index);
		space->directory[index] = 0;
		frame_free(space, table);
	}
	return true;
}

#define PORTS_END PORT_PAGE(PORTS_COUNT)

/* Takes all ports, and frees what they needed; where a space has no bitmap, it has no nodes. False: the work of this entry is used up. */
static bool sweep_ports(struct space *space)
{
	while (space->sweep < PORTS_END >> PAGE_SHIFT) {
		uint32_t page = space->sweep << PAGE_SHIFT;
		uint32_t missing = ports_missing(space, page);

		if (!work_allows())
			return false;
		work_done(WORK_PASS);
		if (!missing && mapping_revoke(space, page, FLEXPAGE_READ, true))
			return false;
		space->sweep += missing ? missing : 1;
		if (space->sweep % TABLE_ENTRIES == 0)
			mapping_free_table(space, space->sweep / TABLE_ENTRIES - 1);
	}
	ports_free(space);
	return true;
}

bool space_clear(struct space *space)
{
	if (space->state != SPACE_SWEEPING) {
		space->state = SPACE_SWEEPING;
		space->sweep = 0;
		transfer_space_deleted(space);
	}
	if (!spaces_deleted(space) || !sweep(space) || !sweep_ports(space))
		return false;
	mapping_free_all(space);
	if (space->tables)
		frame_free(space, space->tables);
	space->tables = 0;
	frame_free(space, space->directory);
	space->directory = 0;
	return true;
}

/*
 * The page-table entry of `address`, or 0 if there is no page table; with `allocate` one is made, and 0 means that quota or
 * memory is used up.
 */
static uint32_t *entry_of(struct space *space, uint32_t address, bool allocate)
{
	uint32_t *entry = &space->directory[DIRECTORY_INDEX(address)];

	if (!*entry) {
		uint32_t *table = allocate ? frame_allocate(space) : 0;

		if (!table)
			return 0;
		*entry = physical_of(table) | TABLE_FLAGS;
		spaces_table_added(space, DIRECTORY_INDEX(address));
	}
	return space_table(space, DIRECTORY_INDEX(address)) + TABLE_INDEX(address);
}

/* The page-table entry of `address`, in *entry, as far as this entry's work goes. */
static enum mapping_result entry_in_steps(struct space *space, uint32_t address, uint32_t **entry)
{
	*entry = entry_of(space, address, false);
	if (*entry)
		return MAPPING_DONE;
	if (!frame_ready(0))
		return MAPPING_AGAIN;
	*entry = entry_of(space, address, true);
	return *entry ? MAPPING_DONE : MAPPING_NO_MEMORY;
}

/* The page-table entry of `address`, which has a page table. */
static uint32_t *present_entry(const struct space *space, uint32_t address)
{
	return space_table(space, DIRECTORY_INDEX(address)) + TABLE_INDEX(address);
}

static void set_entry(struct space *space, uint32_t address, uint32_t *entry, uint32_t value)
{
	uint32_t old = *entry, index = DIRECTORY_INDEX(address);

	if (is_promoted(space, index))
		demote(space, index);
	if (space->scanned_table == index)
		space->scanned_table = 0;
	*entry = value;
	if (old & PTE_PRESENT) {
		spaces_invalidate(space, address);
		transfer_invalidate(space, address);
	}
}

static bool table_exists(const struct space *space, uint32_t address)
{
	return space->directory[DIRECTORY_INDEX(address)] != 0;
}

uint32_t space_pages_missing(const struct space *space, uint32_t address)
{
	if (is_port(address))
		return ports_missing(space, address);
	return table_exists(space, address) ? 0 : TABLE_ENTRIES - TABLE_INDEX(address);
}

bool space_map_page(struct space *space, uint32_t address, uint32_t frame, uint32_t flags)
{
	uint32_t *entry;

	do
		work_begin();
	while (!spaces_reach(space, address));
	entry = entry_of(space, address, true);
	if (entry)
		set_entry(space, address, entry, frame | flags);
	return entry != 0;
}

uint32_t space_page_rights(const struct space *space, uint32_t address)
{
	uint32_t entry;

	if (is_port(address))
		return ports_rights(space, address);
	entry = table_exists(space, address) ? *present_entry(space, address) : 0;
	if (!(entry & PTE_PRESENT) || (entry & PTE_KERNEL_OWNED))
		return 0;
	return entry & PTE_WRITE ? FLEXPAGE_READ | FLEXPAGE_WRITE : FLEXPAGE_READ;
}

uint32_t space_memory_rights(const struct space *space, uint32_t address)
{
	uint32_t entry = table_exists(space, address) ? *present_entry(space, address) : 0;

	if (!(entry & PTE_PRESENT))
		return 0;
	return entry & PTE_WRITE ? FLEXPAGE_READ | FLEXPAGE_WRITE : FLEXPAGE_READ;
}

enum mapping_result space_page_prepare(struct space *space, uint32_t address)
{
	uint32_t *entry;
	enum mapping_result result;

	if (is_port(address))
		return ports_prepare(space, address);
	result = spaces_reach(space, address) ? entry_in_steps(space, address, &entry) : MAPPING_AGAIN;
	if (result)
		return result;
	return *entry & PTE_KERNEL_OWNED ? MAPPING_REFUSED : MAPPING_DONE;
}

void space_page_copy(struct space *to, uint32_t target, const struct space *from, uint32_t source, uint32_t rights)
{
	uint32_t flags = PTE_PRESENT | PTE_USER | (rights & FLEXPAGE_WRITE ? PTE_WRITE : 0);

	if (is_port(target))
		ports_allow(to, target);
	else
		set_entry(to, target, present_entry(to, target), (*present_entry(from, source) & PTE_FRAME) | flags);
}

void space_page_restrict(struct space *space, uint32_t address, uint32_t rights)
{
	uint32_t *entry;

	if (is_port(address)) {
		if (!rights)
			ports_deny(space, address);
		return;
	}
	entry = present_entry(space, address);
	set_entry(space, address, entry, rights ? *entry & ~PTE_WRITE : 0);
}

enum mapping_result space_message_buffer(struct space *space, uint32_t address, struct utcb **utcb)
{
	uint32_t *entry;
	enum mapping_result result = entry_in_steps(space, address, &entry);
	void *frame;

	if (result)
		return result;
	if (!*entry) {
		if (!frame_ready(0))
			return MAPPING_AGAIN;
		frame = frame_allocate(space);
		if (!frame)
			return MAPPING_NO_MEMORY;
		*entry = physical_of(frame) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_KERNEL_OWNED;
	}
	if (!(*entry & PTE_KERNEL_OWNED))
		return MAPPING_REFUSED;
	*utcb = (struct utcb *)((char *)physical(*entry & PTE_FRAME) + (address & (PAGE_SIZE - 1)));
	return spaces_ready(space) ? MAPPING_DONE : MAPPING_AGAIN;
}
