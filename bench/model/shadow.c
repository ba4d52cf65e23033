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
        .buckets = model_allocate(buckets, sizeof *shadow->buckets),
        .bucket_mask = buckets - 1,
        .capacity = capacity,
    };
    for (uint32_t i = 0; i <= capacity; i++) {
        shadow->nodes[i].key = KEY_NONE;
        if (i > 0)
            shadow->nodes[i].chain = i < capacity ? i + 1 : 0;
    }
    shadow->unused = 1;
}

void shadow_free(struct shadow *shadow)
{
    free(shadow->nodes);
    free(shadow->buckets);
    *shadow = (struct shadow){0};
}

static uint32_t *bucket(struct shadow *shadow, uint64_t key)
{
    return &shadow->buckets[key_hash(key) & shadow->bucket_mask];
}

static void take_from_ring(struct shadow *shadow, uint32_t at)
{
    struct shadow_node *node = &shadow->nodes[at];
    shadow->nodes[node->newer].older = node->older;
    shadow->nodes[node->older].newer = node->newer;
}

static void put_newest(struct shadow *shadow, uint32_t at)
{
    struct shadow_node *node = &shadow->nodes[at], *head = &shadow->nodes[0];
    node->newer = 0;
    node->older = head->older;
    shadow->nodes[head->older].newer = at;
    head->older = at;
}

static void discard(struct shadow *shadow, uint32_t at)
{
    struct shadow_node *node = &shadow->nodes[at];
    uint32_t *link = bucket(shadow, node->key);
    while (*link != at)
        link = &shadow->nodes[*link].chain;
    *link = node->chain;
    take_from_ring(shadow, at);
    node->key = KEY_NONE;
    node->chain = shadow->unused;
    shadow->unused = at;
}

static uint32_t find(struct shadow *shadow, uint64_t key)
{
    uint32_t at = *bucket(shadow, key);
    while (at && shadow->nodes[at].key != key)
        at = shadow->nodes[at].chain;
    return at;
}

bool shadow_use_slowly(struct shadow *shadow, uint64_t key, bool allocate)
{
    uint32_t at = find(shadow, key);
    if (at) {
        take_from_ring(shadow, at);
        put_newest(shadow, at);
        return true;
    }
    if (!allocate)
        return false;
    if (!shadow->unused)
        discard(shadow, shadow->nodes[0].newer); /* the head's newer is the oldest */
    at = shadow->unused;
    shadow->unused = shadow->nodes[at].chain;
    uint32_t *link = bucket(shadow, key);
    shadow->nodes[at].key = key;
    shadow->nodes[at].chain = *link;
    *link = at;
    put_newest(shadow, at);
    return false;
}

void shadow_drop(struct shadow *shadow, uint64_t key)
{
    uint32_t at = find(shadow, key);
    if (at)
        discard(shadow, at);
}

void shadow_clear(struct shadow *shadow, uint64_t keep)
{
    for (uint32_t at = shadow->nodes[0].older, older; at; at = older) {
        older = shadow->nodes[at].older;
        if (!(shadow->nodes[at].key & keep))
            discard(shadow, at);
    }
}
