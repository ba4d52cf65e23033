/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory system as a whole: cuts accesses into pieces of one line and one page each, adds up what they cost.
 */
#include "memory_parts.h"

#include <stdlib.h>

#define PAGE_BYTES 4096u

struct memory *memory_new(const struct machine *machine)
{
    struct memory *memory = model_allocate(1, sizeof *memory);
    memory->timed = !machine_is(machine, "cycles", "none");
    memory->region = 1;
    lines_init(memory, machine);
    pages_init(memory, machine);
    return memory;
}

void memory_free(struct memory *memory)
{
    if (!memory)
        return;
    lines_free(memory);
    pages_free(memory);
    key_set_free(&memory->lines);
    key_set_free(&memory->pages);
    free(memory);
}

/* The clocks so far: the next piece starts after them. */
static uint32_t stall_of(const struct access_result *result)
{
    return result->walk_clocks + result->line_clocks + result->write_buffer_clocks;
}

static inline void access_piece(struct memory *memory, struct piece *piece, uint64_t now, struct access_result *result)
{
    if (memory->cr0 & CR0_PG)
        pages_access(memory, piece, result);
    piece->now = now + stall_of(result);
    lines_access(memory, piece, result);
    if (piece->kind == ACCESS_WRITE && pages_is_table(memory, piece->physical))
        pages_written(memory, piece->physical);
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* An access that crosses the end of a line, and maybe of a page. */
static void access_pieces(struct memory *memory, const struct piece *whole, struct access_result *result)
{
    struct piece piece = *whole;
    unsigned line = 1u << memory->line_shift, left = whole->size;
    while (left > 0) {
        piece.size = smaller(left, line - (piece.physical & (line - 1)));
        access_piece(memory, &piece, whole->now, result);
        left -= piece.size;
        piece.linear += piece.size;
        piece.physical += piece.size;
        if (left > 0 && (piece.linear & (PAGE_BYTES - 1)) == 0)
            piece.physical = pages_physical(memory, piece.linear, piece.physical);
    }
}

static bool is_misaligned(uint32_t linear, unsigned size)
{
    unsigned unit = size > 4 ? 8 : 4;
    return (linear & (unit - 1)) + size > unit;
}

static void add_clocks(struct memory *memory, bool user, struct access_result *result)
{
    result->stall = stall_of(result);
    memory->counts.walk_clocks[user] += result->walk_clocks;
    memory->counts.line_clocks[user] += result->line_clocks;
    memory->counts.write_buffer_clocks[user] += result->write_buffer_clocks;
}

void memory_access(struct memory *memory, enum access kind, uint32_t linear, uint32_t physical, unsigned size,
                   uint64_t now, bool user, struct access_result *result)
{
    struct piece piece = {.kind = kind, .user = user, .linear = linear, .physical = physical, .size = size, .now = now};
    unsigned line = 1u << memory->line_shift;
    *result = (struct access_result){0};
    memory->counts.accesses[user][kind]++;
    if ((physical & (line - 1)) + size <= line)
        access_piece(memory, &piece, now, result);
    else
        access_pieces(memory, &piece, result);
    result->misaligned = !is_code(kind) && is_misaligned(linear, size);
    if (stall_of(result))
        add_clocks(memory, user, result);
    if (memory->record)
        fprintf(memory->record, "%c %x %x %u %d\n", "FRW"[kind], linear, physical, size, user);
}

void memory_flush_caches(struct memory *memory)
{
    if (memory->record)
        fputs("C\n", memory->record);
    lines_flush(memory);
}

uint32_t memory_drain(struct memory *memory, uint64_t now)
{
    if (!memory->timed)
        return 0;
    uint64_t ticks = bus_drain(&memory->bus, now * BUS_TICKS);
    return (uint32_t)((ticks - now * BUS_TICKS + BUS_TICKS - 1) / BUS_TICKS);
}

const struct memory_counts *memory_counts(const struct memory *memory)
{
    return &memory->counts;
}

void memory_region_reset(struct memory *memory)
{
    if (memory->record)
        fputs("Z\n", memory->record);
    memory->region++;
    memory->touched = (struct memory_touched){0};
}

struct memory_touched memory_touched(const struct memory *memory)
{
    return memory->touched;
}

void memory_record(struct memory *memory, FILE *file)
{
    memory->record = file;
}
