/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line.
 */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include "util.h"

#include <stdint.h>

struct options {
    const char *platform; /* a platform's name or "auto" */
    const char *matrix;   /* what the run is called */
    const char *variants; /* file; NULL: not given */
    const char *out;      /* folder in which the run's folder is made */
    const char *resume;   /* run folder to go on with, NULL: a new run */
    const char *program;
    const char *args;
    const char *probe_image;
    const char *emulator; /* NULL: the platform's own */
    const char *mkiso;
    const char *plugin;   /* the model, and the folder with its data */
    const char *model;
    const char *machine;  /* NULL: the platform's own */
    struct strings settings; /* changes of the machine, "key=value" */
    bool keep_events;
    unsigned jobs;        /* 0: as many as there are processors */
    unsigned salts, repetitions;
    double timeout;       /* seconds a boot may take; 0: the platform's default */
    double output_limit;  /* bytes a boot may print */
    int64_t seed;         /* -1: choose one */
    bool probe_only, list_tests, json, help;
    bool speaks_benchmark; /* some --benchmark_ flag was given */
    const char *filter;   /* regular expression, "" for all */
    struct strings benchmark_flags; /* what Google Benchmark is to read, --benchmark_out apart */
    const char *benchmark_out;      /* NULL: none */
};

/* Reads the arguments. false with *why (the caller frees it) for one that is unknown or out of range. The strings of
 * argv must outlive the options. */
bool options_parse(struct options *options, int argc, char **argv, char **why);
void options_free(struct options *options);
void options_help(void);

#endif
