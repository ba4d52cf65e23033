/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine around the processor: serial port, interrupt controllers, and how to end.
 */
#ifndef KERNEL_MACHINE_H
#define KERNEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define COM1 0x3f8 /* eight ports from here on */

/* Serial port COM1: 115200 baud, 8 bits, no parity, 1 stop bit, no interrupts. */
void console_init(void);
void console_byte(char c);
void console_text(const char *text);
void console_hex(uint32_t value);     /* eight digits */
void console_decimal(uint32_t value);

/* Both interrupt controllers, all lines masked, vectors from VECTOR_INTERRUPT_0. */
void interrupts_init(void);
void interrupt_mask(unsigned line, bool masked); /* line 0..15 */

/* Acknowledges an interrupt at its controllers. False: it was spurious. */
bool interrupt_acknowledge(unsigned line);

/* How the machine ends, from the command line: `exit=debug|bochs|none`, `return=ADDRESS`. False: not understood. */
bool machine_set_exit(const char *command_line);

/* Says "#EXIT code" on the console and ends the machine, or returns to the conductor that started the kernel. */
_Noreturn void machine_end(uint32_t code);

#endif
