/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What this processor has beyond a 486.
 */
#ifndef KERNEL_PROCESSOR_H
#define KERNEL_PROCESSOR_H

#include <kernel_info.h>
#include <stdbool.h>
#include <x86.h>

/* Has the processor all of these features (FEATURE_…)? A 486 has none. Needs info_init(). */
static inline bool processor_has(uint32_t features)
{
	return (kernel_info.cpu_features & features) == features;
}

/* Clears, then sets bits of CR4; those set must be announced by features. Nothing, where the processor has no CR4. */
void processor_change_cr4(uint32_t clear, uint32_t set);

#endif
