/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-long: a message with a string of n bytes from a thread of one large space to one of another, and an empty one back. All pages are
 * there; string and buffer begin at page borders. What is above 64 KB is measured 8 times only.
 * Unit: ticks per round trip. To expect: a short round trip and, with transfer=map, one copy of the string, with transfer=copy two; that is
 * n / 4 loads and stores each, from beyond the cache if it is long.
 */
#include <layout.h>
#include <stddef.h>

#include "ipc_strings.h"
#include "kernel_info.h"
#include "measure.h"

#define LONGEST (1 << 20)
/* Beyond 4 MB: both spaces are large. */
#define STRING_AT 0x20000000
#define BUFFER_AT 0x30000000

THREAD(buffered_server)
{
	uint32_t from = ID_NIL;

	for (;;) {
		ipc_accept_string(utcb, 0, (void *)BUFFER_AT, LONGEST);
		from = ipc_reply_wait(utcb, from, TAG(0, 0), 0, 0).from;
	}
}

static uint32_t send_string(const struct client *client)
{
	ipc_put_string(client->utcb, 0, 0, (const void *)STRING_AT, client->parameter);
	return ipc_call(client->utcb, client->partner, TAG(0, 0) | TAG_TYPED(2), 0, 0).tag;
}

/* A space that sees `memory`, which is free, at `at`. */
static struct space *space_with(uint32_t at, uint32_t memory)
{
	struct space *space = space_start();

	return space && space_window(space, at, (const char *)memory, LONGEST, FLEXPAGE_RIGHTS) ? space : NULL;
}

static bool setup(struct client *client)
{
	struct space *server = space_with(BUFFER_AT, kernel_info.memory_bottom + LONGEST);
	struct thread *thread = server ? thread_start(server, buffered_server, 0, PRIORITY_MEASURED) : NULL;

	client->space = space_with(STRING_AT, kernel_info.memory_bottom);
	client->partner = thread ? thread->id : ID_NIL;
	return thread && client->space;
}

#define ENTRY(n, most)                                                                                      \
	MEASUREMENT(bytes_##n, "ipc-long/bytes:" #n, .per = 1, .parameter = (n), .setup = setup,           \
		    .run = send_string, .samples_max = (most),                                              \
		    .expect = "a short round trip, and n / 4 moves once with transfer=map, twice with transfer=copy")

ENTRY(64, 0);
ENTRY(256, 0);
ENTRY(1024, 0);
ENTRY(4096, 0);
ENTRY(16384, 0);
ENTRY(65536, 16);
ENTRY(262144, 8);
ENTRY(1048576, 8);
