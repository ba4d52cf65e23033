/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's own check of the mapping database finds what is wrong with one that was damaged.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping_rig.h"

#include <invariant_checks.h>

#define BOTH (FLEXPAGE_READ | FLEXPAGE_WRITE)

static struct mapping *node(unsigned space)
{
	return mapping_find(space_at(space), rig_address(0));
}

static enum invariant check(void)
{
	uint32_t where;

	return mapping_invariants(&where);
}

/* sigma0's page 0 at 2, from there at 3 and 4, read-only at 5. */
static int start(void **state)
{
	(void)state;
	rig_start();
	rig_share(RIG_SIGMA0, 0, 2, 0, BOTH, false, 1000);
	rig_share(2, 0, 3, 0, BOTH, false, 1000);
	rig_share(2, 0, 4, 0, BOTH, false, 1000);
	rig_share(2, 0, 5, 0, FLEXPAGE_READ, false, 1000);
	assert_int_equal(check(), INVARIANTS_HOLD);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(check(), INVARIANTS_HOLD);
	return rig_end() ? 0 : -1;
}

/* Damages `place`, sees that found, and mends it. */
#define FINDS(place, damaged, invariant)             \
	do {                                         \
		__typeof__(place) whole = (place);   \
		(place) = (damaged);                 \
		assert_int_equal(check(), invariant); \
		(place) = whole;                     \
	} while (0)

static void a_node_of_another_page(void **state)
{
	(void)state;
	FINDS(node(3)->page, node(3)->page + 4096, INVARIANT_MAPPING_PAGE);
	FINDS(node(3)->place, node(4)->place, INVARIANT_MAPPING_PAGE);
}

static void other_rights_than_the_page(void **state)
{
	(void)state;
	FINDS(node(5)->page, node(5)->page | FLEXPAGE_WRITE, INVARIANT_MAPPING_WRITABLE); /* the trees are looked at first */
	FINDS(rig_pages[3][0].rights, FLEXPAGE_READ, INVARIANT_MAPPING_PAGE);
	FINDS(rig_pages[3][0].rights, 0, INVARIANT_MAPPING_PAGE);
}

static void a_list_that_does_not_lead_back(void **state)
{
	(void)state;
	FINDS(node(2)->links[MAPPING_ALL].next, node(3), INVARIANT_MAPPING_LIST);
	FINDS(node(4)->links[MAPPING_ALL].previous, node(5)->links[MAPPING_ALL].next, INVARIANT_MAPPING_LIST);
}

static void a_second_root(void **state)
{
	(void)state;
	FINDS(node(4)->place, (uint32_t)SPACE_INDEX(node(4)->place), INVARIANT_MAPPING_LIST);
}

static void writable_and_not_in_the_list(void **state)
{
	(void)state;
	FINDS(node(2)->links[MAPPING_WRITABLE].next, node(3), INVARIANT_MAPPING_WRITABLE);
	FINDS(node(3)->links[MAPPING_WRITABLE].previous, node(2), INVARIANT_MAPPING_WRITABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_node_of_another_page, start, end),
		cmocka_unit_test_setup_teardown(other_rights_than_the_page, start, end),
		cmocka_unit_test_setup_teardown(a_list_that_does_not_lead_back, start, end),
		cmocka_unit_test_setup_teardown(a_second_root, start, end),
		cmocka_unit_test_setup_teardown(writable_and_not_in_the_list, start, end),
	};

	return cmocka_run_group_tests_name("mapping invariants", tests, NULL, NULL);
}
