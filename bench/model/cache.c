/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"

#include <stdlib.h>

/* Generation of a key that was written but never fetched. */
#define ONLY_WRITTEN UINT32_MAX

void cache_free(struct cache *cache)
{
    free(cache->keys);
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

/* Every change of what a slot holds. */
static void set_slot(struct cache *cache, uint32_t at, const struct slot *content)
{
    cache->keys[at] = content->key;
    cache->slots[at] = *content;
    cache->slots[at].way = (uint16_t)(at % cache->ways);
}

static void forget_recent(struct cache *cache, uint32_t set)
{
    cache->recent[set] = (struct recent){.key = KEY_NONE};
}

void cache_init(struct cache *cache, uint32_t entries, uint32_t ways, bool tree)
{
    uint32_t sets = entries / ways;
    *cache = (struct cache){
        .ways = ways,
        .set_mask = sets - 1,
        .tree = tree,
        .keys = model_allocate(entries, sizeof *cache->keys),
        .slots = model_allocate(entries, sizeof *cache->slots),
        .recent = model_allocate(sets, sizeof *cache->recent),
        .bits = model_allocate(sets, sizeof *cache->bits),
        .flushes = {1, 1},
    };
    shadow_init(&cache->shadow, entries);
    for (uint32_t way = 0; tree && way < ways; way++)
        plan_tree(cache, way);
    for (uint32_t i = 0; i < entries; i++)
        set_slot(cache, i, &(struct slot){.key = KEY_NONE});
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

void cache_touch(struct cache *cache, struct slot *slot)
{
    uint32_t set = slot->key & cache->set_mask, way = slot->way;
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
    for (uint32_t way = 0; way < cache->ways; way++)
        if (cache->keys[set * cache->ways + way] == KEY_NONE)
            return way;
    if (cache->tree)
        return tree_victim(cache, set);
    for (uint32_t way = 0; way < cache->ways; way++)
        if (slots[way].stamp < slots[oldest].stamp)
            oldest = way;
    return oldest;
}

/* Where the key is; a slot's index, or that behind the set's last. */
static uint32_t place_of(const struct cache *cache, uint64_t key)
{
    uint32_t first = (uint32_t)(key & cache->set_mask) * cache->ways, at = first;
    while (at < first + cache->ways && cache->keys[at] != key)
        at++;
    return at;
}

static bool is_there(const struct cache *cache, uint64_t key, uint32_t place)
{
    return place < (uint32_t)((key & cache->set_mask) + 1) * cache->ways;
}

bool cache_has(const struct cache *cache, uint64_t key)
{
    return is_there(cache, key, place_of(cache, key));
}

struct slot *cache_search(struct cache *cache, uint64_t key)
{
    uint32_t at = place_of(cache, key);
    if (!is_there(cache, key, at))
        return NULL;
    cache_touch(cache, &cache->slots[at]);
    return &cache->slots[at];
}

static uint32_t flush_of(const struct cache *cache, uint64_t key)
{
    return cache->flushes[(key & KEY_GLOBAL) != 0];
}

/* From what is known of a key that is not here. */
static enum miss why_missed(const struct cache *cache, const struct key_entry *seen, bool in_shadow, bool fill)
{
    if (!seen->bits)
        return MISS_COLD;
    if (seen->generation == ONLY_WRITTEN)
        return fill ? MISS_COLD : MISS_UNFETCHED;
    if (seen->generation != flush_of(cache, seen->key))
        return MISS_FLUSHED;
    return in_shadow ? MISS_CONFLICT : MISS_CAPACITY;
}

enum miss cache_miss(struct cache *cache, uint64_t key, bool fill, struct slot **slot, struct slot *victim)
{
    struct shadow_node *node;
    struct key_entry *seen = key_set_add(&cache->seen, key);
    enum miss why = why_missed(cache, seen, shadow_find(&cache->shadow, key, fill, &node), fill);
    if (!seen->bits)
        seen->generation = ONLY_WRITTEN;
    seen->bits = 1;
    if (!fill)
        return why;
    seen->generation = flush_of(cache, key);
    uint32_t set = key & cache->set_mask, at = set * cache->ways + victim_way(cache, set);
    *slot = &cache->slots[at];
    *victim = **slot;
    set_slot(cache, at, &(struct slot){.key = key, .node = node});
    cache_touch(cache, *slot);
    return why;
}

void cache_pass_by(struct cache *cache, uint64_t key)
{
    struct shadow_node *node;
    shadow_find(&cache->shadow, key, false, &node);
}

bool cache_drop(struct cache *cache, uint64_t key)
{
    struct key_entry *seen = key_set_find(&cache->seen, key);
    uint32_t at = place_of(cache, key);
    if (seen && seen->generation != ONLY_WRITTEN)
        seen->generation = 0;
    shadow_drop(&cache->shadow, key);
    if (!is_there(cache, key, at))
        return false;
    set_slot(cache, at, &(struct slot){.key = KEY_NONE});
    forget_recent(cache, key & cache->set_mask);
    return true;
}

void cache_flush(struct cache *cache, bool keep_global)
{
    uint64_t keep = keep_global ? KEY_GLOBAL : 0;
    for (uint32_t i = 0; i < (cache->set_mask + 1) * cache->ways; i++)
        if (cache->keys[i] != KEY_NONE && !(cache->keys[i] & keep))
            set_slot(cache, i, &(struct slot){.key = KEY_NONE});
    for (uint32_t set = 0; set <= cache->set_mask; set++) {
        forget_recent(cache, set);
        if (!keep_global)
            cache->bits[set] = 0;
    }
    shadow_clear(&cache->shadow, keep);
    cache->flushes[0]++;
    if (!keep_global)
        cache->flushes[1]++;
}
