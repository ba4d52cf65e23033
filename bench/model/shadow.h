/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fully associative cache with exact LRU: what a real one of the same size is compared with, to tell
 * conflict from capacity.
 *
 * A use only stamps its node. The order is put right when a place is needed: the heap has each node with the stamp that it had when
 * it was last looked at, which is never later than its true one; so if the root's is true, no other
 * node is older, and if not, it is corrected and sinks.
 */
#ifndef MODEL_SHADOW_H
#define MODEL_SHADOW_H

#include "key_set.h"

#include <stdbool.h>

struct shadow_node {
    uint64_t key;   /* KEY_NONE: unused */
    uint64_t stamp; /* last use */
    uint32_t chain; /* next in the bucket, or next unused one; 0 ends */
};

struct shadow_place {
    uint64_t stamp;
    uint32_t node;
};

struct shadow {
    struct shadow_node *nodes; /* node 0 never holds a key */
    struct shadow_place *heap; /* the root is the oldest */
    uint32_t *buckets;
    uint32_t bucket_mask, count, capacity, unused;
    uint64_t clock;
};

void shadow_init(struct shadow *shadow, uint32_t capacity);
void shadow_free(struct shadow *shadow);
/*
 * Uses the key; true if it was there. Where it was not, it takes the oldest one's place if `allocate`. *node is its node, or
 * node 0; a node is the key's as long as it holds the key.
 */
bool shadow_find(struct shadow *shadow, uint64_t key, bool allocate, struct shadow_node **node);
void shadow_drop(struct shadow *shadow, uint64_t key);
/* Drops the keys that have none of the bits `keep`. */
void shadow_clear(struct shadow *shadow, uint64_t keep);

/* shadow_find() for a key whose node may be known already. */
static inline void shadow_use(struct shadow *shadow, uint64_t key, bool allocate, struct shadow_node **node)
{
    if ((*node)->key == key)
        (*node)->stamp = ++shadow->clock;
    else
        shadow_find(shadow, key, allocate, node);
}

#endif
