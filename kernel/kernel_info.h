/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel information that programs may read (SYS_KERNEL_INFO).
 */
#ifndef KERNEL_KERNEL_INFO_H
#define KERNEL_KERNEL_INFO_H

#include <info.h>

extern struct kernel_info kernel_info;

/* Fills in what the processor says of itself, and the build's names. */
void info_init(void);

#endif
