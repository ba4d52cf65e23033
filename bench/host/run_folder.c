/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The folder of a run and the record at its beginning.
 */
#include "host_facts.h"
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char *utc(const char *pattern)
{
    char text[40];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof text, pattern, &parts);
    return must_copy(text);
}

/* <out>/<UTC>-<matrix>-<platform>, with a number behind it for the second one in a second. */
static bool make_folder(struct run *run, char **why)
{
    char *out = absolute_path(run->options->out), *stamp = utc("%Y%m%d-%H%M%S");
    bool fine = make_folders(out);
    for (int number = 1; fine && !run->folder; number++) {
        char *path = number == 1 ? format("%s/%s-%s-%s", out, stamp, run->matrix, run->platform->name)
                                 : format("%s/%s-%s-%s-%d", out, stamp, run->matrix, run->platform->name, number);
        if (mkdir(path, 0777) == 0) {
            run->folder = path;
            break;
        }
        fine = errno == EEXIST;
        free(path);
    }
    if (!fine)
        *why = format("no run folder can be made in %s: %s", out, strerror(errno));
    free(out);
    free(stamp);
    return fine;
}

/* The newest run under a name that stays; that it may fail harms nothing. */
static void point_latest(const struct run *run)
{
    const char *slash = strrchr(run->folder, '/');
    char *link = format("%.*s/latest", (int)(slash - run->folder), run->folder);
    char *fresh = format("%s.%ld", link, (long)getpid());
    if (symlink(slash + 1, fresh) != 0 || rename(fresh, link) != 0)
        unlink(fresh);
    free(fresh);
    free(link);
}

/* So that --resume needs nothing but the folder. */
static bool copy_variants(const struct run *run, char **why)
{
    char *path = format("%s/variants.list", run->folder);
    FILE *file = fopen(path, "w");
    for (size_t i = 0; file && i < run->variants.count; i++)
        fprintf(file, "%s\t%s\t%s\n", run->variants.items[i].name, run->variants.items[i].choices,
                run->variants.items[i].folder);
    bool fine = file && fclose(file) == 0;
    if (!fine)
        *why = format("%s cannot be written: %s", path, strerror(errno));
    free(path);
    return fine;
}

static json_t *cell_names(const struct run *run)
{
    json_t *names = json_array();
    for (size_t i = 0; i < run->cells.count; i++)
        json_array_append_new(names, json_string(run->cells.items[i].name));
    return names;
}

/* A clock that the host may change while cells run makes their cycles doubtful. */
static json_t *find_taint(const struct run *run, json_t *facts)
{
    const char *governor = json_string_value(json_object_get(facts, "governor"));
    json_t *taint = json_array();
    if (run->platform->knows_time && strcmp(governor, "performance") != 0)
        json_array_append_new(taint, json_sprintf("governor:%s", governor));
    return taint;
}

json_t *run_model(const struct run *run)
{
    const struct strings *settings = &run->options->settings;
    json_t *set = json_array();
    for (size_t i = 0; i < settings->count; i++)
        json_array_append_new(set, json_string(settings->items[i]));
    return json_pack("{ss so}", "machine", run->options->machine ? run->options->machine : run->platform->machine,
                     "set", set);
}

static json_t *run_record(struct run *run, const struct probe_result *probe, bool resumed)
{
    char *version = platform_emulator_version(run->platform, run->options->emulator);
    char *started = utc("%Y-%m-%dT%H:%M:%SZ");
    json_t *facts = host_facts(version);
    run->taint = find_taint(run, facts);
    json_t *record = json_pack("{ss si ss ss sI ss ss ss ss so so so sO}", "type", "run", "format", RESULTS_FORMAT,
        "platform", run->platform->name, "matrix", run->matrix, "seed", (json_int_t)run->seed, "started", started,
        "program", run->program, "args", run->args, "filter", run->filter, "host", facts, "probe",
        json_incref(probe->records), "cells", cell_names(run), "builds", run->builds);
    if (probe->tick_rate > 0)
        json_object_set_new(record, "tick_rate", json_real(probe->tick_rate));
    if (run->platform->machine)
        json_object_update_new(record, json_pack("{sb so}", "modelled", true, "model", run_model(run)));
    if (resumed)
        json_object_set_new(record, "resumed", json_true());
    free(version);
    free(started);
    return record;
}

bool run_open(struct run *run, const struct platform *platform, const struct probe_result *probe, char **why)
{
    bool resumed = run->writer.file >= 0;
    run->platform = platform;
    run->publish = probe->verdict == VERDICT_COUNTS;
    if (!resumed) {
        if (!make_folder(run, why) || !copy_variants(run, why))
            return false;
        char *path = format("%s/results.jsonl", run->folder);
        bool fine = results_open(&run->writer, path, 0, why);
        free(path);
        if (!fine)
            return false;
    }
    char *logs = format("%s/logs", run->folder);
    bool fine = make_folders(logs);
    if (!fine)
        *why = format("%s cannot be made: %s", logs, strerror(errno));
    free(logs);
    if (!fine)
        return false;
    results_write(&run->writer, run_record(run, probe, resumed));
    point_latest(run);
    return true;
}
