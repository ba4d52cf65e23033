/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whose is which frame of kernel memory. Every user of frames is looked at, and says of each who has it; a frame that two have, or none, or
 * that is not counted, is found. Who lets a space have frames of a new kind adds them to claim_all_of().
 */
#include <fpu_area.h>
#include <ids.h>
#include <invariant_checks.h>
#include <layout.h>
#include <mapping_nodes.h>
#include <memory.h>
#include <message.h>
#include <paging.h>
#include <ports.h>
#include <space.h>
#include <string.h>
#include <tcb.h>
#include <tcbs.h>
#include <thread_numbers.h>
#include <x86.h>

#define SPACE_SIGMA0 1 /* its index: the first. Its pages need no nodes */

/* Owners that are no space's index; and what is added to one whose frame holds several things of a kind, and none of another. */
enum { NOBODY = 0, FREE = SPACES_MAX, KERNEL, NODES = 0x2000, STATES = 0x4000 };

static uint16_t owner[MEMORY_FRAMES];
static uint32_t claimed; /* by who claims now */

/* `frame` belongs to `who`. With `again` that may have been said before. */
static bool claim(const void *frame, uint32_t who, bool again)
{
	uint32_t n = (physical_of(frame) - PHYS_HEAP) / PAGE_SIZE;

	if (n >= MEMORY_FRAMES)
		return false;
	if (again && owner[n] == who)
		return true;
	if (owner[n] != NOBODY)
		return false;
	owner[n] = (uint16_t)who;
	claimed++;
	return true;
}

static void *frame_of(const void *pointer)
{
	return (void *)((uintptr_t)pointer & ~(uintptr_t)(PAGE_SIZE - 1));
}

#define TABLE_BITS (PTE_ACCESSED | PTE_DIRTY) /* what the processor changes in an entry */

/* A page table. If the directory has a page of 4 MB there instead, both say the same. */
static bool claim_table(struct space *space, uint32_t index, uint32_t who, uint32_t *where)
{
	const uint32_t *table = space_table(space, index);
	uint32_t superpage = space->directory[index] & PTE_SUPERPAGE ? space->directory[index] & ~(PTE_SUPERPAGE | TABLE_BITS) : 0;

	if (!claim(table, who, false))
		return false;
	for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
		*where = index << SUPERPAGE_SHIFT | i << PAGE_SHIFT;
		if ((table[i] & PTE_KERNEL_OWNED) && !claim(physical(table[i] & PTE_FRAME), who, false))
			return false;
		if (superpage && (table[i] & ~TABLE_BITS) != superpage + i * PAGE_SIZE)
			return false;
	}
	return true;
}

/* The shadow of the page tables, and the frames that nodes are in. */
static bool claim_nodes(const struct space *space, uint32_t who, uint32_t *where)
{
	struct mapping ***tables = space->mappings.tables;

	if (tables && !claim(tables, who, false))
		return false;
	for (uint32_t index = 0; tables && index < TABLE_ENTRIES; index++) {
		if (!tables[index])
			continue;
		*where = index << SUPERPAGE_SHIFT;
		if (!claim(tables[index], who, false))
			return false;
		for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
			if (tables[index][i] && !claim(frame_of(tables[index][i]), who | NODES, true))
				return false;
	}
	for (const struct mapping_slab *slab = space->mappings.slabs; slab; slab = mapping_next_slab(slab))
		if (!claim(slab, who | NODES, true))
			return false;
	return true;
}

static bool claim_states(const struct space *space, uint32_t who)
{
	const struct tcb *tcb = space->threads;

	if (!tcb)
		return true;
	do {
		if (tcb->fpu && !claim(frame_of(tcb->fpu), who | STATES, true))
			return false;
		tcb = tcb->space_next;
	} while (tcb != space->threads);
	return true;
}

static bool claim_ports(const struct space *space, uint32_t who)
{
	for (unsigned i = 0; i < PORTS_MAPS; i++)
		if (space->ports.maps[i] && !claim(space->ports.maps[i], who, false))
			return false;
	return true;
}

static bool claim_all_of(struct space *space, uint32_t who, uint32_t *where)
{
	if (!claim(space->directory, who, false) || (space->tables && !claim(space->tables, who, false)))
		return false;
	for (uint32_t index = 0; index < DIRECTORY_INDEX(USER_TOP); index++)
		if (space->directory[index] && !claim_table(space, index, who, where))
			return false;
	return claim_nodes(space, who, where) && claim_states(space, who) && claim_ports(space, who);
}

static bool claim_free_and_kernels(void)
{
	for (uint32_t n = 0; n < frames_free(); n++)
		if (!claim(frame_free_at(n), FREE, false))
			return false;
	for (uint32_t number = 0; number < thread_numbers_end(); number++) {
		void *frame = tcbs_frame(number);

		if (frame && !claim(frame, KERNEL, true))
			return false;
	}
	return true;
}

static bool quota_is_sound(const struct space *space)
{
	const uint32_t per_page = PAGE_SIZE / TCB_BLOCK_SIZE;
	uint32_t used = claimed + (space->thread_count + per_page - 1) / per_page;
	const struct space *child = space->children;

	if (child) {
		do {
			used += child->quota;
			child = child->next;
		} while (child != space->children);
	}
	return used == space->used && used <= space->quota;
}

enum invariant frame_invariants(uint32_t *where)
{
	memset(owner, 0, sizeof(owner));
	*where = 0;
	if (!claim_free_and_kernels())
		return INVARIANT_FRAME_OWNER;
	for (uint32_t i = space_next(0); i < SPACES_MAX; i = space_next(i + 1)) {
		struct space *space = space_at(i);

		claimed = 0;
		if (!claim_all_of(space, i, where))
			return INVARIANT_FRAME_OWNER;
		*where = space->id;
		if (!quota_is_sound(space))
			return INVARIANT_QUOTA;
	}
	for (uint32_t n = 0; n < MEMORY_FRAMES; n++) {
		*where = PHYS_HEAP + n * PAGE_SIZE;
		if (owner[n] == NOBODY)
			return INVARIANT_FRAME_OWNER;
	}
	return INVARIANTS_HOLD;
}
