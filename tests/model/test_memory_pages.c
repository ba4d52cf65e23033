/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the modelled TLBs hold and what a miss costs, on streams worked out in the comments.
 */
#include "memory_rig.h"

#define PAGE(n) (0x100000u + 4096u * (n))

/* Tables for [0, 4 MB), identity mapped; bits as given, present and writable besides. */
static void map_low(struct rig *rig, uint32_t bits)
{
    rig_table(rig, CR3, 0x91000 | 7);
    for (uint32_t page = 0; page < 1024; page++)
        rig_table(rig, 0x91000 + 4 * page, page << 12 | 7 | bits);
}

static unsigned read_pages(struct rig *rig, unsigned count)
{
    unsigned misses = 0;
    for (unsigned i = 0; i < count; i++)
        misses += get(rig, PAGE(i))->tlb_misses;
    return misses;
}

/*
 * 32 entries: 8 sets of 4, by the low bits of the page number. Of 33 pages in a row, five share set 0; a round
 * over those misses four of them, by the pseudo-LRU order (test_memory_lines.c has it step by step).
 */
static void thirty_three_pages(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, false, 0);
    assert_int_equal(read_pages(&rig, 32), 32);
    assert_int_equal(read_pages(&rig, 32), 0);
    assert_int_equal(read_pages(&rig, 33), 1);
    /* Set 0 was used as A B C D, A B C D, A B C D E: E took way 0, as before. */
    assert_int_equal(read_pages(&rig, 33), 4);
    const uint64_t *misses = memory_counts(rig.memory)->tlb_misses[0][0];
    assert_int_equal(misses[MISS_COLD], 33);
    assert_int_equal(misses[MISS_CAPACITY], 4);
    assert_int_equal(misses[MISS_CONFLICT], 0);
    rig_free(&rig);
}

/* Five pages 8 apart compete for a set while 27 entries are free: conflict. */
static void five_pages_in_one_set(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, false, 0);
    for (unsigned i = 0; i < 10; i++)
        get(&rig, PAGE(8 * (i % 5)));
    assert_int_equal(memory_counts(rig.memory)->tlb_misses[0][0][MISS_COLD], 5);
    assert_int_equal(memory_counts(rig.memory)->tlb_misses[0][0][MISS_CONFLICT], 4);
    rig_free(&rig);
}

/* After a flush, n pages are n misses of 9 clocks each, for every n up to the number of entries. */
static void reload_after_a_flush(void **state)
{
    (void)state;
    for (unsigned walker = 0; walker < 2; walker++) {
        struct rig rig = rig_new("i486dx50", NULL);
        rig_paging(&rig, walker, 0);
        map_low(&rig, 0x60);
        read_pages(&rig, 32);
        for (unsigned n = 0; n <= 32; n++) {
            struct memory_counts before = *memory_counts(rig.memory);
            memory_load_cr3(rig.memory, CR3);
            assert_int_equal(read_pages(&rig, n), n);
            const struct memory_counts *after = memory_counts(rig.memory);
            assert_int_equal(after->walk_clocks[0] - before.walk_clocks[0], 9 * n);
            assert_int_equal(after->flushes - before.flushes, 1);
            assert_int_equal(after->tlb_misses[0][0][MISS_FLUSHED] - before.tlb_misses[0][0][MISS_FLUSHED], n);
            assert_int_equal(after->accesses[0][ACCESS_WALK] - before.accesses[0][ACCESS_WALK], walker ? 2 * n : 0);
        }
        rig_free(&rig);
    }
}

/* The Pentium's 64 data and 32 code entries: 96 misses, 864 clocks. */
static void reload_of_both_tlbs(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    rig_paging(&rig, false, 0);
    for (unsigned round = 0; round < 3; round++) {
        if (round == 2)
            memory_load_cr3(rig.memory, CR3);
        for (unsigned i = 0; i < 64; i++)
            get(&rig, PAGE(i));
        for (unsigned i = 0; i < 32; i++)
            fetch(&rig, PAGE(i), 4);
        assert_int_equal(memory_counts(rig.memory)->walk_clocks[0], round < 2 ? 864 : 2 * 864);
    }
    rig_free(&rig);
}

static void walks_by_the_manual(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", "tlb.parameters=manual");
    rig_paging(&rig, true, 0);
    map_low(&rig, 0);
    assert_int_equal(get(&rig, PAGE(0))->walk_clocks, 28); /* accessed, in both entries */
    assert_int_equal(get(&rig, PAGE(1))->walk_clocks, 21); /* in one: the directory's has it */
    memory_load_cr3(rig.memory, CR3);
    assert_int_equal(get(&rig, PAGE(0))->walk_clocks, 13);
    assert_int_equal(put(&rig, PAGE(0))->walk_clocks, 21); /* dirty: a walk though it is in the TLB */
    assert_int_equal(rig.result.tlb_misses, 0);
    assert_int_equal(rig.result.dirty_walks, 1);
    assert_int_equal(put(&rig, PAGE(0))->walk_clocks, 0);
    memory_load_cr3(rig.memory, CR3);
    assert_int_equal(put(&rig, PAGE(0))->walk_clocks, 13);
    assert_int_equal(put(&rig, PAGE(2))->walk_clocks, 21); /* accessed and dirty, in one entry */
    /* A program writes the entry, its bits clear, and says so. */
    assert_int_equal(put(&rig, 0x91000 + 4 * 0x100)->dirty_walks, 0);
    memory_invlpg(rig.memory, PAGE(0));
    assert_int_equal(get(&rig, PAGE(0))->walk_clocks, 21);
    /* With the accessed bit set there is nothing to update. */
    rig_table(&rig, 0x91000 + 4 * 0x101, PAGE(1) | 0x27);
    put(&rig, 0x91000 + 4 * 0x101);
    memory_invlpg(rig.memory, PAGE(1));
    assert_int_equal(get(&rig, PAGE(1))->walk_clocks, 13);
    rig_free(&rig);
}

/* Bus clocks of 1.5 core clocks: 13 are 19.5, so 20; 21 are 31.5, so 32; 28 are 42. */
static void walks_by_the_manual_on_a_slower_bus(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", "tlb.parameters=manual");
    rig_paging(&rig, true, 0);
    map_low(&rig, 0);
    assert_int_equal(get(&rig, PAGE(0))->walk_clocks, 42);
    assert_int_equal(get(&rig, PAGE(1))->walk_clocks, 32);
    memory_load_cr3(rig.memory, CR3);
    assert_int_equal(get(&rig, PAGE(0))->walk_clocks, 20);
    rig_free(&rig);
}

/* The entries that a walk read are in the data cache, at their own addresses, and waited for nothing. */
static void walks_go_through_the_cache(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    rig_paging(&rig, true, 0);
    map_low(&rig, 0x60);
    fetch(&rig, PAGE(0), 4); /* a code access: the tables are data all the same */
    assert_int_equal(rig.result.table_misses, 2);
    assert_int_equal(rig.result.walk_clocks, 9);
    assert_int_equal(rig.result.line_clocks, 12); /* the code's own line, from memory */
    assert_int_equal(fetch(&rig, PAGE(1), 4)->table_misses, 0); /* the next entry, the same line */
    assert_int_equal(fetch(&rig, PAGE(8), 4)->table_misses, 1); /* 8 entries are a line of 32 bytes */
    rig_at(&rig, ACCESS_READ, PAGE(0), 0x91000 + 4 * 0x100, 4);
    assert_int_equal(rig.result.l1_misses, 0);
    rig_at(&rig, ACCESS_READ, PAGE(0), CR3, 4);
    assert_int_equal(rig.result.l1_misses, 0);
    rig_free(&rig);
}

static void across_a_page(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, true, 0);
    map_low(&rig, 0x60);
    rig_table(&rig, 0x91000 + 4 * 0x101, 0x00305067); /* the second page is elsewhere */
    get(&rig, PAGE(1) - 2);
    assert_int_equal(rig.result.tlb_misses, 2);
    assert_int_equal(rig.result.l1_misses, 2);
    assert_true(rig.result.misaligned);
    assert_int_equal(rig.result.walk_clocks, 18);
    rig_at(&rig, ACCESS_READ, PAGE(1), 0x00305000, 4);
    assert_int_equal(rig.result.l1_misses, 0);
    assert_int_equal(rig.result.tlb_misses, 0);
    assert_int_equal(memory_touched(rig.memory).pages, 2);
    rig_free(&rig);
}

/* Page 0 is global, page 1 is not. */
static void global_pages(void **state)
{
    (void)state;
    for (unsigned pge = 0; pge < 2; pge++) {
        struct rig rig = rig_new("pentium90", NULL);
        rig_paging(&rig, true, pge ? PGE : 0);
        map_low(&rig, 0x60);
        rig_table(&rig, 0x91000 + 4 * 0x100, PAGE(0) | 0x167);
        assert_int_equal(read_pages(&rig, 2), 2);
        memory_load_cr3(rig.memory, CR3);
        assert_int_equal(read_pages(&rig, 2), pge ? 1 : 2);
        memory_load_cr3(rig.memory, CR3 + 0x10000);
        assert_int_equal(get(&rig, PAGE(0))->tlb_misses, pge ? 0 : 1);
        memory_load_cr3(rig.memory, CR3);
        memory_flush_tlb(rig.memory, true);
        assert_int_equal(read_pages(&rig, 2), 2);
        memory_load_cr4(rig.memory, pge ? 0 : PGE); /* a change flushes all */
        assert_int_equal(read_pages(&rig, 2), 2);
        assert_int_equal(rig.result.tlb_kind, MISS_FLUSHED);
        rig_free(&rig);
    }
}

/*
 * A fully associative TLB would keep global pages over a flush, too: page 0 is pushed out by four of its set (16 sets: pages
 * 16 apart), which 64 entries would not have needed.
 */
static void global_pages_and_conflicts(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    rig_paging(&rig, true, PGE);
    map_low(&rig, 0x60);
    rig_table(&rig, 0x91000 + 4 * 0x100, PAGE(0) | 0x167);
    get(&rig, PAGE(0));
    memory_load_cr3(rig.memory, CR3);
    for (unsigned i = 1; i <= 4; i++)
        get(&rig, PAGE(16 * i));
    assert_int_equal(get(&rig, PAGE(0))->tlb_kind, MISS_CONFLICT);
    rig_free(&rig);
}

/* 4 MB: one of the 8 data entries; for code, a piece for each 4 KB. INVLPG anywhere in it drops all. */
static void large_pages(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    rig_paging(&rig, true, PSE);
    rig_table(&rig, CR3, 0x000000e7);
    assert_int_equal(read_pages(&rig, 5), 1);
    assert_int_equal(rig.result.l1_misses, 1);
    assert_int_equal(memory_counts(rig.memory)->accesses[0][ACCESS_WALK], 1); /* one table read */
    assert_int_equal(fetch(&rig, PAGE(0), 4)->tlb_misses, 1);
    assert_int_equal(fetch(&rig, PAGE(1), 4)->tlb_misses, 1);
    assert_int_equal(fetch(&rig, PAGE(0), 4)->tlb_misses, 0);
    rig_table(&rig, CR3, 0); /* the tables no longer say that it was large */
    assert_true(memory_invlpg(rig.memory, PAGE(200)));
    assert_false(memory_invlpg(rig.memory, PAGE(200)));
    rig_table(&rig, CR3, 0x000000e7);
    assert_int_equal(read_pages(&rig, 5), 1);
    assert_int_equal(fetch(&rig, PAGE(0), 4)->tlb_misses, 1);
    assert_int_equal(fetch(&rig, PAGE(1), 4)->tlb_kind, MISS_FLUSHED);
    struct memory_touched touched = memory_touched(rig.memory);
    assert_int_equal(touched.code_pages, 2);
    assert_int_equal(touched.data_pages, 1);
    rig_free(&rig);
}

/* The i486 has no CR4: a directory entry's bit 7 means nothing there. */
static void no_large_pages_without_pse(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, true, 0);
    map_low(&rig, 0x60);
    rig_table(&rig, CR3, 0x910e7);
    assert_int_equal(read_pages(&rig, 5), 5);
    rig_free(&rig);
}

/* Two spaces in turn: with tags each page misses once, without them at each switch. */
static void tagged_tlb(void **state)
{
    (void)state;
    for (unsigned tagged = 0; tagged < 2; tagged++) {
        struct rig rig = rig_new(tagged ? "i486dx50-tagged-tlb" : "i486dx50", NULL);
        rig_paging(&rig, false, 0);
        unsigned misses = 0;
        for (unsigned turn = 0; turn < 6; turn++) {
            memory_load_cr3(rig.memory, turn % 2 ? 0xa0000 : CR3);
            misses += read_pages(&rig, 3);
        }
        assert_int_equal(misses, tagged ? 6 : 18);
        assert_int_equal(memory_counts(rig.memory)->flushes, tagged ? 1 : 8); /* CR0.PG, CR3 in rig_paging() and here */
        rig_free(&rig);
    }
}

static void one_page_invalidated(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, false, 0);
    read_pages(&rig, 2);
    assert_true(memory_invlpg(rig.memory, PAGE(1) + 5));
    assert_false(memory_invlpg(rig.memory, PAGE(1)));
    assert_int_equal(read_pages(&rig, 2), 1);
    assert_int_equal(rig.result.tlb_kind, MISS_FLUSHED);
    assert_int_equal(memory_counts(rig.memory)->invlpgs, 2);
    rig_free(&rig);
}

/* 16 sets of 4: five pages 16 apart are one too many for the first level, not for the second. */
static void second_level_tlb(void **state)
{
    (void)state;
    struct rig rig = rig_new("skylake-geometry", NULL);
    rig_paging(&rig, true, 0);
    map_low(&rig, 0x60);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(get(&rig, PAGE(16 * i))->stlb_hits, 0);
    assert_int_equal(memory_counts(rig.memory)->accesses[0][ACCESS_WALK], 10);
    get(&rig, PAGE(0));
    assert_int_equal(rig.result.tlb_misses, 1);
    assert_int_equal(rig.result.stlb_hits, 1);
    assert_int_equal(memory_counts(rig.memory)->accesses[0][ACCESS_WALK], 10);
    rig_free(&rig);
}

static void pages_touched_per_region(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    rig_paging(&rig, false, 0);
    read_pages(&rig, 9);
    memory_region_reset(rig.memory);
    get(&rig, PAGE(0));
    get(&rig, PAGE(0) + 64);
    put(&rig, PAGE(3));
    fetch(&rig, PAGE(3), 4);
    memory_load_cr3(rig.memory, CR3);
    get(&rig, PAGE(0));
    struct memory_touched touched = memory_touched(rig.memory);
    assert_int_equal(touched.pages, 2);
    assert_int_equal(touched.data_pages, 2);
    assert_int_equal(touched.code_pages, 1);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thirty_three_pages),
        cmocka_unit_test(five_pages_in_one_set),
        cmocka_unit_test(reload_after_a_flush),
        cmocka_unit_test(reload_of_both_tlbs),
        cmocka_unit_test(walks_by_the_manual),
        cmocka_unit_test(walks_by_the_manual_on_a_slower_bus),
        cmocka_unit_test(walks_go_through_the_cache),
        cmocka_unit_test(across_a_page),
        cmocka_unit_test(global_pages),
        cmocka_unit_test(global_pages_and_conflicts),
        cmocka_unit_test(large_pages),
        cmocka_unit_test(no_large_pages_without_pse),
        cmocka_unit_test(tagged_tlb),
        cmocka_unit_test(one_page_invalidated),
        cmocka_unit_test(second_level_tlb),
        cmocka_unit_test(pages_touched_per_region),
    };
    return cmocka_run_group_tests_name("memory-pages", tests, NULL, NULL);
}
