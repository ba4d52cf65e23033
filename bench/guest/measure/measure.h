/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame around a measurement. A measurement is one file here: it registers one entry per parameter by
 * MEASUREMENT, and measure.c runs the entries in the order of linking, which is that of the files' names.
 *
 * A client thread, alone with the servers that `setup` started, executes the region `samples` times, each execution one
 * sample. Before and after that it executes a control instead of the region as often; the control's median is
 * the overhead, and is subtracted from every sample.
 */
#ifndef GUEST_MEASURE_H
#define GUEST_MEASURE_H

#include "ipc.h"
#include "region.h"
#include "registry.h"
#include "threads.h"

#define SAMPLES_DEFAULT 32
#define SAMPLES_MAX 1024
#define CONTROL_SAMPLES 17 /* odd, so that the median is one of them */
#define WARM_UPS 16

/* Priorities: the main thread above those that are measured. */
#define PRIORITY_MAIN 200
#define PRIORITY_MEASURED 100

struct measurement;

/* What the region works on. */
struct client {
	struct utcb *utcb;   /* of the client's thread */
	uint32_t partner;    /* the thread it calls: set by setup */
	uint32_t parameter;  /* the entry's */
	struct space *space; /* where the client runs: set by setup; the program's own unless it does */
	const struct measurement *measurement;
};

/*
 * A region of interest. Returns 0, or the tag of an IPC: with TAG_ERROR in it the measurement has failed.
 * To be marked `noinline` is not needed: regions are called through pointers.
 */
typedef uint32_t region_function(const struct client *client);

struct measurement {
	const char *name;
	const char *expect;      /* order of magnitude, and where the figure comes from */
	uint32_t per;            /* operations in one region */
	uint32_t parameter;
	region_function *run;
	region_function *control; /* NULL: an empty function */
	region_function *prepare; /* before each region, outside it: undoes the last one. Its result is that of a region. NULL: nothing */
	bool (*setup)(struct client *client); /* starts what the region needs; false: the kernel refused. NULL: nothing */
	uint32_t samples_max;     /* of a long region at most so many samples, and warm-ups; 0: no limit */
	bool ends_elsewhere;      /* run and control end the region themselves, by region_end_here in any thread */
};

/* Registers one entry under the string literal `label`; the rest are initialisers of struct measurement. */
#define MEASUREMENT(symbol, label, ...)                                                                  \
	static const char symbol##_name[] REGISTRY_SECTION(".benchmarks.names") __attribute__((aligned(1))) = label; \
	static const struct measurement symbol##_measurement = {.name = symbol##_name, __VA_ARGS__};     \
	static const struct measurement *const symbol##_entry REGISTRY_SECTION(".benchmarks.table") =    \
		&symbol##_measurement

/* Ends the region that the client has open: for measurements that end elsewhere. */
void region_end_here(void);

/* ---- what several measurements use: servers.c ------------------------------------------------------ */

/* Where spaces see memory of their own: a client beyond 4 MB, so that it is a large space as soon as it touches it. */
#define CLIENT_MEMORY 0x10000000
#define CLIENT_PAGES 64
#define SERVER_MEMORY 0x00020000
#define SERVER_PAGES 2

/*
 * Setups. Each starts a server that answers every message with one of client->parameter words: in the program's
 * own space, where the client is then too; in a space of its own, small as the client's; in a space of its own, small,
 * with the client in a large one. False: the kernel refused.
 */
bool setup_intra(struct client *client);
bool setup_inter_small(struct client *client);
bool setup_inter(struct client *client);

/* The last with a server of the measurement's own; `argument` is handed to it. */
bool setup_inter_with(struct client *client, thread_function *server, uint32_t argument);

/* The region that goes with them: one message of client->parameter words there, and one back. */
uint32_t round_trip(const struct client *client);

#endif
