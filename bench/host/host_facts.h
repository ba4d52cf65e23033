/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the host is: the part of a run's record without which its numbers mean little.
 */
#ifndef HOST_HOST_FACTS_H
#define HOST_HOST_FACTS_H

#include <jansson.h>

/* {"cpu":…,"kernel":…,"microcode":…,"mitigations":…,"governor":…,"emulator":…}; what is not known says so. New
 * reference. */
json_t *host_facts(const char *emulator_version);

#endif
