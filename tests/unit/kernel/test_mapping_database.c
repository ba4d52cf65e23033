/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mapping database: what map, grant and flush do to trees, deep, wide, and left in the middle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping_rig.h"

#define READ FLEXPAGE_READ
#define BOTH (FLEXPAGE_READ | FLEXPAGE_WRITE)
#define FRAME 3          /* the frame that the tests pass on: sigma0's page of that number */
#define SMALL 300        /* what a kernel entry may do: two or three nodes */

static int start(void **state)
{
	(void)state;
	rig_start();
	return 0;
}

static int end(void **state)
{
	(void)state;
	return rig_end() ? 0 : -1;
}

static void map(unsigned from, unsigned source, unsigned to, unsigned target, uint32_t rights)
{
	assert_int_equal(rig_share(from, source, to, target, rights, false, SMALL), MAPPING_DONE);
	assert_null(rig_check());
}

static void grant(unsigned from, unsigned source, unsigned to, unsigned target, uint32_t rights)
{
	assert_int_equal(rig_share(from, source, to, target, rights, true, SMALL), MAPPING_DONE);
	assert_null(rig_check());
}

static void flush(unsigned space, unsigned page, uint32_t rights, bool own)
{
	rig_revoke(space, page, rights, own, SMALL);
	assert_null(rig_check());
}

#define HAS(space, page, r) assert_int_equal(rig_pages[space][page].rights, r)
#define COMES_FROM(space, page, other, its) assert_int_equal(rig_parent(space, page), (other) << 8 | (its))

static void rights_only_shrink(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, READ);
	map(2, 0, 3, 0, BOTH);
	HAS(3, 0, READ);
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	HAS(2, 0, BOTH);
	HAS(3, 0, READ);
	map(RIG_SIGMA0, FRAME, 2, 0, READ);
	HAS(2, 0, BOTH);
	COMES_FROM(3, 0, 2, 0);
}

static void a_chain_is_flushed_from_any_place(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	for (unsigned s = 2; s < RIG_SPACES - 1; s++)
		map(s, 0, s + 1, 0, BOTH);
	flush(20, 0, FLEXPAGE_WRITE, true);
	HAS(19, 0, BOTH);
	HAS(20, 0, READ);
	HAS(RIG_SPACES - 1, 0, READ);
	flush(30, 0, READ, false);
	HAS(30, 0, READ);
	HAS(31, 0, 0);
	HAS(RIG_SPACES - 1, 0, 0);
	flush(2, 0, READ, true);
	HAS(2, 0, 0);
	HAS(30, 0, 0);
	HAS(RIG_SIGMA0, FRAME, BOTH);
}

static void a_wide_tree_needs_several_slabs(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	for (unsigned s = 3; s < RIG_SPACES; s++)
		for (unsigned p = 0; p < RIG_MEMORY; p++)
			map(2, 0, s, p, p % 2 ? BOTH : READ);
	flush(2, 0, FLEXPAGE_WRITE, false);
	HAS(2, 0, BOTH);
	HAS(40, 1, READ);
	flush(2, 0, READ, false);
	for (unsigned s = 3; s < RIG_SPACES; s++)
		for (unsigned p = 0; p < RIG_MEMORY; p++)
			HAS(s, p, 0);
}

static void a_grant_keeps_the_place(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 3, 0, BOTH);
	map(3, 0, 4, 0, BOTH);
	grant(3, 0, 5, 7, BOTH);
	HAS(3, 0, 0);
	COMES_FROM(5, 7, 2, 0);
	COMES_FROM(4, 0, 5, 7);
	grant(5, 7, 3, 1, READ);
	HAS(3, 1, READ);
	HAS(4, 0, READ);
	grant(RIG_SIGMA0, FRAME, 6, 0, BOTH);
	assert_int_equal(rig_parent(6, 0), RIG_ROOT);
	flush(6, 0, READ, false);
	HAS(4, 0, 0);
}

static void there_are_no_cycles(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 3, 0, BOTH);
	map(3, 0, 4, 0, BOTH);
	/* The target is flushed first; with it goes the source. */
	map(4, 0, 2, 0, BOTH);
	HAS(2, 0, 0);
	HAS(3, 0, 0);
	HAS(4, 0, 0);
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 2, 0, READ);
	HAS(2, 0, BOTH);
}

static void a_page_found_too_far_is_mapped_anew(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 3, 0, READ);
	map(3, 0, 4, 0, READ);
	for (unsigned i = 0; i < MAPPING_LOOK_BACK + RIG_MEMORY; i++)
		map(2, 0, 5 + i / RIG_MEMORY, i % RIG_MEMORY, READ);
	map(2, 0, 3, 0, BOTH);
	HAS(3, 0, BOTH);
	HAS(4, 0, 0);
}

static void ports_are_pages_without_a_right_to_write(void **state)
{
	const unsigned ports[] = {RIG_MEMORY, RIG_PAGES - 1};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		unsigned port = ports[i];

		map(RIG_SIGMA0, port, 2, port, BOTH);
		for (unsigned s = 2; s < 9; s++)
			map(s, port, s + 1, port, BOTH);
		HAS(9, port, READ);
		flush(4, port, FLEXPAGE_WRITE, true);
		HAS(9, port, READ);
		grant(5, port, 10, port, READ);
		COMES_FROM(10, port, 4, port);
		COMES_FROM(6, port, 10, port);
		flush(4, port, READ, false);
		HAS(4, port, READ);
		HAS(9, port, 0);
		HAS(10, port, 0);
		flush(RIG_SIGMA0, port, READ, true);
		HAS(2, port, 0);
	}
}

static void used_up_memory_changes_nothing(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 3, 0, BOTH);
	for (unsigned quota = 0; quota < 3; quota++) {
		space_at(4)->quota = quota;
		assert_int_equal(rig_share(2, 0, 4, 0, BOTH, quota % 2, SMALL), MAPPING_NO_MEMORY);
		HAS(2, 0, BOTH);
		HAS(3, 0, BOTH);
		HAS(4, 0, 0);
	}
	space_at(4)->quota = 3;
	map(2, 0, 4, 0, BOTH);
}

static void the_kernels_pages_are_refused(void **state)
{
	(void)state;
	rig_refuses[2][0] = true;
	assert_int_equal(rig_share(RIG_SIGMA0, FRAME, 2, 0, BOTH, false, SMALL), MAPPING_REFUSED);
	HAS(2, 0, 0);
}

/* A flush that was left after its first steps; then others map. What comes from where must be as it was. */
static void a_flush_left_in_the_middle_mixes_nothing_up(void **state)
{
	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	map(2, 0, 3, 0, BOTH);
	for (unsigned s = 3; s < 20; s++)
		map(s, 0, s + 1, 0, BOTH);
	rig_begin(SMALL);
	assert_int_equal(mapping_revoke(space_at(2), rig_address(0), READ, false), MAPPING_AGAIN);
	HAS(3, 0, 0);
	HAS(20, 0, BOTH);
	rig_given_up = true;
	map(2, 0, 3, 0, BOTH);
	flush(3, 0, READ, true);
	HAS(20, 0, BOTH);
	flush(2, 0, READ, false);
	HAS(20, 0, 0);
}

static void a_kernel_entry_does_not_do_much(void **state)
{
	unsigned entries = 1;

	(void)state;
	map(RIG_SIGMA0, FRAME, 2, 0, BOTH);
	for (unsigned i = 0; i < 200; i++)
		map(2, 0, 3 + i / RIG_MEMORY, i % RIG_MEMORY, BOTH);
	for (;; entries++) {
		rig_begin(WORK_PER_ENTRY);
		if (mapping_revoke(space_at(2), rig_address(0), READ, false) == MAPPING_DONE)
			break;
		assert_true(work_spent < work_limit + WORK_REMOVE);
	}
	assert_in_range(entries, 200 * WORK_REMOVE / (WORK_PER_ENTRY + WORK_REMOVE), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rights_only_shrink, start, end),
		cmocka_unit_test_setup_teardown(a_chain_is_flushed_from_any_place, start, end),
		cmocka_unit_test_setup_teardown(a_wide_tree_needs_several_slabs, start, end),
		cmocka_unit_test_setup_teardown(a_grant_keeps_the_place, start, end),
		cmocka_unit_test_setup_teardown(there_are_no_cycles, start, end),
		cmocka_unit_test_setup_teardown(a_page_found_too_far_is_mapped_anew, start, end),
		cmocka_unit_test_setup_teardown(ports_are_pages_without_a_right_to_write, start, end),
		cmocka_unit_test_setup_teardown(used_up_memory_changes_nothing, start, end),
		cmocka_unit_test_setup_teardown(the_kernels_pages_are_refused, start, end),
		cmocka_unit_test_setup_teardown(a_flush_left_in_the_middle_mixes_nothing_up, start, end),
		cmocka_unit_test_setup_teardown(a_kernel_entry_does_not_do_much, start, end),
	};

	return cmocka_run_group_tests_name("mapping database", tests, NULL, NULL);
}
