/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan of a run, made anew or taken up from its folder.
 */
#include "gbench.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VARIANTS_COPY "variants.list"

static json_t *list_builds(const struct run *run)
{
    json_t *builds = json_object();
    for (size_t i = 0; i < run->cells.count; i++) {
        const struct cell *cell = &run->cells.items[i];
        char *key = format("%s/salt:%u", cell->variant->name, cell->salt);
        char *build = variant_build(cell->variant, cell->salt);
        json_object_set_new(builds, key, json_string(build ? build : "none"));
        free(build);
        free(key);
    }
    return builds;
}

/* Asks Google Benchmark which of all names "<variant>/<benchmark>" the filter selects. */
static bool select_benchmarks(struct run *run, char **why)
{
    struct strings all = {0}, chosen = {0};
    for (size_t i = 0; i < run->variants.count; i++)
        for (size_t j = 0; j < run->variants.items[i].benchmarks.count; j++)
            strings_take(&all, format("%s/%s", run->variants.items[i].name, run->variants.items[i].benchmarks.items[j]));
    bool fine = gbench_select(&all, run->filter, &chosen, why);
    run->selected = must_alloc(run->variants.count, sizeof *run->selected);
    for (size_t i = 0; fine && i < run->variants.count; i++) {
        const struct variant *variant = &run->variants.items[i];
        for (size_t j = 0; j < variant->benchmarks.count; j++) {
            char *name = format("%s/%s", variant->name, variant->benchmarks.items[j]);
            if (strings_have(&chosen, name))
                strings_push(&run->selected[i], variant->benchmarks.items[j]);
            free(name);
        }
    }
    strings_free(&all);
    strings_free(&chosen);
    return fine;
}

/* Does any variant say what it can measure? Only the measuring program is asked. */
static bool lists_benchmarks(const struct run *run)
{
    if (strcmp(run->program, "bench.bin") != 0)
        return false;
    for (size_t i = 0; i < run->variants.count; i++)
        if (run->variants.items[i].benchmarks.count)
            return true;
    return false;
}

/* Cells of variants of which nothing is selected are no part of the run. */
static void drop_unselected(struct run *run)
{
    size_t kept = 0;
    for (size_t i = 0; run->selected && i < run->cells.count; i++) {
        struct cell *cell = &run->cells.items[i];
        const struct strings *selected = &run->selected[cell->variant - run->variants.items];
        if (selected->count || !run->filter[0])
            run->cells.items[kept++] = *cell;
        else
            free(cell->name);
    }
    if (run->selected)
        run->cells.count = kept;
}

static bool finish_plan(struct run *run, char **why)
{
    if (lists_benchmarks(run)) {
        if (!select_benchmarks(run, why))
            return false;
    } else if (run->filter[0]) {
        *why = format("--benchmark_filter needs to know the benchmarks, and no benchmarks.list stands beside %s: build "
                      "the variants first", run->program);
        return false;
    }
    return true;
}

static uint32_t fresh_seed(void)
{
    struct timespec now;
    uint32_t seed = 0;
    int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool fine = file >= 0 && read(file, &seed, sizeof seed) == (ssize_t)sizeof seed;
    if (file >= 0)
        close(file);
    clock_gettime(CLOCK_REALTIME, &now);
    return fine ? seed : (uint32_t)now.tv_nsec ^ (uint32_t)now.tv_sec;
}

static void set_statuses(struct run *run)
{
    run->statuses = must_alloc(run->cells.count, sizeof *run->statuses);
    for (size_t i = 0; i < run->cells.count; i++)
        run->statuses[i] = STATUS_COUNT;
}

bool run_plan(struct run *run, const struct options *options, char **why)
{
    *run = (struct run){ .options = options, .program = must_copy(options->program), .args = must_copy(options->args),
        .filter = must_copy(options->filter), .matrix = must_copy(options->matrix), .writer.file = -1 };
    if (!options->variants) {
        *why = must_copy("--variants FILE is needed: scripts/variants --matrix NAME makes it");
        return false;
    }
    if (!variants_read(&run->variants, options->variants, why) || !finish_plan(run, why))
        return false;
    run->seed = options->seed < 0 ? fresh_seed() : (uint32_t)options->seed;
    schedule_make(&run->cells, &run->variants, options->salts, options->repetitions, run->seed);
    drop_unselected(run);
    run->builds = list_builds(run);
    set_statuses(run);
    return true;
}

static bool text_field(json_t *object, const char *key, char **value, const char *path, char **why)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        *why = format("%s:1: the run record has no \"%s\"", path, key);
    else
        *value = must_copy(text);
    return text != NULL;
}

static bool take_plan(struct run *run, json_t *record, const char *path, char **why)
{
    const char *platform = json_string_value(json_object_get(record, "platform"));
    run->platform = platform_find(platform);
    if (!run->platform) {
        *why = format("%s:1: this runner knows no platform \"%s\"", path, platform);
        return false;
    }
    run->seed = (uint32_t)json_integer_value(json_object_get(record, "seed"));
    if (!text_field(record, "program", &run->program, path, why) || !text_field(record, "args", &run->args, path, why) ||
        !text_field(record, "filter", &run->filter, path, why) || !text_field(record, "matrix", &run->matrix, path, why))
        return false;
    const struct options *options = run->options;
    if (strcmp(options->platform, "auto") != 0 && strcmp(options->platform, platform) != 0) {
        *why = format("%s was begun on platform %s and cannot go on on %s: their numbers do not mix. Leave --platform "
                      "away or begin a new run", options->resume, platform, options->platform);
        return false;
    }
    return true;
}

static bool same_model(const struct run *run, json_t *record, char **why)
{
    json_t *before = json_object_get(record, "model"), *now = run->platform->machine ? run_model(run) : NULL;
    bool same = !before || (now && json_equal(before, now));
    if (!same) {
        char *text = json_dumps(before, JSON_COMPACT | JSON_SORT_KEYS);
        *why = format("%s was begun with the model %s: resume it with the same --machine and --set", run->options->resume,
                      text);
        free(text);
    }
    json_decref(now);
    return same;
}

static bool same_builds(const struct run *run, json_t *record, char **why)
{
    json_t *before = json_object_get(record, "builds"), *build;
    const char *key;
    json_object_foreach(before, key, build) {
        const char *now = json_string_value(json_object_get(run->builds, key));
        if (now && strcmp(now, json_string_value(build) ? json_string_value(build) : "") == 0)
            continue;
        *why = format("%s was begun with build %s of %s, which is now %s: the kernels were rebuilt, and their numbers "
                      "do not mix. Begin a new run", run->options->resume, json_string_value(build), key,
                      now ? now : "gone");
        return false;
    }
    return true;
}

static bool take_cells(struct run *run, const struct results *results, char **why)
{
    json_t *names = json_object_get(results->run, "cells"), *name;
    size_t i;
    json_array_foreach(names, i, name) {
        const char *text = json_string_value(name);
        if (text && schedule_add(&run->cells, &run->variants, text))
            continue;
        *why = format("%s has a cell %s, whose variant is not in the list of variants: begin a new run",
                      run->options->resume, text ? text : "without a name");
        return false;
    }
    run->builds = list_builds(run);
    set_statuses(run);
    for (i = 0; i < run->cells.count; i++) {
        const struct finished_cell *cell = results_cell(results, run->cells.items[i].name);
        if (cell && cell->status == STATUS_PASSED)
            run->statuses[i] = STATUS_PASSED;
    }
    return true;
}

static bool resume_from(struct run *run, const struct results *results, const char *path, char **why)
{
    char *copy = format("%s/" VARIANTS_COPY, run->folder);
    const char *list = run->options->variants ? run->options->variants : copy;
    bool fine = take_plan(run, results->run, path, why) && variants_read(&run->variants, list, why) &&
                same_model(run, results->run, why) && take_cells(run, results, why) && same_builds(run, results->run, why) && finish_plan(run, why);
    free(copy);
    return fine;
}

bool run_resume(struct run *run, const struct options *options, char **why)
{
    *run = (struct run){ .options = options, .folder = realpath(options->resume, NULL), .writer.file = -1 };
    if (!run->folder) {
        *why = format("the run %s cannot be read: %s", options->resume, strerror(errno));
        return false;
    }
    char *path = format("%s/results.jsonl", run->folder);
    struct results results;
    bool fine = results_read(&results, path, why);
    if (fine) {
        if (results.cut)
            complain("%s: the last line is cut off and is dropped", path);
        fine = resume_from(run, &results, path, why) && results_open(&run->writer, path, results.whole, why);
        results_free(&results);
    }
    free(path);
    return fine;
}

const struct platform *run_platform(const struct run *run)
{
    return run->platform;
}

void run_free(struct run *run)
{
    for (size_t i = 0; run->selected && i < run->variants.count; i++)
        strings_free(&run->selected[i]);
    free(run->selected);
    schedule_free(&run->cells);
    variants_free(&run->variants);
    results_close(&run->writer);
    json_decref(run->builds);
    json_decref(run->taint);
    free(run->statuses);
    free(run->folder);
    free(run->program);
    free(run->args);
    free(run->filter);
    free(run->matrix);
    *run = (struct run){ .writer.file = -1 };
}
