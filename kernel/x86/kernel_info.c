/* SPDX-License-Identifier: BSD-2-Clause */
#include <kernel_info.h>
#include <schedule.h>
#include <string.h>
#include <x86.h>

extern const char build_variant[], build_id[];
extern const unsigned build_salt;

struct kernel_info kernel_info;

/* A processor has CPUID if EFLAGS.ID can be changed. */
static int has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushf; pop %0; mov %0, %1; xor %2, %1; push %1; popf; pushf; pop %1; push %0; popf"
			 : "=&r"(before), "=&r"(after)
			 : "i"(EFLAGS_CPUID)
			 : "cc");
	return (before ^ after) & EFLAGS_CPUID ? 1 : 0;
}

static void read_cpuid(void)
{
	uint32_t eax = 0, ecx, *vendor = (uint32_t *)kernel_info.cpu_vendor;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(vendor[0]), "=c"(vendor[2]), "=d"(vendor[1]));
	if (eax < 1)
		return;
	eax = 1;
	__asm__ volatile("cpuid" : "+a"(eax), "=c"(ecx), "=d"(kernel_info.cpu_features) : : "ebx");
	kernel_info.cpu_signature = eax;
}

void info_init(void)
{
	kernel_info.size = sizeof(kernel_info);
	kernel_info.tick_us = TICK_US;
	kernel_info.slice_us = TICK_US * SLICE_TICKS_DEFAULT;
	kernel_info.salt = build_salt;
	string_copy(kernel_info.variant, build_variant, sizeof(kernel_info.variant));
	string_copy(kernel_info.build, build_id, sizeof(kernel_info.build));
	kernel_info.cpu_signature = 0x400;
	if (has_cpuid())
		read_cpuid();
}
