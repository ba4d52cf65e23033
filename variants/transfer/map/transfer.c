/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The window: two entries of the loaded page directory, the sender's as a rule, are those of the receiver's directory for 8 MB in
 * which its buffer lies. So the receiver's own page tables, and no others, say what is there.
 *
 * A TLB may hold pages of the window since it was last flushed. They are all of `window`: of one space, one region, and seen through one
 * directory, for whoever puts anything else into an entry that was in use removes them, and so does any load of another directory.
 */
#include <layout.h>
#include <paging.h>
#include <space.h>
#include <spaces.h>
#include <stdbool.h>
#include <transfer.h>
#include <x86.h>

#define WINDOW_ENTRIES 2
#define WINDOW_INDEX DIRECTORY_INDEX(WINDOW_AREA)
/* What of a directory entry counts. Without PTE_USER: programs do not see the window, whatever their segments allow. */
#define ENTRY_BITS (PTE_FRAME | PTE_SUPERPAGE | PTE_WRITE | PTE_PRESENT)
/* Up to so many pages are removed from the TLB one by one. */
#define PAGES_ONE_BY_ONE 4

static struct {
	const struct space *space;     /* whose memory is seen; 0: nobody's */
	uint32_t region;               /* index of the first of its directory entries */
	uint32_t *directory;           /* in which it is seen */
	uint32_t first, last;          /* pages that the TLB may hold: addresses in the window; first > last: none */
} window = {.first = 1};

static void flush_window(void)
{
	if (window.first <= window.last && (window.last - window.first) / PAGE_SIZE < PAGES_ONE_BY_ONE) {
		for (uint32_t page = window.first; page <= window.last; page += PAGE_SIZE)
			invalidate_page(page);
	} else if (window.first <= window.last) {
		write_cr3(read_cr3());
	}
	window.first = 1;
	window.last = 0;
}

/* Is the region in the window, and `index` one of its entries? */
static bool covers(const struct space *space, uint32_t index)
{
	return window.space == space && index - window.region < WINDOW_ENTRIES;
}

/* Puts the two entries from window.region on into the loaded directory. */
static void set_entries(const struct space *to)
{
	for (unsigned i = 0; i < WINDOW_ENTRIES; i++) {
		uint32_t *entry = &window.directory[WINDOW_INDEX + i];
		uint32_t index = window.region + i;
		uint32_t value = index < DIRECTORY_INDEX(USER_TOP) ? to->directory[index] & ENTRY_BITS : 0;
		uint32_t old = *entry & ENTRY_BITS;

		if (old == value)
			continue;
		*entry = value;
		if (old & PTE_PRESENT)
			flush_window();
	}
}

/* Makes `size` bytes at `target` of `to` visible; their address. */
static uint32_t open_window(const struct space *to, uint32_t target, uint32_t size)
{
	uint32_t *directory = spaces_loaded_directory();
	uint32_t first, last;

	if (window.directory != directory) {
		/* It has been loaded since the window was last used: the TLB holds nothing of that. */
		window.directory = directory;
		window.first = 1;
		window.last = 0;
	}
	if (!covers(to, DIRECTORY_INDEX(target)) || !covers(to, DIRECTORY_INDEX(target + size - 1))) {
		window.space = to;
		window.region = DIRECTORY_INDEX(target);
	}
	set_entries(to);
	first = WINDOW_AREA + (target - (window.region << SUPERPAGE_SHIFT));
	last = (first + size - 1) & PTE_FRAME;
	if (window.first > window.last) {
		window.first = first & PTE_FRAME;
		window.last = last;
	}
	if ((first & PTE_FRAME) < window.first)
		window.first = first & PTE_FRAME;
	if (last > window.last)
		window.last = last;
	return first;
}

void transfer_bytes(const struct space *from, uint32_t source, const struct space *to, uint32_t target, uint32_t size)
{
	uint32_t linear = spaces_is_accessible(to) ? spaces_access(to) + target : open_window(to, target, size);

	copy_linear(linear, spaces_access(from) + source, size);
}

void transfer_invalidate(const struct space *space, uint32_t address)
{
	if (covers(space, DIRECTORY_INDEX(address)))
		invalidate_page(WINDOW_AREA + (address - (window.region << SUPERPAGE_SHIFT)));
}

void transfer_space_deleted(const struct space *space)
{
	if (window.space != space)
		return;
	flush_window();
	window.space = 0;
}
