/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <mapping.h>
#include <mapping_database.h>
#include <message.h>
#include <ports.h>
#include <space.h>
#include <syscall.h>
#include <work.h>

#define SUPERPAGE_PAGES (SUPERPAGE_SIZE / PAGE_SIZE)

/* Size of a flexpage in bytes, as a 64-bit number because the whole space is one, too; 0: not a flexpage. */
static uint64_t flexpage_size(uint32_t page)
{
	uint32_t log2 = FLEXPAGE_LOG2(page);

	return log2 >= PAGE_SHIFT && log2 <= 32 ? 1ull << log2 : 0;
}

/* The ports of a flexpage of them, as the mapping database names pages. */
struct range {
	uint32_t base;
	uint32_t pages; /* 0: not a flexpage of ports */
};

static struct range range_of_ports(uint32_t page)
{
	uint32_t log2 = FLEXPAGE_LOG2(page), port = FLEXPAGE_PORT(page);

	if (log2 > FLEXPAGE_PORTS_LOG2_MAX || port >= PORTS_COUNT || port & ((1u << log2) - 1))
		return (struct range){0, 0};
	return (struct range){PORT_PAGE(port), 1u << log2};
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

/* Of `pages` pages to `target`, do the first `page` end with a whole page table? */
static bool fill_table(uint32_t page, uint32_t pages, uint32_t target)
{
	return pages >= SUPERPAGE_PAGES && page <= pages && page % SUPERPAGE_PAGES == 0 && !is_port(target);
}

/* A page has been transferred, the last of `pages` so far. Large flexpages may be pages of 4 MB, where they fill page tables. */
static void page_done(struct mapping_progress *progress, uint32_t pages, uint32_t target)
{
	progress->replacing = false;
	progress->page++;
	progress->promoting = fill_table(progress->page, pages, target);
	progress->scanned = 0;
}

/* Transfers as many of the item's pages as may be done, from progress->page on. */
static uint32_t transfer_pages(struct space *from, struct range source, struct space *to, uint32_t target, uint32_t item,
			       struct mapping_progress *progress)
{
	for (;;) {
		uint32_t offset = progress->page << PAGE_SHIFT;
		uint32_t missing, error;

		/* Item and window lie in memory of programs, who may have changed them since. */
		if (progress->promoting && fill_table(progress->page, source.pages, target) &&
		    !space_promote(to, target + offset - SUPERPAGE_SIZE, &progress->scanned))
			return MAPPING_UNFINISHED;
		progress->promoting = false;
		if (progress->page >= source.pages)
			return 0;
		if (!work_allows())
			return MAPPING_UNFINISHED;
		work_done(WORK_PASS);
		missing = space_pages_missing(from, source.base + offset);
		if (missing) {
			progress->page += missing;
			continue;
		}
		error = error_of(mapping_share(from, source.base + offset, to, target + offset, item & FLEXPAGE_RIGHTS,
					       item & FLEXPAGE_GRANT, &progress->replacing));
		if (error)
			return error;
		page_done(progress, source.pages, target);
	}
}

/* Does the receive window `window` consent to these ports? */
static bool admits(uint32_t window, struct range ports)
{
	struct range all = range_of_ports(window);

	if ((window | FLEXPAGE_RIGHTS) == FLEXPAGE_EVERYTHING)
		return true;
	return (window & FLEXPAGE_IO) && ports.base - all.base < all.pages << PAGE_SHIFT && ports.pages <= all.pages;
}

static uint32_t transfer_ports(struct space *from, struct space *to, uint32_t item, uint32_t window,
			       struct mapping_progress *progress)
{
	struct range ports = range_of_ports(item);

	if (!ports.pages || !(item & FLEXPAGE_READ))
		return ERROR_BAD_MESSAGE;
	if (!admits(window, ports))
		return ERROR_OVERFLOW;
	return transfer_pages(from, ports, to, ports.base, item, progress);
}

uint32_t mapping_transfer(struct space *from, struct space *to, uint32_t item, uint32_t base, uint32_t window,
			  struct mapping_progress *progress)
{
	uint64_t size = flexpage_size(item);
	uint64_t window_size = flexpage_size(window);
	uint32_t source = FLEXPAGE_BASE(item);
	uint32_t target = FLEXPAGE_BASE(window) + (FLEXPAGE_BASE(base) & (uint32_t)(window_size - 1));

	if (item & FLEXPAGE_IO)
		return transfer_ports(from, to, item, window, progress);
	if (!size || size > USER_TOP || !(item & FLEXPAGE_READ) || (source & (size - 1)) || source + size > USER_TOP)
		return ERROR_BAD_MESSAGE;
	if (!window_size || size > window_size || (FLEXPAGE_BASE(window) & (window_size - 1)) ||
	    ((window & FLEXPAGE_IO) && window_size >> 32 == 0))
		return ERROR_OVERFLOW;
	if ((target & (size - 1)) || target + size > USER_TOP)
		return ERROR_BAD_MESSAGE;
	return transfer_pages(from, (struct range){source, (uint32_t)(size >> PAGE_SHIFT)}, to, target, item, progress);
}

/* What of a flexpage a flush covers; the whole space is one, too. No pages: not a flexpage. */
static struct range range_to_flush(uint32_t page)
{
	uint64_t size = flexpage_size(page);
	uint32_t base = FLEXPAGE_BASE(page);

	if (page & FLEXPAGE_IO)
		return page & FLEXPAGE_READ ? range_of_ports(page) : (struct range){0, 0};
	if (!size || (base & (size - 1)) || !(page & FLEXPAGE_RIGHTS))
		return (struct range){0, 0};
	if (size > USER_TOP)
		size = USER_TOP;
	if (base + size > USER_TOP)
		return (struct range){0, 0};
	return (struct range){base, (uint32_t)(size >> PAGE_SHIFT)};
}

uint32_t mapping_flush(struct space *space, uint32_t page, bool own, uint32_t *done)
{
	struct range range = range_to_flush(page);

	if (!range.pages)
		return SYSCALL_EINVAL;
	while (*done < range.pages) {
		uint32_t address = range.base + (*done << PAGE_SHIFT);
		uint32_t missing = space_pages_missing(space, address);

		if (!work_allows())
			return MAPPING_UNFINISHED;
		work_done(WORK_PASS);
		if (missing)
			*done += missing;
		else if (mapping_revoke(space, address, page & FLEXPAGE_RIGHTS, own) == MAPPING_AGAIN)
			return MAPPING_UNFINISHED;
		else
			++*done;
	}
	return 0;
}
