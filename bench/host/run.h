/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One run: its plan, its folder, and the loop that boots its cells.
 */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include "options.h"
#include "platforms.h"
#include "probe.h"
#include "results.h"
#include "schedule.h"

#include <jansson.h>

struct run {
    const struct options *options;
    const struct platform *platform;
    struct variants variants;
    struct strings *selected;  /* per variant: the benchmarks to measure; NULL where the program is none that lists any */
    struct cells cells;        /* in the order of booting */
    enum status *statuses;     /* per cell; STATUS_COUNT: not run */
    char *folder;              /* absolute */
    char *program, *args, *filter, *matrix;
    uint32_t seed;
    json_t *builds;            /* {"<variant>/salt:<k>": hash} of what was built */
    json_t *taint;             /* what makes every number of this run doubtful: list of words */
    bool publish;              /* samples may be written */
    struct results_writer writer;
};

/* Plans a new run from the options: variants, benchmarks, cells. false with *why (the caller frees it). */
bool run_plan(struct run *run, const struct options *options, char **why);
/* Takes up the run in options->resume instead: what passed stays. */
bool run_resume(struct run *run, const struct options *options, char **why);
/* The platform a resumed run was begun on; NULL for a new run. Set by run_resume. */
const struct platform *run_platform(const struct run *run);

/* Makes the folder (of a new run), opens the results file and writes the run record. */
bool run_open(struct run *run, const struct platform *platform, const struct probe_result *probe, char **why);
/* Boots what is still to be booted and writes the end record. */
enum run_exit run_boot(struct run *run);
void run_free(struct run *run);

/* {"machine":…,"set":[…]} of a modelled platform: what makes its numbers those of one processor. New reference. */
json_t *run_model(const struct run *run);

/* Boots at a time on this platform. */
unsigned run_jobs(const struct run *run);

#endif
