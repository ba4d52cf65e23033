/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One region, instruction by instruction, as lines of JSON for scripts/explain.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <stdio.h>

#include "processor.h"

/* An instruction. `note` says what is unusual about it, or NULL. */
void trace_instruction(FILE *out, const struct execution *e, const struct charge *charge, const char *note);

/* Something that the processor does between instructions, called `note`. */
void trace_delivery(FILE *out, const char *note, const struct data_access *accesses, size_t count,
		    const struct charge *charge);

#endif
