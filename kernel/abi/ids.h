/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Thread ids. A thread id is unique in space and time: its number names a TCB, its version
 * tells the threads apart that have used that number one after the other.
 *
 *   31      24 23            10 9        0
 *  +----------+----------------+----------+
 *  | version  |     number     | version  |     version = high byte << 10 | low ten bits
 *  +----------+----------------+----------+
 *
 * The number stands in bits 23..10 because a TCB with its stack fits 1 KB: number << 10 is the offset of
 * such a block in an array of them, so one AND turns an id into it. Versions of live
 * threads start at 1; when a number's 2^18 - 1 versions are used up, the number is retired.
 */
#ifndef KERNEL_ABI_IDS_H
#define KERNEL_ABI_IDS_H

#define ID_NUMBER_SHIFT 10
#define ID_NUMBER_BITS 14
#define ID_NUMBER_MASK 0x00fffc00 /* the number, in place */
#define NUMBERS (1 << ID_NUMBER_BITS)
#define ID_VERSION_LOW_BITS 10
#define ID_VERSION_BITS 18

/* Thread numbers, fixed by the interface. */
#define NUMBER_KERNEL 0       /* the idle thread; never a partner in IPC */
#define NUMBER_INTERRUPT_0 1  /* hardware thread of interrupt line 0; line n is number 1 + n */
#define NUMBER_INTERRUPTS 16
#define NUMBER_FIRST 32       /* first number of software threads: sigma0 */
#define NUMBER_LAST 16382     /* 16383 would collide with ID_ANY */

/* Ids with a meaning of their own. */
#define ID_NIL 0x00000000u /* as destination: no send phase; as source: receive from nobody */
#define ID_ANY 0xffffffffu /* as source: receive from anybody (open receive) */

/* The id of `number` in version `version`, which is evaluated twice: constants are made with it. */
#define ID(number, version)                                                                        \
	((((version) >> ID_VERSION_LOW_BITS) << 24) | ((number) << ID_NUMBER_SHIFT) |              \
	 ((version) & ((1 << ID_VERSION_LOW_BITS) - 1)))
#define ID_NUMBER(id) (((id) & ID_NUMBER_MASK) >> ID_NUMBER_SHIFT)
/* A function, so that `id` is evaluated once; not for constants. */
#define ID_VERSION(id) id_version(id)

#define ID_SIGMA0 ID(NUMBER_FIRST, 1)     /* owns all memory that the kernel does not keep */
#define ID_ROOT ID(NUMBER_FIRST + 1, 1)   /* the first ordinary program */
#define ID_INTERRUPT(line) ID(NUMBER_INTERRUPT_0 + (line), 1)

/*
 * Space ids: index in bits 9..0, version above; 0 means the caller's own space.
 */
#define SPACE_INDEX_BITS 10
#define SPACE_INDEX(space) ((space) & ((1 << SPACE_INDEX_BITS) - 1))
#define SPACE_OWN 0u

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline uint32_t id_version(uint32_t id)
{
	return id >> 24 << ID_VERSION_LOW_BITS | (id & ((1 << ID_VERSION_LOW_BITS) - 1));
}
#endif
#endif
