/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's ready queue against arrays, one per priority, in which members are shifted: whatever is put in, moved and taken
 * out, every list has the same members in the same order, and the first is the first of the highest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "random_rig.h"

/* Of a TCB, whose layout is that of another machine, what the queue needs. */
#define KERNEL_TCB_H
#include <ready_queue.h>

struct tcb {
	uint32_t priority;
	struct ready_links ready;
};

#include "../../../kernel/ready_queue.c"

#define MEMBERS 48
#define STEPS 200000
#define WORDS (PRIORITIES / 32)

static struct tcb members[MEMBERS];
static struct tcb *model[PRIORITIES][MEMBERS];
static unsigned counts[PRIORITIES];

static uint32_t random_below(uint32_t limit)
{
	return next_random() % limit;
}

static void start(void)
{
	memset(members, 0, sizeof(members));
	memset(counts, 0, sizeof(counts));
	ready_queue_init();
	for (unsigned i = 0; i < MEMBERS; i++)
		ready_remove(&members[i]);
}

static void model_remove(struct tcb *tcb)
{
	struct tcb **list = model[tcb->priority];
	unsigned *count = &counts[tcb->priority];

	for (unsigned i = 0; i < *count; i++) {
		if (list[i] != tcb)
			continue;
		memmove(list + i, list + i + 1, (*count - i - 1) * sizeof(*list));
		(*count)--;
		return;
	}
}

static void model_insert(struct tcb *tcb, bool head)
{
	struct tcb **list = model[tcb->priority];

	model_remove(tcb);
	if (head)
		memmove(list + 1, list, counts[tcb->priority] * sizeof(*list));
	list[head ? 0 : counts[tcb->priority]] = tcb;
	counts[tcb->priority]++;
}

/* Forwards and backwards, and what the assembler reads: the bitmaps and the highest. */
static void check_all(void)
{
	unsigned queued = 0, highest = 0;

	for (unsigned p = 0; p < PRIORITIES; p++) {
		const struct ready_links *links = &ready_lists[p];

		for (unsigned i = 0; i < counts[p]; i++) {
			assert_ptr_equal(links->next->previous, links);
			links = links->next;
			assert_ptr_equal(links, &model[p][i]->ready);
		}
		assert_ptr_equal(links->next, &ready_lists[p]);
		assert_ptr_equal(ready_lists[p].previous, links);
		assert_int_equal(ready_bitmap[p / 32] >> p % 32 & 1, counts[p] != 0);
		queued += counts[p];
		highest = counts[p] ? p : highest;
	}
	for (unsigned word = 0; word < WORDS; word++)
		assert_int_equal(ready_bitmap_summary >> word & 1, ready_bitmap[word] != 0);
	for (unsigned i = 0; i < MEMBERS; i++)
		queued -= ready_is_queued(&members[i].ready);
	assert_int_equal(queued, 0);
	assert_int_equal(ready_highest, highest);
	assert_ptr_equal(ready_first(), counts[highest] ? model[highest][0] : NULL);
}

/* All priorities; few, so that lists are long; the ends of the bitmaps' words. */
static uint32_t some_priority(unsigned kind)
{
	static const uint8_t ends[] = {0, 1, 31, 32, 63, 64, 127, 128, 223, 224, 254, 255};

	return kind == 0 ? random_below(PRIORITIES) : kind == 1 ? 100 + random_below(3) : ends[random_below(sizeof(ends))];
}

static void step(unsigned kind)
{
	struct tcb *tcb = &members[random_below(MEMBERS)];
	uint32_t what = random_below(8);

	if (what < 3) {
		ready_insert_tail(tcb);
		model_insert(tcb, false);
	} else if (what < 5) {
		ready_insert_head(tcb);
		model_insert(tcb, true);
	} else {
		ready_remove(tcb);
		model_remove(tcb);
		if (what == 7)
			tcb->priority = some_priority(kind);
	}
}

static void agrees_with_arrays(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		start();
		for (unsigned i = 0; i < MEMBERS; i++)
			members[i].priority = some_priority(kind);
		for (unsigned i = 0; i < STEPS; i++) {
			step(kind);
			if (i % 16 == 0 || i < 1000)
				check_all();
		}
		while (ready_first()) {
			struct tcb *first = ready_first();

			ready_remove(first);
			model_remove(first);
			check_all();
		}
	}
}

static void removal_of_what_is_not_queued(void **state)
{
	(void)state;
	start();
	members[0].priority = 7;
	ready_remove(&members[0]);
	check_all();
	ready_insert_head(&members[0]);
	model_insert(&members[0], true);
	ready_remove(&members[0]);
	ready_remove(&members[0]);
	model_remove(&members[0]);
	check_all();
	assert_null(ready_first());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_arrays),
		cmocka_unit_test(removal_of_what_is_not_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
