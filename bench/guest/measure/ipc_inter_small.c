/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ipc-inter-small: as ipc-inter, with both threads in spaces that never touch memory beyond 4 MB (E3, E6: where
 * small spaces are segments, neither direction switches the page directory).
 * Unit: ticks per round trip of two IPCs. To expect: as ipc-inter, with segment loads for page-table switches.
 */
#include "measure.h"

#define ENTRY(n)                                                                                                     \
	MEASUREMENT(words_##n, "ipc-inter-small/words:" #n, .per = 2, .parameter = (n), .setup = setup_inter_small, \
		    .run = round_trip, .expect = "Pentium: 242 cycles a round trip (L4)")

ENTRY(0);
ENTRY(8);
