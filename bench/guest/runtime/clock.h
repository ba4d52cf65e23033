/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The time stamp counter. What one tick is, only the platform knows.
 */
#ifndef GUEST_CLOCK_H
#define GUEST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The low word of the counter, 0 where the processor has none. Reading costs some ticks, which measurements
 * subtract; where the processor can, no instruction moves across the reading.
 */
extern uint32_t (*clock_read)(void);

/* Picks clock_read by what the processor has. Called before program_main. */
void clock_start(void);

/* Whether there is a counter. */
bool clock_exists(void);

#endif
