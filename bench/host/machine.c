/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "modelled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL_SAYS "model: "

void machine_start(struct machine *machine, const struct platform *platform, const struct boot *boot, double timeout,
                   long long output_limit)
{
    *machine = (struct machine){ .platform = platform, .boot = *boot };
    machine->messages = format("%s.emulator", boot->log);
    machine->process.log = boot->log;
    machine->process.timeout = timeout;
    machine->process.output_limit = output_limit;
    unlink(boot->log);
    if (platform->machine) {
        char *out = platform_model_out(boot);
        unlink(out);
        free(out);
    }
    if (platform->prepare && !platform->prepare(platform, boot, &machine->trouble))
        return;
    struct strings command;
    platform_command(platform, boot, &command);
    process_start(&machine->process, command.items, platform_folder(platform, boot), machine->messages);
    strings_free(&command);
}

/* The last line the emulator itself printed, without escape sequences; may be empty. A model's complaint comes before
 * the emulator's, which only says that the model refused. */
static char *last_message(const char *path)
{
    char *text = file_text(path);
    if (!text)
        return must_copy("");
    char *newline = strrchr(text, '\n'), *model = strstr(text, MODEL_SAYS);
    char *line = must_copy(model ? model : newline ? newline + 1 : text);
    free(text);
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; *at; at++)
        if (*at < 0x20 || *at > 0x7e)
            *at = '?';
    if (strlen(line) > 300)
        line[300] = '\0';
    return line;
}

/* A boot that passed is judged once more by what its model wrote, which is then in the log and needs no file. */
static enum status merge(const struct machine *machine, const char *shown, struct serial_log *log, char **why)
{
    char *out = platform_model_out(&machine->boot), *name = format("%s.model", shown);
    enum status status = modelled_merge(log, out, name, machine->boot.keep_events, why);
    if (status == STATUS_PASSED)
        unlink(out);
    free(out);
    free(name);
    return status;
}

/* The emulator's messages are kept only if there are any; an ISO can be made again. */
static void tidy(const struct machine *machine)
{
    char *iso = format("%s/boot.iso", machine->boot.work);
    char *text = file_text(machine->messages);
    if (text && !*text)
        unlink(machine->messages);
    unlink(iso);
    free(iso);
    free(text);
}

bool machine_poll(struct machine *machine, const struct expectation *expected, const char *shown,
                  struct serial_log *log, enum status *status, char **why, double *seconds)
{
    struct ending ending = {0};
    if (!machine->trouble && !process_poll(&machine->process, &ending))
        return false;
    serial_log_read(log, machine->boot.log);
    char *message = last_message(machine->messages);
    if (machine->trouble) {
        *status = STATUS_EMULATOR_FAILED;
        *why = machine->trouble;
    } else {
        *status = status_judge(machine->platform->exit_by, &ending, log, expected, shown, message, why);
        if (*status == STATUS_PASSED && machine->platform->machine)
            *status = merge(machine, shown, log, why);
        log->cpu = ending.cpu;
    }
    *seconds = ending.seconds;
    tidy(machine);
    free(message);
    free(machine->messages);
    *machine = (struct machine){0};
    return true;
}
