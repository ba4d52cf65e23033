/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of I/O ports have in common.
 *
 * The ports are those of the clock chip's memory (CMOS), which holds what is written to it, and the uppermost 16384, at
 * which nothing answers that would mind being read.
 */
#ifndef CONFORMANCE_PORTS_H
#define CONFORMANCE_PORTS_H

#include "check.h"

#define CMOS 0x70          /* index */
#define CMOS_DATA 0x71
#define CMOS_SPARE 0x50    /* a byte of it that nobody needs */
#define UPPER 0xc000       /* first of UPPER_LOG2 ports */
#define UPPER_LOG2 14
#define FREE 0xf000        /* some port among them */
#define PROTECTION 13      /* exception */

/* The widths of an access. */
enum access { IN8, IN16, IN32, OUT8, OUT16, OUT32 };

static inline uint32_t in(enum access access, uint16_t port)
{
	uint32_t value = 0;

	if (access == IN8)
		__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
	else if (access == IN16)
		__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
	else
		__asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(port));
	return value;
}

static inline void out(enum access access, uint16_t port, uint32_t value)
{
	if (access == OUT8)
		__asm__ volatile("outb %b0, %w1" : : "a"(value), "d"(port));
	else if (access == OUT16)
		__asm__ volatile("outw %w0, %w1" : : "a"(value), "d"(port));
	else
		__asm__ volatile("outl %0, %w1" : : "a"(value), "d"(port));
}

/* The program's own space has CMOS, CMOS_DATA and the upper ports from the first test on that needs them. */
void own_ports(struct utcb *utcb);

/* Sends a typed item and waits until it is taken. 0, or the ERROR_… code. */
uint32_t send_ports(struct utcb *utcb, uint32_t to, uint32_t item, uint32_t base);

/*
 * A thread of `space` (NULL: the program's own) with the receive window `window` that takes ports from whoever sends some, and tries
 * those that can() tells it. It waits.
 */
struct thread *new_user(struct utcb *utcb, struct space *space, uint32_t window);

/* Can it? If not, it stays in its fault. */
bool can(struct utcb *utcb, struct thread *thread, enum access access, uint32_t port);

/* The same for a thread of its own in the space. */
bool space_can(struct utcb *utcb, struct space *space, enum access access, uint32_t port);

/* A space with 2^log2 of the program's ports; *thread, if wanted, a user in it that accepts everything. */
struct space *space_with(struct utcb *utcb, uint32_t first, uint32_t log2, struct thread **thread);

#endif
