/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where the nodes of the mapping database are kept, and how one is found from its page.
 *
 * Each space has slabs of its own, so its nodes are charged to its quota, and a shadow of its page tables, of the same shape,
 * with a pointer to the page's node instead of each entry.
 */
#ifndef KERNEL_MAPPING_NODES_H
#define KERNEL_MAPPING_NODES_H

#include <ids.h>
#include <stdbool.h>
#include <stdint.h>

struct space;
struct mapping;
struct mapping_slab;

/* The lists that a node may be in. */
enum mapping_list { MAPPING_ALL, MAPPING_WRITABLE, MAPPING_LISTS };

struct mapping_links {
	struct mapping *next, *previous;
};

/*
 * A node: one page of one space. All mappings of a physical frame form a tree, kept as a list in depth-first order: what was
 * derived from a node is what follows it with a greater depth. Those that can be written form a tree too, because rights only
 * shrink, and have a list of their own.
 */
struct mapping {
	struct mapping_links links[MAPPING_LISTS];
	uint32_t page;  /* address | FLEXPAGE_READ, FLEXPAGE_WRITE */
	uint32_t place; /* depth in the tree << SPACE_INDEX_BITS | index of the space */
};

/* In each space. */
struct mapping_space {
	struct mapping ***tables;   /* shadow directory, or 0 */
	struct mapping_slab *slabs; /* those with a free node */
};

enum mapping_result {
	MAPPING_DONE,
	MAPPING_AGAIN,     /* this entry's work is used up: to be called again with the same arguments */
	MAPPING_NO_MEMORY, /* a quota, or memory, is used up: nothing is mapped; what a grant with fewer rights narrows may be narrowed */
	MAPPING_REFUSED,   /* the target belongs to the kernel */
};

/* The node of `page` (an address, its low bits ignored) of `space`, or 0. */
struct mapping *mapping_find(const struct space *space, uint32_t page);

/* Sees to it that mapping_take(space, page) has what it needs. */
enum mapping_result mapping_reserve(struct space *space, uint32_t page);

/* A node for `page`, which has none, in no list, with depth and rights 0; mapping_reserve must have succeeded. */
struct mapping *mapping_take(struct space *space, uint32_t page);

/* Frees a node of `space` that is in no list. */
void mapping_drop(struct space *space, struct mapping *node);

/* Frees the shadow of page table `index` of `space`, and all that is left of the shadow: there are no nodes in it. */
void mapping_free_table(struct space *space, uint32_t index);
void mapping_free_all(struct space *space);

/* For invariant_checks.h: what follows in a space's list of slabs. */
const struct mapping_slab *mapping_next_slab(const struct mapping_slab *slab);

#endif
