/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Marks of a region of interest in the instruction stream, for an emulator that watches it:
 *     cmp $imm32, %eax        3d <low half: id and end bit> 4b 55
 * They change the flags and nothing else, and stand in every build: one binary serves all platforms.
 */
#ifndef GUEST_REGION_H
#define GUEST_REGION_H

#define REGION_MAGIC 0x554b0000
#define REGION_END_BIT 0x8000

/* Ids, below REGION_END_BIT. */
#define REGION_OPEN 0    /* in an end mark: whichever region is open */
#define REGION_SAMPLE 1
#define REGION_CONTROL 2
#define REGION_WARM_UP 3

/* `id` must be a constant. */
#define REGION_BEGIN(id) __asm__ volatile("cmpl %0, %%eax" : : "i"(REGION_MAGIC | (id)) : "cc", "memory")
#define REGION_END(id) __asm__ volatile("cmpl %0, %%eax" : : "i"(REGION_MAGIC | REGION_END_BIT | (id)) : "cc", "memory")

#endif
