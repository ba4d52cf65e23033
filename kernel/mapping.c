/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <mapping.h>
#include <message.h>
#include <space.h>
#include <x86.h>

/* Maps one page. What belongs to the kernel (message buffers) is neither given away nor covered. */
static uint32_t transfer_page(struct space *from, struct space *to, uint32_t source, uint32_t target, uint32_t page)
{
	uint32_t *source_entry = space_entry(from, source, false);
	uint32_t *target_entry;
	uint32_t flags;

	if (!source_entry || !(*source_entry & PTE_PRESENT) || (*source_entry & PTE_KERNEL_OWNED))
		return 0;
	target_entry = space_entry(to, target, true);
	if (!target_entry)
		return ERROR_NO_MEMORY;
	if (*target_entry & PTE_KERNEL_OWNED)
		return ERROR_BAD_MESSAGE;
	flags = PTE_PRESENT | PTE_USER | (page & FLEXPAGE_WRITE ? *source_entry & PTE_WRITE : 0);
	space_map_page(to, target, *source_entry & PTE_FRAME, flags);
	if ((page & FLEXPAGE_GRANT) && source_entry != target_entry) {
		*source_entry = 0;
		spaces_invalidate(from, source);
	}
	return 0;
}

/* Size of a flexpage in bytes, as a 64-bit number because the whole space is one, too; 0: not a flexpage. */
static uint64_t flexpage_size(uint32_t page)
{
	uint32_t log2 = FLEXPAGE_LOG2(page);

	return log2 >= PAGE_SHIFT && log2 <= 32 ? 1ull << log2 : 0;
}

uint32_t mapping_transfer(struct space *from, struct space *to, uint32_t page, uint32_t base, uint32_t window)
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
	for (uint32_t done = 0; done < size; done += PAGE_SIZE) {
		uint32_t error = transfer_page(from, to, source + done, target + done, page);

		if (error)
			return error;
	}
	return 0;
}
