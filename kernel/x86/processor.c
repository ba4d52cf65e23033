/* SPDX-License-Identifier: BSD-2-Clause */
#include <processor.h>

void processor_change_cr4(uint32_t clear, uint32_t set)
{
	uint32_t value;

	if (!(kernel_info.cpu_features & FEATURES_WITH_CR4))
		return;
	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	__asm__ volatile("mov %0, %%cr4" : : "r"((value & ~clear) | set) : "memory");
}
