/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a modelled processor counted, joined with the guest's records: bench/model/README.md has the format and the rule.
 */
#ifndef HOST_MODELLED_H
#define HOST_MODELLED_H

#include "serial_log.h"
#include "status.h"

/*
 * Reads the file at `path` and replaces the samples of every benchmark in `log` by the model's cycles: those of its sample
 * regions in their order, less the median of its control regions, which becomes the overhead. A model without cycles
 * leaves no samples. Events are an object "what.of.whom": count, of the sample with the median cycles less the
 * control with the median cycles; lines and pages touched are the sample's whole. With `each`, every sample's are kept too.
 *
 * STATUS_PASSED, or STATUS_CORRUPT or STATUS_TRUNCATED with *why (the caller frees it) if the file and the log do not fit
 * together exactly. shown: how the file is to be named in *why.
 */
enum status modelled_merge(struct serial_log *log, const char *path, const char *shown, bool each, char **why);

#endif
