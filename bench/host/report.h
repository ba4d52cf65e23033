/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The report at the end of a run, made from its results file.
 */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include "run.h"

/* Writes bench.json of a run whose program measured something, and prints it for one variant or on demand. false with *why (the caller
 * frees it). A run without published counts has none: true, and a line that says so. */
bool report_print(const struct run *run, char **why);

#endif
