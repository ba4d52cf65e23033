/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelled.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_FORMAT 1

/* One region between two marks. */
struct region {
    size_t group;
    int64_t cycles;
    json_t *events;
    bool sample; /* else a control */
};

struct reader {
    struct serial_log *log;
    struct region *regions; /* samples and controls; warm-ups are only counted */
    size_t kept, seen, groups;
    bool ended;
    enum status status;
    char *why;
};

__attribute__((format(printf, 3, 4)))
static bool refuse(struct reader *reader, enum status status, const char *pattern, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    reader->status = status;
    reader->why = must_copy(text);
    return false;
}

static const char *text_of(json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* Whether the number was there and not below zero. */
static bool number_of(json_t *line, const char *key, size_t *number)
{
    json_t *field = json_object_get(line, key);
    *number = (size_t)json_integer_value(field);
    return json_is_integer(field) && json_integer_value(field) >= 0;
}

static bool take_run(struct reader *reader, json_t *line)
{
    struct model_record *model = &reader->log->model;
    const char *machine = text_of(line, "machine"), *cycles = text_of(line, "cycles"), *tlb = text_of(line, "tlb");
    json_t *set = json_object_get(line, "set");
    size_t version;
    if (!number_of(line, "format", &version) || version != MODEL_FORMAT)
        return refuse(reader, STATUS_CORRUPT, "this runner reads the model's format %d only", MODEL_FORMAT);
    if (model->machine || !machine || !cycles || !json_is_array(set))
        return refuse(reader, STATUS_CORRUPT, "a second run line, or one without machine, cycles and set");
    *model = (struct model_record){ .machine = must_copy(machine), .tlb = must_copy(tlb ? tlb : "none"),
        .cycles = strcmp(cycles, "none") != 0, .set = json_incref(set) };
    return true;
}

/* Numbers of an object within objects under the joined names. */
static void flatten(json_t *from, const char *prefix, json_t *to)
{
    static const char *const not_counts[] = { "region", "group", "cycles", NULL };
    const char *key;
    json_t *value;
    json_object_foreach(from, key, value) {
        char *name = format("%s%s%s", prefix, *prefix ? "." : "", key);
        bool count = json_is_integer(value);
        for (const char *const *other = not_counts; *other; other++)
            count = count && strcmp(name, *other) != 0;
        if (json_is_object(value))
            flatten(value, name, to);
        else if (count)
            json_object_set(to, name, value);
        free(name);
    }
}

static bool take_region(struct reader *reader, json_t *line)
{
    size_t number, group, cycles;
    const char *id = text_of(line, "id");
    if (!number_of(line, "region", &number) || !number_of(line, "group", &group) ||
        !number_of(line, "cycles", &cycles) || !id)
        return refuse(reader, STATUS_CORRUPT, "a region without region, group, id and cycles");
    if (number != reader->seen++)
        return refuse(reader, STATUS_CORRUPT, "region %zu where %zu was to come", number, reader->seen - 1);
    if (group != reader->groups && group + 1 != reader->groups)
        return refuse(reader, STATUS_CORRUPT, "region %zu is of group %zu, after group %zu", number, group,
                      reader->groups - 1);
    reader->groups = group + 1;
    bool sample = strcmp(id, "sample") == 0;
    if (!sample && strcmp(id, "control") != 0)
        return strcmp(id, "warm-up") == 0 || refuse(reader, STATUS_CORRUPT, "region %zu is a \"%.40s\"", number, id);
    struct region region = { .group = group, .cycles = (int64_t)cycles, .events = json_object(), .sample = sample };
    flatten(line, "", region.events);
    reader->regions = must_grow(reader->regions, reader->kept + 1, sizeof *reader->regions);
    reader->regions[reader->kept++] = region;
    return true;
}

static bool take_end(struct reader *reader, json_t *line)
{
    size_t regions, groups, instructions;
    json_t *taint = json_object_get(line, "taint");
    if (!number_of(line, "regions", &regions) || !number_of(line, "groups", &groups) ||
        !number_of(line, "instructions", &instructions) || !json_is_array(taint))
        return refuse(reader, STATUS_CORRUPT, "an end line without regions, groups, instructions and taint");
    if (!json_is_true(json_object_get(line, "complete")))
        return refuse(reader, STATUS_TRUNCATED, "the end line does not say complete");
    if (regions != reader->seen || groups != reader->groups)
        return refuse(reader, STATUS_CORRUPT, "the end line counts %zu regions in %zu groups, there were %zu in %zu",
                      regions, groups, reader->seen, reader->groups);
    reader->log->model.taint = json_incref(taint);
    reader->log->model.instructions = (int64_t)instructions;
    reader->ended = true;
    return true;
}

static bool take_line(struct reader *reader, json_t *line)
{
    const char *type = text_of(line, "type");
    if (reader->ended)
        return refuse(reader, STATUS_CORRUPT, "a line after the end line");
    if (!type)
        return refuse(reader, STATUS_CORRUPT, "no object with a \"type\"");
    if (strcmp(type, "run") == 0)
        return take_run(reader, line);
    if (!reader->log->model.machine)
        return refuse(reader, STATUS_CORRUPT, "the first line is no run line");
    if (strcmp(type, "region") == 0)
        return take_region(reader, line);
    if (strcmp(type, "end") == 0)
        return take_end(reader, line);
    return refuse(reader, STATUS_CORRUPT, "unknown type \"%.40s\"", type);
}

static bool read_file(struct reader *reader, FILE *file, const char *shown)
{
    char *text = NULL;
    size_t size = 0, number = 0;
    ssize_t got;
    bool fine = true;
    while (fine && (got = getline(&text, &size, file)) > 0) {
        json_error_t error;
        json_t *line = text[got - 1] == '\n' ? json_loadb(text, (size_t)got, JSON_REJECT_DUPLICATES, &error) : NULL;
        number++;
        if (line)
            fine = take_line(reader, line);
        else if (text[got - 1] == '\n')
            fine = refuse(reader, STATUS_CORRUPT, "%s", error.text);
        else
            fine = refuse(reader, STATUS_TRUNCATED, "the line has no end");
        json_decref(line);
    }
    free(text);
    if (fine && !reader->ended)
        fine = refuse(reader, STATUS_TRUNCATED, "there is no end line");
    if (!fine) {
        char *why = format("%s:%zu: %s", shown, number, reader->why);
        free(reader->why);
        reader->why = why;
    }
    return fine;
}

/* ---- joining ---------------------------------------------------------------------------------------------------- */

static int by_cycles(const void *a, const void *b)
{
    const struct region *x = *(const struct region *const *)a, *y = *(const struct region *const *)b;
    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? -1 : 1;
    return (x > y) - (x < y); /* equal ones in their order */
}

/* The first of those with the lower median of cycles. */
static const struct region *median_of(const struct region *const *regions, size_t count)
{
    const struct region **sorted = must_alloc(count, sizeof *sorted);
    memcpy(sorted, regions, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_cycles);
    size_t middle = (count - 1) / 2;
    while (middle > 0 && sorted[middle - 1]->cycles == sorted[middle]->cycles)
        middle--;
    const struct region *median = sorted[middle];
    free(sorted);
    return median;
}

/* What was touched cannot be subtracted: a line that both touch is one line. */
static bool is_touched(const char *key)
{
    size_t length = strlen(key);
    return (length >= 5 && (strcmp(key + length - 5, "lines") == 0 || strcmp(key + length - 5, "pages") == 0));
}

/* The sample's events less the control's, those that come to 0 left out. */
static json_t *less(json_t *sample, json_t *control)
{
    json_t *result = json_copy(sample), *value;
    const char *key;
    void *next;
    json_object_foreach(control, key, value)
        if (!is_touched(key)) {
            json_int_t had = json_integer_value(json_object_get(result, key));
            json_object_set_new(result, key, json_integer(had - json_integer_value(value)));
        }
    json_object_foreach_safe(result, next, key, value)
        if (json_integer_value(value) == 0)
            json_object_del(result, key);
    return result;
}

static void fill_bench(struct bench_record *bench, const struct region *const *samples, size_t count,
                       const struct region *control, bool cycles, bool each)
{
    bench->events = less(median_of(samples, count)->events, control->events);
    bench->each = each ? json_array() : NULL;
    bench->overhead = cycles ? control->cycles : 0;
    bench->count = bench->announced = cycles ? count : 0;
    bench->samples = must_grow(bench->samples, count, sizeof *bench->samples);
    for (size_t i = 0; i < count; i++) {
        bench->samples[i] = samples[i]->cycles - control->cycles;
        if (each)
            json_array_append_new(bench->each, less(samples[i]->events, control->events));
    }
}

static bool join_group(struct reader *reader, size_t group, bool each)
{
    struct bench_record *bench = &reader->log->benches[group];
    const struct region **samples = must_alloc(reader->kept, sizeof *samples);
    const struct region **controls = must_alloc(reader->kept, sizeof *controls);
    size_t sample_count = 0, control_count = 0;
    for (size_t i = 0; i < reader->kept; i++) {
        const struct region *region = &reader->regions[i];
        if (region->group == group && region->sample)
            samples[sample_count++] = region;
        else if (region->group == group)
            controls[control_count++] = region;
    }
    bool fine = sample_count == bench->regions && control_count > 0;
    if (fine)
        fill_bench(bench, samples, sample_count, median_of(controls, control_count), reader->log->model.cycles, each);
    else
        refuse(reader, STATUS_CORRUPT, "%s: the model saw %zu samples and %zu controls, the guest took %zu samples",
               bench->name, sample_count, control_count, bench->regions);
    free(samples);
    free(controls);
    return fine;
}

static bool join(struct reader *reader, const char *shown, bool each)
{
    bool fine = true;
    if (reader->groups != reader->log->bench_count)
        fine = refuse(reader, STATUS_CORRUPT, "the model saw %zu benchmarks, the guest reported %zu", reader->groups,
                      reader->log->bench_count);
    for (size_t group = 0; fine && group < reader->groups; group++)
        fine = join_group(reader, group, each);
    if (!fine) {
        char *why = format("%s: %s", shown, reader->why);
        free(reader->why);
        reader->why = why;
    }
    return fine;
}

enum status modelled_merge(struct serial_log *log, const char *path, const char *shown, bool each, char **why)
{
    struct reader reader = { .log = log, .status = STATUS_PASSED };
    FILE *file = fopen(path, "r");
    if (!file) {
        *why = format("%s: the model wrote nothing: %s", shown, strerror(errno));
        return STATUS_TRUNCATED;
    }
    if (read_file(&reader, file, shown))
        join(&reader, shown, each);
    fclose(file);
    for (size_t i = 0; i < reader.kept; i++)
        json_decref(reader.regions[i].events);
    free(reader.regions);
    *why = reader.why;
    return reader.status;
}
