/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The host's time, for Bochs: loaded into it before the C library (LD_PRELOAD), so that its run depends on the guest alone.
 *
 * Bochs 2.7 looks at the host's clock even with `clock: sync=none`, for the lamps of its status bar, and derives from it how much
 * faster emulated time passes than the host's. By that factor it then stretches the wait for the next event of emulated timers, too,
 * whenever one of them is to be earlier than was known (iodev/virt_timer.cc, next_event_time_update: one scale for both kinds of
 * timer). A guest that has idled, which takes Bochs no time, leaves a factor of 50 and more: then a timer interrupt due in 1 ms
 * comes after 50. Seen with this kernel when it reads the interval timer's count while an alarm is under way. There is no option
 * against it; but where no time passes there is nothing to divide by: Bochs then leaves the factor at 1, as it was at the beginning,
 * and the lamps alone.
 */
#include <sys/time.h>

#define STANDS_AT 946684800 /* as time0 in bench/host/bochs.c, which the guest's clock begins at */

/* As the C library's, but it always is the same time. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    *now = (struct timeval){ .tv_sec = STANDS_AT };
    return 0;
}
