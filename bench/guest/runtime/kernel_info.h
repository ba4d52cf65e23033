/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GUEST_KERNEL_INFO_H
#define GUEST_KERNEL_INFO_H

#include <info.h>

#define CPU_FEATURE_TSC (1u << 4)   /* CPUID leaf 1, edx */
#define CPU_FEATURE_SSE2 (1u << 26)

/* What the kernel tells of itself; filled in before program_main. Every string ends in a NUL, whatever was sent. */
extern struct kernel_info kernel_info;

/* Reads it from the kernel. */
void kernel_info_load(void);

#endif
