/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a program enters the kernel, for the stubs in syscall_user.h and messages_user.h.
 */
#ifndef KERNEL_ABI_ENTRY_USER_H
#define KERNEL_ABI_ENTRY_USER_H

#include <syscall.h>

#define KERNEL_ABI_STRING_(x) #x
#define KERNEL_ABI_STRING(x) KERNEL_ABI_STRING_(x)

/*
 * Assembler text of one kernel entry. The kernel keeps esp alone: ecx, edx and ebp are undefined
 * afterwards. ebp is saved here, because a compiler may need it and cannot be told; the text may therefore
 * have no operand in memory.
 */
#define ENTER_KERNEL "push %%ebp; int $" KERNEL_ABI_STRING(SYSCALL_VECTOR) "; pop %%ebp"

#endif
