/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said while cells are booted, on stderr: on a terminal one line that is written over, plain lines otherwise.
 */
#ifndef HOST_PROGRESS_H
#define HOST_PROGRESS_H

#include "status.h"

struct progress {
    size_t total;     /* cells of this run, those of an earlier part included */
    size_t done;
    size_t before;    /* done when this part began: they say nothing of its speed */
    size_t running;
    double started;
    bool terminal;
    double last_tick;
};

void progress_begin(struct progress *progress, size_t total, size_t done);
/* Call as often as you like: at most twice a second something happens, and only on a terminal. */
void progress_tick(struct progress *progress);
/* A cell has ended. why is NULL for one that passed. */
void progress_cell(struct progress *progress, const char *cell, enum status status, const char *why, double seconds);
void progress_end(struct progress *progress);

/* "0:07", "12:34", "1:02:03"; at most 16 bytes. */
void progress_duration(double seconds, char text[16]);

#endif
