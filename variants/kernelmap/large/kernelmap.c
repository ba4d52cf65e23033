/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is global stays in the TLB when CR3 is loaded, so it must be the same in every directory: the window, and the pages of TCBs. The
 * bit means nothing until CR4.PGE is set, which is after the identity mapping has gone.
 */
#include <kernel_info.h>
#include <kernelmap.h>
#include <paging.h>
#include <processor.h>
#include <string.h>
#include <x86.h>

uint32_t kernelmap_global;

static const char *map_window(void)
{
	uint32_t *entries = &kernel_directory[DIRECTORY_INDEX(PHYSICAL_WINDOW)];

	if (!paging_has_superpages()) {
		paging_map_window();
		return "4K";
	}
	if (processor_has(FEATURE_PGE))
		kernelmap_global = PTE_GLOBAL;
	for (uint32_t i = 0; i < WINDOW_SUPERPAGES; i++)
		entries[i] = i << SUPERPAGE_SHIFT | PTE_PRESENT | PTE_WRITE | PTE_SUPERPAGE | kernelmap_global;
	return kernelmap_global ? "4M global" : "4M";
}

void kernelmap_init(void)
{
	string_copy(kernel_info.kernel_map, map_window(), sizeof(kernel_info.kernel_map));
}

void kernelmap_started(void)
{
	if (kernelmap_global)
		processor_change_cr4(0, CR4_PGE);
}

/* A change of CR4.PGE empties the TLB, global entries included. */
void kernelmap_ending(void)
{
	paging_map_window();
	processor_change_cr4(CR4_PGE, 0);
}
