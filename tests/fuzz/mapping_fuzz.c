/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sequences of map, grant and flush on the mapping database, against a naive model: for each page of each space, from which page of
 * which space it comes. Four bytes of input are one operation:
 *
 *   0: what to do (bits 2..0), rights (3: WRITE, 4: READ), own page (5), what a kernel entry may do (7..6)
 *   1, 2: source, target: space (bits 5..3), page (2..0); bit 6 of the source: a port (1..0), which is the target's, too
 *   3: after so many kernel entries (bits 1..0; 0: never) the operation is given up
 */
#include "../unit/kernel/mapping_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACES 6 /* index 0 is unused: at most 40 pages of a frame, fewer than MAPPING_LOOK_BACK */
#define PAGES RIG_PAGES
#define NOWHERE 0xffff

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* σ: page n of space s is model[s * PAGES + n]. */
static struct model {
	uint32_t rights; /* 0: ⊘ */
	uint32_t frame;
	unsigned from;   /* index here, or NOWHERE: from the kernel */
} model[SPACES * PAGES], before[SPACES * PAGES];

static unsigned long operations;

static void fail(const char *what)
{
	fprintf(stderr, "operation %lu: %s\n", operations, what);
	abort();
}

/* ---- the model: appendix A, word by word ---------------------------------------------------------- */

static void model_flush_below(unsigned x, uint32_t rights)
{
	for (unsigned y = 0; y < SPACES * PAGES; y++) {
		if (!model[y].rights || model[y].from != x)
			continue;
		model_flush_below(y, rights);
		model[y].rights &= ~rights;
	}
}

static void model_flush(unsigned x, uint32_t rights, bool own)
{
	uint32_t taken = rights & FLEXPAGE_READ ? FLEXPAGE_READ | FLEXPAGE_WRITE : rights;

	if (!(model[x].rights & taken))
		return;
	model_flush_below(x, taken);
	if (own)
		model[x].rights &= ~taken;
}

static void model_move(unsigned source, unsigned target, uint32_t rights)
{
	if (model[source].rights & ~rights & FLEXPAGE_WRITE)
		model_flush_below(source, FLEXPAGE_WRITE);
	for (unsigned y = 0; y < SPACES * PAGES; y++)
		if (model[y].rights && model[y].from == source)
			model[y].from = target;
	model[target] = model[source];
	model[target].rights &= rights;
	model[source].rights = 0;
}

/*
 * Where something was left in the middle, a page that is mapped again may be mapped anew, instead of only gaining rights
 * (MAPPING_LOOK_BACK): then all that was derived from it is gone.
 */
static bool was_mapped_anew(unsigned x)
{
	for (unsigned y = 0; y < SPACES * PAGES; y++)
		if (rig_given_up && model[y].rights && model[y].from == x && !rig_pages[y / PAGES][y % PAGES].rights)
			return true;
	return false;
}

static void model_share(unsigned source, unsigned target, uint32_t rights, bool grant)
{
	if (source == target || !model[source].rights)
		return;
	if (!grant && model[target].rights && model[target].from == source) {
		if (was_mapped_anew(target))
			model_flush_below(target, FLEXPAGE_READ | FLEXPAGE_WRITE);
		model[target].rights |= rights & model[source].rights;
		return;
	}
	model_flush(target, FLEXPAGE_READ, true);
	if (!model[source].rights)
		return;
	if (grant)
		model_move(source, target, rights);
	else
		model[target] = (struct model){model[source].rights & rights, model[source].frame, source};
}

/* ---- comparison ----------------------------------------------------------------------------------- */

static void model_start(void)
{
	memset(model, 0, sizeof(model));
	for (unsigned p = 0; p < PAGES; p++)
		model[RIG_SIGMA0 * PAGES + p] = (struct model){p < RIG_MEMORY ? FLEXPAGE_READ | FLEXPAGE_WRITE : FLEXPAGE_READ, p, NOWHERE};
}

static unsigned parent_index(unsigned s, unsigned p)
{
	uint32_t parent = rig_parent(s, p);

	return parent == RIG_ROOT ? NOWHERE : (parent >> 8) * PAGES + (parent & 0xff);
}

static void compare(void)
{
	const char *wrong = rig_check();

	if (wrong)
		fail(wrong);
	for (unsigned s = 1; s < SPACES; s++)
		for (unsigned p = 0; p < PAGES; p++) {
			const struct model *m = &model[s * PAGES + p];
			const struct rig_page *page = &rig_pages[s][p];

			if (m->rights != page->rights)
				fail("a page has other rights than in the model");
			if (m->rights && m->frame != page->frame)
				fail("a page is another frame than in the model");
			if (m->rights && m->from != parent_index(s, p))
				fail("a page comes from elsewhere than in the model");
		}
}

/* Was x derived from `from`, which may be what was between them is gone? */
static bool came_from(unsigned x, unsigned from)
{
	while (before[x].from != from && before[x].from != NOWHERE)
		x = before[x].from;
	return before[x].from == from;
}

/* An operation was given up: what there is now must be what was before, or less. The model starts anew from there. */
static void accept_less(void)
{
	for (unsigned x = PAGES; x < SPACES * PAGES; x++) {
		const struct rig_page *page = &rig_pages[x / PAGES][x % PAGES];

		if (page->rights & ~before[x].rights)
			fail("an operation that was given up gave rights");
		model[x].rights = page->rights;
		if (!page->rights)
			continue;
		model[x].from = parent_index(x / PAGES, x % PAGES);
		if (page->frame != before[x].frame || !came_from(x, model[x].from))
			fail("an operation that was given up moved a page");
	}
}

/* ---- operations ----------------------------------------------------------------------------------- */

struct operation {
	unsigned what;
	uint32_t rights;
	bool own;
	int work;
	unsigned source, target; /* indices in the model */
	unsigned give_up;
};

static unsigned space_in(uint8_t byte)
{
	return 1 + (byte >> 3 & 7) % (SPACES - 1);
}

/* Page `page` of the space that the byte means. */
static unsigned place(uint8_t byte, unsigned page)
{
	return space_in(byte) * PAGES + page;
}

static struct operation decode(const uint8_t *bytes)
{
	static const int works[] = {300, 400, 500, 100000};
	bool port = bytes[1] & 64;
	unsigned source = port ? RIG_MEMORY + bytes[1] % (PAGES - RIG_MEMORY) : bytes[1] % RIG_MEMORY;

	return (struct operation){
		.what = bytes[0] & 7,
		.rights = (bytes[0] & 8 ? FLEXPAGE_WRITE : 0) | (bytes[0] & 16 ? FLEXPAGE_READ : 0),
		.own = bytes[0] & 32,
		.work = works[bytes[0] >> 6],
		.source = place(bytes[1], source),
		.target = place(bytes[2], port ? source : bytes[2] % RIG_MEMORY),
		.give_up = bytes[3] & 3,
	};
}

/* One kernel entry. */
static enum mapping_result step(const struct operation *o, bool *replacing)
{
	struct space *from = space_at(o->source / PAGES), *to = space_at(o->target / PAGES);
	uint32_t source = rig_address(o->source % PAGES), target = rig_address(o->target % PAGES);

	rig_begin(o->work);
	if (o->what < 5)
		return mapping_share(from, source, to, target, o->rights | FLEXPAGE_READ, o->what >= 3, replacing);
	return mapping_revoke(from, source, o->rights, o->own);
}

static void share_or_flush(const struct operation *o)
{
	enum mapping_result result;
	bool replacing = false;
	unsigned entries = 0;

	do {
		if (o->give_up && entries++ == o->give_up) {
			rig_given_up = true;
			accept_less();
			return;
		}
		result = step(o, &replacing);
	} while (result == MAPPING_AGAIN);
	if (result == MAPPING_NO_MEMORY)
		return;
	if (o->what < 5)
		model_share(o->source, o->target, o->rights | FLEXPAGE_READ, o->what >= 3);
	else
		model_flush(o->source, o->rights, o->own);
}

/* A quota that is used up, or a deleted space. */
static void change_space(const struct operation *o)
{
	unsigned s = o->source / PAGES;

	if (o->own) {
		space_at(s)->quota = o->rights ? space_at(s)->used + o->target % 4 : 0xffffffffu;
		return;
	}
	rig_clear(s);
	for (unsigned p = 0; p < PAGES; p++)
		model_flush(s * PAGES + p, FLEXPAGE_READ, true);
	if (space_at(s)->used)
		fail("a deleted space did not give all its memory back");
}

static void report(void)
{
	printf("%lu operations\n", operations);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool reporting;

	if (!reporting)
		atexit(report);
	reporting = true;
	rig_start();
	model_start();
	for (size_t i = 0; i + 4 <= size; i += 4) {
		struct operation o = decode(data + i);

		operations++;
		memcpy(before, model, sizeof(model));
		if (o.what == 7)
			change_space(&o);
		else
			share_or_flush(&o);
		compare();
	}
	if (!rig_end())
		fail("frames were lost");
	return 0;
}
