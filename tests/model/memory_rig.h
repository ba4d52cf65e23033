/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For the tests of the memory system: a machine from its file, with tables to walk, and one access a call. Each test
 * is one file's main() away from any other; all functions are used or not, hence the attribute.
 */
#ifndef TESTS_MEMORY_RIG_H
#define TESTS_MEMORY_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "key_set.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#define RIG __attribute__((unused)) static
#define CR3 0x00090000u
#define PG 0x80000000u
#define PSE 0x10u
#define PGE 0x80u

struct rig {
    struct memory *memory;
    struct key_set tables; /* physical address to value, in bits */
    struct access_result result; /* of the last access */
    uint64_t now;
};

RIG struct machine *rig_machine(const char *name)
{
    char path[4096], error[4096 + 256];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/bench/model/machines/%s.txt", source ? source : ".", name);
    struct machine *machine = machine_load(path, error, sizeof error);
    if (!machine)
        fail_msg("%s", error);
    return machine;
}

/* `changes`: overrides, separated by spaces, or NULL. */
RIG struct rig rig_new(const char *name, const char *changes)
{
    struct machine *machine = rig_machine(name);
    char copy[512], error[256], *rest;
    snprintf(copy, sizeof copy, "%s", changes ? changes : "");
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!machine_override(machine, word, error, sizeof error))
            fail_msg("%s", error);
    struct rig rig = {.memory = memory_new(machine)};
    machine_free(machine);
    return rig;
}

RIG void rig_free(struct rig *rig)
{
    memory_free(rig->memory);
    key_set_free(&rig->tables);
}

RIG bool rig_read(void *context, uint32_t physical, uint32_t *value)
{
    const struct key_entry *entry = key_set_find(context, physical);
    *value = entry ? entry->bits : 0;
    return entry != NULL;
}

RIG void rig_table(struct rig *rig, uint32_t physical, uint32_t value)
{
    key_set_add(&rig->tables, physical)->bits = value;
}

/* Paging on; with a walker, whose tables are empty, or without. */
RIG void rig_paging(struct rig *rig, bool walker, uint32_t cr4)
{
    if (walker)
        memory_set_walker(rig->memory, &(struct memory_walker){&rig->tables, rig_read});
    memory_load_cr4(rig->memory, cr4);
    memory_load_cr3(rig->memory, CR3);
    memory_load_cr0(rig->memory, PG | 1);
}

/* One access at rig->now, which then passes it and its stall by. */
RIG const struct access_result *rig_at(struct rig *rig, enum access kind, uint32_t linear, uint32_t physical, unsigned size)
{
    memory_access(rig->memory, kind, linear, physical, size, rig->now, false, &rig->result);
    rig->now += 1 + rig->result.stall;
    return &rig->result;
}

/* Doublewords at linear = physical. */
RIG const struct access_result *get(struct rig *rig, uint32_t address)
{
    return rig_at(rig, ACCESS_READ, address, address, 4);
}

RIG const struct access_result *put(struct rig *rig, uint32_t address)
{
    return rig_at(rig, ACCESS_WRITE, address, address, 4);
}

RIG const struct access_result *fetch(struct rig *rig, uint32_t address, unsigned size)
{
    return rig_at(rig, ACCESS_FETCH, address, address, size);
}

#endif
