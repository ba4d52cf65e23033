/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include "gbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    const struct run *run;
    const struct results *results;
    struct gbench_report report;
    struct gbench_row *rows;
    struct strings names, errors; /* memory that rows and points point into */
};

static int compare_ticks(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median(const struct sample_set *set)
{
    int64_t *sorted = must_alloc(set->count, sizeof *sorted);
    memcpy(sorted, set->samples, set->count * sizeof *sorted);
    qsort(sorted, set->count, sizeof *sorted, compare_ticks);
    double middle = ((double)sorted[(set->count - 1) / 2] + (double)sorted[set->count / 2]) / 2;
    free(sorted);
    return middle;
}

static struct gbench_event *per_operation(const struct sample_set *set)
{
    struct gbench_event *events = must_alloc(set->event_count, sizeof *events);
    for (size_t i = 0; i < set->event_count; i++)
        events[i] = (struct gbench_event){ set->events[i].name, set->events[i].count / (double)set->per };
    return events;
}

static struct gbench_point make_point(struct builder *builder, const struct cell *cell, const char *benchmark)
{
    const struct finished_cell *finished = results_cell(builder->results, cell->name);
    const struct sample_set *set = finished ? results_set(finished, benchmark) : NULL;
    if (set && set->count)
        return (struct gbench_point){ .ticks = median(set) / (double)set->per, .overhead = (double)set->overhead,
            .samples = (double)set->count, .events = per_operation(set), .event_count = set->event_count };
    strings_take(&builder->errors, format("%s: %s", cell->name, !finished ? "not run" :
        finished->status == STATUS_PASSED ? "no samples" : status_table[finished->status].name));
    return (struct gbench_point){ .error = builder->errors.items[builder->errors.count - 1] };
}

static void add_row(struct builder *builder, const struct variant *variant, const char *benchmark)
{
    const struct cells *cells = &builder->run->cells;
    struct gbench_point *points = NULL;
    size_t count = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (cells->items[i].variant == variant) {
            points = must_grow(points, count + 1, sizeof *points);
            points[count++] = make_point(builder, &cells->items[i], benchmark);
        }
    if (!count)
        return;
    strings_take(&builder->names, format("%s/%s", variant->name, benchmark));
    builder->rows = must_grow(builder->rows, builder->report.row_count + 1, sizeof *builder->rows);
    builder->rows[builder->report.row_count++] = (struct gbench_row){
        .name = builder->names.items[builder->names.count - 1], .points = points };
    builder->report.point_count = count; /* every variant has as many boots */
}

static double tick_rate(const struct run *run, const struct results *results)
{
    json_t *rate = json_object_get(results->run, "tick_rate");
    return run->platform->knows_time && json_is_number(rate) ? json_number_value(rate) : 0;
}

/* The table of a whole matrix is made elsewhere; this one, with a row for each boot, is shown to whoever measures one
 * variant or speaks to Google Benchmark. */
static enum gbench_display choose_display(const struct run *run)
{
    if (run->options->json)
        return DISPLAY_JSON;
    return run->variants.count == 1 || run->options->speaks_benchmark ? DISPLAY_TABLE : DISPLAY_NOTHING;
}

static bool print_from(const struct run *run, const struct results *results, char **why)
{
    struct builder builder = { .run = run, .results = results };
    char *out = run->options->benchmark_out ? must_copy(run->options->benchmark_out)
                                            : format("%s/bench.json", run->folder);
    for (size_t i = 0; i < run->variants.count; i++)
        for (size_t j = 0; j < run->selected[i].count; j++)
            add_row(&builder, &run->variants.items[i], run->selected[i].items[j]);
    builder.report.rows = builder.rows;
    builder.report.unit = run->platform->unit;
    builder.report.tick_rate = tick_rate(run, results);
    builder.report.display = choose_display(run);
    builder.report.out = out;
    builder.report.platform = run->platform->name;
    builder.report.run = run->folder;
    bool fine = gbench_print(&builder.report, why);
    for (size_t i = 0; i < builder.report.row_count; i++) {
        for (size_t j = 0; j < builder.report.point_count; j++)
            free((void *)(uintptr_t)builder.rows[i].points[j].events);
        free((void *)(uintptr_t)builder.rows[i].points);
    }
    free(builder.rows);
    strings_free(&builder.names);
    strings_free(&builder.errors);
    free(out);
    return fine;
}

bool report_print(const struct run *run, char **why)
{
    if (!run->selected)
        return true;
    if (!run->publish) {
        complain("no report: platform %s counts nothing that may be published", run->platform->name);
        return true;
    }
    char *path = format("%s/results.jsonl", run->folder);
    struct results results;
    bool fine = results_read(&results, path, why);
    free(path);
    if (!fine)
        return false;
    fine = print_from(run, &results, why);
    results_free(&results);
    return fine;
}

char *gbench_without_times(const char *text)
{
    json_t *json = json_loads(text, 0, NULL), *entry;
    size_t i;
    json_array_foreach(json_object_get(json, "benchmarks"), i, entry) {
        json_object_del(entry, "real_time");
        json_object_del(entry, "cpu_time");
        json_object_del(entry, "time_unit");
    }
    char *dumped = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    char *result = dumped ? format("%s\n", dumped) : NULL;
    json_decref(json);
    free(dumped);
    return result;
}
