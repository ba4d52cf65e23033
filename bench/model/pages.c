/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address translation: what is in the TLBs, and page walks.
 *
 * The emulator has done its own walk, and set accessed and dirty bits, before the model hears of an access.
 * So the model keeps its own record of those bits: clear when it first walks through an entry, set by
 * its walks, and whatever a program writes when it writes the entry.
 */
#include "memory_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PTE_PRESENT 0x01u
#define PTE_ACCESSED 0x20u
#define PTE_LARGE 0x80u
#define PTE_GLOBAL 0x100u

#define BIT_ACCESSED 1u
#define BIT_DIRTY 2u

/* What the tables say of a page. */
struct walk {
    unsigned entry_count;   /* 0: there is nothing to read them with, or the page is not there */
    uint32_t entries[2];    /* physical addresses */
    uint32_t base, offset_mask;
    bool large, global;
};

/* ---- making ------------------------------------------------------------------------------------- */

static bool init_tlb(struct cache *cache, const struct machine *machine, const char *part)
{
    char key[64];
    snprintf(key, sizeof key, "%s.entries", part);
    uint32_t entries = (uint32_t)machine_number(machine, key);
    if (entries == 0)
        return false;
    snprintf(key, sizeof key, "%s.ways", part);
    uint32_t ways = (uint32_t)machine_number(machine, key);
    snprintf(key, sizeof key, "%s.replacement", part);
    cache_init(cache, entries, ways, machine_is(machine, key, "pseudo-lru"));
    return true;
}

static void forget_hints(struct memory *memory)
{
    for (unsigned i = 0; i < HINTS; i++)
        memory->tlbs[0].hints[i].page = memory->tlbs[1].hints[i].page = NO_PAGE;
}

static void init_walks(struct memory *memory, const struct machine *machine)
{
    static const char *const manual[3] = {"tlb.manual.miss", "tlb.manual.one-update", "tlb.manual.two-updates"};
    if (!memory->timed)
        return;
    bool liedtke = machine_is(machine, "tlb.parameters", "liedtke");
    for (unsigned i = 0; i < 3; i++)
        memory->walk_clocks[i] = (uint32_t)ceil(
            liedtke ? machine_number(machine, "tlb.liedtke.miss")
                    : machine_number(machine, manual[i]) * machine_number(machine, "bus.ratio"));
}

void pages_init(struct memory *memory, const struct machine *machine)
{
    memory->data_tlb = memory->code_tlb = &memory->tlbs[0];
    init_tlb(&memory->data_tlb->small, machine, "dtlb");
    memory->data_tlb->has_large = init_tlb(&memory->data_tlb->large, machine, "dtlb.large");
    if (machine_is(machine, "tlb", "split")) {
        memory->code_tlb = &memory->tlbs[1];
        init_tlb(&memory->code_tlb->small, machine, "itlb");
        memory->code_tlb->has_large = init_tlb(&memory->code_tlb->large, machine, "itlb.large");
    }
    memory->has_stlb = init_tlb(&memory->stlb, machine, "stlb");
    memory->tagged = machine_is(machine, "tlb.tagged", "yes");
    memory->table_pages = model_allocate(UINT32_C(1) << 17, 1);
    init_walks(memory, machine);
    forget_hints(memory);
}

void pages_free(struct memory *memory)
{
    for (unsigned i = 0; i < 2; i++) {
        cache_free(&memory->tlbs[i].small);
        cache_free(&memory->tlbs[i].large);
    }
    cache_free(&memory->stlb);
    key_set_free(&memory->entries);
    key_set_free(&memory->pieces);
    free(memory->table_pages);
}

void memory_set_walker(struct memory *memory, const struct memory_walker *walker)
{
    memory->walker = *walker;
    memory->has_walker = true;
}

/* ---- the tables --------------------------------------------------------------------------------- */

static bool read_entry(struct memory *memory, uint32_t physical, uint32_t *value)
{
    *value = 0;
    if (!memory->walker.read(memory->walker.context, physical, value))
        return false;
    if (memory->record)
        fprintf(memory->record, "P %x %x\n", physical, *value);
    return *value & PTE_PRESENT;
}

static struct walk read_tables(struct memory *memory, uint32_t linear)
{
    struct walk walk = {.offset_mask = 0xfff};
    uint32_t value, directory = (memory->cr3 & ~UINT32_C(0xfff)) + (linear >> 22) * 4;
    if (!memory->has_walker || !read_entry(memory, directory, &value))
        return walk;
    walk.entries[0] = directory;
    if (memory->cr4 & CR4_PSE && value & PTE_LARGE) {
        walk.large = true;
        walk.offset_mask = 0x3fffff;
        walk.entry_count = 1;
    } else {
        walk.entries[1] = (value & ~UINT32_C(0xfff)) + (linear >> 12 & 0x3ff) * 4;
        if (!read_entry(memory, walk.entries[1], &value))
            return walk;
        walk.entry_count = 2;
    }
    walk.global = memory->cr4 & CR4_PGE && value & PTE_GLOBAL;
    walk.base = value & ~walk.offset_mask;
    return walk;
}

uint32_t pages_physical(struct memory *memory, uint32_t linear, uint32_t otherwise)
{
    if (!(memory->cr0 & CR0_PG))
        return otherwise;
    struct walk walk = read_tables(memory, linear);
    return walk.entry_count ? walk.base | (linear & walk.offset_mask) : otherwise;
}

void pages_written(struct memory *memory, uint32_t physical)
{
    uint32_t value;
    struct key_entry *entry = key_set_find(&memory->entries, physical & ~UINT32_C(3));
    if (!entry)
        return;
    read_entry(memory, physical & ~UINT32_C(3), &value);
    entry->bits = value / PTE_ACCESSED & (BIT_ACCESSED | BIT_DIRTY);
}

/* Sets bits of an entry as a walk does; true if one was clear. */
static bool update_entry(struct memory *memory, uint32_t physical, uint32_t bits)
{
    struct key_entry *entry = key_set_add(&memory->entries, physical);
    bool change = (entry->bits & bits) != bits;
    entry->bits |= bits;
    memory->table_pages[physical >> 15] |= (uint8_t)(1u << (physical >> 12 & 7));
    return change;
}

static void announce(struct memory *memory)
{
    if (!memory->announced && !memory->has_walker)
        fputs("model: page tables cannot be read: a TLB miss costs its clocks but touches no cache, "
              "and every page counts as 4 KB and not global\n", stderr);
    memory->announced = true;
}

/* One walk: its clocks, and what it does to the cache. */
static void do_walk(struct memory *memory, const struct walk *walk, const struct piece *piece, struct access_result *result)
{
    unsigned updates = 0;
    announce(memory);
    for (unsigned i = 0; i < walk->entry_count; i++) {
        bool last = i + 1 == walk->entry_count, write = piece->kind == ACCESS_WRITE;
        updates += update_entry(memory, walk->entries[i], BIT_ACCESSED | (last && write ? BIT_DIRTY : 0));
        lines_table_read(memory, walk->entries[i], piece->user, result);
    }
    result->walk_clocks += memory->walk_clocks[updates];
}

/* ---- the TLBs ----------------------------------------------------------------------------------- */

/* How a store holds a page: 4 KB, a 4 KB piece of a 4 MB page, 4 MB. */
enum form { FORM_SMALL, FORM_PIECE, FORM_LARGE };

/* Keys: page number in bits 0 to 19, form in 20 and 21, space in 24 to 43 or KEY_GLOBAL. */
static uint64_t page_key(const struct memory *memory, uint32_t linear, enum form form, bool global)
{
    uint64_t key = (form == FORM_LARGE ? linear >> 22 : linear >> 12) | (uint64_t)form << 20;
    return key | (global ? KEY_GLOBAL : (uint64_t)(memory->cr3 >> 12) << 24);
}

static struct page_hint *hint_of(struct tlb *tlb, uint32_t linear)
{
    return &tlb->hints[linear >> 12 & (HINTS - 1)];
}

/* A page has one key that is valid, but until it is found, one cannot know which. */
static struct slot *search(struct memory *memory, struct tlb *tlb, uint32_t linear)
{
    bool globals = memory->cr4 & CR4_PGE, larges = memory->cr4 & CR4_PSE;
    for (unsigned large = 0; large <= larges; large++) {
        enum form form = !large ? FORM_SMALL : tlb->has_large ? FORM_LARGE : FORM_PIECE;
        struct cache *cache = form == FORM_LARGE ? &tlb->large : &tlb->small;
        for (unsigned global = 0; global <= globals; global++) {
            uint64_t key = page_key(memory, linear, form, global);
            struct slot *slot = cache_use(cache, key, true);
            if (slot) {
                *hint_of(tlb, linear) = (struct page_hint){linear >> 12, cache, slot, key};
                return slot;
            }
        }
    }
    return NULL;
}

static inline struct slot *find(struct memory *memory, struct tlb *tlb, uint32_t linear)
{
    const struct page_hint *hint = hint_of(tlb, linear);
    if (hint->page == linear >> 12 && hint->slot->key == hint->key) {
        cache_use_slot(hint->cache, hint->slot, true);
        return hint->slot;
    }
    return search(memory, tlb, linear);
}

/* Does the second level know the page? If not, it does now. */
static bool second_level(struct memory *memory, const struct walk *walk, const struct piece *piece, struct access_result *result)
{
    if (!memory->has_stlb)
        return false;
    uint64_t key = page_key(memory, piece->linear, walk->large ? FORM_LARGE : FORM_SMALL, walk->global);
    struct slot *slot, victim;
    if (!cache_use(&memory->stlb, key, true)) {
        cache_miss(&memory->stlb, key, true, &slot, &victim);
        return false;
    }
    memory->counts.stlb_hits[piece->user]++;
    result->stlb_hits++;
    return true;
}

/* Are later writes to the page free of a walk? Without tables to read, always. */
static bool is_dirty(const struct memory *memory, const struct walk *walk)
{
    if (walk->entry_count == 0)
        return true;
    const struct key_entry *entry = key_set_find(&memory->entries, walk->entries[walk->entry_count - 1]);
    return entry && entry->bits & BIT_DIRTY;
}

static struct slot *tlb_miss(struct memory *memory, struct tlb *tlb, const struct piece *piece, struct access_result *result)
{
    bool code = is_code(piece->kind);
    struct walk walk = read_tables(memory, piece->linear);
    enum form form = !walk.large ? FORM_SMALL : tlb->has_large ? FORM_LARGE : FORM_PIECE;
    struct slot *slot, victim;
    enum miss why = cache_miss(form == FORM_LARGE ? &tlb->large : &tlb->small,
                               page_key(memory, piece->linear, form, walk.global), true, &slot, &victim);
    if (form == FORM_PIECE)
        key_set_add(&memory->pieces, piece->linear >> 22);
    memory->counts.tlb_misses[piece->user][code][why]++;
    result->tlb_misses++;
    result->tlb_kind = (uint8_t)why;
    if (!second_level(memory, &walk, piece, result))
        do_walk(memory, &walk, piece, result);
    slot->flags = is_dirty(memory, &walk) ? SLOT_DIRTY : 0;
    return slot;
}

/* The first write to a page that was not dirty when it came into the TLB. */
static void dirty_walk(struct memory *memory, struct slot *slot, const struct piece *piece, struct access_result *result)
{
    struct walk walk = read_tables(memory, piece->linear);
    slot->flags |= SLOT_DIRTY;
    if (is_dirty(memory, &walk))
        return; /* set through another entry, as where code and data TLB both hold the page */
    memory->counts.dirty_walks[piece->user]++;
    result->dirty_walks++;
    do_walk(memory, &walk, piece, result);
}

static void touch_page(struct memory *memory, uint64_t key, bool code)
{
    struct key_entry *entry = key_set_add(&memory->pages, key);
    uint32_t old = entry->generation == memory->region ? entry->bits : 0, bit = 1u << code;
    entry->generation = memory->region;
    entry->bits = old | bit;
    memory->touched.pages += !old;
    memory->touched.code_pages += code && !(old & bit);
    memory->touched.data_pages += !code && !(old & bit);
}

void pages_access(struct memory *memory, const struct piece *piece, struct access_result *result)
{
    bool code = is_code(piece->kind);
    struct tlb *tlb = code ? memory->code_tlb : memory->data_tlb;
    struct slot *slot = find(memory, tlb, piece->linear);
    if (!slot)
        slot = tlb_miss(memory, tlb, piece, result);
    if (piece->kind == ACCESS_WRITE && !(slot->flags & SLOT_DIRTY))
        dirty_walk(memory, slot, piece, result);
    if (slot->touched[code] != memory->region) {
        slot->touched[code] = memory->region;
        touch_page(memory, slot->key, code);
    }
}

/* ---- what empties them -------------------------------------------------------------------------- */

static void each_store(struct memory *memory, void (*act)(struct cache *, uint64_t), uint64_t argument)
{
    for (unsigned i = 0; i < 2; i++) {
        if (memory->tlbs[i].small.slots)
            act(&memory->tlbs[i].small, argument);
        if (memory->tlbs[i].has_large)
            act(&memory->tlbs[i].large, argument);
    }
    if (memory->has_stlb)
        act(&memory->stlb, argument);
}

static void flush_store(struct cache *cache, uint64_t global_too)
{
    cache_flush(cache, !global_too);
}

void memory_flush_tlb(struct memory *memory, bool global_too)
{
    if (memory->record)
        fprintf(memory->record, "X %d\n", global_too);
    memory->counts.flushes++;
    each_store(memory, flush_store, global_too);
    forget_hints(memory);
}

static void drop_key(struct cache *cache, uint64_t key)
{
    cache_drop(cache, key);
}

static bool held(const struct memory *memory, uint64_t key)
{
    for (unsigned i = 0; i < 2; i++) {
        if (memory->tlbs[i].small.slots && cache_has(&memory->tlbs[i].small, key))
            return true;
        if (memory->tlbs[i].has_large && cache_has(&memory->tlbs[i].large, key))
            return true;
    }
    return memory->has_stlb && cache_has(&memory->stlb, key);
}

static bool drop_page(struct memory *memory, uint32_t linear, enum form form)
{
    bool was_there = false;
    for (unsigned global = 0; global < 2; global++) {
        uint64_t key = page_key(memory, linear, form, global);
        was_there = held(memory, key) || was_there;
        each_store(memory, drop_key, key);
    }
    return was_there;
}

bool memory_invlpg(struct memory *memory, uint32_t linear)
{
    if (memory->record)
        fprintf(memory->record, "I %x\n", linear);
    memory->counts.invlpgs++;
    bool small = drop_page(memory, linear, FORM_SMALL), large = drop_page(memory, linear, FORM_LARGE), piece = false;
    /* All pieces of a large page go. Whether there can be any must not be asked of the tables: they may have changed. */
    uint32_t first = linear & ~UINT32_C(0x3fffff);
    if (key_set_find(&memory->pieces, linear >> 22))
        for (uint32_t i = 0; i < 1024; i++)
            piece = drop_page(memory, first + (i << 12), FORM_PIECE) || piece;
    forget_hints(memory);
    return small || large || piece;
}

static void load(struct memory *memory, uint32_t *place, uint32_t value, uint32_t flushing, unsigned number)
{
    uint32_t change = *place ^ value;
    if (memory->record)
        fprintf(memory->record, "%u %x\n", number, value);
    *place = value;
    if (change & flushing) {
        FILE *record = memory->record;
        memory->record = NULL; /* follows from the line above */
        memory_flush_tlb(memory, true);
        memory->record = record;
    }
}

void memory_load_cr0(struct memory *memory, uint32_t value)
{
    load(memory, &memory->cr0, value, CR0_PG, 0);
}

void memory_load_cr4(struct memory *memory, uint32_t value)
{
    load(memory, &memory->cr4, value, CR4_PSE | CR4_PGE, 4);
}

void memory_load_cr3(struct memory *memory, uint32_t value)
{
    if (memory->record)
        fprintf(memory->record, "3 %x\n", value);
    memory->cr3 = value;
    forget_hints(memory);
    if (memory->tagged)
        return;
    memory->counts.flushes++;
    each_store(memory, flush_store, false);
}
