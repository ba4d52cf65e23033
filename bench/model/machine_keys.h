/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a machine file. A new property is a row in machine_keys.c.
 */
#ifndef MODEL_MACHINE_KEYS_H
#define MODEL_MACHINE_KEYS_H

#include <stddef.h>

enum machine_need {
    NEED_ALWAYS,
    NEED_CYCLES,  /* by machines whose `cycles` is not none */
    NEED_I486,    /* by those with the pipeline of the i486 */
    NEED_PENTIUM,
    NEED_NEVER,   /* has a default */
};

struct machine_key {
    const char *name;
    enum machine_need need;
    const char *words;   /* "a|b": a word of these. "" any text. NULL: a number */
    double least, most;  /* of a number */
    const char *standard; /* the default where need is NEED_NEVER; NULL: none, ask machine_has() first */
    const char *help;
};

extern const struct machine_key machine_keys[];
extern const size_t machine_key_count;

#endif
