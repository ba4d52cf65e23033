/* SPDX-License-Identifier: BSD-2-Clause */
#include "results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct results *results;
    struct finished_cell open; /* a cell whose result lines are still to come */
    size_t missing;            /* how many */
    bool ended;                /* an end record was the last */
};

static void free_cell(struct finished_cell *cell)
{
    for (size_t i = 0; i < cell->set_count; i++) {
        free(cell->sets[i].benchmark);
        free(cell->sets[i].samples);
        for (size_t j = 0; j < cell->sets[i].event_count; j++)
            free(cell->sets[i].events[j].name);
        free(cell->sets[i].events);
    }
    free(cell->sets);
    free(cell->name);
    free(cell->why);
    *cell = (struct finished_cell){0};
}

static void keep_cell(struct reader *reader)
{
    struct results *results = reader->results;
    for (size_t i = 0; i < results->cell_count; i++)
        if (strcmp(results->cells[i].name, reader->open.name) == 0) {
            free_cell(&results->cells[i]);
            results->cells[i] = reader->open;
            reader->open = (struct finished_cell){0};
            return;
        }
    results->cells = must_grow(results->cells, results->cell_count + 1, sizeof *results->cells);
    results->cells[results->cell_count++] = reader->open;
    reader->open = (struct finished_cell){0};
}

static const char *take_run(struct reader *reader, json_t *line)
{
    json_t *run = reader->results->run;
    json_t *number = json_object_get(line, "format");
    if (!json_is_integer(number) || json_integer_value(number) != RESULTS_FORMAT)
        return "this runner reads format 1 only";
    if (!json_is_string(json_object_get(line, "platform")))
        return "a run record needs \"platform\"";
    if (!run) {
        reader->results->run = json_incref(line);
        return NULL;
    }
    if (!json_is_true(json_object_get(line, "resumed")))
        return "a second run record that is no resumed one";
    if (!json_equal(json_object_get(run, "platform"), json_object_get(line, "platform")))
        return "resumed on another platform";
    return NULL;
}

static const char *take_cell(struct reader *reader, json_t *line)
{
    const char *name = json_string_value(json_object_get(line, "cell"));
    const char *status = json_string_value(json_object_get(line, "status"));
    const char *why = json_string_value(json_object_get(line, "why"));
    json_t *count = json_object_get(line, "results");
    if (!name || !status)
        return "a cell record needs \"cell\" and \"status\"";
    if (status_find(status) == STATUS_COUNT)
        return "unknown status";
    if (count && (!json_is_integer(count) || json_integer_value(count) < 0))
        return "\"results\" is no count";
    const struct finished_cell *old = results_cell(reader->results, name);
    if (old && old->status == STATUS_PASSED)
        return "a cell that has passed already";
    reader->open = (struct finished_cell){ .name = must_copy(name), .status = status_find(status),
        .why = must_copy(why ? why : "") };
    reader->missing = (size_t)json_integer_value(count);
    if (!reader->missing)
        keep_cell(reader);
    return NULL;
}

static const char *fill_set(struct sample_set *set, json_t *samples)
{
    set->count = json_array_size(samples);
    set->samples = must_alloc(set->count, sizeof *set->samples);
    for (size_t i = 0; i < set->count; i++) {
        if (!json_is_integer(json_array_get(samples, i)))
            return "a sample is no integer";
        set->samples[i] = json_integer_value(json_array_get(samples, i));
    }
    return NULL;
}

static const char *fill_events(struct sample_set *set, json_t *events)
{
    const char *name;
    json_t *count;
    if (events && !json_is_object(events))
        return "\"events\" is no object";
    set->events = must_alloc(json_object_size(events), sizeof *set->events);
    json_object_foreach(events, name, count) {
        if (!json_is_integer(count))
            return "an event's count is no integer";
        set->events[set->event_count++] = (struct event){ must_copy(name), (double)json_integer_value(count) };
    }
    return NULL;
}

static const char *take_result(struct reader *reader, json_t *line)
{
    struct finished_cell *cell = &reader->open;
    const char *name = json_string_value(json_object_get(line, "cell"));
    const char *benchmark = json_string_value(json_object_get(line, "benchmark"));
    json_t *samples = json_object_get(line, "samples"), *per = json_object_get(line, "per");
    if (!reader->missing || !name || strcmp(name, cell->name) != 0)
        return "a result that does not follow its cell's record";
    if (!benchmark || !json_is_array(samples) || !json_is_integer(per) || json_integer_value(per) < 1)
        return "a result record needs \"benchmark\", \"per\" and \"samples\"";
    if (results_set(cell, benchmark))
        return "this benchmark has a result in this cell already";
    cell->sets = must_grow(cell->sets, cell->set_count + 1, sizeof *cell->sets);
    cell->sets[cell->set_count++] = (struct sample_set){ .benchmark = must_copy(benchmark),
        .per = json_integer_value(per), .overhead = json_integer_value(json_object_get(line, "overhead")) };
    const char *fault = fill_set(&cell->sets[cell->set_count - 1], samples);
    if (!fault)
        fault = fill_events(&cell->sets[cell->set_count - 1], json_object_get(line, "events"));
    if (!fault && --reader->missing == 0)
        keep_cell(reader);
    return fault;
}

static const char *take_line(struct reader *reader, json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    if (!type)
        return "no object with a \"type\"";
    if (!reader->results->run && strcmp(type, "run") != 0)
        return "the first record is not the run record";
    if (reader->missing && strcmp(type, "result") != 0)
        return "the cell before has fewer results than it says";
    if (reader->ended && strcmp(type, "run") != 0)
        return "a record after the end record";
    reader->ended = strcmp(type, "end") == 0;
    if (strcmp(type, "run") == 0)
        return take_run(reader, line);
    if (strcmp(type, "cell") == 0)
        return take_cell(reader, line);
    if (strcmp(type, "result") == 0)
        return take_result(reader, line);
    return reader->ended ? NULL : "unknown type of record";
}

/* Reads lines until the end or a fault, whose line is left in *number. */
static const char *take_file(struct reader *reader, FILE *file, size_t *number, json_error_t *error)
{
    const char *fault = NULL;
    char *text = NULL;
    size_t size = 0;
    ssize_t got;
    off_t at = 0;
    for (*number = 1; !fault && (got = getline(&text, &size, file)) > 0; (*number)++) {
        if (text[got - 1] != '\n') {
            reader->results->cut = true;
            break;
        }
        json_t *line = json_loadb(text, (size_t)got, JSON_REJECT_DUPLICATES, error);
        fault = line ? take_line(reader, line) : error->text;
        json_decref(line);
        at += got;
        if (!fault && !reader->missing)
            reader->results->whole = at;
        if (fault)
            break;
    }
    free(text);
    return fault;
}

bool results_read(struct results *results, const char *path, char **why)
{
    struct reader reader = { .results = results };
    json_error_t error;
    size_t number;
    *results = (struct results){0};
    FILE *file = fopen(path, "r");
    if (!file) {
        *why = format("%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    const char *fault = take_file(&reader, file, &number, &error);
    fclose(file);
    free_cell(&reader.open);
    if (!fault && !results->run)
        fault = "no run record";
    if (!fault)
        return true;
    *why = format("%s:%zu: %s", path, number, fault);
    results_free(results);
    return false;
}

void results_free(struct results *results)
{
    for (size_t i = 0; i < results->cell_count; i++)
        free_cell(&results->cells[i]);
    free(results->cells);
    json_decref(results->run);
    *results = (struct results){0};
}

const struct finished_cell *results_cell(const struct results *results, const char *name)
{
    for (size_t i = 0; i < results->cell_count; i++)
        if (strcmp(results->cells[i].name, name) == 0)
            return &results->cells[i];
    return NULL;
}

const struct sample_set *results_set(const struct finished_cell *cell, const char *benchmark)
{
    for (size_t i = 0; i < cell->set_count; i++)
        if (strcmp(cell->sets[i].benchmark, benchmark) == 0)
            return &cell->sets[i];
    return NULL;
}
