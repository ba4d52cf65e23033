/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bus behind the first-level caches, and the write buffers in front of it. It does one thing at a time: the rest of a line
 * fill, or one buffered write.
 *
 * Times here are in 1/64 of a core clock, so that a bus clock of 1.5 core clocks needs no rounding;
 * what comes out is whole clocks, rounded up.
 */
#ifndef MODEL_BUS_H
#define MODEL_BUS_H

#include "machine.h"

#include <stdint.h>

#define BUS_TICKS 64
#define WRITE_BUFFERS_MAX 64

struct buffered_write {
    uint64_t ready;    /* when the processor wrote it */
    uint64_t duration;
    bool hit;          /* in the first-level cache */
};

enum bus_pass { PASS_NEVER, PASS_HITS, PASS_ALWAYS };

struct bus {
    uint64_t free;                 /* when what is going on ends */
    struct buffered_write writes[WRITE_BUFFERS_MAX]; /* a ring */
    unsigned head, count, entries;
    bool writing;                  /* the head is on the bus, until `free` */
    enum bus_pass pass;
};

void bus_init(struct bus *bus, const struct machine *machine);
/* A write, at `now`: for how long the processor waits. */
uint64_t bus_write(struct bus *bus, uint64_t now, uint64_t duration, bool hit);
/*
 * A read that wants the bus at `now`: when it gets it, with what must go first gone. *behind_writes: does it
 * wait for writes, rather than for the rest of a fill? The caller then sets bus->free to when it has done.
 */
uint64_t bus_acquire(struct bus *bus, uint64_t now, bool *behind_writes);
/* When every write buffer is empty. */
uint64_t bus_drain(struct bus *bus, uint64_t now);

#endif
