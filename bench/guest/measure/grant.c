/* SPDX-License-Identifier: BSD-2-Clause
 *
 * grant: a client grants n pages to a thread of another space, which grants them back in its answer.
 * Unit: ticks per round trip of two grants. To expect: two IPCs by the C path, and some 500 instructions a page and grant.
 */
#include "measure.h"
#include "pages.h"

static uint32_t ready(const struct client *client)
{
	client->utcb->accept = PAGES_OF_CLIENT;
	pages_touch(client);
	return 0;
}

static bool setup(struct client *client)
{
	return setup_inter_with(client, pages_granter, client->parameter);
}

#define ENTRY(n)                                                                                                  \
	MEASUREMENT(pages_##n, "grant/pages:" #n, .per = 2, .parameter = (n), .setup = setup, .run = pages_grant, \
		    .prepare = ready, .expect = "an IPC round trip, and about 500 instructions a page and grant")

ENTRY(1);
ENTRY(4);
ENTRY(16);
ENTRY(64);
