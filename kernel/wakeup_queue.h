/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wakeup queue: threads whose waiting has an end, earliest first. A binary heap, so that no number of waiting threads
 * makes an insertion or removal long: at most 14 exchanges. What is kept in it, and when it is brought up to
 * date, is the choice of the axis `scheduling`.
 */
#ifndef KERNEL_WAKEUP_QUEUE_H
#define KERNEL_WAKEUP_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define WAKEUPS_MAX 16384 /* as many as there are thread numbers */

/* A member. place == 0: not in the queue. */
struct wakeup {
	uint64_t due;   /* clock_read() at which the wait ends */
	uint32_t place; /* in the heap, from 1 on */
};

/* Puts `wakeup` in for `due`; one that is queued already is moved. */
void wakeup_insert(struct wakeup *wakeup, uint64_t due);

/* Takes `wakeup` out, if it is queued. */
void wakeup_remove(struct wakeup *wakeup);

/* The earliest, or 0 if the queue is empty. It stays where it is. */
struct wakeup *wakeup_first(void);

/* Takes the earliest out if it is due at `now`. 0: nobody is. */
struct wakeup *wakeup_take_due(uint64_t now);

/* For invariant_checks.h: nobody is due before its parent, and each member's place is its own; `wakeup` is where it says, if anywhere. */
bool wakeup_queue_is_sound(void);
bool wakeup_is_sound(const struct wakeup *wakeup);

#endif
