/* SPDX-License-Identifier: BSD-2-Clause */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 (public domain, S. Vigna): the same order from the same seed on every host. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0..count-1 in random order (Fisher and Yates); the bias of % is below 1e-15 for any count there can be. */
static void shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)(next_random(state) % i);
        size_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}

static void add(struct cells *cells, const struct variant *variant, unsigned salt, unsigned rep)
{
    cells->items = must_grow(cells->items, cells->count + 1, sizeof *cells->items);
    cells->items[cells->count++] = (struct cell){ .variant = variant, .salt = salt, .rep = rep,
        .name = format("%s/salt:%u/rep:%u", variant->name, salt, rep) };
}

void schedule_make(struct cells *cells, const struct variants *variants, unsigned salts, unsigned repetitions,
                   uint32_t seed)
{
    uint64_t state = seed;
    size_t *blocks = must_alloc(salts, sizeof *blocks);
    size_t *order = must_alloc(variants->count, sizeof *order);
    *cells = (struct cells){0};
    for (unsigned rep = 0; rep < repetitions; rep++) {
        shuffle(blocks, salts, &state);
        for (unsigned block = 0; block < salts; block++) {
            shuffle(order, variants->count, &state);
            for (size_t i = 0; i < variants->count; i++)
                add(cells, &variants->items[order[i]], (unsigned)blocks[block], rep);
        }
    }
    free(blocks);
    free(order);
}

bool schedule_add(struct cells *cells, const struct variants *variants, const char *name)
{
    unsigned salt, rep;
    int end = 0;
    size_t length = strcspn(name, "/");
    if (sscanf(name + length, "/salt:%u/rep:%u%n", &salt, &rep, &end) != 2 || name[length + (size_t)end] != '\0')
        return false;
    for (size_t i = 0; i < variants->count; i++)
        if (strlen(variants->items[i].name) == length && memcmp(variants->items[i].name, name, length) == 0) {
            add(cells, &variants->items[i], salt, rep);
            return true;
        }
    return false;
}

void schedule_free(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++)
        free(cells->items[i].name);
    free(cells->items);
    *cells = (struct cells){0};
}
