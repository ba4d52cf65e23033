/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Caches: which lines are where, and how long an access waits for one.
 *
 * A line fill brings the wanted transfer first and the others in the order of the i486's and Pentium's bursts: transfer i
 * comes as the (i XOR first)th. While it goes on, hits elsewhere cost nothing; data in the line itself waits for the
 * end of the fill, and so does the next miss; instruction bytes are used as they arrive.
 * (i486 Processor Programmer's Reference Manual, appendix E, the assumptions behind the clock counts.)
 */
#include "memory_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static unsigned log2_of(double number)
{
    return (unsigned)log2(number);
}

static double get(const struct machine *machine, const char *part, const char *what)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", part, what);
    return machine_number(machine, key);
}

static bool is(const struct machine *machine, const char *part, const char *what, const char *word)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", part, what);
    return machine_is(machine, key, word);
}

static uint64_t ticks(const struct machine *machine, const char *part, const char *what)
{
    return (uint64_t)llround(get(machine, part, what) * BUS_TICKS);
}

/* ---- making ------------------------------------------------------------------------------------- */

static void init_cache(struct cache *cache, const struct machine *machine, const char *part)
{
    uint32_t entries = (uint32_t)(get(machine, part, "size") / get(machine, part, "line"));
    cache_init(cache, entries, (uint32_t)get(machine, part, "ways"), is(machine, part, "replacement", "pseudo-lru"));
}

static void init_first(struct memory *memory, const struct machine *machine)
{
    struct first_level *data = &memory->first[0];
    init_cache(&data->cache, machine, "l1d");
    data->write_back = machine_is(machine, "l1d.write", "back");
    data->write_allocate = machine_is(machine, "l1d.write-allocate", "yes");
    memory->data = memory->code = data;
    if (machine_is(machine, "l1", "split")) {
        memory->code = &memory->first[1];
        init_cache(&memory->code->cache, machine, "l1i");
    }
    memory->line_shift = log2_of(machine_number(machine, "l1d.line"));
    memory->data->fill.line = memory->code->fill.line = KEY_NONE;
}

static void init_outer(struct memory *memory, const struct machine *machine)
{
    static const char *const names[OUTER_MAX] = {"l2", "l3"};
    for (unsigned i = 0; i < OUTER_MAX; i++) {
        if (get(machine, names[i], "size") == 0)
            continue;
        struct outer_level *outer = &memory->outer[memory->outer_count++];
        init_cache(&outer->cache, machine, names[i]);
        outer->shift = log2_of(get(machine, names[i], "line"));
        outer->write_back = is(machine, names[i], "write", "back");
        outer->write_allocate = is(machine, names[i], "write-allocate", "yes");
    }
}

void lines_init(struct memory *memory, const struct machine *machine)
{
    static const char *const sources[2] = {"l2", "memory"};
    init_first(memory, machine);
    init_outer(memory, machine);
    if (!memory->timed)
        return;
    memory->item_shift = log2_of(machine_number(machine, "bus.width"));
    for (unsigned i = 0; i < 2; i++)
        memory->times[i] = (struct source_times){
            .first = ticks(machine, sources[i], "first"),
            .next = ticks(machine, sources[i], "next"),
            .store = ticks(machine, sources[i], "store"),
        };
    memory->victim_time = ticks(machine, "l2", "victim");
    bus_init(&memory->bus, machine);
}

void lines_free(struct memory *memory)
{
    cache_free(&memory->data->cache);
    if (memory->code != memory->data)
        cache_free(&memory->code->cache);
    for (unsigned i = 0; i < memory->outer_count; i++)
        cache_free(&memory->outer[i].cache);
}

void lines_flush(struct memory *memory)
{
    cache_flush(&memory->data->cache, false);
    if (memory->code != memory->data)
        cache_flush(&memory->code->cache, false);
    for (unsigned i = 0; i < memory->outer_count; i++)
        cache_flush(&memory->outer[i].cache, false);
}

/* ---- behind the first level --------------------------------------------------------------------- */

/* Writes to the outer levels from `level` on; which of them kept it (outer_count: memory). */
static unsigned outer_write(struct memory *memory, unsigned level, uint32_t physical)
{
    for (; level < memory->outer_count; level++) {
        struct outer_level *outer = &memory->outer[level];
        uint32_t line = physical >> outer->shift;
        struct slot *slot = cache_use(&outer->cache, line, outer->write_allocate), victim = {.key = KEY_NONE};
        if (!slot && !outer->write_allocate) {
            cache_pass_by(&outer->cache, line);
        } else if (!slot) {
            cache_miss(&outer->cache, line, true, &slot, &victim);
            if (victim.key != KEY_NONE && victim.flags & SLOT_DIRTY)
                outer_write(memory, level + 1, (uint32_t)(victim.key << outer->shift));
        }
        if (slot && outer->write_back) {
            slot->flags |= SLOT_DIRTY;
            return level;
        }
    }
    return level;
}

static void count_outer_miss(struct memory *memory, unsigned level, enum access kind, bool user, enum miss why,
                             struct access_result *result)
{
    if (level == 0) {
        memory->counts.l2_misses[user][kind][why]++;
        if (kind != ACCESS_WALK) {
            result->l2_misses++;
            result->l2_kind = (uint8_t)why;
        }
    } else {
        memory->counts.l3_misses[user][kind][why]++;
        if (kind != ACCESS_WALK) {
            result->l3_misses++;
            result->l3_kind = (uint8_t)why;
        }
    }
}

/* Which outer level has the line (outer_count: memory). Every level that missed has it from now on. */
static unsigned outer_read(struct memory *memory, uint32_t physical, enum access kind, bool user, bool *victims,
                           struct access_result *result)
{
    unsigned level = 0;
    *victims = false;
    for (; level < memory->outer_count; level++) {
        struct outer_level *outer = &memory->outer[level];
        uint32_t line = physical >> outer->shift;
        struct slot *slot = cache_use(&outer->cache, line, true), victim;
        if (slot)
            break;
        count_outer_miss(memory, level, kind, user, cache_miss(&outer->cache, line, true, &slot, &victim), result);
        if (victim.key != KEY_NONE && victim.flags & SLOT_DIRTY) {
            *victims = true;
            outer_write(memory, level + 1, (uint32_t)(victim.key << outer->shift));
        }
    }
    return level;
}

/* ---- time --------------------------------------------------------------------------------------- */

/* From ticks after `now` to whole clocks. */
static uint32_t clocks_after(uint64_t time, uint64_t now)
{
    return time > now ? (uint32_t)((time - now + BUS_TICKS - 1) / BUS_TICKS) : 0;
}

static const struct source_times *times_of(const struct memory *memory, unsigned level)
{
    return &memory->times[level < memory->outer_count ? 0 : 1];
}

/* When all bytes of the piece have arrived. */
static uint64_t arrival(const struct memory *memory, const struct fill *fill, const struct piece *piece)
{
    unsigned items = 1u << (memory->line_shift - memory->item_shift), last_order = 0;
    unsigned first = piece->physical >> memory->item_shift, last = (piece->physical + piece->size - 1) >> memory->item_shift;
    for (unsigned item = first; item <= last; item++) {
        unsigned order = (item & (items - 1)) ^ fill->item;
        last_order = order > last_order ? order : last_order;
    }
    return fill->first + last_order * (items > 1 ? (fill->end - fill->first) / (items - 1) : 0);
}

/* The clocks that a hit waits while some line is on its way. */
static uint32_t wait_for_fill(const struct memory *memory, const struct first_level *level, const struct piece *piece)
{
    const struct fill *fill = &level->fill;
    if (fill->line != piece->physical >> memory->line_shift)
        return 0;
    return clocks_after(is_code(piece->kind) ? arrival(memory, fill, piece) : fill->end, piece->now * BUS_TICKS);
}

/* Fetches a line from `source`; the piece waits for its bytes, the bus is busy until the last one. */
static void start_fill(struct memory *memory, struct first_level *level, const struct piece *piece, unsigned source,
                       bool victims, struct access_result *result)
{
    uint64_t now = piece->now * BUS_TICKS;
    bool behind_writes;
    uint64_t start = bus_acquire(&memory->bus, now, &behind_writes);
    const struct source_times *times = times_of(memory, source);
    unsigned items = 1u << (memory->line_shift - memory->item_shift);
    struct fill *fill = &level->fill;
    fill->line = piece->physical >> memory->line_shift;
    fill->item = piece->physical >> memory->item_shift & (items - 1);
    fill->first = start + times->first + (victims ? memory->victim_time : 0);
    fill->end = fill->first + (items - 1) * times->next;
    memory->bus.free = fill->end;
    uint32_t stall = clocks_after(arrival(memory, fill, piece), now);
    uint32_t writes = behind_writes ? clocks_after(start, now) : 0;
    result->write_buffer_clocks += writes;
    result->line_clocks += stall - writes;
}

/* `waited`: clocks after the piece's now. */
static void start_write(struct memory *memory, const struct piece *piece, unsigned target, bool hit, uint32_t waited,
                        struct access_result *result)
{
    if (!memory->timed)
        return;
    uint64_t now = (piece->now + waited) * BUS_TICKS;
    uint64_t wait = bus_write(&memory->bus, now, times_of(memory, target)->store, hit);
    result->write_buffer_clocks += clocks_after(now + wait, now);
}

/* ---- the first level ---------------------------------------------------------------------------- */

static void touch_line(struct memory *memory, uint32_t line, bool code)
{
    struct key_entry *entry = key_set_add(&memory->lines, line);
    uint32_t old = entry->generation == memory->region ? entry->bits : 0, bit = 1u << code;
    entry->generation = memory->region;
    entry->bits = old | bit;
    memory->touched.lines += !old;
    memory->touched.code_lines += code && !(old & bit);
    memory->touched.data_lines += !code && !(old & bit);
}

/* A dirty line that made room goes out when the fill has ended. */
static void write_back(struct memory *memory, const struct slot *victim)
{
    if (victim->key == KEY_NONE || !(victim->flags & SLOT_DIRTY))
        return;
    memory->counts.write_backs++;
    unsigned target = outer_write(memory, 0, (uint32_t)(victim->key << memory->line_shift));
    if (memory->timed)
        memory->bus.free += times_of(memory, target)->store << (memory->line_shift - memory->item_shift);
}

static struct slot *read_miss(struct memory *memory, struct first_level *level, const struct piece *piece,
                              struct access_result *result)
{
    struct slot *slot, victim;
    bool victims;
    enum miss why = cache_miss(&level->cache, piece->physical >> memory->line_shift, true, &slot, &victim);
    memory->counts.l1_misses[piece->user][piece->kind][why]++;
    unsigned source = outer_read(memory, piece->physical, piece->kind, piece->user, &victims, result);
    if (piece->kind == ACCESS_WALK) {
        result->table_misses++;
    } else {
        result->l1_misses++;
        result->l1_kind = (uint8_t)why;
        if (memory->timed)
            start_fill(memory, level, piece, source, victims, result);
    }
    write_back(memory, &victim);
    return slot;
}

/* A write that misses and fetches nothing. */
static void write_miss(struct memory *memory, struct first_level *level, const struct piece *piece, struct access_result *result)
{
    enum miss why = cache_miss(&level->cache, piece->physical >> memory->line_shift, false, NULL, NULL);
    memory->counts.l1_misses[piece->user][piece->kind][why]++;
    result->l1_misses++;
    result->l1_kind = (uint8_t)why;
    start_write(memory, piece, outer_write(memory, 0, piece->physical), false, 0, result);
}

static void write_hit(struct memory *memory, struct first_level *level, const struct piece *piece, struct slot *slot,
                      uint32_t waited, struct access_result *result)
{
    if (level->write_back)
        slot->flags |= SLOT_DIRTY;
    else
        start_write(memory, piece, outer_write(memory, 0, piece->physical), true, waited, result);
}

void lines_access(struct memory *memory, const struct piece *piece, struct access_result *result)
{
    bool code = is_code(piece->kind), write = piece->kind == ACCESS_WRITE;
    struct first_level *level = code ? memory->code : memory->data;
    uint32_t line = piece->physical >> memory->line_shift;
    uint32_t waited = 0;
    struct slot *slot = cache_use(&level->cache, line, !write || level->write_allocate);
    if (slot) {
        if (level->fill.end > piece->now * BUS_TICKS)
            result->line_clocks += waited = wait_for_fill(memory, level, piece);
    } else if (!write || level->write_allocate) {
        slot = read_miss(memory, level, piece, result);
    } else {
        write_miss(memory, level, piece, result);
        touch_line(memory, line, false);
        return;
    }
    if (slot->touched[code] != memory->region) {
        slot->touched[code] = memory->region;
        touch_line(memory, line, code);
    }
    if (write)
        write_hit(memory, level, piece, slot, waited, result);
}

void lines_table_read(struct memory *memory, uint32_t physical, bool user, struct access_result *result)
{
    const struct piece piece = {.kind = ACCESS_WALK, .user = user, .physical = physical, .size = 4};
    memory->counts.accesses[user][ACCESS_WALK]++;
    if (!cache_use(&memory->data->cache, physical >> memory->line_shift, true))
        read_miss(memory, memory->data, &piece, result);
}
