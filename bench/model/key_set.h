/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A set of 64-bit keys that only grows, each with a generation and some bits: what was ever in a cache, what
 * a region touched. Not for the path of every access.
 */
#ifndef MODEL_KEY_SET_H
#define MODEL_KEY_SET_H

#include <stdint.h>

#define KEY_NONE UINT64_MAX /* not a key */

struct key_entry {
    uint64_t key;
    uint32_t generation;
    uint32_t bits;
};

struct key_set {
    struct key_entry *entries; /* open addressing, at most half full */
    uint64_t mask;
    uint64_t count;
};

static inline uint64_t key_hash(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */
    return key ^ key >> 32;
}

/* NULL if it is not there. An entry is valid until the next key_set_add(). */
struct key_entry *key_set_find(const struct key_set *set, uint64_t key);
/* The entry, made with generation and bits 0 if it was not there. */
struct key_entry *key_set_add(struct key_set *set, uint64_t key);
void key_set_free(struct key_set *set);

/* calloc() that ends the process with a message instead of failing. */
void *model_allocate(uint64_t count, uint64_t size);

#endif
