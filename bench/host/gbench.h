/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Google Benchmark behind a C interface: which names a filter selects, and the report in its formats. Nothing is
 * measured in this process: each repetition of a benchmark is a boot that has already been.
 */
#ifndef HOST_GBENCH_H
#define HOST_GBENCH_H

#include "util.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A count that goes with it: a user counter. */
struct gbench_event {
    const char *name;
    double count; /* for one operation */
};

/* One boot's outcome of one benchmark. */
struct gbench_point {
    const char *error; /* why there is none; NULL if there is one */
    double ticks;      /* median, for one operation */
    double overhead;   /* ticks already subtracted from each sample */
    double samples;    /* how many the median is of */
    const struct gbench_event *events;
    size_t event_count;
};

struct gbench_row {
    const char *name; /* <variant>/<benchmark> */
    const struct gbench_point *points;
};

struct gbench_report {
    const struct gbench_row *rows;
    size_t row_count;
    size_t point_count;      /* of each row: the boots of a variant */
    const char *unit;        /* what a tick is */
    double tick_rate;        /* ticks a second; 0: no time is known, and none is reported */
    enum gbench_display { DISPLAY_NOTHING, DISPLAY_TABLE, DISPLAY_JSON } display; /* on stdout */
    const char *out;         /* file of JSON, NULL: none */
    const char *platform, *run; /* for the context: platform's name, run folder */
};

/* Hands flags such as "--benchmark_color=false" over. false with *why (the caller frees it) for one that is not
 * understood. Call once, first. */
bool gbench_flags(const struct strings *flags, char **why);

/* The names, in their order, that the regular expression selects ("" selects all, "-…" those it does not match).
 * false with *why (the caller frees it) when it selects none or is no regular expression. */
bool gbench_select(const struct strings *names, const char *filter, struct strings *selected, char **why);

/* Prints the report and writes its file. false with *why (the caller frees it). */
bool gbench_print(const struct gbench_report *report, char **why);

/* Google Benchmark's JSON without the times of this process, which mean nothing; fresh memory, NULL if `json` is
 * none. (In report.c: it is no C++.) */
char *gbench_without_times(const char *json);

#ifdef __cplusplus
}
#endif
#endif
