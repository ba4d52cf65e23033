/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flush/pages: a client takes back n pages, each of which one other space has from it. flush/derived: one page that the other
 * space has n times from it. They are mapped anew before the next one.
 * Unit: ticks per flush. To expect: a null call, and some 250 instructions a mapping that is removed.
 */
#include <syscall_user.h>

#include "measure.h"
#include "pages.h"

static uint32_t map_pages(const struct client *client)
{
	pages_touch(client);
	return pages_map(client);
}

static uint32_t map_one_often(const struct client *client)
{
	uint32_t tag = 0;

	pages_touch(client);
	for (uint32_t n = 0; n < client->parameter && !(tag & TAG_ERROR); n++)
		tag = pages_map_at(client, 1, n);
	return tag;
}

static uint32_t flush_pages(const struct client *client)
{
	pages_flush(client);
	return 0;
}

static uint32_t flush_one(const struct client *client)
{
	(void)client;
	space_flush(FLEXPAGE(CLIENT_MEMORY, PAGE_SHIFT, FLEXPAGE_RIGHTS), 0);
	return 0;
}

static bool setup(struct client *client)
{
	return setup_inter_with(client, pages_receiver, 0);
}

#define ENTRY(kind, before, what, n)                                                                         \
	MEASUREMENT(kind##_##n, "flush/" #kind ":" #n, .per = 1, .parameter = (n), .setup = setup, .run = what, \
		    .prepare = before, .expect = "a null call, and about 250 instructions a mapping")

ENTRY(pages, map_pages, flush_pages, 1);
ENTRY(pages, map_pages, flush_pages, 4);
ENTRY(pages, map_pages, flush_pages, 16);
ENTRY(pages, map_pages, flush_pages, 64);
ENTRY(derived, map_one_often, flush_one, 4);
ENTRY(derived, map_one_often, flush_one, 16);
ENTRY(derived, map_one_often, flush_one, 64);
