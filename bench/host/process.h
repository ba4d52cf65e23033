/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One emulator, run in a process group of its own, watched for time and for the size of what it writes.
 */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#include "util.h"

#include <sys/types.h>

enum ending_kind {
    ENDED_EXIT,        /* code is its exit status */
    ENDED_SIGNAL,      /* code is the signal, sent by somebody else */
    ENDED_NO_START,    /* code is the errno of what failed */
    ENDED_TIMEOUT,     /* ended by process_poll */
    ENDED_OUTPUT,      /* ended by process_poll: it wrote more than output_limit bytes */
    ENDED_INTERRUPTED, /* ended by process_stop */
};

struct ending {
    enum ending_kind kind;
    int code;
    double seconds; /* from start to end */
    double cpu;     /* seconds that a processor was busy for it */
};

struct process {
    pid_t pid;             /* 0: not running */
    const char *log;       /* the file whose size is watched; the caller keeps it alive */
    double timeout;        /* seconds */
    long long output_limit; /* bytes, for the log and for the file of messages each */
    /* private */
    char *messages;
    double started, kill_at;
    int error; /* errno of a start that failed */
    bool stopping;
    enum ending_kind stop_kind;
};

/* Starts argv in folder `dir`, its standard output and error going to the file `messages`, no input. `process` holds
 * log, timeout and output_limit. If it cannot be started the error is reported by the first process_poll. */
void process_start(struct process *process, char *const argv[], const char *dir, const char *messages);

/* Has it ended? Then true, *ending filled and the process free for reuse; nothing of its group is left. Ends it when
 * its time is over or its output is too long. Call at least every second. */
bool process_poll(struct process *process, struct ending *ending);

/* Asks it to end: SIGTERM to its group now, SIGKILL a second later. process_poll reports the end. */
void process_stop(struct process *process);

/* Waits at most `seconds` for a child to end or a signal that process_signals_install catches. */
void process_wait(double seconds);

/* Catches SIGINT, SIGTERM, SIGHUP and SIGCHLD; the first three set the flag below. */
void process_signals_install(void);
/* The signal that asked the runner to end, 0 if none. */
int process_interrupted(void);

#endif
