/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flexpage arithmetic: which pages an item or a flush covers, what fits which receive window, and what is refused. The mapping
 * database is replaced by a record of what it was asked to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define mapping_share record_share
#define mapping_revoke record_revoke
#define space_pages_missing record_missing
#define space_promote record_promote
#include "../../../kernel/mapping.c"

#define ASKED_MAX 4096

static struct asked {
	uint32_t source, target, rights;
	bool grant;
} asked[ASKED_MAX];
static unsigned asked_count;
static uint32_t first_present, last_present; /* pages that the space has, as addresses; others are missing */
static unsigned refuse_after;                /* so many steps succeed in one kernel entry */

enum mapping_result record_share(struct space *from, uint32_t source, struct space *to, uint32_t target, uint32_t rights, bool grant,
				 bool *replacing)
{
	(void)from;
	(void)to;
	(void)replacing;
	if (refuse_after-- == 0)
		return MAPPING_AGAIN;
	assert_true(asked_count < ASKED_MAX);
	asked[asked_count++] = (struct asked){source, target, rights, grant};
	return MAPPING_DONE;
}

enum mapping_result record_revoke(struct space *space, uint32_t page, uint32_t rights, bool own)
{
	(void)space;
	if (refuse_after-- == 0)
		return MAPPING_AGAIN;
	assert_true(asked_count < ASKED_MAX);
	asked[asked_count++] = (struct asked){page, 0, rights, own};
	return MAPPING_DONE;
}

uint32_t record_missing(const struct space *space, uint32_t page)
{
	(void)space;
	if (page >= first_present && page <= last_present)
		return 0;
	if (page < first_present)
		return (first_present - page) >> PAGE_SHIFT;
	return (0u - page) >> PAGE_SHIFT;
}

static uint32_t promoted[8]; /* addresses whose page tables were said to be filled */
static unsigned promoted_count;

bool record_promote(struct space *space, uint32_t address, uint16_t *scanned)
{
	(void)space;
	if (refuse_after-- == 0)
		return false;
	assert_int_equal(*scanned, 0);
	assert_true(promoted_count < 8);
	promoted[promoted_count++] = address;
	return true;
}

static int begin(void **state)
{
	(void)state;
	asked_count = 0;
	promoted_count = 0;
	first_present = 0;
	last_present = ~0u;
	return 0;
}

/* mapping_transfer to its end, with kernel entries that may do `steps` pages each. */
static uint32_t transfer(uint32_t item, uint32_t base, uint32_t window, unsigned steps)
{
	struct mapping_progress progress = {0};
	uint32_t error;

	do {
		refuse_after = steps;
		work_begin();
		error = mapping_transfer(0, 0, item, base, window, &progress);
	} while (error == MAPPING_UNFINISHED);
	return error;
}

static uint32_t flush(uint32_t page, bool own, unsigned steps)
{
	uint32_t done = 0, error;

	do {
		refuse_after = steps;
		work_begin();
		error = mapping_flush(0, page, own, &done);
	} while (error == MAPPING_UNFINISHED);
	return error;
}

/* Exactly the pages from `source` on, to those from `target` on. */
static void check_asked(uint32_t source, uint32_t target, unsigned pages)
{
	assert_int_equal(asked_count, pages);
	for (unsigned i = 0; i < pages; i++) {
		assert_int_equal(asked[i].source, source + i * PAGE_SIZE);
		assert_int_equal(asked[i].target, target + i * PAGE_SIZE);
	}
}

static void every_page_once(void **state)
{
	(void)state;
	for (unsigned log2 = 12; log2 <= 20; log2++)
		for (unsigned steps = 1; steps < 40; steps += 7) {
			begin(0);
			assert_int_equal(transfer(FLEXPAGE(0x40000000, log2, FLEXPAGE_READ), 0x12300000, FLEXPAGE_ALL, steps), 0);
			check_asked(0x40000000, 0x12300000, 1u << (log2 - 12));
			assert_int_equal(asked[0].rights, FLEXPAGE_READ);
			assert_false(asked[0].grant);
		}
}

static void rights_and_grant(void **state)
{
	(void)state;
	assert_int_equal(transfer(FLEXPAGE(0x5000, 12, FLEXPAGE_RIGHTS | FLEXPAGE_GRANT), 0, FLEXPAGE_ALL, 9), 0);
	assert_int_equal(asked[0].rights, FLEXPAGE_RIGHTS);
	assert_true(asked[0].grant);
	assert_int_equal(transfer(FLEXPAGE(0x5000, 12, FLEXPAGE_WRITE), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
}

/* Of the base, only what lies in the window counts; it is rounded to a page. */
static void window_and_base(void **state)
{
	const uint32_t window = FLEXPAGE(0x20000000, 16, FLEXPAGE_RIGHTS);

	(void)state;
	assert_int_equal(transfer(FLEXPAGE(0x7000, 12, FLEXPAGE_RIGHTS), 0xabcd3fff, window, 9), 0);
	check_asked(0x7000, 0x20003000, 1);
	begin(0);
	assert_int_equal(transfer(FLEXPAGE(0x10000, 16, FLEXPAGE_RIGHTS), 0xffff0000, window, 9), 0);
	check_asked(0x10000, 0x20000000, 16);
	assert_int_equal(transfer(FLEXPAGE(0x20000, 17, FLEXPAGE_RIGHTS), 0, window, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE(0x8000, 13, FLEXPAGE_RIGHTS), 0x1000, window, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE(0x8000, 13, FLEXPAGE_RIGHTS), 0, 0, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE(0x8000, 13, FLEXPAGE_RIGHTS), 0, FLEXPAGE(0x20001000, 16, FLEXPAGE_RIGHTS), 9), ERROR_OVERFLOW);
}

static void edges_of_memory(void **state)
{
	(void)state;
	assert_int_equal(transfer(FLEXPAGE(USER_TOP - PAGE_SIZE, 12, FLEXPAGE_RIGHTS), USER_TOP - PAGE_SIZE, FLEXPAGE_ALL, 9), 0);
	assert_int_equal(transfer(FLEXPAGE(USER_TOP, 12, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE(0xfffff000, 12, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE(0x1000, 12, FLEXPAGE_RIGHTS), USER_TOP, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE(0, 32, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE(0x80000000, 31, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	for (unsigned log2 = 0; log2 < 64; log2++)
		if (log2 < 12 || log2 > 32)
			assert_int_equal(transfer(FLEXPAGE(0, log2, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
	for (unsigned log2 = 13; log2 <= 31; log2++)
		assert_int_equal(transfer(FLEXPAGE(0x1000, log2, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 9), ERROR_BAD_MESSAGE);
}

/* What is not there is passed over, in however large a flexpage. */
static void holes(void **state)
{
	(void)state;
	first_present = 0x30005000;
	last_present = 0x30006000;
	assert_int_equal(transfer(FLEXPAGE(0, 31, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL, 1), 0);
	check_asked(0x30005000, 0x30005000, 2);
	begin(0);
	first_present = USER_TOP - PAGE_SIZE;
	last_present = USER_TOP - PAGE_SIZE;
	assert_int_equal(flush(FLEXPAGE_ALL, true, 1), 0);
	assert_int_equal(asked_count, 1);
	assert_int_equal(asked[0].source, USER_TOP - PAGE_SIZE);
}

static void flushes(void **state)
{
	(void)state;
	assert_int_equal(flush(FLEXPAGE(0x40000000, 16, FLEXPAGE_WRITE), false, 3), 0);
	assert_int_equal(asked_count, 16);
	assert_int_equal(asked[15].source, 0x4000f000);
	assert_int_equal(asked[15].rights, FLEXPAGE_WRITE);
	assert_int_equal(flush(FLEXPAGE(0x40000000, 16, 0), false, 3), SYSCALL_EINVAL);
	assert_int_equal(flush(FLEXPAGE(0x40001000, 16, FLEXPAGE_RIGHTS), false, 3), SYSCALL_EINVAL);
	assert_int_equal(flush(FLEXPAGE(USER_TOP, 12, FLEXPAGE_RIGHTS), false, 3), SYSCALL_EINVAL);
	assert_int_equal(flush(FLEXPAGE(0x40000000, 11, FLEXPAGE_RIGHTS), false, 3), SYSCALL_EINVAL);
	assert_int_equal(flush(FLEXPAGE(0, 33, FLEXPAGE_RIGHTS), false, 3), SYSCALL_EINVAL);
}

/* Progress that a program makes up covers no page outside the flexpage. */
static void made_up_progress(void **state)
{
	(void)state;
	for (uint32_t done = 1; done; done <<= 1) {
		uint32_t at = done;

		begin(0);
		refuse_after = 100;
		work_begin();
		assert_int_equal(mapping_flush(0, FLEXPAGE(0x40000000, 15, FLEXPAGE_RIGHTS), false, &at), 0);
		assert_int_equal(asked_count, done < 8 ? 8 - done : 0);
		for (unsigned i = 0; i < asked_count; i++)
			assert_in_range(asked[i].source, 0x40000000 + done * PAGE_SIZE, 0x40007000);
	}
}

static void ports(void **state)
{
	const uint32_t sixteen = FLEXPAGE_PORTS(0x2f0, 4);

	(void)state;
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2f8, 3), 0x5000, FLEXPAGE_ALL_PORTS, 9), 0);
	check_asked(PORT_PAGE(0x2f8), PORT_PAGE(0x2f8), 8);
	begin(0);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0xffff, 0), 0, FLEXPAGE_EVERYTHING, 9), 0);
	check_asked(PORT_PAGE(0xffff), PORT_PAGE(0xffff), 1);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2f8, 3), 0, sixteen, 9), 0);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x300, 3), 0, sixteen, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2e0, 5), 0, sixteen, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2e8, 3), 0, sixteen, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2f8, 3), 0, FLEXPAGE_ALL, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2f8, 3), 0, 0, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x2f9, 3), 0, FLEXPAGE_ALL_PORTS, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0, 17), 0, FLEXPAGE_ALL_PORTS, 9), ERROR_BAD_MESSAGE);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0x10000, 0), 0, FLEXPAGE_ALL_PORTS, 9), ERROR_BAD_MESSAGE);
	/* Memory does not go where ports are wanted. */
	assert_int_equal(transfer(FLEXPAGE(0x1000, 12, FLEXPAGE_RIGHTS), 0, FLEXPAGE_ALL_PORTS, 9), ERROR_OVERFLOW);
	assert_int_equal(transfer(FLEXPAGE(0x1000, 12, FLEXPAGE_RIGHTS), 0, FLEXPAGE_EVERYTHING, 9), 0);
}

/* Whatever two words a program sends and a third accepts: nothing beyond USER_TOP but the same port, nothing outside the window. */
static void random_words(void **state)
{
	(void)state;
	srand(1);
	for (unsigned n = 0; n < 200000; n++) {
		uint32_t word[3];

		for (unsigned i = 0; i < 3; i++)
			word[i] = (uint32_t)rand() << 16 ^ (uint32_t)rand();
		if (n % 2) /* mostly sizes that are some */
			for (unsigned i = 0; i < 3; i += 2)
				word[i] = (word[i] & ~0x3f0u) | (12 + (uint32_t)rand() % 4) << 4;
		begin(0);
		first_present = FLEXPAGE_BASE(word[0]);
		last_present = first_present + 3 * PAGE_SIZE;
		if (transfer(word[0], word[1], word[2], 64))
			continue;
		for (unsigned i = 0; i < asked_count; i++) {
			uint64_t size = 1ull << FLEXPAGE_LOG2(word[2]);

			if (is_port(asked[i].source)) {
				assert_int_equal(asked[i].target, asked[i].source);
				assert_true(word[0] & word[2] & FLEXPAGE_IO);
				continue;
			}
			assert_true(asked[i].target < USER_TOP);
			assert_int_equal(asked[i].target / size, FLEXPAGE_BASE(word[2]) / size);
		}
	}
}

/* Page tables that items of 4 MB and more fill are said to be filled; others, and ports, are not. */
static void filled_tables(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 2000; steps += 333) {
		begin(0);
		assert_int_equal(transfer(FLEXPAGE(0x40000000, 23, FLEXPAGE_READ), 0x12000000, FLEXPAGE_ALL, steps), 0);
		check_asked(0x40000000, 0x12000000, 2048);
		assert_int_equal(promoted_count, 2);
		assert_int_equal(promoted[0], 0x12000000);
		assert_int_equal(promoted[1], 0x12400000);
	}
	begin(0);
	assert_int_equal(transfer(FLEXPAGE(0x40200000, 21, FLEXPAGE_READ), 0x12200000, FLEXPAGE_ALL, 9999), 0);
	assert_int_equal(transfer(FLEXPAGE_PORTS(0, 11), 0, FLEXPAGE_ALL_PORTS, 9999), 0);
	assert_int_equal(promoted_count, 0);
}

/* A program may put another item, or window, into its message while a page table that the first has filled is being looked at. */
static void changed_items(void **state)
{
	static const uint32_t others[] = {FLEXPAGE(0x40000000, 12, FLEXPAGE_READ), FLEXPAGE(0x40000000, 22, FLEXPAGE_READ),
					  FLEXPAGE_ALL_PORTS};

	(void)state;
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct mapping_progress progress = {.page = 2 * SUPERPAGE_PAGES, .promoting = true};

		refuse_after = 9;
		work_begin();
		mapping_transfer(0, 0, others[i], 0, FLEXPAGE_EVERYTHING, &progress);
		assert_int_equal(promoted_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_page_once, begin),  cmocka_unit_test_setup(rights_and_grant, begin),
		cmocka_unit_test_setup(window_and_base, begin),  cmocka_unit_test_setup(edges_of_memory, begin),
		cmocka_unit_test_setup(holes, begin),            cmocka_unit_test_setup(flushes, begin),
		cmocka_unit_test_setup(made_up_progress, begin), cmocka_unit_test_setup(ports, begin),
		cmocka_unit_test_setup(random_words, begin),     cmocka_unit_test_setup(filled_tables, begin),
		cmocka_unit_test_setup(changed_items, begin),
	};

	return cmocka_run_group_tests_name("flexpages", tests, NULL, NULL);
}
