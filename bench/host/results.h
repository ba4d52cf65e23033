/* SPDX-License-Identifier: BSD-2-Clause
 *
 * results.jsonl: written a cell at a time, read back by --resume and by the report. Format: results/README.md.
 */
#ifndef HOST_RESULTS_H
#define HOST_RESULTS_H

#include "status.h"
#include "util.h"

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#define RESULTS_FORMAT 1

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct results_writer {
    int file;
    char *path;
};

/* Opens a file for appending after its first `keep` bytes, made if it is not there, and locks it. false with *why (the
 * caller frees it) if that cannot be, as when another runner writes to it. */
bool results_open(struct results_writer *writer, const char *path, off_t keep, char **why);
/* Appends one object, or each object of an array, as lines, in one write. Takes the reference over. A full disk ends
 * the program with a message: going on would only lose more. */
void results_write(struct results_writer *writer, json_t *lines);
void results_close(struct results_writer *writer);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct event {
    char *name;
    double count;
};

struct sample_set {
    char *benchmark;
    int64_t per, overhead;
    int64_t *samples;
    size_t count;
    struct event *events; /* of a modelled processor */
    size_t event_count;
};

struct finished_cell {
    char *name;
    enum status status;
    char *why;
    struct sample_set *sets;
    size_t set_count;
};

struct results {
    json_t *run;                 /* the first line */
    struct finished_cell *cells; /* each name once: the last record of a cell counts */
    size_t cell_count;
    bool cut;                    /* the last line has no end: it was dropped */
    off_t whole;                 /* bytes up to and with the last line that belongs to a whole group */
};

/* Reads a file. A last line that is cut off, and a last cell whose results are not all there, are left out; anything
 * else wrong gives false with *why, which begins with file:line (the caller frees it). */
bool results_read(struct results *results, const char *path, char **why);
void results_free(struct results *results);
/* NULL if that cell has no record. */
const struct finished_cell *results_cell(const struct results *results, const char *name);
const struct sample_set *results_set(const struct finished_cell *cell, const char *benchmark);

#endif
