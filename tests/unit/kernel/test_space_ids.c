/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which ids the kernel gives to spaces, until none is left: none is ever given twice.
 */
#include "invariants_rig.h"
#include "random_rig.h"

#include "../../../variants/scheduling/eager/scheduling.c"

#define ALL (SPACES_MAX - 1)

static struct space *creator; /* of all that the tests make; has ids of its own, too */

/* As after boot, with one space; each index has `versions` left. */
static void start(uint32_t versions, uint32_t quota)
{
	uint32_t error;

	rig_forget();
	space_indices_retired = 0;
	for (uint32_t i = 1; i < SPACES_MAX; i++)
		spaces[i].version = VERSION_LAST - versions;
	creator = space_create(0, quota, &error);
}

static struct space *create(void)
{
	uint32_t error;
	struct space *space = space_create(creator, 1, &error);

	assert_non_null(space);
	assert_ptr_equal(space_lookup(space->id), space);
	assert_ptr_equal(space_at(SPACE_INDEX(space->id)), space);
	return space;
}

static uint32_t refused(uint32_t quota)
{
	uint32_t error = SYSCALL_OK, used = creator->used;

	assert_null(space_create(creator, quota, &error));
	assert_int_equal(creator->used, used);
	return error;
}

static void delete(struct space *space)
{
	uint32_t id = space->id;

	work_begin();
	assert_true(space_delete(space));
	assert_null(space_lookup(id));
}

/* Created and deleted in any order until the last versions of all indices are used up: every id of them comes, and once. */
static void no_id_comes_twice(void **state)
{
	enum { VERSIONS = 40 };
	static uint32_t ids[ALL * VERSIONS];
	static struct space *live[ALL];
	uint32_t given = 0, lives = 0;

	(void)state;
	start(VERSIONS, 3000);
	ids[given++] = creator->id;
	while (space_indices_retired < ALL - 1) {
		if (lives == 0 || (lives + space_indices_retired < ALL - 1 && next_random() % 5 < 3)) {
			live[lives] = create();
			assert_true(given < ALL * VERSIONS);
			ids[given++] = live[lives++]->id;
		} else {
			uint32_t which = next_random() % lives;

			delete(live[which]);
			live[which] = live[--lives];
		}
	}
	assert_int_equal(refused(1), SYSCALL_ENOIDS);
	assert_int_equal(given, (ALL - 1) * VERSIONS + 1);
	assert_distinct(ids, given);
	assert_int_not_equal(ids[0], SPACE_OWN);
	for (uint32_t i = 0; i < given; i++) {
		assert_true(ids[i] >> SPACE_INDEX_BITS > VERSION_LAST - VERSIONS);
		assert_int_not_equal(SPACE_INDEX(ids[i]), 0);
	}
}

/* The first versions, the last, and what comes after: another index, and never this one again. */
static void retires_an_index(void **state)
{
	(void)state;
	start(VERSION_LAST, 100);
	for (uint32_t version = 1; version <= 3; version++) {
		assert_int_equal(create()->id, version << SPACE_INDEX_BITS | 2);
		delete(&spaces[2]);
	}
	spaces[2].version = VERSION_LAST - 2; /* four million are left out */
	assert_int_equal(create()->id, (VERSION_LAST - 1) << SPACE_INDEX_BITS | 2);
	delete(&spaces[2]);
	assert_int_equal(create()->id, 0xfffffc00 | 2);
	assert_int_equal(space_indices_retired, 0);
	delete(&spaces[2]);
	assert_int_equal(space_indices_retired, 1);
	assert_int_equal(create()->id, 1 << SPACE_INDEX_BITS | 3);
	delete(&spaces[3]);
	assert_int_equal(create()->id, 2 << SPACE_INDEX_BITS | 3);
}

/* All at once, and no more; one that is given back can be had again, unless it is retired. */
static void ends_with_all_in_use(void **state)
{
	(void)state;
	start(3, 3000);
	for (uint32_t i = 2; i <= ALL; i++)
		assert_int_equal(SPACE_INDEX(create()->id), i);
	assert_int_equal(space_next(ALL), ALL);
	assert_int_equal(refused(1), SYSCALL_ENOIDS);
	assert_int_equal(refused(5000), SYSCALL_ENOIDS); /* that there is no id is found first */
	for (uint32_t version = 2; version <= 3; version++) {
		delete(&spaces[700]);
		assert_int_equal(space_next(700), 701);
		assert_int_equal(create()->id, (VERSION_LAST - 3 + version) << SPACE_INDEX_BITS | 700);
		assert_int_equal(refused(1), SYSCALL_ENOIDS);
	}
	delete(&spaces[700]);
	assert_int_equal(space_indices_retired, 1);
	assert_int_equal(refused(1), SYSCALL_ENOIDS);
	delete(&spaces[ALL]);
	assert_int_equal(space_next(ALL), SPACES_MAX);
	assert_int_equal(SPACE_INDEX(create()->id), ALL);
}

/* The longest free first, before any index that was never used. */
static void reuses_the_longest_free(void **state)
{
	static const uint32_t order[] = {5, 2, 4, 3};

	(void)state;
	start(VERSION_LAST, 100);
	for (uint32_t i = 2; i <= 6; i++)
		create();
	for (unsigned i = 0; i < 4; i++)
		delete(&spaces[order[i]]);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(create()->id, 2 << SPACE_INDEX_BITS | order[i]);
	assert_int_equal(create()->id, 1 << SPACE_INDEX_BITS | 7);
}

/* A creation that fails uses up no version, and takes nothing of the quota. */
static void fails_without_a_trace(void **state)
{
	uint32_t free;

	(void)state;
	start(VERSION_LAST, 10);
	assert_int_equal(refused(10), SYSCALL_ENOMEM); /* its directory is a page of its own */
	assert_int_equal(refused(0), SYSCALL_ENOMEM);
	assert_int_equal(refused(UINT32_MAX), SYSCALL_ENOMEM);
	assert_int_equal(create()->id, 1 << SPACE_INDEX_BITS | 2);
	delete(&spaces[2]);
	assert_int_equal(refused(0), SYSCALL_ENOMEM);
	assert_int_equal(create()->id, 2 << SPACE_INDEX_BITS | 2);
	free = free_count;
	free_count = 0; /* no quota is so large that this can be */
	assert_int_equal(refused(3), SYSCALL_ENOMEM);
	free_count = free;
	creator->state = SPACE_DYING;
	assert_int_equal(refused(1), SYSCALL_ENOSPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_id_comes_twice),	   cmocka_unit_test(retires_an_index),
		cmocka_unit_test(ends_with_all_in_use),	   cmocka_unit_test(reuses_the_longest_free),
		cmocka_unit_test(fails_without_a_trace),
	};

	return cmocka_run_group_tests_name("space ids", tests, NULL, NULL);
}
