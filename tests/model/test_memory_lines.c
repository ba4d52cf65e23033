/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which lines the modelled caches hold, on streams whose misses are worked out in the comments.
 *
 * The i486's cache: 128 sets of 4 lines of 16 bytes, so addresses 2048 apart share a set. The Pentium's: 128
 * sets of 2 lines of 32 bytes, so those 4096 apart do.
 */
#include "memory_rig.h"

static void expect(struct rig *rig, uint32_t address, enum miss kind)
{
    get(rig, address);
    assert_int_equal(rig->result.l1_kind, kind);
    assert_int_equal(rig->result.l1_misses, kind != MISS_NONE);
}

static void lru_of_two_ways(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    enum { A = 0x10000, B = 0x11000, C = 0x12000 };
    expect(&rig, A, MISS_COLD);
    expect(&rig, B, MISS_COLD);
    expect(&rig, A, MISS_NONE);
    expect(&rig, C, MISS_COLD);     /* takes B's place, which is older than A */
    expect(&rig, A, MISS_NONE);
    expect(&rig, B, MISS_CONFLICT); /* takes C's */
    expect(&rig, A, MISS_NONE);
    expect(&rig, C, MISS_CONFLICT);
    rig_free(&rig);
}

static void pseudo_lru_of_four_ways(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    enum { A = 0x10000, B = 0x10800, C = 0x11000, D = 0x11800, E = 0x12000, F = 0x12800 };
    /* Bits: b0 chooses the half, b1 in the left one, b2 in the right one; 0 is the left. A use points away from itself. */
    expect(&rig, A, MISS_COLD); /* way 0: b0 b1 b2 = 1 1 0 */
    expect(&rig, B, MISS_COLD); /* way 1:            1 0 0 */
    expect(&rig, C, MISS_COLD); /* way 2:            0 0 1 */
    expect(&rig, D, MISS_COLD); /* way 3:            0 0 0 */
    expect(&rig, A, MISS_NONE); /* way 0:            1 1 0 */
    expect(&rig, E, MISS_COLD); /* right, left: way 2, C goes though B is the oldest: 0 1 1 */
    expect(&rig, B, MISS_NONE); /* way 1:            1 0 1 */
    expect(&rig, F, MISS_COLD); /* right, right: way 3, D goes: 0 0 0 */
    expect(&rig, E, MISS_NONE); /* way 2:            0 0 1 */
    expect(&rig, C, MISS_CONFLICT); /* left, left: way 0, A goes: 1 1 1 */
    expect(&rig, B, MISS_NONE);
    expect(&rig, F, MISS_NONE);
    expect(&rig, A, MISS_CONFLICT);
    rig_free(&rig);
}

/* A B C D E round and round in one set of four: the second round hits B alone. */
static void five_lines_in_four_ways(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    for (uint32_t i = 0; i < 5; i++)
        expect(&rig, 0x10000 + 2048 * i, MISS_COLD);
    /*
     * Ways hold E B C D, bits 1 1 0. A: way 2 (0 1 1), E B A D. B hits: way 1 (1 0 1). C: way 3 (0 0 0), E B A C.
     * D: way 0 (1 1 0), D B A C. E: way 2, D B E C.
     */
    expect(&rig, 0x10000, MISS_CONFLICT);
    expect(&rig, 0x10800, MISS_NONE);
    expect(&rig, 0x11000, MISS_CONFLICT);
    expect(&rig, 0x11800, MISS_CONFLICT);
    expect(&rig, 0x12000, MISS_CONFLICT);
    rig_free(&rig);
}

/*
 * 513 lines, one more than the i486's cache holds, twice. Set 0 has five, as above: 4 misses in the second round. A
 * fully associative LRU cache of 512 lines would miss each of them, so they are misses of capacity.
 */
static void one_line_too_many(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 513; i++)
            get(&rig, 0x10000 + 16 * i);
    const uint64_t *misses = memory_counts(rig.memory)->l1_misses[0][ACCESS_READ];
    assert_int_equal(misses[MISS_COLD], 513);
    assert_int_equal(misses[MISS_CAPACITY], 4);
    assert_int_equal(misses[MISS_CONFLICT], 0);
    rig_free(&rig);
}

static void write_through_fetches_nothing(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    put(&rig, 0x10000);
    assert_int_equal(rig.result.l1_kind, MISS_COLD);
    put(&rig, 0x10004);
    assert_int_equal(rig.result.l1_kind, MISS_UNFETCHED);
    expect(&rig, 0x10008, MISS_COLD); /* the first fetch of the line */
    put(&rig, 0x1000c);
    assert_int_equal(rig.result.l1_misses, 0);
    assert_int_equal(memory_counts(rig.memory)->write_backs, 0);
    rig_free(&rig);
}

static void write_back_of_dirty_lines(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    get(&rig, 0x10000);
    put(&rig, 0x10010); /* the same line, now dirty */
    get(&rig, 0x11000);
    assert_int_equal(memory_counts(rig.memory)->write_backs, 0);
    get(&rig, 0x12000); /* in place of the dirty one */
    assert_int_equal(memory_counts(rig.memory)->write_backs, 1);
    get(&rig, 0x13000); /* in place of 0x11000, which is clean */
    assert_int_equal(memory_counts(rig.memory)->write_backs, 1);
    put(&rig, 0x14000); /* misses, and is written past the cache: nothing makes room */
    expect(&rig, 0x12000, MISS_NONE);
    rig_free(&rig);
}

static void code_and_data(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    fetch(&rig, 0x10000, 4);
    expect(&rig, 0x10004, MISS_NONE); /* unified */
    rig_free(&rig);
    rig = rig_new("pentium90", NULL);
    fetch(&rig, 0x10000, 4);
    expect(&rig, 0x10004, MISS_COLD); /* split */
    fetch(&rig, 0x10004, 4);
    assert_int_equal(rig.result.l1_misses, 0);
    rig_free(&rig);
}

static void across_a_line(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get(&rig, 0x1000e); /* 2 bytes in either line */
    assert_int_equal(rig.result.l1_misses, 2);
    assert_true(rig.result.misaligned);
    expect(&rig, 0x10000, MISS_NONE);
    expect(&rig, 0x1001c, MISS_NONE);
    rig_at(&rig, ACCESS_READ, 0x10001, 0x10001, 2); /* within a doubleword */
    assert_false(rig.result.misaligned);
    rig_at(&rig, ACCESS_READ, 0x10003, 0x10003, 2);
    assert_true(rig.result.misaligned);
    rig_at(&rig, ACCESS_READ, 0x10004, 0x10004, 8); /* across a quadword */
    assert_true(rig.result.misaligned);
    fetch(&rig, 0x10003, 7); /* instructions are bytes */
    assert_false(rig.result.misaligned);
    rig_free(&rig);
}

/* Lines 256 KB apart share a set of both levels: four ways keep both in the first level, the second has room for one. */
static void direct_mapped_second_level(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get(&rig, 0x10000);
    assert_int_equal(rig.result.l2_kind, MISS_COLD);
    get(&rig, 0x50000);
    assert_int_equal(rig.result.l2_kind, MISS_COLD);
    expect(&rig, 0x10000, MISS_NONE);
    /*
     * Out of the first level, by lines of the same set there, of others in the second. Ways hold 0x10000, 0x50000;
     * two fill ways 2 and 3, the third takes way 1 (bits 0 1 0), the fourth way 2 (1 0 0), the fifth way 0.
     */
    for (uint32_t i = 1; i <= 5; i++)
        get(&rig, 0x10000 + 2048 * i);
    get(&rig, 0x10000);
    assert_int_equal(rig.result.l1_kind, MISS_CONFLICT);
    assert_int_equal(rig.result.l2_kind, MISS_CONFLICT);
    get(&rig, 0x10800);
    assert_int_equal(rig.result.l2_misses, 0);
    rig_free(&rig);
}

/*
 * A write that passes the second level by is a use of the line all the same, for the fully associative one that holds
 * it. First level of 2 lines, second of 4, both direct-mapped; A and B share the second's set 0.
 */
static void writes_use_the_second_level(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", "l1d.ways=1 l1d.size=32 l2.size=64");
    enum { A = 0x10000, B = 0x10040, C = 0x10010, D = 0x10020, E = 0x10030 };
    get(&rig, A);
    get(&rig, B);
    get(&rig, C);
    get(&rig, D); /* fully associative: A B C D, A the oldest */
    put(&rig, A); /* in neither level; now B is the oldest */
    assert_int_equal(rig.result.l1_misses, 1);
    get(&rig, E); /* in B's place there */
    get(&rig, A);
    assert_int_equal(rig.result.l2_kind, MISS_CONFLICT);
    get(&rig, B);
    assert_int_equal(rig.result.l2_kind, MISS_CAPACITY);
    rig_free(&rig);
}

static void lines_touched_per_region(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get(&rig, 0x10000);
    memory_region_reset(rig.memory);
    get(&rig, 0x10000);      /* in the cache, but new to this region */
    get(&rig, 0x10004);      /* the same line */
    fetch(&rig, 0x10000, 2); /* by code, too */
    fetch(&rig, 0x1002c, 8); /* two lines */
    put(&rig, 0x20000);      /* written past the cache */
    put(&rig, 0x20008);
    struct memory_touched touched = memory_touched(rig.memory);
    assert_int_equal(touched.lines, 4);
    assert_int_equal(touched.code_lines, 3);
    assert_int_equal(touched.data_lines, 2);
    /* A line that left the cache and came back is still one. */
    for (uint32_t i = 1; i <= 5; i++)
        get(&rig, 0x10000 + 2048 * i);
    get(&rig, 0x10000);
    assert_int_equal(rig.result.l1_misses, 1);
    assert_int_equal(memory_touched(rig.memory).lines, 9);
    rig_free(&rig);
}

static void flushed_caches(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    get(&rig, 0x10000);
    memory_flush_caches(rig.memory);
    expect(&rig, 0x10000, MISS_FLUSHED);
    expect(&rig, 0x10000, MISS_NONE);
    assert_int_equal(rig.result.l2_misses, 0);
    rig_free(&rig);
}

/* 8 ways of 64 sets of 64 bytes, then 4 of 1024, then 16 of 8192; writes fetch; and no clocks at all. */
static void geometry_without_cycles(void **state)
{
    (void)state;
    struct rig rig = rig_new("skylake-geometry", NULL);
    rig_paging(&rig, false, 0);
    for (uint32_t i = 0; i < 9; i++) {
        put(&rig, 0x100000 + 4096 * i);
        assert_int_equal(rig.result.l3_kind, MISS_COLD);
        assert_int_equal(rig.result.stall, 0);
    }
    /* The ninth dirty line took the first one's way, and the second level has 2 or 3 lines in each of its four sets. */
    assert_int_equal(memory_counts(rig.memory)->write_backs, 1);
    expect(&rig, 0x100000, MISS_CONFLICT);
    assert_int_equal(rig.result.l2_misses, 0);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lru_of_two_ways),
        cmocka_unit_test(pseudo_lru_of_four_ways),
        cmocka_unit_test(five_lines_in_four_ways),
        cmocka_unit_test(one_line_too_many),
        cmocka_unit_test(write_through_fetches_nothing),
        cmocka_unit_test(write_back_of_dirty_lines),
        cmocka_unit_test(code_and_data),
        cmocka_unit_test(across_a_line),
        cmocka_unit_test(direct_mapped_second_level),
        cmocka_unit_test(writes_use_the_second_level),
        cmocka_unit_test(lines_touched_per_region),
        cmocka_unit_test(flushed_caches),
        cmocka_unit_test(geometry_without_cycles),
    };
    return cmocka_run_group_tests_name("memory-lines", tests, NULL, NULL);
}
