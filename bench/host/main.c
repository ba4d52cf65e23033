/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ukrun: boots every variant of a matrix on a platform and collects what the guests measure.
 *
 * Reading order: run.h (a run), schedule.c (its cells), run_loop.c (booting them), machine.c (one boot), platforms.c
 * (how), serial_log.c (what came back), status.c (what to call it), results_write.c (keeping it), report.c.
 */
#include "gbench.h"
#include "options.h"
#include "process.h"
#include "report.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum run_exit refuse(char *why, enum run_exit status)
{
    complain("%s", why);
    free(why);
    return status;
}

/* Boots the probe on one platform and prints its verdict. May it run the program? */
static bool try_platform(const struct platform *platform, const struct options *options, bool counts,
                         struct probe_result *probe)
{
    probe_run(probe, platform, options);
    probe_print(probe, platform, options->probe_only, options->probe_only ? stdout : stderr);
    return probe->verdict == VERDICT_COUNTS || (probe->verdict == VERDICT_RUNS && !counts);
}

/* "auto" is what tells most of what works here: kvm where the probe trusts it; a modelled processor; tcg. A model only
 * takes time where nothing is counted, and is what is meant where one of its values is to be changed. */
static const struct platform *choose_platform(const struct options *options, const char *name, bool counts,
                                              struct probe_result *probe)
{
    static const char *const best[] = { "kvm", "pentium", "tcg", NULL }, *const quick[] = { "kvm", "tcg", NULL };
    const char *only[] = { strcmp(name, "auto") == 0 ? "pentium" : name, NULL };
    bool any = strcmp(name, "auto") == 0 && !options->machine && !options->settings.count;
    for (const char *const *at = !any ? only : counts ? best : quick; *at; at++) {
        const struct platform *platform = platform_find(*at);
        if (try_platform(platform, options, counts, probe))
            return platform;
        if (process_interrupted())
            return NULL;
        if (at[1])
            probe_free(probe);
    }
    return NULL;
}

/* With "auto" every platform is asked. The status is of the one named, or says whether any is usable. */
static enum run_exit probe_only(const struct options *options)
{
    bool all = strcmp(options->platform, "auto") == 0, usable = false;
    for (size_t i = 0; i < platform_count && !process_interrupted(); i++) {
        if (!all && strcmp(platform_table[i].name, options->platform) != 0)
            continue;
        struct probe_result probe;
        usable = try_platform(&platform_table[i], options, false, &probe) || usable;
        probe_free(&probe);
    }
    if (process_interrupted())
        return RUN_INTERRUPTED;
    return usable ? RUN_ALL_PASSED : RUN_REFUSED;
}

static void list_tests(const struct run *run)
{
    for (size_t i = 0; run->selected && i < run->variants.count; i++)
        for (size_t j = 0; j < run->selected[i].count; j++)
            printf("%s/%s\n", run->variants.items[i].name, run->selected[i].items[j]);
}

static enum run_exit finish(struct run *run)
{
    enum run_exit status = run_boot(run);
    char *why;
    if (!report_print(run, &why))
        return refuse(why, RUN_SOME_LOST);
    if (status == RUN_INTERRUPTED)
        complain("interrupted; what was finished is kept. Go on with: make matrix RESUME='%s', or ukrun --resume '%s'",
                 run->folder, run->folder);
    fprintf(stderr, "results: %s\n", run->folder);
    return status;
}

static enum run_exit boot_run(struct run *run, const struct options *options)
{
    struct probe_result probe = {0};
    char *why;
    /* A bochs run of the measuring program is legal: it shows that every measurement runs to its end. */
    const struct platform *wanted = run_platform(run);
    if (!wanted && strcmp(options->platform, "auto") != 0)
        wanted = platform_find(options->platform);
    bool counts = run->selected && (!wanted || wanted->unit);
    const struct platform *platform = choose_platform(options, wanted ? wanted->name : "auto", counts, &probe);
    if (!platform) {
        probe_free(&probe);
        if (process_interrupted())
            return RUN_INTERRUPTED;
        return refuse(must_copy("no platform to run on: the reason is above"), RUN_REFUSED);
    }
    bool fine = run_open(run, platform, &probe, &why);
    probe_free(&probe);
    if (!fine)
        return refuse(why, RUN_BAD_USAGE);
    fprintf(stderr, "%zu cells on %s, %u at a time, seed %lu\n", run->cells.count, platform->name, run_jobs(run),
            (unsigned long)run->seed);
    return finish(run);
}

static enum run_exit make_run(const struct options *options)
{
    struct run run;
    char *why;
    enum run_exit status;
    bool fine = options->resume ? run_resume(&run, options, &why) : run_plan(&run, options, &why);
    if (!fine)
        status = refuse(why, RUN_BAD_USAGE);
    else if (options->list_tests)
        list_tests(&run), status = RUN_ALL_PASSED;
    else
        status = boot_run(&run, options);
    run_free(&run);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    char *why;
    if (!options_parse(&options, argc, argv, &why))
        return refuse(why, RUN_BAD_USAGE);
    enum run_exit status = RUN_ALL_PASSED;
    if (options.help)
        options_help();
    else if (!gbench_flags(&options.benchmark_flags, &why))
        status = refuse(why, RUN_BAD_USAGE);
    else {
        process_signals_install();
        status = options.probe_only ? probe_only(&options) : make_run(&options);
    }
    options_free(&options);
    return status;
}
