/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory system of a modelled processor: caches, TLBs, page walks, write buffers and the bus. It is
 * told of every access in program order and answers with the clocks that the access adds to its
 * instruction, and why.
 *
 * Times are core clocks; `now` never goes back. Addresses are 32 bits. A hit costs nothing beyond the instruction's
 * own clocks. With a machine whose `cycles` is none, misses are counted and every clock is 0.
 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include "machine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct memory;

/* Who accesses. ACCESS_WALK is the page walk's reads of the tables; only counts have it. */
enum access { ACCESS_FETCH, ACCESS_READ, ACCESS_WRITE, ACCESS_WALK };
#define ACCESS_KINDS 4

/*
 * Why an access missed. COLD: the first time it is wanted, or fetched. CAPACITY: a fully associative one of the same
 * size, with exact LRU, misses too. CONFLICT: that one hits. FLUSHED: it was there before the
 * last flush (or INVLPG, or WBINVD) and is wanted for the first time since. UNFETCHED: a write, not the first, to a line that
 * was never read, where writes fetch nothing: no cache of this policy would have it.
 */
enum miss { MISS_NONE, MISS_COLD, MISS_CAPACITY, MISS_CONFLICT, MISS_FLUSHED, MISS_UNFETCHED };
#define MISS_KINDS 6

/* One access that crosses the end of a line or page is two in the caches or the TLB: hence up to 2 misses. */
struct access_result {
    uint32_t stall;               /* clocks beyond the instruction's own: the sum of the next three */
    uint32_t walk_clocks;         /* TLB misses */
    uint32_t line_clocks;         /* waiting for lines from l2 or memory */
    uint32_t write_buffer_clocks; /* waiting for a free write buffer, or for those that a read may not pass */
    uint8_t tlb_misses, l1_misses, l2_misses, l3_misses;
    uint8_t tlb_kind, l1_kind, l2_kind, l3_kind; /* enum miss of the (last) miss, MISS_NONE without one */
    uint8_t stlb_hits;            /* first-level TLB misses that the second level answered: no walk */
    uint8_t dirty_walks;          /* walks only to set a dirty bit; charged like a miss, counted apart */
    uint8_t table_misses;         /* first-level cache misses of the walks' table reads */
    bool misaligned;              /* crosses the end of a doubleword (of a quadword, if larger than 4 bytes) */
};

/* `machine` is only read, and not kept. Never NULL. */
struct memory *memory_new(const struct machine *machine);
void memory_free(struct memory *memory);

/*
 * An access of `size` bytes (1 or more, at most a page) at `linear`, whose first byte is at `physical`.
 * Where it crosses into another page, the second physical address is looked up in the tables,
 * or, without a walker, taken to follow the first. user: privilege 3, for the counts.
 */
void memory_access(struct memory *memory, enum access kind, uint32_t linear, uint32_t physical, unsigned size,
                   uint64_t now, bool user, struct access_result *result);

/*
 * Loads of control registers. CR3 flushes what is not global (a tagged TLB: nothing). A change of CR0.PG, CR4.PSE
 * or CR4.PGE flushes everything. At first paging is off and all are 0: tell them all when a run is joined.
 */
void memory_load_cr0(struct memory *memory, uint32_t value);
void memory_load_cr3(struct memory *memory, uint32_t value);
void memory_load_cr4(struct memory *memory, uint32_t value);
void memory_flush_tlb(struct memory *memory, bool global_too);
/* True if the page was in a TLB. */
bool memory_invlpg(struct memory *memory, uint32_t linear);
/* INVD, WBINVD: every cache empty. */
void memory_flush_caches(struct memory *memory);
/* Clocks until the write buffers are empty, as OUT and serialising instructions wait for. */
uint32_t memory_drain(struct memory *memory, uint64_t now);

/*
 * How page walks read the guest's tables: read() gives the doubleword at a physical address, false if there is no
 * memory there. Walks then go through the data cache at the entries' real addresses, know global and
 * 4 MB pages, and which accessed and dirty bits they set. Without a walker every page is 4 KB and not global, a walk costs the
 * same and touches no cache, and the first one says so on standard error.
 */
struct memory_walker {
    void *context;
    bool (*read)(void *context, uint32_t physical, uint32_t *value);
};
void memory_set_walker(struct memory *memory, const struct memory_walker *walker);

/*
 * Counts since memory_new(); a region's are the difference of two copies. First index: 0 kernel, 1 user.
 * Under the liedtke parameters a walk is 9 clocks with its table reads in them: those still go through the caches and are
 * counted as ACCESS_WALK, but wait for nothing. The same holds for manual, whose figures take the tables to be uncached.
 */
struct memory_counts {
    uint64_t accesses[2][ACCESS_KINDS];
    uint64_t l1_misses[2][ACCESS_KINDS][MISS_KINDS];
    uint64_t l2_misses[2][ACCESS_KINDS][MISS_KINDS]; /* reads and fetches and walks that l1 missed */
    uint64_t l3_misses[2][ACCESS_KINDS][MISS_KINDS];
    uint64_t tlb_misses[2][2][MISS_KINDS];           /* second index: 0 data, 1 code */
    uint64_t stlb_hits[2];
    uint64_t dirty_walks[2];
    uint64_t walk_clocks[2], line_clocks[2], write_buffer_clocks[2];
    uint64_t flushes;                                /* of the TLB: CR3 loads that flush, and changes of CR0, CR4 */
    uint64_t invlpgs;
    uint64_t write_backs;                            /* dirty first-level lines that made room */
};
const struct memory_counts *memory_counts(const struct memory *memory);

/*
 * What was touched since memory_region_reset(): first-level lines, by physical address, and pages, as the TLB would
 * hold them (a 4 MB page is one where large entries hold it). All: code or data or both. Table reads of walks do not count.
 */
struct memory_touched {
    uint32_t lines, code_lines, data_lines;
    uint32_t pages, code_pages, data_pages;
};
void memory_region_reset(struct memory *memory);
struct memory_touched memory_touched(const struct memory *memory);

/*
 * Writes every event from now on to `file`, for bench/model/reference.py; NULL ends it. The format is described
 * there. The state before is not recorded, so start right after memory_new().
 */
void memory_record(struct memory *memory, FILE *file);

#endif
