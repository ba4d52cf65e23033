/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sigma0's protocol. A page fault of a thread whose pager it is gets the page at its own address, if that is free memory or the
 * root program's. What a fault cannot ask for is asked for by a call from any thread: the label says what, word 0 is a
 * flexpage. The answer has no words, and a map item, or none: then sigma0 does not have all of it, or has given some of it away. It
 * gives everything once. The caller's receive window has to admit it.
 */
#ifndef GUEST_SIGMA0_H
#define GUEST_SIGMA0_H

#include <message.h>
#include <stdbool.h>
#include <stdint.h>

#define SIGMA0_PORTS 1  /* label; word 0: FLEXPAGE_PORTS(first, log2) */
#define SIGMA0_MEMORY 2 /* label; word 0: FLEXPAGE(physical address, log2, rights) */

/* The calling thread's space gets 2^log2 ports from `first`, a multiple of that. False: they are not to be had. */
bool sigma0_ports(struct utcb *utcb, uint32_t first, uint32_t log2);

/* The calling thread's space gets memory [physical, physical + 2^log2) at `at`; both multiples of that size. False: it is not to be had. */
bool sigma0_memory(struct utcb *utcb, uint32_t physical, uint32_t log2, uint32_t at);

#endif
