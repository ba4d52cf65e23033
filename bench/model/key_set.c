/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_set.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_SIZE 1024

void *model_allocate(uint64_t count, uint64_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fputs("model: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* The key's entry, or the free one where it belongs. */
static struct key_entry *place(const struct key_set *set, uint64_t key)
{
    uint64_t at = key_hash(key) & set->mask;
    while (set->entries[at].key != key && set->entries[at].key != KEY_NONE)
        at = (at + 1) & set->mask;
    return &set->entries[at];
}

static void grow(struct key_set *set)
{
    struct key_set old = *set;
    uint64_t size = old.entries ? 2 * (old.mask + 1) : FIRST_SIZE;
    set->entries = model_allocate(size, sizeof *set->entries);
    set->mask = size - 1;
    for (uint64_t i = 0; i < size; i++)
        set->entries[i].key = KEY_NONE;
    for (uint64_t i = 0; old.entries && i <= old.mask; i++)
        if (old.entries[i].key != KEY_NONE)
            *place(set, old.entries[i].key) = old.entries[i];
    free(old.entries);
}

struct key_entry *key_set_find(const struct key_set *set, uint64_t key)
{
    if (!set->entries)
        return NULL;
    struct key_entry *entry = place(set, key);
    return entry->key == key ? entry : NULL;
}

struct key_entry *key_set_add(struct key_set *set, uint64_t key)
{
    if (!set->entries || 2 * set->count > set->mask)
        grow(set);
    struct key_entry *entry = place(set, key);
    if (entry->key != key) {
        *entry = (struct key_entry){.key = key};
        set->count++;
    }
    return entry;
}

void key_set_free(struct key_set *set)
{
    free(set->entries);
    *set = (struct key_set){0};
}
