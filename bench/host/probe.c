/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe.h"

#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE_PROBE "tsc-khz"

/* Removes a folder and what is in it, two levels deep. */
static void remove_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inside = format("%s/%s", path, entry->d_name);
        if (unlink(inside) != 0 && depth > 0)
            remove_folder(inside, depth - 1);
        free(inside);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

static json_t *as_json(const struct serial_log *log)
{
    json_t *array = json_array();
    for (size_t i = 0; i < log->probe_count; i++) {
        const struct probe_record *record = &log->probes[i];
        json_array_append_new(array, json_pack("{ss ss sb ss}", "name", record->name, "value", record->value, "ok",
                                               record->ok, "why", record->why));
    }
    return array;
}

static void judge(struct probe_result *result, const struct platform *platform, const struct serial_log *log,
                  enum status status, char *why)
{
    result->records = as_json(log);
    /* A probe that finds something wanting may end as failed: its records say more than its status. */
    if (status == STATUS_PASSED || (status == STATUS_FAILED && log->fault == LOG_FINE && log->probe_count)) {
        result->verdict = platform_verdict(platform, log, &result->why);
        free(why);
    } else {
        result->verdict = VERDICT_UNUSABLE;
        /* The image says before each step what it is about to try: the last note names the one that killed it. */
        result->why = format("the probe image %s%s%s: %s", status_table[status].name, log->notes.count ? " " : "",
                             log->notes.count ? log->notes.items[log->notes.count - 1] : "", why);
        free(why);
    }
    const struct probe_record *rate = serial_log_probe(log, RATE_PROBE);
    if (rate && rate->ok)
        result->tick_rate = strtod(rate->value, NULL) * 1000;
}

static void boot_probe(struct probe_result *result, const struct platform *platform, const struct options *options,
                       const char *folder)
{
    char *image = absolute_path(options->probe_image);
    char *slash = strrchr(image, '/');
    char *mkiso = strchr(options->mkiso, '/') ? absolute_path(options->mkiso) : must_copy(options->mkiso);
    char *log_path = format("%s/serial.log", folder), *work = format("%s/work", folder);
    *slash = '\0';
    struct boot boot = { .emulator = options->emulator, .mkiso = mkiso, .images = image, .kernel = slash + 1,
        .args = "", .log = log_path, .work = work };
    struct expectation expected = { .salt = -1, .platform = platform->name };
    struct machine machine;
    struct serial_log log;
    enum status status;
    char *why;
    double seconds;
    machine_start(&machine, platform, &boot, options->timeout > 0 ? options->timeout : platform->timeout,
                  (long long)options->output_limit);
    while (!machine_poll(&machine, &expected, "serial.log", &log, &status, &why, &seconds)) {
        process_wait(0.1);
        if (process_interrupted())
            process_stop(&machine.process);
    }
    judge(result, platform, &log, status, why);
    serial_log_free(&log);
    free(image);
    free(mkiso);
    free(log_path);
    free(work);
}

void probe_run(struct probe_result *result, const struct platform *platform, const struct options *options)
{
    *result = (struct probe_result){ .verdict = VERDICT_UNUSABLE, .records = json_array() };
    const char *temporary = getenv("TMPDIR");
    char *folder = format("%s/ukrun-probe-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (platform->needs && access(platform->needs, R_OK | W_OK) != 0) {
        result->why = format("%s: %s", platform->needs, strerror(errno));
    } else if (!file_exists(options->probe_image)) {
        result->why = format("the probe image %s is missing: make probe builds it, --probe-image names another",
                             options->probe_image);
    } else if (!mkdtemp(folder)) {
        result->why = format("%s cannot be made: %s", folder, strerror(errno));
    } else {
        json_decref(result->records);
        boot_probe(result, platform, options, folder);
        remove_folder(folder, 1);
    }
    free(folder);
}

static void print_rows(const struct probe_result *result, FILE *out)
{
    json_t *record;
    size_t i;
    json_array_foreach(result->records, i, record) {
        const char *why = json_string_value(json_object_get(record, "why"));
        fprintf(out, "  %-18s %-14s %-4s %s\n", json_string_value(json_object_get(record, "name")),
                json_string_value(json_object_get(record, "value")),
                json_is_true(json_object_get(record, "ok")) ? "ok" : "NOT", why ? why : "");
    }
}

void probe_print(const struct probe_result *result, const struct platform *platform, FILE *out)
{
    static const char *const words[] = {
        [VERDICT_COUNTS] = "usable, publishes", [VERDICT_RUNS] = "runs programs, publishes no counts",
        [VERDICT_UNUSABLE] = "cannot be used",
    };
    fprintf(out, "platform %s: %s", platform->name, words[result->verdict]);
    if (result->verdict == VERDICT_COUNTS)
        fprintf(out, " %s", platform->unit);
    if (result->why)
        fprintf(out, ": %s", result->why);
    fputc('\n', out);
    print_rows(result, out);
}

void probe_free(struct probe_result *result)
{
    free(result->why);
    json_decref(result->records);
    *result = (struct probe_result){0};
}
