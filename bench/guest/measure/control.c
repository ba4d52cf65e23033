/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control/…: is the instrument sound? An empty region must cost nothing beyond the overhead; two entries that do the
 * same must cost the same; n instructions more must show.
 * Unit: ticks per region.
 */
#include "measure.h"

static uint32_t empty(const struct client *client)
{
	(void)client;
	return 0;
}

MEASUREMENT(empty, "control/empty", .per = 1, .run = empty, .expect = "0: the overhead is subtracted");

/* The A/A pair. */
MEASUREMENT(aa_a, "control/aa:a", .per = 2, .setup = setup_inter, .run = round_trip, .expect = "that of control/aa:b");
MEASUREMENT(aa_b, "control/aa:b", .per = 2, .setup = setup_inter, .run = round_trip, .expect = "that of control/aa:a");

/* Dose and response. */
#define NOPS(n)                                                               \
	static uint32_t nops_##n(const struct client *client)                 \
	{                                                                     \
		(void)client;                                                 \
		__asm__ volatile(".rept " #n "\n\tnop\n\t.endr");             \
		return 0;                                                     \
	}                                                                     \
	MEASUREMENT(nops_##n, "control/nops:" #n, .per = 1, .run = nops_##n, .expect = #n " instructions more than 0")

NOPS(0);
NOPS(8);
NOPS(16);
NOPS(32);
NOPS(64);
