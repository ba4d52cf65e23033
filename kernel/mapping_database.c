/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <mapping_database.h>
#include <message.h>
#include <space.h>
#include <work.h>

#define DEPTH_MAX ((1u << (32 - SPACE_INDEX_BITS)) - 1)
#define READ_WRITE (FLEXPAGE_READ | FLEXPAGE_WRITE)

static uint32_t depth(const struct mapping *node)
{
	return node->place >> SPACE_INDEX_BITS;
}

static struct space *space_of(const struct mapping *node)
{
	return space_at(SPACE_INDEX(node->place));
}

static bool is_writable(const struct mapping *node)
{
	return node->page & FLEXPAGE_WRITE;
}

/* ---- lists ---------------------------------------------------------------------------------------- */

static void unlink_from(struct mapping *node, enum mapping_list list)
{
	struct mapping_links *links = &node->links[list];

	if (links->previous)
		links->previous->links[list].next = links->next;
	if (links->next)
		links->next->links[list].previous = links->previous;
}

static void link_after(struct mapping *node, struct mapping *previous, enum mapping_list list)
{
	struct mapping *next = previous->links[list].next;

	node->links[list] = (struct mapping_links){next, previous};
	previous->links[list].next = node;
	if (next)
		next->links[list].previous = node;
}

/* `node`, which is in no list, takes the place of `old`, which is in none afterwards. */
static void link_instead(struct mapping *node, struct mapping *old, enum mapping_list list)
{
	struct mapping_links *links = &node->links[list];

	*links = old->links[list];
	if (links->previous)
		links->previous->links[list].next = node;
	if (links->next)
		links->next->links[list].previous = node;
}

/* ---- single nodes --------------------------------------------------------------------------------- */

static void unlink_everywhere(struct mapping *node)
{
	unlink_from(node, MAPPING_ALL);
	if (is_writable(node))
		unlink_from(node, MAPPING_WRITABLE);
}

/* Takes the page of a node that nothing is derived from. */
static void remove_page(struct mapping *node)
{
	struct space *space = space_of(node);

	space_page_restrict(space, node->page & ~(PAGE_SIZE - 1), 0);
	unlink_everywhere(node);
	mapping_drop(space, node);
}

/* Makes a page read-only that nothing writable is derived from. */
static void deny_writing(struct mapping *node)
{
	unlink_from(node, MAPPING_WRITABLE);
	node->page &= ~FLEXPAGE_WRITE;
	space_page_restrict(space_of(node), node->page & ~(PAGE_SIZE - 1), FLEXPAGE_READ);
}

/*
 * The depth of a new child of `parent`: below it, and not above what follows, which would become the child's. (Where a flush was
 * left in the middle, children of what it removed follow, deeper by more than one.)
 */
static uint32_t child_depth(const struct mapping *parent)
{
	uint32_t result = depth(parent) + 1;

	for (unsigned list = 0; list < MAPPING_LISTS; list++) {
		const struct mapping *next = parent->links[list].next;

		if ((list == MAPPING_ALL || is_writable(parent)) && next && depth(next) > result)
			result = depth(next);
	}
	return result;
}

/* Makes `node`, which is in no list, a child of `parent` with `rights`. */
static void adopt(struct mapping *node, struct mapping *parent, uint32_t rights)
{
	node->place = child_depth(parent) << SPACE_INDEX_BITS | SPACE_INDEX(node->place);
	node->page = (node->page & ~(PAGE_SIZE - 1)) | rights;
	link_after(node, parent, MAPPING_ALL);
	if (rights & FLEXPAGE_WRITE)
		link_after(node, parent, MAPPING_WRITABLE);
}

/* ---- subtrees ------------------------------------------------------------------------------------- */

/*
 * Removes (list MAPPING_ALL), or makes read-only (MAPPING_WRITABLE), all that is derived from `node`. What follows it in the list
 * is always next, so no cursor has to survive when this is left in the middle. False: it was, for want of work left.
 */
static bool shrink_below(struct mapping *node, enum mapping_list list)
{
	struct mapping *next;

	while ((next = node->links[list].next) && depth(next) > depth(node)) {
		if (!work_allows())
			return false;
		work_done(WORK_REMOVE);
		if (list == MAPPING_ALL)
			remove_page(next);
		else
			deny_writing(next);
	}
	return true;
}

/* Was `node` mapped from `parent`? False also if that cannot be seen near by. */
static bool is_child(const struct mapping *node, const struct mapping *parent)
{
	const struct mapping *n = node->links[MAPPING_ALL].previous;
	uint32_t same_depth = depth(node) << SPACE_INDEX_BITS; /* or deeper: a place not below this */
	uint32_t left = MAPPING_LOOK_BACK;

	for (; n && n->place >= same_depth && left; left--)
		n = n->links[MAPPING_ALL].previous;
	work_done((int32_t)(MAPPING_LOOK_BACK - left) * WORK_LOOK_BACK);
	return left && n == parent;
}

/* ---- operations ----------------------------------------------------------------------------------- */

/*
 * The node of a page, in *node. Pages that the kernel gave to sigma0 have none until they are first used: they are the
 * roots of the trees. 0: there is no page.
 */
static enum mapping_result node_of(struct space *space, uint32_t page, struct mapping **node)
{
	uint32_t rights;
	enum mapping_result result;

	*node = mapping_find(space, page);
	if (*node)
		return MAPPING_DONE;
	rights = space_page_rights(space, page);
	if (!rights)
		return MAPPING_DONE;
	result = mapping_reserve(space, page);
	if (result)
		return result;
	*node = mapping_take(space, page);
	(*node)->page |= rights;
	for (unsigned list = 0; list < MAPPING_LISTS; list++)
		(*node)->links[list] = (struct mapping_links){0};
	return MAPPING_DONE;
}

/* Sees to it that `target` of `to` can be mapped; its node in *node, or 0 and one is reserved. */
static enum mapping_result prepare_target(struct space *to, uint32_t target, struct mapping **node)
{
	enum mapping_result result = space_page_prepare(to, target);

	if (!result)
		result = node_of(to, target, node);
	if (!result && !*node)
		result = mapping_reserve(to, target);
	return result;
}

/*
 * `child` has its page from `parent` and is offered it again: it gets what rights of the offer it lacks. Its place among the
 * writable is the one it has among all. False: there follows what a flush left in the middle, as if that came from it.
 */
static bool extend(struct mapping *child, struct mapping *parent, uint32_t rights)
{
	struct mapping *previous = child;
	const struct mapping *next;

	if (!(rights & FLEXPAGE_WRITE) || is_writable(child))
		return true;
	do /* at the latest at the parent: otherwise it would have nothing to offer */
		previous = previous->links[MAPPING_ALL].previous;
	while (!is_writable(previous));
	next = previous->links[MAPPING_WRITABLE].next;
	if (next && depth(next) > depth(child))
		return false;
	link_after(child, previous, MAPPING_WRITABLE);
	child->page |= FLEXPAGE_WRITE;
	space_page_copy(space_of(child), child->page & ~(PAGE_SIZE - 1), space_of(parent), parent->page & ~(PAGE_SIZE - 1),
			READ_WRITE);
	return true;
}

/* `node`, in no list, takes the page and the place of `old` with `rights`, and what is derived from it. */
static void move(struct mapping *node, struct mapping *old, uint32_t rights)
{
	struct space *from = space_of(old);

	node->place = (old->place & ~(uint32_t)SPACE_INDEX(~0u)) | SPACE_INDEX(node->place);
	node->page = (node->page & ~(PAGE_SIZE - 1)) | rights;
	link_instead(node, old, MAPPING_ALL);
	if (rights & FLEXPAGE_WRITE)
		link_instead(node, old, MAPPING_WRITABLE);
	else if (is_writable(old))
		unlink_from(old, MAPPING_WRITABLE);
	space_page_restrict(from, old->page & ~(PAGE_SIZE - 1), 0);
	mapping_drop(from, old);
}

/* The source vanished when the target was flushed: it had been derived from it. The flush goes on to its end. */
static enum mapping_result clear_target(struct space *to, uint32_t target)
{
	return mapping_revoke(to, target, FLEXPAGE_READ, true);
}

/* The nodes of both pages; *parent is 0 if there is nothing to map. If the target has no node, one is reserved. */
static enum mapping_result find_both(struct space *from, uint32_t source, struct space *to, uint32_t target,
				     struct mapping **parent, struct mapping **node)
{
	enum mapping_result result;

	*parent = *node = 0;
	if (from == to && source == target)
		return MAPPING_DONE;
	if (!work_allows())
		return MAPPING_AGAIN;
	work_done(WORK_LOOK);
	result = node_of(from, source, parent);
	if (!result && *parent)
		result = prepare_target(to, target, node);
	return result;
}

enum mapping_result mapping_share(struct space *from, uint32_t source, struct space *to, uint32_t target, uint32_t rights,
				  bool grant, bool *replacing)
{
	struct mapping *parent, *node;
	enum mapping_result result;
	int32_t before;

	result = find_both(from, source, to, target, &parent, &node);
	if (!result && !parent)
		return *replacing ? clear_target(to, target) : MAPPING_DONE;
	if (result)
		return result;
	/* What the target has already takes long to look at, and to take away. */
	if (node ? !work_allows_after(WORK_BEFORE_LOOK_BACK) : !work_allows())
		return MAPPING_AGAIN;
	if (!grant && child_depth(parent) > DEPTH_MAX)
		return MAPPING_NO_MEMORY;
	rights &= parent->page & READ_WRITE;
	if (node && !grant && !*replacing && is_child(node, parent) && extend(node, parent, rights)) {
		work_done(WORK_SHARE);
		return MAPPING_DONE;
	}
	before = work_spent;
	if (node) {
		*replacing = true;
		if (!shrink_below(node, MAPPING_ALL))
			return MAPPING_AGAIN;
		parent = mapping_find(from, source);
		if (!parent)
			return clear_target(to, target);
	}
	if (grant && is_writable(parent) && !(rights & FLEXPAGE_WRITE) && !shrink_below(parent, MAPPING_WRITABLE))
		return MAPPING_AGAIN;
	if (work_spent != before)
		return MAPPING_AGAIN; /* what was in the way is gone: that was enough */
	work_done(WORK_SHARE);
	space_page_copy(to, target, from, source, rights);
	if (node)
		unlink_everywhere(node);
	else
		node = mapping_take(to, target);
	if (grant)
		move(node, parent, rights);
	else
		adopt(node, parent, rights);
	return MAPPING_DONE;
}

enum mapping_result mapping_revoke(struct space *space, uint32_t page, uint32_t rights, bool own)
{
	struct mapping *node = mapping_find(space, page);
	enum mapping_list list = rights & FLEXPAGE_READ ? MAPPING_ALL : MAPPING_WRITABLE;
	uint32_t left = rights & FLEXPAGE_READ ? 0 : FLEXPAGE_READ;

	if (!(rights & READ_WRITE))
		return MAPPING_DONE;
	if (!work_allows())
		return MAPPING_AGAIN;
	work_done(WORK_LOOK);
	if (!node) {
		/* sigma0's, never used; or none. */
		if (own && space_page_rights(space, page) & ~left)
			space_page_restrict(space, page, left);
		return MAPPING_DONE;
	}
	if (list == MAPPING_WRITABLE && !is_writable(node))
		return MAPPING_DONE;
	if (!shrink_below(node, list))
		return MAPPING_AGAIN;
	if (!own)
		return MAPPING_DONE;
	work_done(WORK_REMOVE);
	if (list == MAPPING_ALL)
		remove_page(node);
	else
		deny_writing(node);
	return MAPPING_DONE;
}
