/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus.h"

void bus_init(struct bus *bus, const struct machine *machine)
{
    *bus = (struct bus){.entries = (unsigned)machine_number(machine, "write-buffer.entries")};
    if (machine_is(machine, "write-buffer.pass", "hits"))
        bus->pass = PASS_HITS;
    else if (machine_is(machine, "write-buffer.pass", "always"))
        bus->pass = PASS_ALWAYS;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Puts the oldest write on the bus, unless it is there. */
static void start_head(struct bus *bus)
{
    const struct buffered_write *write = &bus->writes[bus->head];
    if (!bus->writing)
        bus->free = later(bus->free, write->ready) + write->duration;
    bus->writing = true;
}

static void end_head(struct bus *bus)
{
    bus->writing = false;
    bus->head = (bus->head + 1) % WRITE_BUFFERS_MAX;
    bus->count--;
}

/* What the bus did by itself before `now`. A write that could start just then lets a read go first. */
static void advance(struct bus *bus, uint64_t now)
{
    while (bus->count) {
        if (!bus->writing && later(bus->free, bus->writes[bus->head].ready) >= now)
            return;
        start_head(bus);
        if (bus->free > now)
            return;
        end_head(bus);
    }
}

uint64_t bus_write(struct bus *bus, uint64_t now, uint64_t duration, bool hit)
{
    advance(bus, now);
    if (bus->entries == 0) {
        bus->free = later(bus->free, now) + duration;
        return bus->free - now;
    }
    uint64_t ready = now;
    if (bus->count == bus->entries) {
        start_head(bus);
        end_head(bus);
        ready = later(now, bus->free);
    }
    bus->writes[(bus->head + bus->count++) % WRITE_BUFFERS_MAX] = (struct buffered_write){ready, duration, hit};
    return ready - now;
}

static bool must_drain(const struct bus *bus)
{
    if (bus->pass != PASS_HITS)
        return bus->pass == PASS_NEVER;
    for (unsigned i = 0; i < bus->count; i++)
        if (!bus->writes[(bus->head + i) % WRITE_BUFFERS_MAX].hit)
            return true;
    return false;
}

uint64_t bus_acquire(struct bus *bus, uint64_t now, bool *behind_writes)
{
    advance(bus, now);
    /* Whatever is in the buffers decides, the write that is on the bus included. */
    bool drain = must_drain(bus);
    *behind_writes = bus->writing;
    if (bus->writing)
        end_head(bus);
    while (drain && bus->count) {
        *behind_writes = true;
        start_head(bus);
        end_head(bus);
    }
    return later(now, bus->free);
}

uint64_t bus_drain(struct bus *bus, uint64_t now)
{
    advance(bus, now);
    if (!bus->count)
        return now; /* the end of a fill is not waited for */
    while (bus->count) {
        start_head(bus);
        end_head(bus);
    }
    return later(now, bus->free);
}
