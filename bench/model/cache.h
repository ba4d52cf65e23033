/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A set-associative store of keys: a cache (its keys are line numbers) or a TLB (page numbers). It knows
 * what is in it, which way goes next, and why something was not there; nothing of time.
 */
#ifndef MODEL_CACHE_H
#define MODEL_CACHE_H

#include "memory.h"
#include "shadow.h"

/* Keys with this bit outlive a flush that keeps what is global. */
#define KEY_GLOBAL (UINT64_C(1) << 63)

#define SLOT_DIRTY 1

struct slot {
    uint64_t key;
    uint64_t stamp;      /* time of last use, for LRU */
    struct shadow_node *node; /* where the shadow has it, or had */
    uint32_t touched[2]; /* the last region that touched it: by data, by code */
    uint16_t flags;
    uint16_t way;
};

/* What a set used last. Using it again leaves LRU and pseudo-LRU state as they are, so it needs no search. */
struct recent {
    uint64_t key; /* KEY_NONE: unknown */
    struct slot *slot; /* NULL then */
};

struct cache {
    uint32_t ways, set_mask;
    bool tree;             /* pseudo-LRU, by a tree of ways - 1 bits; else LRU */
    uint64_t *keys;        /* set after set; the slots' keys once more, close together for searching */
    struct slot *slots;
    struct recent *recent; /* per set */
    uint32_t *bits;        /* per set: bit i is node i, whose children are 2i + 1 and 2i + 2; 0: the left half is older */
    uint32_t newer[32], older[32]; /* per way: the nodes above it that a use sets, and those that it clears */
    uint64_t clock;        /* counts uses */
    struct shadow shadow;
    struct key_set seen;   /* every key ever in it; its generation is the flush it came after */
    uint32_t flushes[2];   /* counted from 1; second: of keys with KEY_GLOBAL */
};

void cache_init(struct cache *cache, uint32_t entries, uint32_t ways, bool tree);
void cache_free(struct cache *cache);
bool cache_has(const struct cache *cache, uint64_t key); /* changes nothing */
/* The second halves of cache_use() and cache_use_slot(). */
struct slot *cache_search(struct cache *cache, uint64_t key);
void cache_touch(struct cache *cache, struct slot *slot);

/*
 * After a key was not found: why. With `fill` it takes a way's place, *slot is its slot, and *victim is what was there
 * before (key KEY_NONE: nothing).
 */
enum miss cache_miss(struct cache *cache, uint64_t key, bool fill, struct slot **slot, struct slot *victim);
/* A write that misses, fetches nothing, and need not know why it missed. */
void cache_pass_by(struct cache *cache, uint64_t key);
/* True if it was there. */
bool cache_drop(struct cache *cache, uint64_t key);
void cache_flush(struct cache *cache, bool keep_global);

/*
 * Uses a key: its slot, or NULL if it is not there. `allocate`: would a miss fill it? On NULL nothing
 * has changed, and cache_miss() with the same `fill` must follow, or nothing.
 */
static inline struct slot *cache_use(struct cache *cache, uint64_t key, bool allocate)
{
    const struct recent *recent = &cache->recent[key & cache->set_mask];
    struct slot *slot = recent->key == key ? recent->slot : cache_search(cache, key);
    if (slot)
        shadow_use(&cache->shadow, key, allocate, &slot->node);
    return slot;
}

/* The same for a key that is known to be in this slot. */
static inline void cache_use_slot(struct cache *cache, struct slot *slot, bool allocate)
{
    if (cache->recent[slot->key & cache->set_mask].slot != slot)
        cache_touch(cache, slot);
    shadow_use(&cache->shadow, slot->key, allocate, &slot->node);
}

#endif
