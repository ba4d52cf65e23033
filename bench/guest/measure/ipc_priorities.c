/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-priorities: a message of two words to a thread of the same space that has another priority, and one back.
 * Unit: ticks per round trip of two IPCs. To expect: ipc-intra, plus what the ready queue costs when two of its lists change.
 */
#include "measure.h"

#define DISTANCE 40 /* further than the 32 priorities of a word of a bitmap */
#define ABOVE 1

THREAD(answer)
{
	struct ipc_result message = ipc_receive(utcb, ID_ANY);

	for (;;)
		message = ipc_reply_wait(utcb, message.from, TAG(2, 0), message.word[0], message.word[1]);
}

static bool setup(struct client *client)
{
	uint32_t priority = client->parameter == ABOVE ? PRIORITY_MEASURED + DISTANCE : PRIORITY_MEASURED - DISTANCE;
	struct thread *server = thread_start(client->space, answer, 0, priority);

	client->partner = server ? server->id : ID_NIL;
	return server;
}

static uint32_t call(const struct client *client)
{
	return ipc_call(client->utcb, client->partner, TAG(2, 0), 1, 2).tag;
}

MEASUREMENT(server_above, "ipc-priorities/server:above", .per = 2, .parameter = ABOVE, .setup = setup, .run = call,
	    .expect = "more than ipc-intra, which has one priority");
MEASUREMENT(server_below, "ipc-priorities/server:below", .per = 2, .setup = setup, .run = call,
	    .expect = "more than ipc-intra, which has one priority");
