/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Boots the probe image on a platform and says what the platform can really do.
 */
#ifndef HOST_PROBE_H
#define HOST_PROBE_H

#include "options.h"
#include "platforms.h"

#include <jansson.h>
#include <stdio.h>

struct probe_result {
    enum verdict verdict;
    char *why;        /* why not everything, NULL if everything */
    json_t *records;  /* [{"name":…,"value":…,"ok":…,"why":…},…] */
    double tick_rate; /* ticks a second, 0 if not known */
};

/* Always gives a verdict: a probe that does not end well is VERDICT_UNUSABLE with the reason. */
void probe_run(struct probe_result *result, const struct platform *platform, const struct options *options);
/* The verdict as a table; what it rests on is marked by '*', and the rest is shown only if all is asked for. */
void probe_print(const struct probe_result *result, const struct platform *platform, bool all, FILE *out);
void probe_free(struct probe_result *result);

#endif
