/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of cells: complete, balanced, random, and the same from the same seed.
 */
#include "unit.h"

#include "schedule.h"

#define VARIANTS 5
#define SALTS 3
#define REPETITIONS 4

static struct variant items[VARIANTS] = { { .name = "a" }, { .name = "b-c" }, { .name = "d" }, { .name = "e" }, { .name = "f" } };
static const struct variants variants = { items, VARIANTS };

static void every_cell_once(void **state)
{
    (void)state;
    struct cells cells;
    bool seen[VARIANTS][SALTS][REPETITIONS] = { 0 };
    schedule_make(&cells, &variants, SALTS, REPETITIONS, 1);
    assert_int_equal(cells.count, VARIANTS * SALTS * REPETITIONS);
    for (size_t i = 0; i < cells.count; i++) {
        bool *cell = &seen[cells.items[i].variant - items][cells.items[i].salt][cells.items[i].rep];
        assert_false(*cell);
        *cell = true;
    }
    schedule_free(&cells);
}

static void blocks_hold_every_variant(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 50; seed++) {
        struct cells cells;
        schedule_make(&cells, &variants, SALTS, REPETITIONS, seed);
        for (size_t i = 0; i < cells.count; i++) {
            const struct cell *first = &cells.items[i - i % VARIANTS];
            assert_int_equal(cells.items[i].salt, first->salt);
            assert_int_equal(cells.items[i].rep, i / (VARIANTS * SALTS));
        }
        schedule_free(&cells);
    }
}

static bool same_order(uint32_t one, uint32_t other)
{
    struct cells a, b;
    bool same = true;
    schedule_make(&a, &variants, SALTS, REPETITIONS, one);
    schedule_make(&b, &variants, SALTS, REPETITIONS, other);
    for (size_t i = 0; i < a.count; i++)
        same = same && strcmp(a.items[i].name, b.items[i].name) == 0;
    schedule_free(&a);
    schedule_free(&b);
    return same;
}

static void order_follows_from_the_seed(void **state)
{
    (void)state;
    assert_true(same_order(5, 5));
    assert_false(same_order(5, 6));
    assert_false(same_order(0, 1));
}

/* Each variant comes first in about a fifth of many blocks: five deviations are allowed, p < 1e-6. */
static void no_variant_is_favoured(void **state)
{
    (void)state;
    int first[VARIANTS] = { 0 }, blocks = 2000;
    for (int seed = 0; seed < blocks; seed++) {
        struct cells cells;
        schedule_make(&cells, &variants, 1, 1, (uint32_t)seed);
        first[cells.items[0].variant - items]++;
        schedule_free(&cells);
    }
    for (int i = 0; i < VARIANTS; i++)
        assert_in_range(first[i], blocks / VARIANTS - 90, blocks / VARIANTS + 90);
}

static void names_are_read_back(void **state)
{
    (void)state;
    struct cells cells = { 0 };
    assert_true(schedule_add(&cells, &variants, "b-c/salt:12/rep:3"));
    assert_ptr_equal(cells.items[0].variant, &items[1]);
    assert_int_equal(cells.items[0].salt, 12);
    assert_int_equal(cells.items[0].rep, 3);
    static const char *const bad[] = { "", "b", "b/salt:0/rep:0", "a/salt:0", "a/salt:0/rep:0x", "a/salt:/rep:0", "aa/salt:0/rep:0" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(schedule_add(&cells, &variants, bad[i]));
    assert_int_equal(cells.count, 1);
    schedule_free(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_once), cmocka_unit_test(blocks_hold_every_variant),
        cmocka_unit_test(order_follows_from_the_seed), cmocka_unit_test(no_variant_is_favoured),
        cmocka_unit_test(names_are_read_back),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
