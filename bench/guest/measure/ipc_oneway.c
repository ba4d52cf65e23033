/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-oneway: the first half of ipc-inter: from before the sender's call to behind the receiver's return (E4, "cycles per
 * one-way IPC"). The receiver takes the second time stamp.
 * Unit: ticks per IPC. To expect: 250 cycles on a 486, 121 on a Pentium (8 bytes).
 */
#include "measure.h"

THREAD(stamping_server)
{
	struct ipc_result message = ipc_receive(utcb, ID_ANY);

	for (;;) {
		region_end_here();
		message = ipc(utcb, message.from, ID_ANY, TAG(argument, 0), 0, message.word[0], message.word[1]);
	}
}

static uint32_t stamp_here(const struct client *client)
{
	(void)client;
	region_end_here();
	return 0;
}

static bool setup(struct client *client)
{
	return setup_inter_with(client, stamping_server, client->parameter);
}

#define ENTRY(n)                                                                                           \
	MEASUREMENT(words_##n, "ipc-oneway/words:" #n, .per = 1, .parameter = (n), .setup = setup,        \
		    .run = round_trip, .control = stamp_here, .ends_elsewhere = true,                     \
		    .expect = "486: 250 cycles (L3); Pentium: 121 (L4)")

ENTRY(0);
ENTRY(2);
ENTRY(8);
