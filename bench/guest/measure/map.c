/* SPDX-License-Identifier: BSD-2-Clause
 *
 * map: a client in a large space sends a message with one map item of n pages to a thread of another space, which has none of
 * them, and gets an empty answer. What was mapped is flushed before the next one.
 * Unit: ticks per round trip, that of an empty message included. To expect: one IPC by the C path, and some 500 instructions a
 * page.
 */
#include "measure.h"
#include "pages.h"

static uint32_t take_back(const struct client *client)
{
	pages_touch(client);
	pages_flush(client);
	return 0;
}

static bool setup(struct client *client)
{
	return setup_inter_with(client, pages_receiver, 0);
}

#define ENTRY(n)                                                                                              \
	MEASUREMENT(pages_##n, "map/pages:" #n, .per = 1, .parameter = (n), .setup = setup, .run = pages_map, \
		    .prepare = take_back, .expect = "an IPC round trip, and about 500 instructions a page")

ENTRY(1);
ENTRY(4);
ENTRY(16);
ENTRY(64);
