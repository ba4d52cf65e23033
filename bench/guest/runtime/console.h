/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's console, for the programs that may write to it: sigma0 and the root program.
 */
#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

#include <stddef.h>

void console_bytes(const char *bytes, size_t n);
void console_string(const char *s);

#endif
