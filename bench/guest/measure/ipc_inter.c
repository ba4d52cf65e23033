/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-inter: a message of n words from a thread of a large space to one of a small one, and one back (E4; with
 * conventional address spaces "large" and "small" are the same).
 * Unit: ticks per round trip of two IPCs. To expect: 500 cycles on a 486, 242 on a Pentium (8 bytes).
 */
#include "measure.h"

#define ENTRY(n)                                                                                         \
	MEASUREMENT(words_##n, "ipc-inter/words:" #n, .per = 2, .parameter = (n), .setup = setup_inter, \
		    .run = round_trip, .expect = "486: 500 cycles a round trip (L3); Pentium: 242 (L4)")

ENTRY(0);
ENTRY(1);
ENTRY(2);
ENTRY(3);
ENTRY(4);
ENTRY(5);
ENTRY(6);
ENTRY(7);
ENTRY(8);
