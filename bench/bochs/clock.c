/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The host's time, for Bochs: loaded into it before the C library (LD_PRELOAD), so that its run depends on the guest alone.
 *
 * Bochs 2.7 looks at the host's clock even with `clock: sync=none`, for the lamps of its status bar, and derives from it how much
 * faster emulated time passes than the host's. By that factor it then stretches the wait for the next event of emulated timers, too,
 * whenever one of them is to be earlier than was known (iodev/virt_timer.cc, next_event_time_update: one scale for both kinds of
 * timer). A guest that has idled, which takes Bochs no time, leaves a factor of 50 and more: then a timer interrupt due in 1 ms
 * comes after 50. Seen with this kernel when it reads the interval timer's count while an alarm is under way. There is no option
 * against it; but if the host's time passes faster than emulated time ever can, the factor is below 1, and an event that is looked
 * at early is not taken early: Bochs then waits for the rest.
 */
#include <stdint.h>
#include <sys/time.h>

#define US_PER_S 1000000u
#define STEP_US US_PER_S /* the lamps are looked after every 0.1 s, so Bochs never gets ahead of this clock */

/* As the C library's, but every reading is one second after the last. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    static uint64_t us;

    (void)zone;
    us += STEP_US;
    now->tv_sec = (time_t)(us / US_PER_S);
    now->tv_usec = (suseconds_t)(us % US_PER_S);
    return 0;
}
