/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The real-time clock's driver: ticks from line 8. (The kernel's own timer is line 0.)
 */
#ifndef GUEST_DRIVER_TIMER_H
#define GUEST_DRIVER_TIMER_H

#include "driver.h"

#define TIMER_HZ 1024

/* Requests. */
#define TIMER_WAIT 1 /* word 0: ticks, 1 and more. Answered when they are over: word 0 how many there have been in all */

extern const struct driver timer_driver;

/* Sets the clock's rate, 32768 >> (rate - 1) Hz with rate 3 to 15, and lets it interrupt. For who has its ports. */
void timer_begin(uint32_t rate);

/* Whether a period has ended since the last call; lets the clock interrupt again. */
bool timer_period_ended(void);

#endif
