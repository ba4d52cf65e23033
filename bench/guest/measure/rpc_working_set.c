/* SPDX-License-Identifier: BSD-2-Clause
 *
 * rpc-working-set: a client in a large space calls a server whose working set is 2 pages, then touches its own n data
 * pages again (E3, figure 2). The control touches the pages without the call, so that what is left is
 * the call and the re-establishing of the working set.
 * Unit: ticks per call. To expect: on a Pentium with page-table switches up to (32 + 64) * 9 cycles more than with
 * segments; on a 486 up to 364.
 */
#include <layout.h>

#include "measure.h"

/* One word in each of n pages; the line moves with the page, so that few of them share a cache set. */
#define LINE 64

static void touch_pages(uint32_t memory, uint32_t n)
{
	for (uint32_t page = 0; page < n; page++)
		(void)*(volatile uint32_t *)(memory + page * (PAGE_SIZE + LINE));
}

THREAD(touching_server)
{
	struct ipc_result message = ipc_receive(utcb, ID_ANY);

	for (;;) {
		touch_pages(SERVER_MEMORY, SERVER_PAGES);
		message = ipc(utcb, message.from, ID_ANY, TAG(1, 0), 0, message.word[0], 0);
	}
}

static uint32_t call_and_touch(const struct client *client)
{
	uint32_t tag = ipc_call(client->utcb, client->partner, TAG(1, 0), 1, 0).tag;

	touch_pages(CLIENT_MEMORY, client->parameter);
	return tag;
}

static uint32_t touch_alone(const struct client *client)
{
	touch_pages(CLIENT_MEMORY, client->parameter);
	return 0;
}

static bool setup(struct client *client)
{
	return setup_inter_with(client, touching_server, 0);
}

_Static_assert(CLIENT_PAGES >= 64 && (CLIENT_PAGES - 1) * LINE + 4 <= PAGE_SIZE, "every page has its line");

#define ENTRY(n)                                                                                                 \
	MEASUREMENT(pages_##n, "rpc-working-set/pages:" #n, .per = 1, .parameter = (n), .setup = setup,         \
		    .run = call_and_touch, .control = touch_alone,                                              \
		    .expect = "Pentium: page-table switches cost up to 864 cycles more than segments at 64 pages")

ENTRY(0);
ENTRY(1);
ENTRY(2);
ENTRY(4);
ENTRY(8);
ENTRY(12);
ENTRY(16);
ENTRY(24);
ENTRY(32);
ENTRY(48);
ENTRY(64);
