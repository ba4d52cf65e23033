/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <mapping_nodes.h>
#include <memory.h>
#include <space.h>
#include <work.h>

#define TABLE_PAGES (SUPERPAGE_SIZE / PAGE_SIZE)
#define DIRECTORY_INDEX(page) ((page) >> SUPERPAGE_SHIFT)
#define TABLE_INDEX(page) ((page) >> PAGE_SHIFT & (TABLE_PAGES - 1))

/* A page frame of nodes; they follow this header. */
struct mapping_slab {
	struct mapping_slab *next, *previous; /* of those with a free node */
	struct mapping *free;                 /* freed nodes, linked by next */
	uint16_t used;                        /* nodes in use */
	uint16_t fresh;                       /* nodes from this one on were never used */
};

#define SLAB_NODES ((PAGE_SIZE - sizeof(struct mapping_slab)) / sizeof(struct mapping))

/* ---- slabs ---------------------------------------------------------------------------------------- */

static struct mapping_slab *slab_of(const struct mapping *node)
{
	return (struct mapping_slab *)((uintptr_t)node & ~(uintptr_t)(PAGE_SIZE - 1));
}

static void link_slab(struct mapping_space *mappings, struct mapping_slab *slab)
{
	slab->previous = 0;
	slab->next = mappings->slabs;
	if (slab->next)
		slab->next->previous = slab;
	mappings->slabs = slab;
}

static void unlink_slab(struct mapping_space *mappings, struct mapping_slab *slab)
{
	if (slab->previous)
		slab->previous->next = slab->next;
	else
		mappings->slabs = slab->next;
	if (slab->next)
		slab->next->previous = slab->previous;
}

static struct mapping *take_node(struct mapping_space *mappings)
{
	struct mapping_slab *slab = mappings->slabs;
	struct mapping *node = slab->free;

	if (node)
		slab->free = node->links[MAPPING_ALL].next;
	else
		node = (struct mapping *)(slab + 1) + slab->fresh++;
	if (++slab->used == SLAB_NODES)
		unlink_slab(mappings, slab);
	return node;
}

/* An empty slab goes back, unless it is the only one: who maps and flushes one page shall not clear a frame each time. */
static void free_node(struct space *space, struct mapping *node)
{
	struct mapping_space *mappings = &space->mappings;
	struct mapping_slab *slab = slab_of(node);

	if (slab->used-- == SLAB_NODES)
		link_slab(mappings, slab);
	node->links[MAPPING_ALL].next = slab->free;
	slab->free = node;
	if (slab->used || (!slab->next && !slab->previous))
		return;
	unlink_slab(mappings, slab);
	frame_free(space, slab);
}

/* ---- the shadow of the page tables ---------------------------------------------------------------- */

/* Where the node of `page` is noted; has_slot() must hold. */
static struct mapping **slot_of(const struct space *space, uint32_t page)
{
	return &space->mappings.tables[DIRECTORY_INDEX(page)][TABLE_INDEX(page)];
}

/* Has a table been reserved for `page`? Where a node is, or has been reserved, there is one. */
static bool has_slot(const struct space *space, uint32_t page)
{
	return space->mappings.tables && space->mappings.tables[DIRECTORY_INDEX(page)];
}

/* A cleared frame, or 0: *result says why. */
static void *reserve_frame(struct space *space, enum mapping_result *result)
{
	void *frame;

	*result = MAPPING_AGAIN;
	if (!frame_ready(0))
		return 0;
	frame = frame_allocate(space);
	*result = frame ? MAPPING_DONE : MAPPING_NO_MEMORY;
	return frame;
}

struct mapping *mapping_find(const struct space *space, uint32_t page)
{
	return has_slot(space, page) ? *slot_of(space, page) : 0;
}

enum mapping_result mapping_reserve(struct space *space, uint32_t page)
{
	struct mapping_space *mappings = &space->mappings;
	enum mapping_result result = MAPPING_DONE;

	if (!mappings->tables)
		mappings->tables = reserve_frame(space, &result);
	if (!result && !mappings->tables[DIRECTORY_INDEX(page)])
		mappings->tables[DIRECTORY_INDEX(page)] = reserve_frame(space, &result);
	if (!result && !mappings->slabs)
		mappings->slabs = reserve_frame(space, &result); /* cleared: a slab without nodes in use */
	return result;
}

struct mapping *mapping_take(struct space *space, uint32_t page)
{
	struct mapping *node = take_node(&space->mappings);

	node->page = page & ~(PAGE_SIZE - 1);
	node->place = SPACE_INDEX(space->id);
	*slot_of(space, page) = node;
	return node;
}

void mapping_drop(struct space *space, struct mapping *node)
{
	*slot_of(space, node->page) = 0;
	free_node(space, node);
}

void mapping_free_table(struct space *space, uint32_t index)
{
	struct mapping ***tables = space->mappings.tables;

	if (!tables || !tables[index])
		return;
	frame_free(space, tables[index]);
	tables[index] = 0;
}

void mapping_free_all(struct space *space)
{
	if (space->mappings.slabs)
		frame_free(space, space->mappings.slabs);
	if (space->mappings.tables)
		frame_free(space, space->mappings.tables);
	space->mappings = (struct mapping_space){0};
}

const struct mapping_slab *mapping_next_slab(const struct mapping_slab *slab)
{
	return slab->next;
}
