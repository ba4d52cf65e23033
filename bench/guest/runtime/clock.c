/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"
#include "kernel_info.h"

/* clock.S. The names tell the check for foreign opcodes which processor feature guards them. */
uint32_t cpuid_tsc_clock_read(void);
uint32_t cpuid_sse2_clock_read(void);

static uint32_t no_clock(void)
{
	return 0;
}

uint32_t (*clock_read)(void) = no_clock;

void clock_start(void)
{
	if (!(kernel_info.cpu_features & CPU_FEATURE_TSC))
		return;
	clock_read = kernel_info.cpu_features & CPU_FEATURE_SSE2 ? cpuid_sse2_clock_read : cpuid_tsc_clock_read;
}

bool clock_exists(void)
{
	return clock_read != no_clock;
}
