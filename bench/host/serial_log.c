/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial_log.h"

#include "record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TICKS (INT64_C(1) << 53) /* larger ones would not survive a reader that knows only doubles */
#define MOST_NAMED 4096              /* benchmarks, tests or probes in one log */

/* Notes the first fault; every later one only follows from it. Returns false so that callers can `return fault(…)`. */
__attribute__((format(printf, 3, 4)))
static bool fault(struct serial_log *log, enum log_fault kind, const char *pattern, ...)
{
    if (log->fault != LOG_FINE)
        return false;
    log->fault = kind;
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(log->why, sizeof log->why, pattern, arguments);
    va_end(arguments);
    return false;
}

static bool get_number(struct serial_log *log, json_t *json, const char *key, int64_t low, int64_t high, int64_t *value)
{
    json_t *field = json_object_get(json, key);
    if (!json_is_integer(field))
        return fault(log, LOG_CORRUPT, "\"%s\" is missing or no integer", key);
    *value = json_integer_value(field);
    if (*value < low || *value > high)
        return fault(log, LOG_CORRUPT, "\"%s\" is %lld, allowed are %lld to %lld", key, (long long)*value,
                     (long long)low, (long long)high);
    return true;
}

static bool get_string(struct serial_log *log, json_t *json, const char *key, const char **value)
{
    *value = json_string_value(json_object_get(json, key));
    return *value || fault(log, LOG_CORRUPT, "\"%s\" is missing or no string", key);
}

/* Names become file contents, command-line words and table rows: nothing but [a-z0-9:/_.-]. */
static bool get_name(struct serial_log *log, json_t *json, const char **value)
{
    if (!get_string(log, json, "name", value))
        return false;
    size_t length = strlen(*value);
    if (length == 0 || length > 100 || strspn(*value, "abcdefghijklmnopqrstuvwxyz0123456789:/_.-") != length)
        return fault(log, LOG_CORRUPT, "bad name \"%.100s\"", *value);
    return true;
}

/* The one field of the boot record that may be missing: older kernels do not say it. */
static bool get_kernel_map(struct serial_log *log, json_t *json, const char **value)
{
    static const char *const words[] = { "4K", "4M", "4M global" };
    *value = NULL;
    if (!json_object_get(json, "kernel_map"))
        return true;
    if (!get_string(log, json, "kernel_map", value))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(*value, words[i]) == 0)
            return true;
    return fault(log, LOG_CORRUPT, "\"kernel_map\" is \"%.40s\", none of 4K, 4M, 4M global", *value);
}

static bool take_boot(struct serial_log *log, json_t *json)
{
    const char *variant, *build, *platform, *program, *cpu, *kernel_map;
    int64_t protocol, salt;
    if (log->has_boot)
        return fault(log, LOG_CORRUPT, "a second boot record: the machine was reset");
    if (!get_number(log, json, "protocol", 0, 1 << 30, &protocol))
        return false;
    if (protocol != RECORD_PROTOCOL)
        return fault(log, LOG_CORRUPT, "record protocol %lld, this runner reads %d", (long long)protocol,
                     RECORD_PROTOCOL);
    if (!get_string(log, json, "variant", &variant) || !get_string(log, json, "build", &build) ||
        !get_string(log, json, "platform", &platform) || !get_string(log, json, "program", &program) ||
        !get_string(log, json, "cpu", &cpu) || !get_kernel_map(log, json, &kernel_map) ||
        !get_number(log, json, "salt", 0, 1 << 30, &salt))
        return false;
    log->has_boot = true;
    log->boot = (struct boot_record){ .variant = must_copy(variant), .build = must_copy(build),
        .platform = must_copy(platform), .program = must_copy(program), .cpu = must_copy(cpu),
        .kernel_map = kernel_map ? must_copy(kernel_map) : NULL, .salt = salt };
    return true;
}

/* Room for one more of count things? */
static bool have_room(struct serial_log *log, size_t count)
{
    return count < MOST_NAMED || fault(log, LOG_CORRUPT, "more than %d records of one kind", MOST_NAMED);
}

static struct bench_record *find_bench(const struct serial_log *log, const char *name)
{
    for (size_t i = 0; i < log->bench_count; i++)
        if (strcmp(log->benches[i].name, name) == 0)
            return &log->benches[i];
    return NULL;
}

static bool take_bench(struct serial_log *log, json_t *json)
{
    const char *name, *unit;
    int64_t per, overhead, n, regions = 0;
    if (!get_name(log, json, &name) || !get_string(log, json, "unit", &unit) ||
        !get_number(log, json, "per", 1, MOST_PER, &per) ||
        !get_number(log, json, "overhead", 0, MOST_TICKS, &overhead) ||
        !get_number(log, json, "n", 0, MOST_SAMPLES, &n))
        return false;
    if (json_object_get(json, "regions") && !get_number(log, json, "regions", 1, MOST_SAMPLES, &regions))
        return false;
    if (n == 0 && regions == 0)
        return fault(log, LOG_CORRUPT, "benchmark \"%s\" has neither samples nor regions", name);
    if (strcmp(unit, "ticks") != 0)
        return fault(log, LOG_CORRUPT, "unit \"%.40s\": a guest counts in ticks", unit);
    if (find_bench(log, name))
        return fault(log, LOG_CORRUPT, "benchmark \"%s\" comes twice", name);
    if (!have_room(log, log->bench_count))
        return false;
    log->benches = must_grow(log->benches, log->bench_count + 1, sizeof *log->benches);
    log->benches[log->bench_count++] = (struct bench_record){ .name = must_copy(name), .per = per,
        .overhead = overhead, .announced = (size_t)n, .regions = (size_t)(regions ? regions : n) };
    return true;
}

static bool take_sample(struct serial_log *log, struct bench_record *bench, json_t *value)
{
    if (!json_is_integer(value))
        return fault(log, LOG_CORRUPT, "a sample of \"%s\" is no integer", bench->name);
    int64_t ticks = json_integer_value(value);
    if (ticks < -MOST_TICKS || ticks > MOST_TICKS)
        return fault(log, LOG_CORRUPT, "sample %lld of \"%s\" is out of range", (long long)ticks, bench->name);
    bench->samples[bench->count++] = ticks;
    return true;
}

static bool take_values(struct serial_log *log, json_t *json)
{
    const char *name;
    int64_t from;
    if (!get_name(log, json, &name) || !get_number(log, json, "from", 0, MOST_SAMPLES, &from))
        return false;
    struct bench_record *bench = find_bench(log, name);
    json_t *values = json_object_get(json, "v");
    size_t more = json_array_size(values);
    if (!bench)
        return fault(log, LOG_CORRUPT, "values of \"%s\", which was never opened", name);
    if (more == 0)
        return fault(log, LOG_CORRUPT, "values record of \"%s\" without values", name);
    if ((size_t)from != bench->count)
        return fault(log, LOG_CORRUPT, "values of \"%s\" from %lld, expected from %zu", name, (long long)from,
                     bench->count);
    if (bench->count + more > bench->announced)
        return fault(log, LOG_CORRUPT, "more values of \"%s\" than the %zu announced", name, bench->announced);
    bench->samples = must_grow(bench->samples, bench->count + more, sizeof *bench->samples);
    for (size_t i = 0; i < more; i++)
        if (!take_sample(log, bench, json_array_get(values, i)))
            return false;
    return true;
}

static bool take_test(struct serial_log *log, json_t *json)
{
    const char *name, *result, *why = json_string_value(json_object_get(json, "why"));
    if (!get_name(log, json, &name) || !get_string(log, json, "result", &result))
        return false;
    if (strcmp(result, "pass") != 0 && strcmp(result, "fail") != 0 && strcmp(result, "skip") != 0)
        return fault(log, LOG_CORRUPT, "test result \"%.40s\" is none of pass, fail, skip", result);
    for (size_t i = 0; i < log->test_count; i++)
        if (strcmp(log->tests[i].name, name) == 0)
            return fault(log, LOG_CORRUPT, "test \"%s\" comes twice", name);
    if (!have_room(log, log->test_count))
        return false;
    log->tests = must_grow(log->tests, log->test_count + 1, sizeof *log->tests);
    log->tests[log->test_count++] = (struct test_record){ .name = must_copy(name), .result = must_copy(result),
        .why = must_copy(why ? why : "") };
    return true;
}

static bool take_probe(struct serial_log *log, json_t *json)
{
    const char *name, *value, *why = json_string_value(json_object_get(json, "why"));
    json_t *ok = json_object_get(json, "ok");
    if (!get_name(log, json, &name) || !get_string(log, json, "value", &value))
        return false;
    if (!json_is_boolean(ok))
        return fault(log, LOG_CORRUPT, "\"ok\" of probe \"%s\" is missing or neither true nor false", name);
    if (serial_log_probe(log, name))
        return fault(log, LOG_CORRUPT, "probe \"%s\" comes twice", name);
    if (!have_room(log, log->probe_count))
        return false;
    log->probes = must_grow(log->probes, log->probe_count + 1, sizeof *log->probes);
    log->probes[log->probe_count++] = (struct probe_record){ .name = must_copy(name), .value = must_copy(value),
        .why = must_copy(why ? why : ""), .ok = json_is_true(ok) };
    return true;
}

static bool take_note(struct serial_log *log, json_t *json)
{
    const char *note;
    if (!get_string(log, json, "text", &note))
        return false;
    strings_push(&log->notes, note);
    return true;
}

static bool take_complete(struct serial_log *log, json_t *json)
{
    int64_t records;
    if (!get_number(log, json, "records", 0, INT64_MAX, &records))
        return false;
    if (records != log->next_seq)
        return fault(log, LOG_CORRUPT, "complete record counts %lld records, there were %lld", (long long)records,
                     (long long)log->next_seq);
    log->complete = true;
    for (size_t i = 0; i < log->bench_count; i++)
        if (log->benches[i].count < log->benches[i].announced)
            return fault(log, LOG_TRUNCATED, "benchmark \"%s\" announced %zu values and gave %zu",
                         log->benches[i].name, log->benches[i].announced, log->benches[i].count);
    return true;
}

static const struct {
    const char *type;
    bool (*take)(struct serial_log *log, json_t *json);
} types[] = {
    { "boot", take_boot },   { "bench", take_bench }, { "values", take_values }, { "test", take_test },
    { "probe", take_probe }, { "note", take_note },   { "complete", take_complete },
};

static bool take_record(struct serial_log *log, json_t *json)
{
    const char *type;
    int64_t seq;
    if (log->complete)
        return fault(log, LOG_CORRUPT, "a record after the complete record");
    if (!get_string(log, json, "t", &type) || !get_number(log, json, "seq", 0, INT64_MAX, &seq))
        return false;
    if (seq != log->next_seq)
        return fault(log, LOG_CORRUPT, "sequence number %lld, expected %lld: records are missing or repeated",
                     (long long)seq, (long long)log->next_seq);
    if (!log->has_boot && strcmp(type, "boot") != 0)
        return fault(log, LOG_CORRUPT, "the first record is \"%.40s\", not the boot record", type);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].type, type) == 0) {
            bool taken = types[i].take(log, json);
            log->next_seq++;
            return taken;
        }
    return fault(log, LOG_CORRUPT, "unknown record type \"%.40s\"", type);
}

/* Printable beginning of any bytes, for messages. */
static char *printable(const char *line, size_t length)
{
    size_t kept = length > 200 ? 200 : length;
    char *copy = must_alloc(kept + 1, 1);
    for (size_t i = 0; i < kept; i++)
        copy[i] = line[i] < 0x20 || line[i] > 0x7e ? '?' : line[i];
    return copy;
}

static void take_console(struct serial_log *log, const char *line, size_t length)
{
    if (length == 0)
        return;
    if (line[0] == '!' && !log->panic)
        log->panic = printable(line, length);
    if (length > 6 && length < 20 && memcmp(line, "#EXIT ", 6) == 0) {
        char digits[20] = "", *end;
        memcpy(digits, line + 6, length - 6);
        long code = strtol(digits, &end, 10);
        if (*end == '\0' && end != digits && code >= 0 && code <= 255)
            log->exit_code = (int)code;
        return;
    }
    free(log->last_console);
    log->last_console = printable(line, length);
}

static void take_line(struct serial_log *log, size_t number, const char *line, size_t length, bool ended)
{
    enum log_fault before = log->fault;
    json_t *json = NULL;
    char why[sizeof log->why];
    switch (record_parse(line, length, &json, why, sizeof why)) {
    case RECORD_CONSOLE:
        take_console(log, line, length);
        break;
    case RECORD_BAD:
        /* A record cut off by the end of the log was not garbled: the guest or its emulator stopped. */
        fault(log, ended ? LOG_CORRUPT : LOG_TRUNCATED, "%s", ended ? why : "the log ends inside a record");
        break;
    case RECORD_GOOD:
        if (before == LOG_FINE)
            take_record(log, json);
        json_decref(json);
        break;
    }
    if (before == LOG_FINE && log->fault != LOG_FINE)
        log->fault_line = number;
}

void serial_log_read(struct serial_log *log, const char *path)
{
    *log = (struct serial_log){ .exit_code = -1 };
    log->last_console = must_copy("");
    FILE *file = fopen(path, "r");
    if (!file) {
        fault(log, LOG_TRUNCATED, "no serial output: %s", strerror(errno));
        return;
    }
    char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t got;
    while ((got = getline(&line, &size, file)) > 0) {
        size_t length = (size_t)got;
        bool ended = line[length - 1] == '\n';
        length -= ended;
        if (length && line[length - 1] == '\r')
            length--;
        take_line(log, ++number, line, length, ended);
    }
    free(line);
    fclose(file);
    if (!log->complete) {
        fault(log, LOG_TRUNCATED, number ? "the log ends without a complete record" : "no serial output");
        if (!log->fault_line)
            log->fault_line = number;
    }
}

void serial_log_free(struct serial_log *log)
{
    for (size_t i = 0; i < log->bench_count; i++) {
        free(log->benches[i].name);
        free(log->benches[i].samples);
        json_decref(log->benches[i].events);
        json_decref(log->benches[i].each);
    }
    for (size_t i = 0; i < log->test_count; i++) {
        free(log->tests[i].name);
        free(log->tests[i].result);
        free(log->tests[i].why);
    }
    for (size_t i = 0; i < log->probe_count; i++) {
        free(log->probes[i].name);
        free(log->probes[i].value);
        free(log->probes[i].why);
    }
    free(log->benches);
    free(log->tests);
    free(log->probes);
    strings_free(&log->notes);
    free(log->boot.variant);
    free(log->boot.build);
    free(log->boot.platform);
    free(log->boot.program);
    free(log->boot.cpu);
    free(log->boot.kernel_map);
    free(log->model.machine);
    free(log->model.tlb);
    json_decref(log->model.set);
    json_decref(log->model.taint);
    free(log->last_console);
    free(log->panic);
    *log = (struct serial_log){0};
}

const struct bench_record *serial_log_bench(const struct serial_log *log, const char *name)
{
    return find_bench(log, name);
}

const struct probe_record *serial_log_probe(const struct serial_log *log, const char *name)
{
    for (size_t i = 0; i < log->probe_count; i++)
        if (strcmp(log->probes[i].name, name) == 0)
            return &log->probes[i];
    return NULL;
}
