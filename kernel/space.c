/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <memory.h>
#include <message.h>
#include <paging.h>
#include <space.h>
#include <string.h>
#include <syscall.h>
#include <x86.h>

#define USER_TABLES DIRECTORY_INDEX(USER_TOP)
#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER)

static struct space spaces[SPACES_MAX]; /* index 0 is never used: SPACE_OWN */

/* First index to look at, so that indices are reused late. */
static uint32_t search_from = 1;

static struct space *find_unused(void)
{
	for (uint32_t n = 0; n < SPACES_MAX - 1; n++) {
		uint32_t i = 1 + (search_from - 1 + n) % (SPACES_MAX - 1);

		if (!spaces[i].id && spaces[i].version < (1u << (32 - SPACE_INDEX_BITS)) - 1) {
			search_from = 1 + i % (SPACES_MAX - 1);
			return &spaces[i];
		}
	}
	return 0;
}

/* A directory holds the kernel's entries, the same in all. Its frame counts against the space's quota. */
static uint32_t *make_directory(struct space *space)
{
	uint32_t *directory = frame_allocate(space);

	if (directory)
		memcpy(&directory[DIRECTORY_INDEX(KERNEL_BASE)], &kernel_directory[DIRECTORY_INDEX(KERNEL_BASE)],
		       (TABLE_ENTRIES - DIRECTORY_INDEX(KERNEL_BASE)) * sizeof(*directory));
	return directory;
}

struct space *space_create(struct space *creator, uint32_t quota)
{
	struct space *space = find_unused();

	if (!space)
		return 0;
	space->quota = quota;
	space->used = 0;
	space->directory = make_directory(space);
	if (!space->directory)
		return 0;
	space->version++;
	space->id = space->version << SPACE_INDEX_BITS | (space - spaces);
	space->creator = creator ? creator->id : 0;
	space->threads = 0;
	space->privileged = false;
	spaces_created(space);
	return space;
}

/* Frees a page table with the message buffers that it maps. */
static void free_table(struct space *space, uint32_t *table)
{
	for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
		if (table[i] & PTE_KERNEL_OWNED)
			frame_free(space, physical(table[i] & PTE_FRAME));
	frame_free(space, table);
}

void space_delete(struct space *space)
{
	spaces_deleted(space);
	space->id = 0;
	for (uint32_t i = 0; i < USER_TABLES; i++)
		if (space->directory[i])
			free_table(space, physical(space->directory[i] & PTE_FRAME));
	frame_free(space, space->directory);
	space->directory = 0;
}

struct space *space_lookup(uint32_t id)
{
	struct space *space = &spaces[SPACE_INDEX(id)];

	return id && space->id == id ? space : 0;
}

void space_for_each(void (*visit)(struct space *space))
{
	for (uint32_t i = 1; i < SPACES_MAX; i++)
		if (spaces[i].id)
			visit(&spaces[i]);
}

uint32_t *space_entry(struct space *space, uint32_t address, bool allocate)
{
	uint32_t *entry = &space->directory[DIRECTORY_INDEX(address)];

	if (!*entry) {
		uint32_t *table = allocate ? frame_allocate(space) : 0;

		if (!table)
			return 0;
		*entry = physical_of(table) | TABLE_FLAGS;
		spaces_table_added(space, DIRECTORY_INDEX(address));
	}
	return (uint32_t *)physical(*entry & PTE_FRAME) + TABLE_INDEX(address);
}

bool space_map_page(struct space *space, uint32_t address, uint32_t frame, uint32_t flags)
{
	uint32_t *entry = space_entry(space, address, true);
	uint32_t old;

	if (!entry)
		return false;
	old = *entry;
	*entry = frame | flags;
	if (old & PTE_PRESENT)
		spaces_invalidate(space, address);
	return true;
}

struct utcb *space_message_buffer(struct space *space, uint32_t address, uint32_t *error)
{
	uint32_t *entry = space_entry(space, address, true);
	void *frame;

	*error = SYSCALL_ENOMEM;
	if (!entry)
		return 0;
	if (!*entry) {
		frame = frame_allocate(space);
		if (!frame)
			return 0;
		*entry = physical_of(frame) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_KERNEL_OWNED;
	}
	if (!(*entry & PTE_KERNEL_OWNED)) {
		*error = SYSCALL_EINVAL;
		return 0;
	}
	return (struct utcb *)((char *)physical(*entry & PTE_FRAME) + (address & (PAGE_SIZE - 1)));
}
