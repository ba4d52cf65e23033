/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the boot loader left, brought into the kernel's own order.
 */
#ifndef KERNEL_BOOT_H
#define KERNEL_BOOT_H

#include <stdint.h>

/*
 * Runs before paging, in the biased segments of boot.S: takes over command lines and memory size, copies the modules to their
 * canonical places, and fills the kernel's page tables. Ends the machine with EXIT_BAD_BOOT where that is impossible.
 */
void boot_prepare(uint32_t magic, uint32_t multiboot_information);

/* Prints "boot: what" and ends the machine with EXIT_BAD_BOOT. */
_Noreturn void boot_refuse(const char *what);

#endif
