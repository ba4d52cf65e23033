/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How long accesses wait: line fills, write buffers, the bus; on streams worked out in the comments.
 *
 * i486: a line is four transfers; from memory the first comes after 10 clocks, the others 3 apart; from the second level after 3,
 * then 2 apart. A buffered write takes the bus for 3 clocks to memory, 2 to the second level.
 * Pentium: four transfers of 8 bytes; memory 12 and 4; second level 4.5 and 1.5; writes 6 and 4.5.
 */
#include "memory_rig.h"

static uint32_t get_at(struct rig *rig, uint64_t now, uint32_t address)
{
    rig->now = now;
    return get(rig, address)->stall;
}

static uint32_t put_at(struct rig *rig, uint64_t now, uint32_t address)
{
    rig->now = now;
    return put(rig, address)->stall;
}

static uint32_t fetch_at(struct rig *rig, uint64_t now, uint32_t address, unsigned size)
{
    rig->now = now;
    return fetch(rig, address, size)->stall;
}

/* Puts a line out of the i486's first level, by five others of its set; the second level keeps it. */
static void push_out(struct rig *rig, uint32_t address)
{
    for (uint32_t i = 1; i <= 5; i++) {
        rig->now += 100;
        get(rig, address + 2048 * i);
    }
    rig->now += 100;
}

static void misses_of_either_level(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    assert_int_equal(get_at(&rig, 100, 0x10000), 10);
    assert_int_equal(rig.result.line_clocks, 10);
    assert_int_equal(get_at(&rig, 200, 0x10000), 0);
    push_out(&rig, 0x10000);
    assert_int_equal(get_at(&rig, 2000, 0x10000), 3);
    assert_int_equal(rig.result.l2_misses, 0);
    rig_free(&rig);
}

/*
 * The wanted transfer first: at 110 the doubleword at 8; then, in the order 8 c 0 4, the others at 113, 116, 119.
 * Data waits for the end of the fill, code for its own bytes.
 */
static void critical_word_first(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    assert_int_equal(get_at(&rig, 100, 0x10008), 10);
    assert_int_equal(get_at(&rig, 111, 0x10004), 8);
    assert_int_equal(get_at(&rig, 120, 0x10004), 0);
    assert_int_equal(fetch_at(&rig, 200, 0x20008, 2), 10);
    assert_int_equal(fetch_at(&rig, 211, 0x2000a, 2), 0);
    assert_int_equal(fetch_at(&rig, 211, 0x2000c, 2), 2);
    assert_int_equal(fetch_at(&rig, 214, 0x20000, 2), 2);
    assert_int_equal(fetch_at(&rig, 217, 0x20004, 2), 2);
    /* An instruction of 8 bytes needs the first two transfers; one from 4 on in another line 4 and 0: first and second. */
    assert_int_equal(fetch_at(&rig, 300, 0x20018, 8), 13);
    assert_int_equal(fetch_at(&rig, 400, 0x20022, 6), 13);
    /* One that starts in the second transfer and needs the third: order 4 0 c 8, so the fourth to come. */
    assert_int_equal(fetch_at(&rig, 500, 0x20034, 8), 19);
    rig_free(&rig);
}

/* Hits elsewhere cost nothing while a line comes in; a miss waits for the bus, which is busy until 119. */
static void the_next_miss_waits(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get_at(&rig, 0, 0x30000);
    assert_int_equal(get_at(&rig, 100, 0x10000), 10);
    assert_int_equal(get_at(&rig, 111, 0x30004), 0);
    assert_int_equal(get_at(&rig, 112, 0x20000), 7 + 10);
    assert_int_equal(rig.result.line_clocks, 17);
    assert_int_equal(rig.result.write_buffer_clocks, 0);
    rig_free(&rig);
}

/* Two lines for one access: 10 for the first, which is there at 119; the second from then on: 10 more. */
static void misaligned_over_two_lines(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    assert_int_equal(get_at(&rig, 100, 0x1000e), 10 + 9 + 10);
    rig_free(&rig);
}

/*
 * A write each clock, to memory: the bus takes 3 clocks for each. Written at 0, 1, 2, 3, 4: done at 3, 6, 9, 12, 15. At
 * 3 the first has left, so at 4 four buffers are full. At 5 the next waits for 6, at 7 for 9, at 10 for 12.
 */
static void four_write_buffers(void **state)
{
    (void)state;
    static const uint32_t stalls[] = {0, 0, 0, 0, 0, 1, 2, 2, 2};
    struct rig rig = rig_new("i486dx50", NULL);
    for (unsigned i = 0; i < sizeof stalls / sizeof stalls[0]; i++) {
        assert_int_equal(put(&rig, 0x10000 + 4 * i)->stall, stalls[i]);
        assert_int_equal(rig.result.write_buffer_clocks, stalls[i]);
    }
    /* Written at 0 to 4, 6, 9, 12, 15, so at 16 the last five end at 18, 21, 24, 27: 11 clocks until all are out. */
    assert_int_equal(rig.now, 16);
    assert_int_equal(memory_drain(rig.memory, rig.now), 11);
    assert_int_equal(memory_drain(rig.memory, 27), 0);
    rig_free(&rig);
}

/*
 * Writes through: every write that hits is on the bus, too, here for 2 clocks to the second level. Written at 100,
 * 101, ...: ends at 102, 104, 106, 108, 110, ...; in at 106 when three are buffered. The eighth, at
 * 107, finds those that end at 108, 110, 112, 114 and waits one clock; then each waits one.
 */
static void hits_are_written_through(void **state)
{
    (void)state;
    static const uint32_t stalls[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
    struct rig rig = rig_new("i486dx50", NULL);
    get_at(&rig, 0, 0x10000);
    rig.now = 100;
    for (unsigned i = 0; i < sizeof stalls / sizeof stalls[0]; i++)
        assert_int_equal(put(&rig, 0x10000)->stall, stalls[i]);
    rig_free(&rig);
}

/* A read goes before buffered writes if all of them hit the cache: after the one on the bus, which ends at 102. */
static void a_read_passes_hits(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get_at(&rig, 0, 0x10000);
    assert_int_equal(put_at(&rig, 100, 0x10000), 0);
    assert_int_equal(put_at(&rig, 100, 0x10004), 0);
    assert_int_equal(put_at(&rig, 100, 0x10008), 0);
    assert_int_equal(get_at(&rig, 101, 0x20000), 1 + 10);
    assert_int_equal(rig.result.write_buffer_clocks, 1);
    assert_int_equal(rig.result.line_clocks, 10);
    /*
     * Its fill ends at 121; the two writes follow, until 123 and 125. Until then two more buffers are free: the third
     * write at 113 waits for 123.
     */
    assert_int_equal(put_at(&rig, 113, 0x10000), 0);
    assert_int_equal(put_at(&rig, 113, 0x10004), 0);
    assert_int_equal(put_at(&rig, 113, 0x10008), 10);
    assert_int_equal(memory_drain(rig.memory, 124), 7); /* 125, 127, 129, 131 */
    /* A read at the very clock at which the next write could start goes first: that of 200 ends at 202. */
    put_at(&rig, 200, 0x10000);
    put_at(&rig, 200, 0x10004);
    assert_int_equal(get_at(&rig, 202, 0x20010), 10);
    rig_free(&rig);
}

/* Not if one of them missed: three writes to memory end at 103, 106, 109. */
static void a_read_waits_for_misses(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    for (unsigned i = 0; i < 3; i++)
        put_at(&rig, 100, 0x10000 + 4 * i);
    assert_int_equal(get_at(&rig, 101, 0x20000), 8 + 10);
    assert_int_equal(rig.result.write_buffer_clocks, 8);
    assert_int_equal(rig.result.line_clocks, 10);
    rig_free(&rig);
    /* Never, or always, where the machine says so. */
    rig = rig_new("i486dx50", "write-buffer.pass=always");
    for (unsigned i = 0; i < 3; i++)
        put_at(&rig, 100, 0x10000 + 4 * i);
    assert_int_equal(get_at(&rig, 101, 0x20000), 2 + 10);
    rig_free(&rig);
    rig = rig_new("i486dx50", "write-buffer.entries=0");
    assert_int_equal(put_at(&rig, 100, 0x10000), 3);
    assert_int_equal(get_at(&rig, 104, 0x20000), 10);
    rig_free(&rig);
}

/* A TLB miss first, then the line: 9 + 10, and the line is complete 9 clocks after. */
static void the_walk_comes_first(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    rig_paging(&rig, false, 0);
    assert_int_equal(get_at(&rig, 100, 0x10000), 19);
    assert_int_equal(rig.result.walk_clocks, 9);
    assert_int_equal(get_at(&rig, 120, 0x10004), 8); /* until 100 + 9 + 10 + 9 */
    assert_int_equal(memory_counts(rig.memory)->walk_clocks[0], 9);
    assert_int_equal(memory_counts(rig.memory)->line_clocks[0], 18);
    rig_free(&rig);
}

/* A dirty line of the second level goes to memory before its place is taken: 12 clocks more. */
static void a_dirty_second_level_line(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", NULL);
    get_at(&rig, 100, 0x10000);
    put_at(&rig, 200, 0x10000); /* the second level has the line, and keeps the write */
    assert_int_equal(get_at(&rig, 300, 0x50000), 12 + 10);
    assert_int_equal(get_at(&rig, 400, 0x90000), 10);
    rig_free(&rig);
}

/*
 * Half clocks are counted up once, at the end: 4.5 is 5 to the first quadword; the line is complete 9 clocks after its start,
 * so an access 6 after it waits 3, and code in the second quadword to come (at 6) nothing.
 */
static void pentium_second_level(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    assert_int_equal(get_at(&rig, 100, 0x10000), 12);
    get_at(&rig, 200, 0x11000);
    get_at(&rig, 300, 0x12000);
    assert_int_equal(get_at(&rig, 400, 0x10010), 5);
    assert_int_equal(get_at(&rig, 406, 0x10000), 3);
    fetch_at(&rig, 500, 0x20000, 1);
    fetch_at(&rig, 600, 0x21000, 1);
    fetch_at(&rig, 700, 0x22000, 1);
    assert_int_equal(fetch_at(&rig, 800, 0x20000, 1), 5);
    assert_int_equal(fetch_at(&rig, 806, 0x20008, 1), 0);
    assert_int_equal(fetch_at(&rig, 806, 0x20010, 1), 2); /* at 7.5 */
    rig_free(&rig);
}

/* Writes that hit stay in the cache. Those that miss go to memory, 6 clocks each, through two buffers. */
static void pentium_writes(void **state)
{
    (void)state;
    static const uint32_t stalls[] = {0, 0, 4, 5, 5};
    struct rig rig = rig_new("pentium90", NULL);
    get_at(&rig, 0, 0x10000);
    rig.now = 100;
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(put(&rig, 0x10000)->stall, 0);
    /* Written at 200, 201, 202: the first ends at 206, so the third waits 4, to 206; the next, at 207, for 212, then 213 for 218. */
    rig.now = 200;
    for (unsigned i = 0; i < sizeof stalls / sizeof stalls[0]; i++)
        assert_int_equal(put(&rig, 0x30000)->stall, stalls[i]);
    /* No read passes them: written at 212 and 218, they end at 224 and 230. */
    assert_int_equal(get_at(&rig, 219, 0x20000), 11 + 12);
    rig_free(&rig);
}

/* A dirty line goes out after the new one has come in (12 + 3 * 4): four writes of 4.5 to the second level. */
static void pentium_write_back(void **state)
{
    (void)state;
    struct rig rig = rig_new("pentium90", NULL);
    get_at(&rig, 0, 0x10000);
    put_at(&rig, 50, 0x10000);
    get_at(&rig, 100, 0x11000);
    assert_int_equal(get_at(&rig, 200, 0x12000), 12);
    assert_int_equal(get_at(&rig, 213, 0x13000), 24 + 18 - 13 + 12); /* the bus is free at 242 */
    rig_free(&rig);
}

/* Both ends of a range, and other figures, come from the machine. */
static void figures_come_from_the_file(void **state)
{
    (void)state;
    struct rig rig = rig_new("i486dx50", "memory.first=high tlb.liedtke.miss=high");
    rig_paging(&rig, false, 0);
    assert_int_equal(get_at(&rig, 100, 0x10000), 13 + 12);
    rig_free(&rig);
    rig = rig_new("i486dx50", "memory.first=low memory.next=low");
    assert_int_equal(get_at(&rig, 100, 0x10000), 8);
    assert_int_equal(get_at(&rig, 109, 0x10004), 5); /* until 100 + 8 + 6 */
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misses_of_either_level),
        cmocka_unit_test(critical_word_first),
        cmocka_unit_test(the_next_miss_waits),
        cmocka_unit_test(misaligned_over_two_lines),
        cmocka_unit_test(four_write_buffers),
        cmocka_unit_test(hits_are_written_through),
        cmocka_unit_test(a_read_passes_hits),
        cmocka_unit_test(a_read_waits_for_misses),
        cmocka_unit_test(the_walk_comes_first),
        cmocka_unit_test(a_dirty_second_level_line),
        cmocka_unit_test(pentium_second_level),
        cmocka_unit_test(pentium_writes),
        cmocka_unit_test(pentium_write_back),
        cmocka_unit_test(figures_come_from_the_file),
    };
    return cmocka_run_group_tests_name("memory-clocks", tests, NULL, NULL);
}
