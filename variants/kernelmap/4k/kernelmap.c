/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernel_info.h>
#include <kernelmap.h>
#include <paging.h>
#include <string.h>

void kernelmap_init(void)
{
	paging_map_window();
	string_copy(kernel_info.kernel_map, "4K", sizeof(kernel_info.kernel_map));
}

void kernelmap_started(void)
{
}

void kernelmap_ending(void)
{
}
