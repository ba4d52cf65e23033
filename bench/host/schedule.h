/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The cells of a run and the order in which they are booted.
 *
 * A block is one layout (salt) in one repetition, with every variant once. Blocks come in random order, all layouts of
 * a repetition before the next repetition, and the variants of a block in random order: whatever drifts while the run
 * goes on meets every variant equally. The order depends on the seed and the counts alone.
 */
#ifndef HOST_SCHEDULE_H
#define HOST_SCHEDULE_H

#include "variants.h"

#include <stdint.h>

struct cell {
    const struct variant *variant;
    unsigned salt;
    unsigned rep;
    char *name; /* small-registers-lazy/salt:0/rep:0 */
};

struct cells {
    struct cell *items;
    size_t count;
};

/* Every variant × salts × repetitions, each at least 1. The variants must outlive the cells. */
void schedule_make(struct cells *cells, const struct variants *variants, unsigned salts, unsigned repetitions,
                   uint32_t seed);
/* One cell from its name; false if the name is none or the variant is not there. */
bool schedule_add(struct cells *cells, const struct variants *variants, const char *name);
void schedule_free(struct cells *cells);

#endif
