/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define CLEAR "\r\033[K"

void progress_duration(double seconds, char text[16])
{
    unsigned s = seconds < 0 ? 0 : seconds > 3599999 ? 3599999 : (unsigned)(seconds + 0.5);
    unsigned hours = s / 3600 % 1000, minutes = s / 60 % 60;
    if (hours)
        snprintf(text, 16, "%u:%02u:%02u", hours, minutes, s % 60);
    else
        snprintf(text, 16, "%u:%02u", minutes, s % 60);
}

void progress_begin(struct progress *progress, size_t total, size_t done)
{
    *progress = (struct progress){ .total = total, .done = done, .before = done, .started = now_seconds(),
        .terminal = isatty(STDERR_FILENO) };
}

/* "elapsed 0:12, about 1:30 left"; no estimate before the first cell has ended. */
static void print_times(const struct progress *progress)
{
    double elapsed = now_seconds() - progress->started;
    size_t ended = progress->done - progress->before, left = progress->total - progress->done;
    char text[16];
    progress_duration(elapsed, text);
    fprintf(stderr, "elapsed %s", text);
    if (!ended || !left)
        return;
    progress_duration(elapsed / (double)ended * (double)left, text);
    fprintf(stderr, ", about %s left", text);
}

void progress_tick(struct progress *progress)
{
    double now = now_seconds();
    if (!progress->terminal || now - progress->last_tick < 0.5)
        return;
    progress->last_tick = now;
    fprintf(stderr, CLEAR "cell %zu of %zu, %zu running, ", progress->done, progress->total, progress->running);
    print_times(progress);
    fflush(stderr);
}

void progress_cell(struct progress *progress, const char *cell, enum status status, const char *why, double seconds)
{
    progress->done++;
    if (progress->terminal)
        fputs(CLEAR, stderr);
    fprintf(stderr, "cell %zu of %zu: %s %s, %.1f s", progress->done, progress->total, cell,
            status_table[status].name, seconds);
    if (why)
        fprintf(stderr, ": %s", why);
    if (!progress->terminal) {
        fputs("; ", stderr);
        print_times(progress);
    }
    fputc('\n', stderr);
    progress->last_tick = 0;
    progress_tick(progress);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal)
        fputs(CLEAR, stderr);
}
