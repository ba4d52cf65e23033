/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a cell ended: the one table of statuses, and the judgement that picks one.
 */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#include "process.h"
#include "serial_log.h"

enum status {
    STATUS_PASSED,
    STATUS_FAILED,
    STATUS_PANICKED,
    STATUS_HUNG,
    STATUS_CRASHED,
    STATUS_EMULATOR_FAILED,
    STATUS_TRUNCATED,
    STATUS_CORRUPT,
    STATUS_MISMATCHED,
    STATUS_INTERRUPTED,
    STATUS_SKIPPED,
    STATUS_COUNT,
};

/* Name as in results.jsonl, and what it means in one line as in results/README.md. */
extern const struct status_row {
    const char *name;
    const char *meaning;
} status_table[STATUS_COUNT];

/* STATUS_COUNT if there is no status of that name. */
enum status status_find(const char *name);

/* Where the guest's exit code is to be read. */
enum exit_by {
    EXIT_BY_STATUS, /* the emulator's exit status is code << 1 | 1, and the line "#EXIT n" must agree */
    EXIT_BY_LINE,   /* the line alone */
};

/* What was booted, and so what the boot record must say. NULL or -1: do not compare. */
struct expectation {
    const char *choices;
    const char *build;
    long salt;
    const char *platform;
    const struct strings *benchmarks; /* each must have reported */
};

/* The status of a boot. For everything but STATUS_PASSED *why, which the caller frees, says what was wrong and where:
 * `path` is the log as it is to be named; `messages` what the emulator itself printed last, may be empty. */
enum status status_judge(enum exit_by by, const struct ending *ending, const struct serial_log *log,
                         const struct expectation *expected, const char *path, const char *messages, char **why);

#endif
