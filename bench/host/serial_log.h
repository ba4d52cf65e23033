/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A whole serial log of one boot, read and checked: what the guest reported, and the first thing wrong with it.
 */
#ifndef HOST_SERIAL_LOG_H
#define HOST_SERIAL_LOG_H

#include "util.h"

#include <jansson.h>
#include <stdint.h>

#define RECORD_PROTOCOL 1
#define MOST_SAMPLES 1000000 /* in one benchmark */
#define MOST_PER 1000000     /* operations in one sample */

struct boot_record {
    char *variant;  /* "spaces=small,messages=registers,…" */
    char *build;    /* 16 hexadecimal digits */
    char *platform;
    char *program;
    char *cpu;
    char *kernel_map; /* pages that the kernel is mapped by, a word of kernel/abi/info.h; NULL: it does not say */
    int64_t salt;
};

struct bench_record {
    char *name;
    int64_t per;       /* operations in one sample, 1..MOST_PER */
    int64_t overhead;  /* ticks of an empty region, already subtracted from every sample */
    size_t announced;  /* samples promised, 0..MOST_SAMPLES; 0 where the guest has no counter */
    size_t regions;    /* regions executed: what a model has samples of */
    size_t count;      /* samples that came */
    int64_t *samples;  /* ticks for `per` operations; may be below zero by the noise of the overhead */
    json_t *events;    /* of a model, merged in by modelled_merge: see there; NULL without one */
    json_t *each;      /* likewise of every sample, NULL unless asked for */
};

/* What a model says of itself. */
struct model_record {
    char *machine; /* "Pentium-90"; NULL: nothing was modelled */
    char *tlb;     /* the set of TLB parameters, "none" for a model without cycles */
    bool cycles;   /* false: it counts events only */
    json_t *set;   /* list of what was overridden, "key:value" */
    json_t *taint; /* list of words */
    int64_t instructions; /* modelled in the whole boot */
};

struct test_record {
    char *name;
    char *result; /* "pass", "fail" or "skip" */
    char *why;
};

struct probe_record {
    char *name;
    char *value;
    char *why;
    bool ok;
};

enum log_fault {
    LOG_FINE,
    LOG_CORRUPT,   /* checksum, sequence, JSON or content wrong */
    LOG_TRUNCATED, /* right as far as it goes, and then it ends */
};

struct serial_log {
    bool has_boot;
    struct boot_record boot;
    struct model_record model;
    struct bench_record *benches;
    size_t bench_count;
    struct test_record *tests;
    size_t test_count;
    struct probe_record *probes;
    size_t probe_count;
    struct strings notes;
    bool complete;
    double cpu;            /* seconds that a processor was busy for the boot: filled in by who booted it */
    int exit_code;         /* of the line "#EXIT n", -1 if none */
    char *last_console;    /* last console text that is not empty, cut to 200 printable characters; never NULL */
    char *panic;           /* first line that begins with '!', likewise; NULL if none */
    enum log_fault fault;  /* the first one; reading stops at a corrupt line but for "#EXIT n" and panic lines */
    size_t fault_line;     /* counted from 1 */
    char why[256];
    /* While reading: */
    int64_t next_seq;
};

/* Reads the log at path. A file that cannot be opened reads as an empty log: truncated. Free with serial_log_free. */
void serial_log_read(struct serial_log *log, const char *path);
void serial_log_free(struct serial_log *log);

/* The benchmark of that name, or NULL. */
const struct bench_record *serial_log_bench(const struct serial_log *log, const char *name);
const struct probe_record *serial_log_probe(const struct serial_log *log, const char *name);

#endif
