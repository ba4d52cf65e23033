/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IN and OUT of a byte, for the kernel and for programs that have been mapped the port: another one faults.
 */
#ifndef KERNEL_ABI_PORT_IO_H
#define KERNEL_ABI_PORT_IO_H

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
#endif
#endif
