/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Servers and clients that several measurements share.
 */
#include <layout.h>

#include "measure.h"

#define OWN_MEMORY(name, pages) static char name[(pages) * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)))

OWN_MEMORY(client_memory, CLIENT_PAGES);
OWN_MEMORY(server_memory, SERVER_PAGES);

THREAD(echo)
{
	struct ipc_result message = ipc_receive(utcb, ID_ANY);

	for (;;)
		message = ipc(utcb, message.from, ID_ANY, TAG(argument, 0), 0, message.word[0], message.word[1]);
}

uint32_t round_trip(const struct client *client)
{
	return ipc_call(client->utcb, client->partner, TAG(client->parameter, 0), 1, 2).tag;
}

static bool serve(struct client *client, struct space *space, thread_function *server, uint32_t argument)
{
	struct thread *thread = thread_start(space, server, argument, PRIORITY_MEASURED);

	client->partner = thread ? thread->id : ID_NIL;
	return thread;
}

bool setup_intra(struct client *client)
{
	return serve(client, client->space, echo, client->parameter);
}

/* A new space for the server, with its memory. */
static struct space *server_space(void)
{
	struct space *space = space_start();

	if (space)
		space_window(space, SERVER_MEMORY, server_memory, sizeof(server_memory), FLEXPAGE_RIGHTS);
	return space;
}

bool setup_inter_small(struct client *client)
{
	struct space *space = server_space();

	client->space = space_start();
	return space && client->space && serve(client, space, echo, client->parameter);
}

/* The client's first act in its life: to touch memory that makes its space a large one. */
THREAD(grow)
{
	*(volatile char *)CLIENT_MEMORY = 1;
}

bool setup_inter_with(struct client *client, thread_function *server, uint32_t argument)
{
	struct space *space = server_space();

	client->space = space_start();
	if (!space || !client->space ||
	    !space_window(client->space, CLIENT_MEMORY, client_memory, sizeof(client_memory), FLEXPAGE_RIGHTS))
		return false;
	/* At the same priority, started earlier: it has run before the client does. */
	return thread_start(client->space, grow, 0, PRIORITY_MEASURED) && serve(client, space, server, argument);
}

bool setup_inter(struct client *client)
{
	return setup_inter_with(client, echo, client->parameter);
}
