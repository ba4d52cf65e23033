/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe.h"

#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE_PROBE "tsc-khz"
#define MOST_SECONDS 20.0 /* a probe takes two or three; where it hangs, nobody wants to wait as long as for a run */

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
    bool whole = status == STATUS_PASSED || (status == STATUS_FAILED && log->fault == LOG_FINE && log->probe_count);
    result->verdict = platform_verdict(platform, log, whole, &result->why);
    if (!whole) {
        /* The image says before each step what it is about to try: the last note names the one that killed it. */
        struct text text = {0};
        text_add(&text, "%s%sthe probe image %s%s%s: %s", result->why ? result->why : "", result->why ? "; " : "",
                 status_table[status].name, log->notes.count ? " " : "",
                 log->notes.count ? log->notes.items[log->notes.count - 1] : "", why);
        free(result->why);
        result->why = text.data;
    }
    free(why);
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
    char *plugin = absolute_path(options->plugin), *model = absolute_path(options->model);
    char *log_path = format("%s/serial.log", folder), *work = format("%s/work", folder);
    *slash = '\0';
    struct boot boot = { .emulator = options->emulator, .mkiso = mkiso, .images = image, .kernel = slash + 1,
        .args = "", .log = log_path, .plugin = plugin, .model = model, .machine = options->machine,
        .settings = &options->settings, .work = work };
    struct expectation expected = { .salt = -1, .platform = platform->name };
    struct machine machine;
    struct serial_log log;
    enum status status;
    char *why;
    double seconds;
    double timeout = options->timeout > 0 && options->timeout < MOST_SECONDS ? options->timeout : MOST_SECONDS;
    machine_start(&machine, platform, &boot, timeout, (long long)options->output_limit);
    while (!machine_poll(&machine, &expected, "serial.log", &log, &status, &why, &seconds)) {
        process_wait(0.1);
        if (process_interrupted())
            process_stop(&machine.process);
    }
    judge(result, platform, &log, status, why);
    serial_log_free(&log);
    free(image);
    free(mkiso);
    free(plugin);
    free(model);
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
    } else if (platform->machine && !file_exists(options->plugin)) {
        result->why = format("the model %s is missing: make model builds it, where configure found Zydis and a QEMU with "
                             "plugins (scripts/setup installs both); --plugin names another", options->plugin);
    } else if (!mkdtemp(folder)) {
        result->why = format("%s cannot be made: %s", folder, strerror(errno));
    } else {
        json_decref(result->records);
        boot_probe(result, platform, options, folder);
        remove_folder(folder, 1);
    }
    free(folder);
}

static bool in_list(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void print_rows(const struct probe_result *result, const struct platform *platform, bool all, FILE *out)
{
    json_t *record;
    size_t i;
    json_array_foreach(result->records, i, record) {
        const char *name = json_string_value(json_object_get(record, "name"));
        const char *value = json_string_value(json_object_get(record, "value"));
        const char *why = json_string_value(json_object_get(record, "why"));
        bool decides = in_list(platform->run_if, name) || in_list(platform->count_if, name);
        if (all || decides)
            fprintf(out, "  %s %-2s %-20s %s%s%s\n", decides ? "*" : " ",
                    json_is_true(json_object_get(record, "ok")) ? "ok" : "no", name, value, *why ? ": " : "", why);
    }
}

void probe_print(const struct probe_result *result, const struct platform *platform, bool all, FILE *out)
{
    static const char *const words[] = {
        [VERDICT_COUNTS] = "usable, publishes ", [VERDICT_RUNS] = "runs programs, publishes no counts",
        [VERDICT_UNUSABLE] = "cannot be used",
    };
    fprintf(out, "platform %s: %s%s%s%s\n", platform->name, words[result->verdict],
            result->verdict == VERDICT_COUNTS ? platform->unit : "", result->why ? ": " : "",
            result->why ? result->why : "");
    print_rows(result, platform, all, out);
}

void probe_free(struct probe_result *result)
{
    free(result->why);
    json_decref(result->records);
    *result = (struct probe_result){0};
}
