/* SPDX-License-Identifier: BSD-2-Clause */
#include "shadow.h"

#include <stdlib.h>

void shadow_init(struct shadow *shadow, uint32_t capacity)
{
    uint32_t buckets = 16;
    while (buckets < 2 * capacity)
        buckets *= 2;
    *shadow = (struct shadow){
        .nodes = model_allocate(capacity + 1, sizeof *shadow->nodes),
        .heap = model_allocate(capacity, sizeof *shadow->heap),
        .buckets = model_allocate(buckets, sizeof *shadow->buckets),
        .bucket_mask = buckets - 1,
        .capacity = capacity,
        .unused = 1,
    };
    for (uint32_t i = 0; i <= capacity; i++) {
        shadow->nodes[i].key = KEY_NONE;
        shadow->nodes[i].chain = i < capacity && i > 0 ? i + 1 : 0;
    }
}

void shadow_free(struct shadow *shadow)
{
    free(shadow->nodes);
    free(shadow->heap);
    free(shadow->buckets);
    *shadow = (struct shadow){0};
}

static uint32_t *bucket(struct shadow *shadow, uint64_t key)
{
    return &shadow->buckets[key_hash(key) & shadow->bucket_mask];
}

/* ---- the heap ----------------------------------------------------------------------------------- */

static void sink(struct shadow *shadow, uint32_t at)
{
    struct shadow_place place = shadow->heap[at];
    for (uint32_t child = 2 * at + 1; child < shadow->count; child = 2 * at + 1) {
        if (child + 1 < shadow->count && shadow->heap[child + 1].stamp < shadow->heap[child].stamp)
            child++;
        if (shadow->heap[child].stamp >= place.stamp)
            break;
        shadow->heap[at] = shadow->heap[child];
        at = child;
    }
    shadow->heap[at] = place;
}

/* The newest of all goes to the end, where it is a leaf in order. */
static void append(struct shadow *shadow, uint32_t node)
{
    shadow->heap[shadow->count++] = (struct shadow_place){shadow->nodes[node].stamp, node};
}

/* Puts the node that was used least recently at the root. */
static void settle(struct shadow *shadow)
{
    while (shadow->heap[0].stamp != shadow->nodes[shadow->heap[0].node].stamp) {
        shadow->heap[0].stamp = shadow->nodes[shadow->heap[0].node].stamp;
        sink(shadow, 0);
    }
}

/* Leaves out the places whose nodes hold no key any more. */
static void rebuild(struct shadow *shadow)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < shadow->count; i++) {
        uint32_t node = shadow->heap[i].node;
        if (shadow->nodes[node].key != KEY_NONE)
            shadow->heap[kept++] = (struct shadow_place){shadow->nodes[node].stamp, node};
    }
    shadow->count = kept;
    for (uint32_t i = kept / 2; i-- > 0;)
        sink(shadow, i);
}

/* ---- keys --------------------------------------------------------------------------------------- */

static uint32_t find(struct shadow *shadow, uint64_t key)
{
    uint32_t at = *bucket(shadow, key);
    while (at && shadow->nodes[at].key != key)
        at = shadow->nodes[at].chain;
    return at;
}

static void unlink_node(struct shadow *shadow, uint32_t at)
{
    struct shadow_node *node = &shadow->nodes[at];
    uint32_t *link = bucket(shadow, node->key);
    while (*link != at)
        link = &shadow->nodes[*link].chain;
    *link = node->chain;
    node->key = KEY_NONE;
}

static void discard(struct shadow *shadow, uint32_t at)
{
    unlink_node(shadow, at);
    shadow->nodes[at].chain = shadow->unused;
    shadow->unused = at;
}

static void link_node(struct shadow *shadow, uint32_t at, uint64_t key)
{
    uint32_t *link = bucket(shadow, key);
    shadow->nodes[at] = (struct shadow_node){.key = key, .stamp = ++shadow->clock, .chain = *link};
    *link = at;
}

static uint32_t insert(struct shadow *shadow, uint64_t key)
{
    uint32_t at = shadow->unused;
    if (at) {
        shadow->unused = shadow->nodes[at].chain;
        link_node(shadow, at, key);
        append(shadow, at);
        return at;
    }
    settle(shadow);
    at = shadow->heap[0].node;
    unlink_node(shadow, at);
    link_node(shadow, at, key);
    shadow->heap[0].stamp = shadow->nodes[at].stamp;
    sink(shadow, 0);
    return at;
}

bool shadow_find(struct shadow *shadow, uint64_t key, bool allocate, struct shadow_node **node)
{
    uint32_t at = find(shadow, key);
    bool hit = at != 0;
    if (hit)
        shadow->nodes[at].stamp = ++shadow->clock;
    else if (allocate)
        at = insert(shadow, key);
    *node = &shadow->nodes[at];
    return hit;
}

void shadow_drop(struct shadow *shadow, uint64_t key)
{
    uint32_t at = find(shadow, key);
    if (!at)
        return;
    discard(shadow, at);
    rebuild(shadow);
}

void shadow_clear(struct shadow *shadow, uint64_t keep)
{
    for (uint32_t i = 0; i < shadow->count; i++)
        if (!(shadow->nodes[shadow->heap[i].node].key & keep))
            discard(shadow, shadow->heap[i].node);
    rebuild(shadow);
}
