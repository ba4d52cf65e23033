/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What holds of the mapping database. Nothing is said of how much deeper a node may be than the one before it, nor that a page's
 * parent can be written if it can: a flush that was left in the middle leaves that (kernel/README.md).
 */
#include <ids.h>
#include <invariant_checks.h>
#include <layout.h>
#include <mapping_database.h>
#include <mapping_nodes.h>
#include <message.h>
#include <space.h>

#define TABLE_PAGES (SUPERPAGE_SIZE / PAGE_SIZE)

static uint32_t depth(const struct mapping *node)
{
	return node->place >> SPACE_INDEX_BITS;
}

static bool links_are_sound(const struct mapping *node, enum mapping_list list)
{
	const struct mapping_links *links = &node->links[list];

	return (!links->next || links->next->links[list].previous == node) &&
	       (!links->previous || links->previous->links[list].next == node);
}

static bool page_is_sound(const struct space *space, const struct mapping *node, uint32_t page)
{
	return (node->page & ~(PAGE_SIZE - 1)) == page && SPACE_INDEX(node->place) == SPACE_INDEX(space->id) &&
	       (node->page & (FLEXPAGE_READ | FLEXPAGE_WRITE)) == space_page_rights(space, page);
}

/* The tree of `root`, which has nobody before it; adds to *seen how many nodes it has. */
static enum invariant tree_invariant(const struct mapping *root, uint32_t *seen)
{
	const struct mapping *writable = 0;

	for (const struct mapping *node = root; node; node = node->links[MAPPING_ALL].next) {
		++*seen;
		if (!links_are_sound(node, MAPPING_ALL) || (node != root && !depth(node)))
			return INVARIANT_MAPPING_LIST;
		if (!(node->page & FLEXPAGE_WRITE))
			continue;
		if (node->links[MAPPING_WRITABLE].previous != writable || !links_are_sound(node, MAPPING_WRITABLE))
			return INVARIANT_MAPPING_WRITABLE;
		writable = node;
	}
	if (writable && (writable->links[MAPPING_WRITABLE].next || !(root->page & FLEXPAGE_WRITE)))
		return INVARIANT_MAPPING_WRITABLE;
	return INVARIANTS_HOLD;
}

/* The nodes under shadow table `index`; adds to *nodes how many there are. */
static enum invariant table_invariant(const struct space *space, uint32_t index, uint32_t *nodes, uint32_t *seen, uint32_t *where)
{
	for (uint32_t i = 0; i < TABLE_PAGES; i++) {
		const struct mapping *node = space->mappings.tables[index][i];
		enum invariant violated = INVARIANTS_HOLD;

		if (!node)
			continue;
		++*nodes;
		*where = index << SUPERPAGE_SHIFT | i << PAGE_SHIFT | SPACE_INDEX(space->id);
		if (!page_is_sound(space, node, index << SUPERPAGE_SHIFT | i << PAGE_SHIFT))
			return INVARIANT_MAPPING_PAGE;
		if (!node->links[MAPPING_ALL].previous)
			violated = depth(node) ? INVARIANT_MAPPING_LIST : tree_invariant(node, seen);
		if (violated)
			return violated;
	}
	return INVARIANTS_HOLD;
}

enum invariant mapping_invariants(uint32_t *where)
{
	uint32_t nodes = 0, seen = 0;

	for (uint32_t i = space_next(0); i < SPACES_MAX; i = space_next(i + 1)) {
		const struct space *space = space_at(i);

		for (uint32_t index = 0; space->mappings.tables && index < TABLE_PAGES; index++) {
			enum invariant violated;

			if (!space->mappings.tables[index])
				continue;
			violated = table_invariant(space, index, &nodes, &seen, where);
			if (violated)
				return violated;
		}
	}
	*where = nodes;
	return nodes == seen ? INVARIANTS_HOLD : INVARIANT_MAPPING_LIST;
}
