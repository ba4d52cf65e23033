/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a machine ends: the code of the last line on the serial port ("#EXIT 16"), and of the emulator's exit device.
 */
#ifndef KERNEL_ABI_EXIT_H
#define KERNEL_ABI_EXIT_H

#define EXIT_PASSED 0x10   /* the root program ended and is content */
#define EXIT_FAILED 0x11   /* the root program ended: a test or a measurement failed */
#define EXIT_PANIC 0x12    /* a defect of the kernel: a register dump precedes it */
#define EXIT_BAD_BOOT 0x13 /* unusable module, command line or memory map: a line before it says which */

#define EXIT_PORT_DEBUG 0xf4    /* QEMU isa-debug-exit: status becomes code << 1 | 1 */
#define EXIT_PORT_BOCHS 0x8900  /* Bochs: the bytes of "Shutdown" */

#endif
