/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What Bochs needs before it can boot: an ISO, a configuration, a debugger script and a terminal.
 */
#ifndef HOST_BOCHS_H
#define HOST_BOCHS_H

#include <stdbool.h>

struct boot;
struct platform;

#define BOCHS_SCRIPT "run" /* the shell script in the boot's work folder that makes the ISO and starts Bochs */

/* Fills boot->work. false with *why (the caller frees it) when that fails. */
bool bochs_prepare(const struct platform *platform, const struct boot *boot, char **why);

#endif
