/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One boot from start to judgement: platform, images, emulator process and serial log together.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "platforms.h"
#include "process.h"
#include "serial_log.h"
#include "status.h"

struct machine {
    const struct platform *platform;
    struct boot boot;      /* strings are the caller's and outlive the machine */
    struct process process;
    char *messages;        /* file of the emulator's own output */
    char *trouble;         /* why it could not even be prepared */
};

/* Boots. A failure is reported by machine_poll. The serial log and files beside it are made anew. */
void machine_start(struct machine *machine, const struct platform *platform, const struct boot *boot, double timeout,
                   long long output_limit);

/* Ended? Then true, and status and *why (the caller frees it) as by status_judge, *log read (serial_log_free),
 * *seconds its duration. shown: the log's name in messages. */
bool machine_poll(struct machine *machine, const struct expectation *expected, const char *shown,
                  struct serial_log *log, enum status *status, char **why, double *seconds);

#endif
