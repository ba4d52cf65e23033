/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fully associative cache with exact LRU: what a real one of the same size is compared with, to tell
 * conflict from capacity. Every operation takes constant time, clearing excepted.
 */
#ifndef MODEL_SHADOW_H
#define MODEL_SHADOW_H

#include "key_set.h"

#include <stdbool.h>

struct shadow_node {
    uint64_t key;
    uint32_t newer, older; /* in order of use */
    uint32_t chain;        /* next in the bucket, or next free one */
};

struct shadow {
    struct shadow_node *nodes; /* node 0 is the ring's head: older of it is the newest */
    uint32_t *buckets;         /* 0: empty */
    uint32_t bucket_mask;
    uint32_t capacity;
    uint32_t unused;           /* list of free nodes, 0 ends it */
};

void shadow_init(struct shadow *shadow, uint32_t capacity);
void shadow_free(struct shadow *shadow);
/* Uses the key; true if it was there. Where it was not, it takes the oldest one's place if `allocate`. */
bool shadow_use_slowly(struct shadow *shadow, uint64_t key, bool allocate);
void shadow_drop(struct shadow *shadow, uint64_t key);
/* Drops the keys that have none of the bits `keep`. */
void shadow_clear(struct shadow *shadow, uint64_t keep);

static inline bool shadow_use(struct shadow *shadow, uint64_t key, bool allocate)
{
    /* Using the newest again changes no order. */
    if (shadow->nodes[shadow->nodes[0].older].key == key)
        return true;
    return shadow_use_slowly(shadow, key, allocate);
}

#endif
