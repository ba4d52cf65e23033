/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What memory.c, lines.c and pages.c share, and nobody else sees.
 */
#ifndef MODEL_MEMORY_PARTS_H
#define MODEL_MEMORY_PARTS_H

#include "bus.h"
#include "cache.h"
#include "memory.h"

#define OUTER_MAX 2
#define HINTS 16
#define NO_PAGE UINT32_MAX
#define CR0_PG UINT32_C(0x80000000)
#define CR4_PSE 0x10u
#define CR4_PGE 0x80u

/* A line on its way into a first-level cache. Times as in bus.h. */
struct fill {
    uint64_t line;
    uint64_t first, end; /* arrival of the first transfer and of the last */
    unsigned item;       /* which transfer of the line comes first */
};

struct first_level {
    struct cache cache;
    struct fill fill;
    bool write_back, write_allocate;
};

struct outer_level {
    struct cache cache;
    unsigned shift; /* of its line */
    bool write_back, write_allocate;
};

/* How long what is behind the first level takes. Times as in bus.h. */
struct source_times {
    uint64_t first, next, store;
};

/* Which slot held a page, and under which key: where to look first. It may be out of date. */
struct page_hint {
    uint32_t page;
    struct cache *cache;
    struct slot *slot;
    uint64_t key;
};

struct tlb {
    struct cache small, large;
    bool has_large; /* else 4 MB pages are held as 4 KB pieces */
    struct page_hint hints[HINTS];
};

struct memory {
    bool timed;

    /* Lines. */
    struct first_level first[2], *data, *code; /* the same one twice if unified */
    unsigned line_shift, item_shift;           /* log2 of a line's bytes, and of a transfer's */
    struct outer_level outer[OUTER_MAX];
    unsigned outer_count;
    struct source_times times[2];              /* second-level cache, memory */
    uint64_t victim_time;
    struct bus bus;

    /* Pages. */
    struct tlb tlbs[2], *data_tlb, *code_tlb;
    struct cache stlb;
    bool has_stlb, tagged;
    uint32_t cr0, cr3, cr4;
    uint32_t walk_clocks[3]; /* by number of table entries updated */
    struct memory_walker walker;
    bool has_walker, announced;
    struct key_set pieces;   /* 4 MB pages that were ever held in pieces, by number */
    struct key_set entries;  /* table entries walked through, by physical address, with the bits below */
    uint8_t *table_pages;    /* one bit per physical page: has it been walked through as a table? */

    /* Counting. */
    struct memory_counts counts;
    uint32_t region; /* counted from 1 */
    struct key_set lines, pages;
    struct memory_touched touched;

    FILE *record;
};

/* One access to one line. */
struct piece {
    enum access kind;
    bool user;
    uint32_t linear, physical;
    unsigned size;
    uint64_t now; /* clock */
};

static inline bool is_code(enum access kind)
{
    return kind == ACCESS_FETCH;
}

/* lines.c */
void lines_init(struct memory *memory, const struct machine *machine);
void lines_free(struct memory *memory);
void lines_flush(struct memory *memory);
void lines_access(struct memory *memory, const struct piece *piece, struct access_result *result);
/* A page walk reads a table entry: the caches see it, the clock does not. */
void lines_table_read(struct memory *memory, uint32_t physical, bool user, struct access_result *result);

/* pages.c */
void pages_init(struct memory *memory, const struct machine *machine);
void pages_free(struct memory *memory);
void pages_access(struct memory *memory, const struct piece *piece, struct access_result *result);
/* The physical address of `linear` by the tables; `otherwise` if they cannot tell. */
uint32_t pages_physical(struct memory *memory, uint32_t linear, uint32_t otherwise);
/* A program wrote here: if this is a table entry, its accessed and dirty bits are what the program made them. */
void pages_written(struct memory *memory, uint32_t physical);

static inline bool pages_is_table(const struct memory *memory, uint32_t physical)
{
    return memory->table_pages[physical >> 15] >> (physical >> 12 & 7) & 1;
}

#endif
