/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What was built: the variants of a matrix, as scripts/variants lists them, and what stands in their folders.
 */
#ifndef HOST_VARIANTS_H
#define HOST_VARIANTS_H

#include "util.h"

#include <jansson.h>

struct variant {
    char *name;                /* small-registers-lazy */
    char *choices;             /* spaces=small,messages=registers,… in axis order, as the boot record has it */
    char *folder;              /* absolute */
    struct strings benchmarks; /* from benchmarks.list; empty when that is missing */
};

struct variants {
    struct variant *items;
    size_t count;
};

/* Reads a list: one variant per line, "name TAB choices TAB folder", folders relative to the current one; '#' begins a
 * comment line. false with *why (the caller frees it, file and line in it) when it cannot be used. */
bool variants_read(struct variants *variants, const char *path, char **why);
void variants_free(struct variants *variants);
const struct variant *variants_find(const struct variants *variants, const char *name);

/* Choices as an object: {"spaces":"small",…}. New reference. */
json_t *variant_choices(const struct variant *variant);
/* Folder of the images of one layout; the caller frees it. */
char *variant_images(const struct variant *variant, unsigned salt);
/* Build hash of one layout; the caller frees it. NULL when it was not built. */
char *variant_build(const struct variant *variant, unsigned salt);

#endif
