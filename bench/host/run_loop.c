/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The loop that boots the cells of a run.
 */
#include "machine.h"
#include "progress.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A place for one boot; as many as there are jobs. */
struct slot {
    bool used;
    size_t cell;
    struct machine machine;
    char *images, *build, *log, *work, *args, *mkiso, *plugin, *model, *shown;
};

struct loop {
    struct run *run;
    struct slot *slots;
    unsigned jobs, running;
    size_t next;
    struct progress progress;
};

unsigned run_jobs(const struct run *run)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned wanted = run->options->jobs ? run->options->jobs : processors > 0 ? (unsigned)processors : 1;
    return run->platform->parallel ? wanted : 1;
}

/* "only=a,b" in front of the arguments when the filter leaves out some benchmarks. */
static char *guest_args(const struct run *run, const struct variant *variant)
{
    const struct strings *selected = run->selected ? &run->selected[variant - run->variants.items] : NULL;
    if (!selected || selected->count == variant->benchmarks.count)
        return must_copy(run->args);
    struct text text = {0};
    for (size_t i = 0; i < selected->count; i++)
        text_add(&text, "%s%s", i ? "," : "only=", selected->items[i]);
    if (run->args[0])
        text_add(&text, " %s", run->args);
    return text.data ? text.data : must_copy(run->args);
}

static void fill_slot(struct slot *slot, const struct run *run, size_t index)
{
    const struct cell *cell = &run->cells.items[index];
    const char *mkiso = run->options->mkiso;
    *slot = (struct slot){ .used = true, .cell = index };
    slot->images = variant_images(cell->variant, cell->salt);
    slot->build = variant_build(cell->variant, cell->salt);
    slot->shown = format("logs/%s.salt%u.rep%u.log", cell->variant->name, cell->salt, cell->rep);
    slot->log = format("%s/%s", run->folder, slot->shown);
    slot->work = format("%s/logs/%s.salt%u.rep%u.boot", run->folder, cell->variant->name, cell->salt, cell->rep);
    slot->args = guest_args(run, cell->variant);
    slot->mkiso = strchr(mkiso, '/') ? absolute_path(mkiso) : must_copy(mkiso);
    slot->plugin = absolute_path(run->options->plugin);
    slot->model = absolute_path(run->options->model);
}

static void empty_slot(struct slot *slot)
{
    free(slot->images);
    free(slot->build);
    free(slot->shown);
    free(slot->log);
    free(slot->work);
    free(slot->args);
    free(slot->mkiso);
    free(slot->plugin);
    free(slot->model);
    *slot = (struct slot){0};
}

static json_t *common_fields(const struct run *run, const struct cell *cell, const char *type, const char *build,
                             const struct serial_log *log)
{
    json_t *taint = json_copy(run->taint);
    if (log->model.taint)
        json_array_extend(taint, log->model.taint);
    return json_pack("{ss ss ss so ss si si ss so}", "type", type, "cell", cell->name, "variant", cell->variant->name,
                     "choices", variant_choices(cell->variant), "build", build ? build : "none", "salt",
                     (int)cell->salt, "rep", (int)cell->rep, "platform", run->platform->name, "taint", taint);
}

/* Whose cycles these are: a model says so in every line. */
static void add_model(json_t *line, const struct model_record *model, const struct bench_record *bench)
{
    json_object_update_new(line, json_pack("{ss sb ss}", "machine", model->machine, "modelled", true, "tlb", model->tlb));
    if (json_array_size(model->set))
        json_object_set(line, "set", model->set);
    if (!model->cycles)
        json_object_set_new(line, "unit", json_string("none"));
    json_object_set(line, "events", bench->events);
    if (bench->each)
        json_object_set(line, "events_of_samples", bench->each);
}

static json_t *result_line(const struct run *run, const struct cell *cell, const char *build,
                           const struct serial_log *log, const struct bench_record *bench)
{
    json_t *line = common_fields(run, cell, "result", build, log), *samples = json_array();
    for (size_t i = 0; run->publish && i < bench->count; i++)
        json_array_append_new(samples, json_integer(bench->samples[i]));
    json_object_update_new(line, json_pack("{ss ss ss sI}", "machine", log->boot.cpu, "benchmark", bench->name, "unit",
                                           run->publish ? run->platform->unit : "none", "per", (json_int_t)bench->per));
    if (run->publish)
        json_object_set_new(line, "overhead", json_integer(bench->overhead));
    json_object_set_new(line, "samples", samples);
    if (log->model.machine)
        add_model(line, &log->model, bench);
    return line;
}

static json_t *test_list(const struct serial_log *log)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < log->test_count; i++)
        json_array_append_new(tests, json_pack("{ss ss ss}", "name", log->tests[i].name, "result", log->tests[i].result,
                                               "why", log->tests[i].why));
    return tests;
}

/* The cell's record and, if it passed, its results: one group, written at once. */
static void write_cell(struct run *run, const struct slot *slot, const struct serial_log *log, enum status status,
                       const char *why, double seconds)
{
    const struct cell *cell = &run->cells.items[slot->cell];
    json_t *group = json_array(), *line = common_fields(run, cell, "cell", slot->build, log);
    size_t results = status == STATUS_PASSED ? log->bench_count : 0;
    json_object_update_new(line, json_pack("{ss ss sf sf ss sI}", "status", status_table[status].name, "why",
        why ? why : "", "seconds", (double)(long)(seconds * 1000) / 1000,
        "cpu_seconds", (double)(long)(log->cpu * 1000) / 1000, "log", slot->shown, "results",
        (json_int_t)results));
    if (log->boot.kernel_map)
        json_object_set_new(line, "kernel_map", json_string(log->boot.kernel_map));
    if (log->model.machine)
        json_object_set_new(line, "modelled_instructions", json_integer(log->model.instructions));
    if (log->test_count)
        json_object_set_new(line, "tests", test_list(log));
    json_array_append_new(group, line);
    for (size_t i = 0; i < results; i++)
        json_array_append_new(group, result_line(run, cell, slot->build, log, &log->benches[i]));
    results_write(&run->writer, group);
}

/* What a testing guest reported, in the words of the test protocol, on stdout. */
static void print_tests(const struct run *run, const struct cell *cell, const struct serial_log *log,
                        enum status status, const char *why)
{
    bool failed = false;
    for (size_t i = 0; i < log->test_count; i++) {
        const struct test_record *test = &log->tests[i];
        bool passed = strcmp(test->result, "pass") == 0, skipped = strcmp(test->result, "skip") == 0;
        failed = failed || (!passed && !skipped);
        printf("%s %s/%s/%s%s%s\n", passed ? "ok" : skipped ? "skip" : "not ok", run->platform->name,
               cell->variant->name, test->name, test->why[0] ? ": " : "", test->why);
    }
    if (!run->selected && status != STATUS_PASSED && !failed)
        printf("not ok %s/%s/boot: %s: %s\n", run->platform->name, cell->variant->name, status_table[status].name, why);
    fflush(stdout);
}

static void finish_cell(struct loop *loop, struct slot *slot, const struct serial_log *log, enum status status,
                        const char *why, double seconds)
{
    struct run *run = loop->run;
    const struct cell *cell = &run->cells.items[slot->cell];
    write_cell(run, slot, log, status, why, seconds);
    progress_cell(&loop->progress, cell->name, status, why, seconds);
    print_tests(run, cell, log, status, why);
    run->statuses[slot->cell] = status;
    empty_slot(slot);
}

/* The first file a boot needs and does not find, as fresh memory; NULL if all are there. */
static char *missing_file(const struct slot *slot, const struct run *run)
{
    const char *names[] = { "kernel.elf", "sigma0.bin", run->program, "build.id" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = format("%s/%s", slot->images, names[i]);
        if (!file_exists(path))
            return path;
        free(path);
    }
    return NULL;
}

static void start_cell(struct loop *loop, struct slot *slot, size_t index)
{
    struct run *run = loop->run;
    const struct options *options = run->options;
    fill_slot(slot, run, index);
    char *missing = missing_file(slot, run);
    if (missing) {
        struct serial_log none = {0};
        char *why = format("%s is missing: it was not built", missing);
        finish_cell(loop, slot, &none, STATUS_SKIPPED, why, 0);
        free(why);
        free(missing);
        return;
    }
    struct boot boot = { .emulator = options->emulator, .mkiso = slot->mkiso, .images = slot->images,
        .kernel = "kernel.elf", .sigma0 = "sigma0.bin", .program = run->program, .args = slot->args,
        .log = slot->log, .plugin = slot->plugin, .model = slot->model, .machine = options->machine,
        .settings = &options->settings, .keep_events = options->keep_events, .work = slot->work };
    machine_start(&slot->machine, run->platform, &boot, options->timeout > 0 ? options->timeout : run->platform->timeout,
                  (long long)options->output_limit);
    loop->running++;
}

static void poll_slot(struct loop *loop, struct slot *slot)
{
    struct run *run = loop->run;
    const struct cell *cell = &run->cells.items[slot->cell];
    struct expectation expected = { .choices = cell->variant->choices, .build = slot->build, .salt = (long)cell->salt,
        .platform = run->platform->name };
    struct serial_log log;
    enum status status;
    char *why;
    double seconds;
    /* Whoever names benchmarks in --args chooses them without the runner's knowledge. */
    if (run->selected && !strstr(run->args, "only="))
        expected.benchmarks = &run->selected[cell->variant - run->variants.items];
    if (!machine_poll(&slot->machine, &expected, slot->shown, &log, &status, &why, &seconds))
        return;
    loop->running--;
    finish_cell(loop, slot, &log, status, why, seconds);
    serial_log_free(&log);
    free(why);
}

static void fill_slots(struct loop *loop)
{
    struct run *run = loop->run;
    for (unsigned i = 0; i < loop->jobs; i++)
        while (!loop->slots[i].used && loop->next < run->cells.count) {
            size_t index = loop->next++;
            if (run->statuses[index] == STATUS_COUNT)
                start_cell(loop, &loop->slots[i], index);
        }
    loop->progress.running = loop->running;
}

static void loop_until_done(struct loop *loop)
{
    do {
        bool stop = process_interrupted() != 0;
        if (!stop)
            fill_slots(loop);
        for (unsigned i = 0; i < loop->jobs; i++) {
            if (!loop->slots[i].used)
                continue;
            if (stop)
                process_stop(&loop->slots[i].machine.process);
            poll_slot(loop, &loop->slots[i]);
        }
        progress_tick(&loop->progress);
        if (loop->running == loop->jobs || (loop->running && (stop || loop->next == loop->run->cells.count)))
            process_wait(0.2);
    } while (loop->running || (!process_interrupted() && loop->next < loop->run->cells.count));
}

static enum run_exit write_end(struct run *run)
{
    json_t *counts = json_object();
    size_t passed = 0, not_run = 0;
    for (size_t i = 0; i < run->cells.count; i++) {
        if (run->statuses[i] == STATUS_COUNT) {
            not_run++;
            continue;
        }
        const char *name = status_table[run->statuses[i]].name;
        json_int_t before = json_integer_value(json_object_get(counts, name));
        json_object_set_new(counts, name, json_integer(before + 1));
        passed += run->statuses[i] == STATUS_PASSED;
    }
    /* A signal that came while the last cell ended took nothing away. */
    bool interrupted = not_run || json_object_get(counts, status_table[STATUS_INTERRUPTED].name);
    results_write(&run->writer, json_pack("{ss ss so}", "type", "end", "status",
                                          interrupted ? "interrupted" : "complete", "cells", counts));
    if (interrupted)
        return RUN_INTERRUPTED;
    return passed == run->cells.count ? RUN_ALL_PASSED : RUN_SOME_LOST;
}

enum run_exit run_boot(struct run *run)
{
    struct loop loop = { .run = run, .jobs = run_jobs(run) };
    size_t done = 0;
    for (size_t i = 0; i < run->cells.count; i++)
        done += run->statuses[i] != STATUS_COUNT;
    loop.slots = must_alloc(loop.jobs, sizeof *loop.slots);
    progress_begin(&loop.progress, run->cells.count, done);
    loop_until_done(&loop);
    progress_end(&loop.progress);
    free(loop.slots);
    return write_end(run);
}
