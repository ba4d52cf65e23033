/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The array of TCBs behind a TLB that keeps what it has once looked up until it is told to forget it. A processor may; the emulators
 * do not show it, since they look an entry up again before they refuse a write, and the first access to a new TCB is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Addresses of the kernel are no pointers of this machine, and nobody follows them. */
#pragma GCC diagnostic ignored "-Wpointer-to-int-cast"
#pragma GCC diagnostic ignored "-Wint-to-pointer-cast"

/* Of a TCB, whose layout is that of another machine, what the array needs. */
#define KERNEL_TCB_H
#include <ids.h>
#include <placement.h>
#define TCB_OFFSET ((1 << TCB_BLOCK_SHIFT) - 192)

/* The processor's page-table entries, and not its TLB. */
#define invalidate_page processors_invalidate_page
#include <x86.h>
#undef invalidate_page
void invalidate_page(uint32_t linear);

#define frame_allocate allocate_frame /* the mapping database's rig has one, too, and the host a memory.h */
#include "../../../kernel/memory.h"
#include "../../../variants/tcbs/array/tcbs.c"

#define AREA_PAGES ((NUMBERS << TCB_BLOCK_SHIFT) / PAGE_SIZE)
#define PER_PAGE (PAGE_SIZE >> TCB_BLOCK_SHIFT)
#define FRAMES 4

uint32_t kernel_directory[TABLE_ENTRIES];
static uint32_t frames[FRAMES][TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static unsigned taken, room;
static uint32_t tlb[AREA_PAGES]; /* entries as they were looked up; 0: not yet */

void *frame_allocate(struct space *space)
{
	assert_null(space);
	return taken < room ? frames[taken++] : 0;
}

void invalidate_page(uint32_t linear)
{
	tlb[(linear - TCB_AREA) / PAGE_SIZE] = 0;
}

/* The entry by which an access to the TCB of `number` goes. */
static uint32_t accessed(uint32_t number)
{
	uint32_t offset = (uint32_t)tcb_of_number(number) - TCB_AREA;
	uint32_t *held = &tlb[offset / PAGE_SIZE];

	if (!*held)
		*held = tables[offset >> SUPERPAGE_SHIFT][TABLE_INDEX(offset)];
	return *held;
}

static void is_empty(uint32_t number)
{
	assert_int_equal(accessed(number), physical_of(empty_page) | PTE_PRESENT);
	assert_null(tcbs_frame(number));
}

static void is_in(uint32_t number, const void *frame)
{
	assert_int_equal(accessed(number), physical_of(frame) | PTE_PRESENT | PTE_WRITE);
	assert_ptr_equal(tcbs_frame(number), physical(physical_of(frame)));
}

static int start(void **state)
{
	(void)state;
	memset(tlb, 0, sizeof(tlb));
	taken = 0;
	room = FRAMES;
	tcbs_init();
	return 0;
}

static void all_begin_empty(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < NUMBERS; number++)
		is_empty(number);
}

/* Somebody has sent to an id of that number before there was one: the page's translation is known to the TLB. */
static void appears_where_it_was_looked_for(void **state)
{
	static const uint32_t numbers[FRAMES] = {2 * PER_PAGE, NUMBERS - 1, 8 * PER_PAGE + 1, 0};

	(void)state;
	all_begin_empty(state);
	for (unsigned i = 0; i < FRAMES; i++) {
		uint32_t first = numbers[i] & ~(PER_PAGE - 1);

		assert_ptr_equal(tcbs_create(numbers[i]), tcb_of_number(numbers[i]));
		for (uint32_t number = first; number < first + PER_PAGE; number++)
			is_in(number, frames[i]);
		is_empty(first + PER_PAGE < NUMBERS ? first + PER_PAGE : first - 1);
	}
}

static void neighbours_share_a_frame(void **state)
{
	(void)state;
	for (uint32_t number = 2 * PER_PAGE; number < 3 * PER_PAGE; number++)
		assert_ptr_equal(tcbs_create(number), tcb_of_number(number));
	assert_int_equal(taken, 1);
}

static void stays_empty_without_memory(void **state)
{
	(void)state;
	room = 0;
	is_empty(5);
	assert_null(tcbs_create(5));
	is_empty(5);
	room = 1;
	assert_ptr_equal(tcbs_create(5), tcb_of_number(5));
	is_in(5, frames[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_begin_empty, start),
		cmocka_unit_test_setup(appears_where_it_was_looked_for, start),
		cmocka_unit_test_setup(neighbours_share_a_frame, start),
		cmocka_unit_test_setup(stays_empty_without_memory, start),
	};

	return cmocka_run_group_tests_name("tcbs_array", tests, NULL, NULL);
}
