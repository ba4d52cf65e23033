/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include "platforms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, LIST, COUNT, NUMBER, SEED, FLAG };

#define AT(field) offsetof(struct options, field)

/* One row an option: name, what its value is called (NULL: none), how it is read and where it goes, smallest and
 * largest number, help. */
static const struct option {
    const char *name, *value;
    enum kind kind;
    size_t field;
    double low, high;
    const char *help;
} table[] = {
    { "--platform", "P", TEXT, AT(platform), 0, 0, "auto (the default: the best one that works here) or one of those below" },
    { "--matrix", "NAME", TEXT, AT(matrix), 0, 0, "what the run is called (default: core)" },
    { "--variants", "FILE", TEXT, AT(variants), 0, 0, "what to boot: name TAB axis=choice,… TAB folder per line, as scripts/variants prints" },
    { "--out", "DIR", TEXT, AT(out), 0, 0, "make the run's folder in DIR (default: build/runs)" },
    { "--resume", "DIR", TEXT, AT(resume), 0, 0, "go on with the run in DIR: boot what has not passed yet" },
    { "--jobs", "N", COUNT, AT(jobs), 1, 1024, "boots at a time, where they do not disturb each other (default: one a processor)" },
    { "--salts", "N", COUNT, AT(salts), 1, 1000, "layouts of each variant (default: 1)" },
    { "--repetitions", "N", COUNT, AT(repetitions), 1, 100000, "boots of each layout (default: 1); --benchmark_repetitions is the same" },
    { "--timeout", "S", NUMBER, AT(timeout), 0.05, 1e6, "seconds until a boot counts as hung (default: as the platform needs)" },
    { "--max-output", "BYTES", NUMBER, AT(output_limit), 1, 1e12, "a boot that prints more counts as hung (default: 64 MB)" },
    { "--program", "NAME", TEXT, AT(program), 0, 0, "root program: bench.bin (the default), conformance.bin, …" },
    { "--args", "WORDS", TEXT, AT(args), 0, 0, "the root program's arguments" },
    { "--seed", "N", SEED, AT(seed), 0, 4294967295.0, "order of the cells (default: a fresh one, which is printed)" },
    { "--probe-only", NULL, FLAG, AT(probe_only), 0, 0, "boot the probe image, print what the platform can do, stop" },
    { "--probe-image", "FILE", TEXT, AT(probe_image), 0, 0, "the probe image (default: build/probe/probe.elf)" },
    { "--emulator", "PROGRAM", TEXT, AT(emulator), 0, 0, "use this instead of the platform's emulator" },
    { "--mkiso", "PROGRAM", TEXT, AT(mkiso), 0, 0, "makes ISOs for platforms that boot from one (default: scripts/mkiso)" },
    { "--plugin", "FILE", TEXT, AT(plugin), 0, 0, "the modelled processors (default: build/model/ukmodel.so)" },
    { "--model", "DIR", TEXT, AT(model), 0, 0, "where their timing.csv and machines/ are (default: bench/model)" },
    { "--machine", "FILE", TEXT, AT(machine), 0, 0, "model another machine: a file, or the name of one in machines/" },
    { "--set", "KEY=VALUE", LIST, AT(settings), 0, 0, "change a value of the machine's file; low and high are the ends of its range. May be repeated" },
    { "--keep-events", NULL, FLAG, AT(keep_events), 0, 0, "keep every sample's events, not only those of the median sample" },
    { "--benchmark_list_tests", NULL, FLAG, AT(list_tests), 0, 0, "print the names that --benchmark_filter selects, boot nothing" },
    { "--benchmark_filter", "REGEX", TEXT, AT(filter), 0, 0, "measure only <variant>/<benchmark> that match; -REGEX: that do not" },
    { "--benchmark_repetitions", "N", COUNT, AT(repetitions), 1, 100000, "see --repetitions" },
    { "--benchmark_out", "FILE", TEXT, AT(benchmark_out), 0, 0, "also write the report as Google Benchmark's JSON (default: bench.json in the run's folder)" },
    { "--help", NULL, FLAG, AT(help), 0, 0, "this text" },
};
#define ROWS (sizeof table / sizeof table[0])

/* Flags of Google Benchmark that would act on this process instead of the guest. */
static const struct {
    const char *flag, *why;
} refused[] = {
    { "--benchmark_min_time", "the number of samples is set by --args samples=N" },
    { "--benchmark_min_warmup_time", "each measurement warms up in the guest" },
    { "--benchmark_perf_counters", "the host's counters would count the report, not the guest" },
    { "--benchmark_time_unit", "the report chooses its own unit" },
    { "--benchmark_enable_random_interleaving", "cells are always booted in balanced random order, see --seed" },
};

static bool read_number(const struct option *row, const char *text, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    if (end == text || *end || errno || !isfinite(*value) || *value < row->low || *value > row->high)
        return false;
    return row->kind == NUMBER || *value == floor(*value);
}

static bool store(struct options *options, const struct option *row, const char *text, char **why)
{
    char *field = (char *)options + row->field;
    double number;
    if (row->kind == TEXT) {
        *(const char **)(void *)field = text;
        return true;
    }
    if (row->kind == LIST) {
        strings_push((struct strings *)(void *)field, text);
        return true;
    }
    if (row->kind == FLAG) {
        if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            *why = format("%s takes no value but true or false, not '%s'", row->name, text);
            return false;
        }
        *(bool *)(void *)field = !text || strcmp(text, "true") == 0;
        return true;
    }
    if (!read_number(row, text, &number)) {
        *why = format("%s needs a%s number from %g to %.0f, not '%s'", row->name,
                      row->kind == NUMBER ? "" : " whole", row->low, row->high, text);
        return false;
    }
    if (row->kind == COUNT)
        *(unsigned *)(void *)field = (unsigned)number;
    else if (row->kind == SEED)
        *(int64_t *)(void *)field = (int64_t)number;
    else
        *(double *)(void *)field = number;
    return true;
}

/* How many letters two names share from their beginning: enough to guess what was meant. */
static const char *nearest(const char *word)
{
    size_t best = 3; /* "--" and a letter */
    const char *name = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        size_t same = 0;
        while (word[same] && word[same] == table[i].name[same])
            same++;
        if (same >= best) {
            best = same + 1;
            name = table[i].name;
        }
    }
    return name;
}

/* Flags that only Google Benchmark knows: judged here as far as they would mislead, the rest by itself later. */
static bool pass_on(struct options *options, const char *word, char **why)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        size_t length = strlen(refused[i].flag);
        if (strncmp(word, refused[i].flag, length) == 0 && (word[length] == '=' || !word[length])) {
            *why = format("%s has no use here: %s", refused[i].flag, refused[i].why);
            return false;
        }
    }
    bool out_format = strncmp(word, "--benchmark_out_format=", 23) == 0;
    if (out_format && strcmp(word + 23, "json") != 0) {
        *why = format("'%s': the file is always JSON", word);
        return false;
    }
    if (strncmp(word, "--benchmark_format=", 19) == 0) {
        options->json = strcmp(word + 19, "json") == 0;
        if (!options->json && strcmp(word + 19, "console") != 0) {
            *why = format("'%s': there are console and json", word);
            return false;
        }
        return true;
    }
    if (!out_format)
        strings_push(&options->benchmark_flags, word);
    return true;
}

static const struct option *find_row(const char *word, size_t length)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strlen(table[i].name) == length && memcmp(table[i].name, word, length) == 0)
            return &table[i];
    return NULL;
}

static bool take_word(struct options *options, char **words, int *at, char **why)
{
    const char *word = words[*at];
    size_t length = strcspn(word, "=");
    const struct option *row = find_row(word, length);
    const char *text = word[length] ? word + length + 1 : NULL;
    bool to_benchmark = strncmp(word, "--benchmark_", 12) == 0;
    options->speaks_benchmark = options->speaks_benchmark || to_benchmark;
    if (!row && to_benchmark)
        return pass_on(options, word, why);
    if (!row) {
        const char *near = nearest(word);
        *why = format("unknown argument '%s'%s%s%s", word, near ? ": is " : "", near ? near : "", near ? " meant?" : "");
        return false;
    }
    if (row->value && !text)
        text = words[++*at];
    if (row->value && !text) {
        *why = format("%s needs a value: %s %s", row->name, row->name, row->value);
        return false;
    }
    return store(options, row, text, why);
}

static bool fit_for_file_name(const char *s)
{
    return *s && *s != '.' && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == strlen(s);
}

/* Of "key=value", plain words: they become a part of an option of the emulator's. */
static bool check_settings(const struct options *options, char **why)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    for (size_t i = 0; i < options->settings.count; i++) {
        const char *setting = options->settings.items[i];
        size_t key = strspn(setting, plain);
        if (key && setting[key] == '=' && setting[key + 1] && !setting[key + 1 + strspn(setting + key + 1, plain)])
            continue;
        *why = format("--set %s: write KEY=VALUE, as in tlb.parameters=manual or clocks.segment-load=high", setting);
        return false;
    }
    return true;
}

/* The measuring program leaves alone what it does not know: a slip of the pen would measure something else in silence. */
static bool check_args(const struct options *options, char **why)
{
    for (const char *at = options->args; *at; at++)
        if (*at < 0x20 || *at > 0x7e) {
            *why = must_copy("--args holds a byte that is not printable ASCII");
            return false;
        }
    if (strcmp(options->program, "bench.bin") != 0)
        return true;
    for (const char *at = options->args; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (!*at || strncmp(at, "only=", 5) == 0 || strncmp(at, "samples=", 8) == 0)
            continue;
        *why = format("--args: bench.bin knows no '%.*s': there are only=NAME,… and samples=N", (int)strcspn(at, " "), at);
        return false;
    }
    return true;
}

static bool check(const struct options *options, char **why)
{
    const struct platform *platform = platform_find(options->platform);
    if (!check_settings(options, why))
        return false;
    if (platform && !platform->machine && (options->machine || options->settings.count)) {
        *why = format("--machine and --set change a modelled processor, and %s is none", platform->name);
        return false;
    }
    if (strcmp(options->platform, "auto") != 0 && !platform_find(options->platform)) {
        struct text names = {0};
        for (size_t i = 0; i < platform_count; i++)
            text_add(&names, ", %s", platform_table[i].name);
        *why = format("unknown platform '%s': there are auto%s", options->platform, names.data);
        text_free(&names);
        return false;
    }
    if (!fit_for_file_name(options->matrix) || !fit_for_file_name(options->program)) {
        *why = format("'%s' is not fit for a file's name: letters, digits, '_', '.' and '-' are",
                      fit_for_file_name(options->matrix) ? options->program : options->matrix);
        return false;
    }
    return check_args(options, why);
}

bool options_parse(struct options *options, int argc, char **argv, char **why)
{
    *options = (struct options){ .platform = "auto", .matrix = "core", .out = "build/runs", .program = "bench.bin",
        .args = "", .plugin = "build/model/ukmodel.so", .model = "bench/model", .probe_image = "build/probe/probe.elf", .mkiso = "scripts/mkiso", .salts = 1, .repetitions = 1,
        .output_limit = 64e6, .seed = -1, .filter = "" };
    bool fine = true;
    for (int at = 1; fine && at < argc; at++)
        fine = take_word(options, argv, &at, why);
    fine = fine && check(options, why);
    if (!fine)
        options_free(options);
    return fine;
}

void options_free(struct options *options)
{
    strings_free(&options->benchmark_flags);
    strings_free(&options->settings);
}

void options_help(void)
{
    puts("usage: ukrun --variants FILE [option …]\n"
         "       ukrun --resume DIR [option …]\n"
         "       ukrun --probe-only [--platform P]\n\n"
         "Boots every variant of a matrix, collects what the guests measure, and writes it to a run folder.\n");
    for (size_t i = 0; i < ROWS; i++) {
        char *left = format("%s%s%s", table[i].name, table[i].value ? " " : "", table[i].value ? table[i].value : "");
        printf("  %-30s %s\n", left, table[i].help);
        free(left);
    }
    puts("\nOther --benchmark_ flags go to Google Benchmark.\n\nPlatforms:");
    for (size_t i = 0; i < platform_count; i++)
        printf("  %-8s %s\n", platform_table[i].name, platform_table[i].help);
    puts("\nExit status: 0 all cells passed, 1 some did not, 2 wrong usage, 3 platform refused, 130 interrupted.");
}
