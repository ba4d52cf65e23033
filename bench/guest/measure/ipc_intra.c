/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-intra: a message of n words to a thread of the same space, and one back (E4 without the address-space switch).
 * Unit: ticks per round trip of two IPCs. To expect: below twice the 250 cycles of an L3 IPC between spaces on a 486.
 */
#include "measure.h"

#define ENTRY(n)                                                                                         \
	MEASUREMENT(words_##n, "ipc-intra/words:" #n, .per = 2, .parameter = (n), .setup = setup_intra, \
		    .run = round_trip, .expect = "486: some 400 cycles a round trip")

ENTRY(0);
ENTRY(1);
ENTRY(2);
ENTRY(4);
ENTRY(8);
