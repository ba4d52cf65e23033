/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which ids the kernel gives, over more creations than an id's version can count: none is ever given twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_rig.h"

#include "../../../kernel/thread_numbers.c"

#define VERSIONS ((1u << ID_VERSION_BITS) - 1) /* of each number, from 1 on */
#define ALL (NUMBER_LAST - NUMBER_FIRST + 1)

static struct thread_number places[NUMBERS];
static uint32_t places_left, asked_for; /* how many numbers there is memory for; the last one that was asked for */
static struct space *asked_by;

struct thread_number *thread_numbers_place(uint32_t number, struct space *space)
{
	assert_in_range(number, NUMBER_FIRST, NUMBER_LAST);
	asked_for = number;
	asked_by = space;
	if (!places_left)
		return 0;
	places_left--;
	return &places[number];
}

/* As after boot, with memory for `room` numbers. What is in a place before it is used means nothing. */
static void start(uint32_t room)
{
	memset(places, 0xa5, sizeof(places));
	free_first = free_last = 0;
	fresh = NUMBER_FIRST;
	thread_numbers_retired = 0;
	places_left = room;
}

static struct thread_number *take(void)
{
	uint32_t error = 0;
	struct thread_number *number = thread_numbers_take(0, &error);

	assert_non_null(number);
	assert_ptr_equal(number, &places[ID_NUMBER(number->last_id)]);
	return number;
}

static uint32_t refused(void)
{
	uint32_t error = 0;

	assert_null(thread_numbers_take(0, &error));
	return error;
}

#define FEW 5

/* Created and deleted in any order until all versions of all numbers are used up: every id that there can be comes, and once. */
static void no_id_comes_twice(void **state)
{
	static uint32_t ids[FEW * VERSIONS];
	struct thread_number *live[FEW];
	uint32_t given = 0, lives = 0;

	(void)state;
	start(FEW);
	while (thread_numbers_retired < FEW) {
		if (lives == 0 || (lives + thread_numbers_retired < FEW && next_random() % 2)) {
			live[lives] = take();
			assert_true(given < FEW * VERSIONS);
			ids[given++] = live[lives++]->last_id;
		} else {
			uint32_t which = next_random() % lives;

			thread_numbers_give_back(live[which]);
			live[which] = live[--lives];
		}
	}
	assert_int_equal(given, FEW * VERSIONS);
	assert_distinct(ids, given);
	assert_int_not_equal(ids[0], ID_NIL);
	assert_int_not_equal(ids[given - 1], ID_ANY);
	assert_int_equal(refused(), SYSCALL_ENOMEM);
}

/* The first versions, the last, and what comes after: another number, and never this one again. */
static void retires_a_number(void **state)
{
	(void)state;
	start(2);
	for (uint32_t version = 1; version <= VERSIONS; version++) {
		struct thread_number *number = take();

		assert_int_equal(number->last_id, ID(NUMBER_FIRST, version));
		assert_int_equal(ID_VERSION(number->last_id), version);
		assert_int_equal(thread_numbers_retired, 0);
		thread_numbers_give_back(number);
	}
	assert_int_equal(thread_numbers_retired, 1);
	assert_int_equal(take()->last_id, ID(NUMBER_FIRST + 1, 1));
	assert_int_equal(refused(), SYSCALL_ENOMEM);
	assert_int_equal(asked_for, NUMBER_FIRST + 2);
}

/* Free numbers against an array that is their queue: first in, first out, before any number that was never used. */
static void reuses_the_longest_free(void **state)
{
	enum { ROOM = 700, STEPS = 600000 };
	static struct thread_number *queue[STEPS], *live[ROOM];
	uint32_t first = 0, last = 0, lives = 0, used = 0, creations = 0;

	(void)state;
	start(ROOM);
	for (uint32_t step = 0; step < STEPS; step++) {
		bool create = lives == 0 || (lives < ROOM && next_random() % (step / 5000 % 2 ? 3 : 2) == 0);

		if (create) {
			bool again = first < last;
			struct thread_number *number = take();

			if (again)
				assert_ptr_equal(number, queue[first++]);
			else
				assert_int_equal(number->last_id, ID(NUMBER_FIRST + used++, 1));
			live[lives++] = number;
			creations++;
		} else {
			uint32_t which = next_random() % lives;

			thread_numbers_give_back(live[which]);
			queue[last++] = live[which];
			live[which] = live[--lives];
		}
		assert_int_equal(thread_numbers_end(), NUMBER_FIRST + used);
	}
	assert_true(creations > 1u << (ID_VERSION_BITS - 1));
	assert_true(used > 10);
}

/* All numbers at once, and no more; one that is given back can be had again, unless it is retired. */
static void ends_with_all_in_use(void **state)
{
	(void)state;
	start(UINT32_MAX);
	for (uint32_t i = 0; i < ALL; i++)
		assert_int_equal(take()->last_id, ID(NUMBER_FIRST + i, 1));
	assert_int_equal(thread_numbers_end(), NUMBER_LAST + 1);
	assert_int_equal(refused(), SYSCALL_ENOIDS);
	thread_numbers_give_back(&places[NUMBER_LAST]);
	assert_int_equal(take()->last_id, ID(NUMBER_LAST, 2));
	assert_int_equal(refused(), SYSCALL_ENOIDS);
	places[NUMBER_LAST].last_id = ID(NUMBER_LAST, VERSIONS);
	assert_int_not_equal(places[NUMBER_LAST].last_id, ID_ANY);
	thread_numbers_give_back(&places[NUMBER_LAST]);
	assert_int_equal(thread_numbers_retired, 1);
	assert_int_equal(refused(), SYSCALL_ENOIDS);
}

/* Without memory for a new number nothing has happened: it is the next one, once there is memory. */
static void tries_again_without_memory(void **state)
{
	struct space *payer = (struct space *)&places[0];
	uint32_t error = 0;

	(void)state;
	start(0);
	assert_null(thread_numbers_take(payer, &error));
	assert_int_equal(error, SYSCALL_ENOMEM);
	assert_ptr_equal(asked_by, payer);
	assert_int_equal(thread_numbers_end(), NUMBER_FIRST);
	places_left = 1;
	assert_int_equal(take()->last_id, ID(NUMBER_FIRST, 1));
	/* A number that has its place needs no memory. */
	thread_numbers_give_back(&places[NUMBER_FIRST]);
	assert_int_equal(take()->last_id, ID(NUMBER_FIRST, 2));
	assert_int_equal(refused(), SYSCALL_ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_id_comes_twice),	  cmocka_unit_test(retires_a_number),
		cmocka_unit_test(reuses_the_longest_free), cmocka_unit_test(ends_with_all_in_use),
		cmocka_unit_test(tries_again_without_memory),
	};

	return cmocka_run_group_tests_name("thread_numbers", tests, NULL, NULL);
}
