/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's wakeup queue against an unordered array: whatever is put in, moved and taken out, the first is one of
 * the earliest.
 */
#include "unit.h"

#include "../../../kernel/wakeup_queue.c"

#define MEMBERS 300
#define STEPS 200000

static uint32_t seed = 1;

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

static uint64_t earliest(const struct wakeup *members, const bool *queued)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < MEMBERS; i++)
        if (queued[i] && members[i].due < least)
            least = members[i].due;
    return least;
}

static void agrees_with_a_search(void **state)
{
    (void)state;
    static struct wakeup members[MEMBERS];
    static bool queued[MEMBERS];
    for (unsigned step = 0; step < STEPS; step++) {
        size_t i = next_random() % MEMBERS;
        /* Few different times, so that many are equal; some beyond 32 bits. */
        uint64_t due = (uint64_t)(next_random() % 100) << (next_random() % 2 * 40);
        bool in = step / 1000 % 2 ? next_random() % 3 == 0 : next_random() % 3 != 0;
        if (in)
            wakeup_insert(&members[i], due);
        else
            wakeup_remove(&members[i]);
        queued[i] = in;
        struct wakeup *first = wakeup_first();
        assert_int_equal(first ? first->due : UINT64_MAX, earliest(members, queued));
        if (first)
            assert_true(queued[first - members]);
        assert_int_equal(members[i].place != 0, in);
    }
    for (size_t i = 0; i < MEMBERS; i++)
        wakeup_remove(&members[i]);
    assert_null(wakeup_first());
}

static void comes_out_in_order(void **state)
{
    (void)state;
    static struct wakeup members[WAKEUPS_MAX];
    for (size_t i = 0; i < WAKEUPS_MAX; i++)
        wakeup_insert(&members[i], next_random());
    uint64_t before = 0;
    for (size_t i = 0; i < WAKEUPS_MAX; i++) {
        struct wakeup *first = wakeup_first();
        assert_true(first->due >= before);
        before = first->due;
        if (before > 0)
            assert_null(wakeup_take_due(before - 1));
        assert_ptr_equal(wakeup_take_due(before + i % 2), first);
        assert_int_equal(first->place, 0);
    }
    assert_null(wakeup_take_due(UINT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_search),
        cmocka_unit_test(comes_out_in_order),
    };
    return cmocka_run_group_tests_name("wakeup_queue", tests, NULL, NULL);
}
