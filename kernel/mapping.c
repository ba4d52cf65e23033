/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <mapping.h>
#include <mapping_database.h>
#include <message.h>
#include <space.h>
#include <syscall.h>
#include <work.h>

#define TABLE_PAGES (SUPERPAGE_SIZE / PAGE_SIZE)

/* Size of a flexpage in bytes, as a 64-bit number because the whole space is one, too; 0: not a flexpage. */
static uint64_t flexpage_size(uint32_t page)
{
	uint32_t log2 = FLEXPAGE_LOG2(page);

	return log2 >= PAGE_SHIFT && log2 <= 32 ? 1ull << log2 : 0;
}

/* Number of pages from `address` to the end of its page table. */
static uint32_t rest_of_table(uint32_t address)
{
	return TABLE_PAGES - (address >> PAGE_SHIFT) % TABLE_PAGES;
}

static uint32_t error_of(enum mapping_result result)
{
	switch (result) {
	case MAPPING_AGAIN:
		return MAPPING_UNFINISHED;
	case MAPPING_NO_MEMORY:
		return ERROR_NO_MEMORY;
	case MAPPING_REFUSED:
		return ERROR_BAD_MESSAGE;
	default:
		return 0;
	}
}

/* Transfers as many pages as may be done, from progress->page on. */
static uint32_t transfer_pages(struct space *from, uint32_t source, struct space *to, uint32_t target, uint32_t page,
			       struct mapping_progress *progress)
{
	uint32_t pages = (uint32_t)(flexpage_size(page) >> PAGE_SHIFT);

	while (progress->page < pages) {
		uint32_t offset = progress->page << PAGE_SHIFT;
		uint32_t error;

		if (!work_allows())
			return MAPPING_UNFINISHED;
		work_done(WORK_SKIP);
		if (!space_has_table(from, source + offset)) {
			progress->page += rest_of_table(source + offset);
			continue;
		}
		error = error_of(mapping_share(from, source + offset, to, target + offset, page & FLEXPAGE_RIGHTS,
					       page & FLEXPAGE_GRANT, &progress->replacing));
		if (error)
			return error;
		progress->replacing = false;
		progress->page++;
	}
	return 0;
}

uint32_t mapping_transfer(struct space *from, struct space *to, uint32_t page, uint32_t base, uint32_t window,
			  struct mapping_progress *progress)
{
	uint64_t size = flexpage_size(page);
	uint64_t window_size = flexpage_size(window);
	uint32_t source = FLEXPAGE_BASE(page);
	uint32_t target = FLEXPAGE_BASE(window) + (FLEXPAGE_BASE(base) & (uint32_t)(window_size - 1));

	if (!size || size > USER_TOP || !(page & FLEXPAGE_READ) || (source & (size - 1)) || source + size > USER_TOP)
		return ERROR_BAD_MESSAGE;
	if (!window_size || size > window_size)
		return ERROR_OVERFLOW;
	if ((target & (size - 1)) || target + size > USER_TOP)
		return ERROR_BAD_MESSAGE;
	return transfer_pages(from, source, to, target, page, progress);
}

uint32_t mapping_flush(struct space *space, uint32_t page, bool own, uint32_t *done)
{
	uint64_t size = flexpage_size(page);
	uint32_t base = FLEXPAGE_BASE(page);

	if (!size || (base & (size - 1)) || !(page & FLEXPAGE_RIGHTS))
		return SYSCALL_EINVAL;
	if (size > USER_TOP)
		size = USER_TOP;
	if (base + size > USER_TOP)
		return SYSCALL_EINVAL;
	while (*done < size >> PAGE_SHIFT) {
		uint32_t address = base + (*done << PAGE_SHIFT);

		if (!work_allows())
			return MAPPING_UNFINISHED;
		work_done(WORK_SKIP);
		if (!space_has_table(space, address))
			*done += rest_of_table(address);
		else if (mapping_revoke(space, address, page & FLEXPAGE_RIGHTS, own) == MAPPING_AGAIN)
			return MAPPING_UNFINISHED;
		else
			++*done;
	}
	return 0;
}
