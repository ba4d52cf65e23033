/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of a kernel that found a defect in itself.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Says `why` and what the processor's state is, on the console, and ends the machine with EXIT_PANIC. */
_Noreturn void panic(const char *why);

#endif
