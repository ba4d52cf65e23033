/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"

#include <stdlib.h>

/* Generation of a key that was written but never fetched. */
#define ONLY_WRITTEN UINT32_MAX

void cache_free(struct cache *cache)
{
    free(cache->slots);
    free(cache->recent);
    free(cache->bits);
    shadow_free(&cache->shadow);
    key_set_free(&cache->seen);
}

/* A use of `way` points every node above it to the other half: which of them to 1, which to 0. */
static void plan_tree(struct cache *cache, uint32_t way)
{
    uint32_t node = 0;
    for (uint32_t half = cache->ways / 2; half; half /= 2) {
        bool right = way & half;
        *(right ? &cache->older[way] : &cache->newer[way]) |= 1u << node;
        node = 2 * node + 1 + right;
    }
}

void cache_init(struct cache *cache, uint32_t entries, uint32_t ways, bool tree)
{
    uint32_t sets = entries / ways;
    *cache = (struct cache){
        .ways = ways,
        .set_mask = sets - 1,
        .tree = tree,
        .slots = model_allocate(entries, sizeof *cache->slots),
        .recent = model_allocate(sets, sizeof *cache->recent),
        .bits = model_allocate(sets, sizeof *cache->bits),
        .flushes = {1, 1},
    };
    shadow_init(&cache->shadow, entries);
    for (uint32_t way = 0; tree && way < ways; way++)
        plan_tree(cache, way);
    for (uint32_t i = 0; i < entries; i++)
        cache->slots[i].key = KEY_NONE;
    for (uint32_t i = 0; i < sets; i++)
        cache->recent[i].key = KEY_NONE;
}

static uint32_t tree_victim(const struct cache *cache, uint32_t set)
{
    uint32_t node = 0, way = 0, bits = cache->bits[set];
    for (uint32_t half = cache->ways / 2; half; half /= 2) {
        bool right = bits >> node & 1;
        way += right ? half : 0;
        node = 2 * node + 1 + right;
    }
    return way;
}

static void touch(struct cache *cache, uint32_t set, uint32_t way)
{
    struct slot *slot = &cache->slots[set * cache->ways + way];
    cache->recent[set] = (struct recent){slot->key, slot};
    if (cache->tree)
        cache->bits[set] = (cache->bits[set] & ~cache->older[way]) | cache->newer[way];
    else
        slot->stamp = ++cache->clock;
}

static uint32_t victim_way(const struct cache *cache, uint32_t set)
{
    const struct slot *slots = &cache->slots[set * cache->ways];
    uint32_t oldest = 0;
    for (uint32_t way = 0; way < cache->ways; way++) {
        if (slots[way].key == KEY_NONE)
            return way;
        if (slots[way].stamp < slots[oldest].stamp)
            oldest = way;
    }
    return cache->tree ? tree_victim(cache, set) : oldest;
}

bool cache_has(const struct cache *cache, uint64_t key)
{
    const struct slot *slots = &cache->slots[(key & cache->set_mask) * cache->ways];
    for (uint32_t way = 0; way < cache->ways; way++)
        if (slots[way].key == key)
            return true;
    return false;
}

struct slot *cache_search(struct cache *cache, uint64_t key)
{
    uint32_t set = key & cache->set_mask;
    struct slot *slots = &cache->slots[set * cache->ways];
    for (uint32_t way = 0; way < cache->ways; way++) {
        if (slots[way].key == key) {
            touch(cache, set, way);
            return &slots[way];
        }
    }
    return NULL;
}

static uint32_t flush_of(const struct cache *cache, uint64_t key)
{
    return cache->flushes[(key & KEY_GLOBAL) != 0];
}

/* Marks the key as seen, as it will be if the miss fills a slot, or as only written. */
static enum miss why_missed(struct cache *cache, uint64_t key, bool in_shadow, bool fill)
{
    struct key_entry *seen = key_set_find(&cache->seen, key);
    if (!seen) {
        key_set_add(&cache->seen, key)->generation = ONLY_WRITTEN;
        return MISS_COLD;
    }
    if (seen->generation == ONLY_WRITTEN)
        return fill ? MISS_COLD : MISS_UNFETCHED;
    if (seen->generation != flush_of(cache, key))
        return MISS_FLUSHED;
    return in_shadow ? MISS_CONFLICT : MISS_CAPACITY;
}

enum miss cache_miss(struct cache *cache, uint64_t key, bool fill, struct slot **slot, struct slot *victim)
{
    struct shadow_node *node;
    enum miss why = why_missed(cache, key, shadow_find(&cache->shadow, key, fill, &node), fill);
    if (!fill)
        return why;
    uint32_t set = key & cache->set_mask, way = victim_way(cache, set);
    *slot = &cache->slots[set * cache->ways + way];
    *victim = **slot;
    **slot = (struct slot){.key = key, .node = node};
    touch(cache, set, way);
    key_set_add(&cache->seen, key)->generation = flush_of(cache, key);
    return why;
}

bool cache_drop(struct cache *cache, uint64_t key)
{
    uint32_t set = key & cache->set_mask;
    struct key_entry *seen = key_set_find(&cache->seen, key);
    if (seen && seen->generation != ONLY_WRITTEN)
        seen->generation = 0;
    shadow_drop(&cache->shadow, key);
    for (uint32_t way = 0; way < cache->ways; way++) {
        struct slot *slot = &cache->slots[set * cache->ways + way];
        if (slot->key == key) {
            *slot = (struct slot){.key = KEY_NONE};
            cache->recent[set].key = KEY_NONE;
            return true;
        }
    }
    return false;
}

void cache_flush(struct cache *cache, bool keep_global)
{
    uint64_t keep = keep_global ? KEY_GLOBAL : 0;
    for (uint32_t set = 0; set <= cache->set_mask; set++) {
        struct slot *slots = &cache->slots[set * cache->ways];
        for (uint32_t way = 0; way < cache->ways; way++)
            if (slots[way].key != KEY_NONE && !(slots[way].key & keep))
                slots[way] = (struct slot){.key = KEY_NONE};
        cache->recent[set].key = KEY_NONE;
        if (!keep_global)
            cache->bits[set] = 0;
    }
    shadow_clear(&cache->shadow, keep);
    cache->flushes[0]++;
    if (!keep_global)
        cache->flushes[1]++;
}
