/* SPDX-License-Identifier: BSD-2-Clause */
#include "mapping_rig.h"

#include <stdlib.h>
#include <string.h>

#define HALF (RIG_MEMORY / 2)
#define FRAME_BYTES 8192 /* a table of 1024 pointers of this machine */
#define FRAME_STEPS 4    /* in which a frame is cleared */
#define NO_LIMIT 0xffffffffu
#define SUPERPAGE_SHIFT 22

struct rig_page rig_pages[RIG_SPACES][RIG_PAGES];
bool rig_refuses[RIG_SPACES][RIG_PAGES];
unsigned long rig_frames;
bool rig_given_up;
static struct space spaces[RIG_SPACES];
static unsigned rig_cleared; /* parts of the next frame */

/* ---- what the database needs of the kernel -------------------------------------------------------- */

bool frame_ready(uint32_t value);
void *frame_allocate(struct space *space);
void frame_free(struct space *space, void *frame);

/* As the kernel's: a frame is cleared in parts, and the next call finds it as far as this one came. */
bool frame_ready(uint32_t value)
{
	if (value)
		abort();
	for (; rig_cleared < FRAME_STEPS; rig_cleared++) {
		if (!work_allows())
			return false;
		work_done(WORK_MUCH / FRAME_STEPS);
	}
	return work_allows();
}

void *frame_allocate(struct space *space)
{
	void *frame;

	if (rig_cleared < FRAME_STEPS)
		abort(); /* interrupts would wait for all of it */
	if (space->used >= space->quota)
		return 0;
	rig_cleared = 0;
	frame = aligned_alloc(4096, FRAME_BYTES);
	if (!frame)
		abort();
	memset(frame, 0, FRAME_BYTES);
	space->used++;
	rig_frames++;
	return frame;
}

void frame_free(struct space *space, void *frame)
{
	free(frame);
	space->used--;
	rig_frames--;
}

struct space *space_at(uint32_t index)
{
	return &spaces[index];
}

uint32_t space_next(uint32_t index)
{
	return index < 1 ? 1 : index < RIG_SPACES ? index : SPACES_MAX;
}

static unsigned index_of(const struct space *space)
{
	return (unsigned)(space - spaces);
}

static unsigned page_at(uint32_t address)
{
	if (is_port(address)) {
		for (unsigned page = RIG_MEMORY; page < RIG_PAGES; page++)
			if (rig_address(page) == address)
				return page;
		abort();
	}
	if (address & 0xfff || (address >> 12 & 0x3ff) >= HALF || address >> SUPERPAGE_SHIFT > 1)
		abort();
	return (address >> SUPERPAGE_SHIFT) * HALF + (address >> 12) % HALF;
}

static struct rig_page *page_of(const struct space *space, uint32_t address)
{
	return &rig_pages[index_of(space)][page_at(address)];
}

uint32_t space_page_rights(const struct space *space, uint32_t address)
{
	return page_of(space, address)->rights;
}

enum mapping_result space_page_prepare(struct space *space, uint32_t address)
{
	return rig_refuses[index_of(space)][page_at(address)] ? MAPPING_REFUSED : MAPPING_DONE;
}

void space_page_copy(struct space *to, uint32_t target, const struct space *from, uint32_t source, uint32_t rights)
{
	uint32_t frame = page_of(from, source)->frame;

	if (!page_of(from, source)->rights || !rights || (is_port(source) ? target != source || rights != FLEXPAGE_READ : is_port(target)))
		abort();
	*page_of(to, target) = (struct rig_page){frame, rights};
}

void space_page_restrict(struct space *space, uint32_t address, uint32_t rights)
{
	struct rig_page *page = page_of(space, address);

	if (!page->rights)
		abort();
	page->rights &= rights;
}

/* ---- for the tests -------------------------------------------------------------------------------- */

uint32_t rig_address(unsigned page)
{
	static const uint32_t ports[RIG_PAGES - RIG_MEMORY] = {0, 0x03ff, 0x0400, 0xffff};

	if (page >= RIG_MEMORY)
		return PORT_PAGE(ports[page - RIG_MEMORY]);
	return (page / HALF) << SUPERPAGE_SHIFT | (page % HALF) << 12;
}

void rig_start(void)
{
	memset(spaces, 0, sizeof(spaces));
	memset(rig_pages, 0, sizeof(rig_pages));
	memset(rig_refuses, 0, sizeof(rig_refuses));
	rig_given_up = false;
	for (unsigned i = 1; i < RIG_SPACES; i++)
		spaces[i] = (struct space){.id = 1 << SPACE_INDEX_BITS | i, .quota = NO_LIMIT};
	for (unsigned p = 0; p < RIG_PAGES; p++)
		rig_pages[RIG_SIGMA0][p] = (struct rig_page){p, p < RIG_MEMORY ? FLEXPAGE_READ | FLEXPAGE_WRITE : FLEXPAGE_READ};
}

void rig_clear(unsigned space)
{
	for (unsigned p = 0; p < RIG_PAGES; p++)
		rig_revoke(space, p, FLEXPAGE_READ, true, WORK_PER_ENTRY);
	for (unsigned p = 0; p < RIG_PAGES; p++)
		mapping_free_table(&spaces[space], rig_address(p) >> SUPERPAGE_SHIFT);
	mapping_free_all(&spaces[space]);
}

bool rig_end(void)
{
	bool clean = true;

	for (unsigned s = 1; s < RIG_SPACES; s++)
		rig_clear(s);
	for (unsigned s = 1; s < RIG_SPACES; s++)
		clean = clean && spaces[s].used == 0;
	return clean && rig_frames == 0;
}

void rig_begin(int work)
{
	work_begin();
	work_limit = work;
}

enum mapping_result rig_share(unsigned from, unsigned source, unsigned to, unsigned target, uint32_t rights, bool grant, int work)
{
	enum mapping_result result;
	bool replacing = false;

	do {
		rig_begin(work);
		result = mapping_share(&spaces[from], rig_address(source), &spaces[to], rig_address(target), rights, grant,
				       &replacing);
	} while (result == MAPPING_AGAIN);
	return result;
}

void rig_revoke(unsigned space, unsigned page, uint32_t rights, bool own, int work)
{
	do
		rig_begin(work);
	while (mapping_revoke(&spaces[space], rig_address(page), rights, own) == MAPPING_AGAIN);
}

/* ---- invariants ----------------------------------------------------------------------------------- */

static uint32_t depth(const struct mapping *node)
{
	return node->place >> SPACE_INDEX_BITS;
}

static const struct mapping *parent_of(const struct mapping *node, enum mapping_list list)
{
	const struct mapping *n = node;

	while (n && depth(n) >= depth(node))
		n = n->links[list].previous;
	return n;
}

static uint32_t name_of(const struct mapping *node)
{
	return SPACE_INDEX(node->place) << 8 | page_at(node->page & ~0xfffu);
}

uint32_t rig_parent(unsigned space, unsigned page)
{
	const struct mapping *node = mapping_find(&spaces[space], rig_address(page));
	const struct mapping *parent = node ? parent_of(node, MAPPING_ALL) : 0;

	return parent ? name_of(parent) : RIG_ROOT;
}

static const char *check_links(const struct mapping *node, enum mapping_list list)
{
	const struct mapping *next = node->links[list].next, *previous = node->links[list].previous;

	if (next && next->links[list].previous != node)
		return "a node's successor does not lead back to it";
	if (previous && previous->links[list].next != node)
		return "a node's predecessor does not lead to it";
	if (!previous && depth(node))
		return "the first node of a list is not its root";
	return 0;
}

static const char *check_node(const struct mapping *node, const struct rig_page *page)
{
	const struct mapping *parent = parent_of(node, MAPPING_ALL);
	const char *wrong = check_links(node, MAPPING_ALL);

	if (!wrong && (node->page & FLEXPAGE_RIGHTS) != page->rights)
		return "a node has other rights than its page";
	if (!wrong && !parent && depth(node))
		return "a node that is no root has no parent";
	if (wrong || !(node->page & FLEXPAGE_WRITE))
		return wrong;
	if (!rig_given_up && parent && !(parent->page & FLEXPAGE_WRITE))
		return "a page can be written that comes from one that cannot";
	while (parent && !(parent->page & FLEXPAGE_WRITE))
		parent = parent_of(parent, MAPPING_ALL);
	wrong = check_links(node, MAPPING_WRITABLE);
	if (!wrong && parent_of(node, MAPPING_WRITABLE) != parent)
		return "a writable page has another parent in the list of those";
	return wrong;
}

static const char *check_page(unsigned s, unsigned p)
{
	const struct mapping *node = mapping_find(&spaces[s], rig_address(p));
	const struct rig_page *page = &rig_pages[s][p];
	uint32_t parent;

	if (!node)
		return page->rights && s != RIG_SIGMA0 ? "a page has no node" : 0;
	if (!page->rights)
		return "a node has no page";
	if (name_of(node) != (s << 8 | p))
		return "a page's node is another's";
	parent = rig_parent(s, p);
	if (parent != RIG_ROOT && rig_pages[parent >> 8][parent & 0xff].frame != page->frame)
		return "a page is another frame than the one it comes from";
	return check_node(node, page);
}

const char *rig_check(void)
{
	for (unsigned s = 1; s < RIG_SPACES; s++) {
		for (unsigned p = 0; spaces[s].mappings.tables && p < RIG_PAGES; p++) {
			const char *wrong = check_page(s, p);

			if (wrong)
				return wrong;
		}
	}
	return 0;
}
