/* SPDX-License-Identifier: BSD-2-Clause
 *
 * thread-switch: two threads of one space and one priority that yield to each other: the dispatcher without IPC.
 * Unit: ticks per pair of switches. To expect: two null calls and two switches, below an IPC round trip.
 */
#include <syscall_user.h>

#include "measure.h"

THREAD(yielding_partner)
{
	for (;;)
		thread_switch(ID_NIL);
}

static bool setup(struct client *client)
{
	return thread_start(client->space, yielding_partner, 0, PRIORITY_MEASURED);
}

static uint32_t yield(const struct client *client)
{
	(void)client;
	thread_switch(ID_NIL);
	return 0;
}

MEASUREMENT(thread_switch, "thread-switch", .per = 2, .setup = setup, .run = yield,
	    .expect = "486: below 400 cycles the pair");
