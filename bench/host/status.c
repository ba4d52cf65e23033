/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"

#include <errno.h>
#include <exit.h> /* of kernel/abi */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NO_CODE (-1)
/* What shells and wrappers such as env(1) say when they could not run a command. */
#define NOT_RUN_FIRST 125
#define NOT_RUN_LAST 127

const struct status_row status_table[STATUS_COUNT] = {
    [STATUS_PASSED] = { "passed", "the guest ended content and its output is whole" },
    [STATUS_FAILED] = { "failed", "the guest said so: a test or a measurement failed, or it could not use what it was booted with" },
    [STATUS_PANICKED] = { "panicked", "the kernel found a defect in itself; the log holds the register dump" },
    [STATUS_HUNG] = { "hung", "the boot did not end in its time, or did not stop printing, and was killed" },
    [STATUS_CRASHED] = { "crashed", "the emulator was killed by a signal, or the guest reset the machine without a word" },
    [STATUS_EMULATOR_FAILED] = { "emulator-failed", "the emulator could not start, or ended with a status that no guest gives" },
    [STATUS_TRUNCATED] = { "truncated", "the output is right as far as it goes, and stops early" },
    [STATUS_CORRUPT] = { "corrupt", "a checksum, a sequence number, the JSON or the content of a record is wrong" },
    [STATUS_MISMATCHED] = { "mismatched", "the boot record names another variant, build, salt or platform than was booted" },
    [STATUS_INTERRUPTED] = { "interrupted", "the runner was told to stop while this cell ran" },
    [STATUS_SKIPPED] = { "skipped", "not booted, for the reason given" },
};

enum status status_find(const char *name)
{
    for (int i = 0; i < STATUS_COUNT; i++)
        if (strcmp(status_table[i].name, name) == 0)
            return (enum status)i;
    return STATUS_COUNT;
}

/* The runner or the host ended it, or it never began: nothing the log says matters. STATUS_COUNT: go on. */
static enum status judge_ending(const struct ending *ending, const char *messages, char **why)
{
    switch (ending->kind) {
    case ENDED_INTERRUPTED:
        *why = must_copy("the runner was interrupted");
        return STATUS_INTERRUPTED;
    case ENDED_NO_START:
        *why = format("the emulator could not be started: %s%s%s%s", strerror(ending->code), *messages ? ": " : "", messages,
                      ending->code == ENOENT ? "; scripts/setup installs what is missing" : "");
        return STATUS_EMULATOR_FAILED;
    case ENDED_TIMEOUT:
        *why = format("no end after %.0f s", ending->seconds);
        return STATUS_HUNG;
    case ENDED_OUTPUT:
        *why = format("printed more than is allowed within %.0f s", ending->seconds);
        return STATUS_HUNG;
    case ENDED_SIGNAL:
        *why = format("the emulator was killed by signal %d (%s)%s%s", ending->code, strsignal(ending->code),
                      *messages ? ": " : "", messages);
        return STATUS_CRASHED;
    case ENDED_EXIT:
        if (ending->code < NOT_RUN_FIRST || ending->code > NOT_RUN_LAST)
            break;
        *why = format("the emulator could not be started (status %d): %s", ending->code, messages);
        return STATUS_EMULATOR_FAILED;
    }
    return STATUS_COUNT;
}

/* What a guest that failed said last: on its console, or else in a note. */
static const char *last_words(const struct serial_log *log)
{
    if (log->last_console[0])
        return log->last_console;
    return log->notes.count ? log->notes.items[log->notes.count - 1] : "it gave no reason";
}

static bool known_code(int code)
{
    return code >= EXIT_PASSED && code <= EXIT_BAD_BOOT;
}

/* The guest's exit code, or a status when there is none. */
static enum status find_code(enum exit_by by, const struct ending *ending, const struct serial_log *log,
                             const char *messages, int *code, char **why)
{
    *code = log->exit_code;
    if (by == EXIT_BY_STATUS && ending->code != 0) {
        *code = ending->code & 1 ? ending->code >> 1 : NO_CODE;
        if (!known_code(*code)) {
            *why = format("the emulator ended with status %d, which no guest gives: %s", ending->code,
                          *messages ? messages : "it printed no reason");
            return STATUS_EMULATOR_FAILED;
        }
        if (log->exit_code != NO_CODE && log->exit_code != *code) {
            *why = format("the log's last line says #EXIT %d, the machine ended with %d", log->exit_code, *code);
            return STATUS_CORRUPT;
        }
    } else if (by == EXIT_BY_STATUS || *code == NO_CODE) {
        *why = format("the machine ended without the guest's exit code (emulator status %d): a reset, or a stop from "
                      "outside. Last words: %s", ending->code, *messages ? messages : last_words(log));
        return STATUS_CRASHED;
    } else if (!known_code(*code)) {
        *why = format("the log says #EXIT %d, which is no exit code", *code);
        return STATUS_CORRUPT;
    }
    return STATUS_COUNT;
}

static enum status judge_words(const struct serial_log *log, const char *path, int code, char **why)
{
    if (code == EXIT_PANIC) {
        *why = must_copy(log->panic ? log->panic : "the kernel gave no reason");
        return STATUS_PANICKED;
    }
    if (code == EXIT_BAD_BOOT) {
        *why = format("bad boot: %s", last_words(log));
        return STATUS_FAILED;
    }
    if (log->fault != LOG_FINE) {
        *why = format("%s:%zu: %s", path, log->fault_line, log->why);
        return log->fault == LOG_CORRUPT ? STATUS_CORRUPT : STATUS_TRUNCATED;
    }
    for (size_t i = 0; i < log->test_count; i++)
        if (strcmp(log->tests[i].result, "fail") == 0) {
            *why = format("test %s: %s", log->tests[i].name, log->tests[i].why);
            return STATUS_FAILED;
        }
    if (code == EXIT_FAILED) {
        *why = format("the guest says it failed: %s", last_words(log));
        return STATUS_FAILED;
    }
    if (log->exit_code == NO_CODE) {
        *why = format("%s: no #EXIT line", path);
        return STATUS_TRUNCATED;
    }
    return STATUS_PASSED;
}

static bool differs(const char *what, const char *found, const char *expected, char **why)
{
    if (!expected || strcmp(found, expected) == 0)
        return false;
    *why = format("the boot record's %s is %.120s, booted was %s", what, found, expected);
    return true;
}

static bool find_mismatch(const struct boot_record *boot, const struct expectation *expected, char **why)
{
    if (differs("variant", boot->variant, expected->choices, why) ||
        differs("build", boot->build, expected->build, why) ||
        differs("platform", boot->platform, expected->platform, why))
        return true;
    if (expected->salt < 0 || boot->salt == expected->salt)
        return false;
    *why = format("the boot record's salt is %lld, booted was %ld", (long long)boot->salt, expected->salt);
    return true;
}

enum status status_judge(enum exit_by by, const struct ending *ending, const struct serial_log *log,
                         const struct expectation *expected, const char *path, const char *messages, char **why)
{
    int code;
    *why = NULL;
    enum status status = judge_ending(ending, messages, why);
    if (status != STATUS_COUNT)
        return status;
    status = find_code(by, ending, log, messages, &code, why);
    if (status != STATUS_COUNT)
        return status;
    if (log->has_boot && find_mismatch(&log->boot, expected, why))
        return STATUS_MISMATCHED;
    status = judge_words(log, path, code, why);
    if (status != STATUS_PASSED || !expected->benchmarks)
        return status;
    for (size_t i = 0; i < expected->benchmarks->count; i++)
        if (!serial_log_bench(log, expected->benchmarks->items[i])) {
            *why = format("%s: benchmark %s did not report", path, expected->benchmarks->items[i]);
            return STATUS_TRUNCATED;
        }
    return STATUS_PASSED;
}
