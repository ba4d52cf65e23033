/* SPDX-License-Identifier: BSD-2-Clause */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define GRACE 1.0 /* seconds between SIGTERM and SIGKILL */

static volatile sig_atomic_t interrupted;

static void catch_signal(int number)
{
    if (number != SIGCHLD)
        interrupted = number;
}

/* Blocked but while process_wait sleeps, so that none can come between a look at the flag and the sleep. */
void process_signals_install(void)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
    struct sigaction action = { .sa_handler = catch_signal };
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        sigaction(caught[i], &action, NULL);
        sigaddset(&blocked, caught[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int process_interrupted(void)
{
    return interrupted;
}

void process_wait(double seconds)
{
    struct timespec limit = { .tv_sec = (time_t)seconds };
    limit.tv_nsec = (long)((seconds - (double)limit.tv_sec) * 1e9);
    sigset_t none;
    sigemptyset(&none);
    pselect(0, NULL, NULL, NULL, &limit, &none);
}

static void restore_signals(void)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE };
    sigset_t none;
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        signal(caught[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: never returns. On any failure errno goes through the pipe, which exec closes otherwise, and the
 * program's name is what it printed. */
static void become(char *const argv[], const char *dir, const char *messages, int report, pid_t parent)
{
    setpgid(0, 0);
    restore_signals();
#ifdef __linux__
    /* A runner killed outright must not leave emulators behind that nothing watches any more. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(127);
    int in = open("/dev/null", O_RDONLY);
    int out = open(messages, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (in >= 0 && out >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 && chdir(dir) == 0)
        execvp(argv[0], argv);
    int error = errno;
    dprintf(2, "%s", argv[0]);
    if (write(report, &error, sizeof error) < 0)
        _exit(126);
    _exit(127);
}

void process_start(struct process *process, char *const argv[], const char *dir, const char *messages)
{
    int report[2], error = 0;
    pid_t parent = getpid();
    process->messages = must_copy(messages);
    process->started = now_seconds();
    process->stopping = false;
    process->pid = -1;
    if (pipe(report) == 0) {
        fcntl(report[0], F_SETFD, FD_CLOEXEC);
        fcntl(report[1], F_SETFD, FD_CLOEXEC);
        process->pid = fork();
        if (process->pid == 0)
            become(argv, dir, messages, report[1], parent);
        error = errno;
        close(report[1]);
        if (process->pid > 0) {
            setpgid(process->pid, process->pid); /* as the child does: whoever comes first */
            if (read(report[0], &error, sizeof error) == (ssize_t)sizeof error) {
                waitpid(process->pid, NULL, 0);
                process->pid = -1;
            }
        }
        close(report[0]);
    } else {
        error = errno;
    }
    if (process->pid < 0)
        process->error = error;
}

static void begin_stop(struct process *process, enum ending_kind kind)
{
    if (process->stopping)
        return;
    process->stopping = true;
    process->stop_kind = kind;
    process->kill_at = now_seconds() + GRACE;
    kill(-process->pid, SIGTERM);
    kill(-process->pid, SIGCONT);
}

void process_stop(struct process *process)
{
    if (process->pid > 0)
        begin_stop(process, ENDED_INTERRUPTED);
}

static bool wrote_too_much(const struct process *process)
{
    struct stat status;
    return (process->log && stat(process->log, &status) == 0 && status.st_size > process->output_limit) ||
           (stat(process->messages, &status) == 0 && status.st_size > process->output_limit);
}

static void finish(struct process *process, struct ending *ending, enum ending_kind kind, int code)
{
    *ending = (struct ending){ .kind = kind, .code = code, .seconds = now_seconds() - process->started };
    free(process->messages);
    process->messages = NULL;
    process->pid = 0;
}

static double in_seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static void reap(struct process *process, struct ending *ending)
{
    int status = 0;
    struct rusage usage = {0};
    kill(-process->pid, SIGKILL); /* helpers it may have left in its group, whose number is still taken */
    wait4(process->pid, &status, 0, &usage);
    if (process->stopping)
        finish(process, ending, process->stop_kind, 0);
    else if (wrote_too_much(process))
        finish(process, ending, ENDED_OUTPUT, 0);
    else if (WIFSIGNALED(status))
        finish(process, ending, ENDED_SIGNAL, WTERMSIG(status));
    else
        finish(process, ending, ENDED_EXIT, WEXITSTATUS(status));
    ending->cpu = in_seconds(&usage.ru_utime) + in_seconds(&usage.ru_stime);
}

bool process_poll(struct process *process, struct ending *ending)
{
    if (process->pid < 0) {
        finish(process, ending, ENDED_NO_START, process->error);
        return true;
    }
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == process->pid) {
        reap(process, ending);
        return true;
    }
    if (process->stopping) {
        if (now_seconds() >= process->kill_at)
            kill(-process->pid, SIGKILL);
    } else if (now_seconds() - process->started >= process->timeout) {
        begin_stop(process, ENDED_TIMEOUT);
    } else if (wrote_too_much(process)) {
        begin_stop(process, ENDED_OUTPUT);
    }
    return false;
}
