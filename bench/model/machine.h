/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A modelled processor, as read from a text file of machines/. One setting per line:
 *     key = value                 # source: TAG, TAG      or   # assumed: why
 *     key = value [low..high]     # ...                        conflicting or unknown: both ends
 * `based-on = NAME` as the first setting takes everything from machines/NAME.txt beside it; what
 * follows replaces. Which keys there are, and which a machine must have, is the table in machine_keys.c.
 * Clocks are core clocks unless a key says bus; sizes are bytes.
 */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

struct machine;

/*
 * Reads a file and what it is based on. NULL if that fails, with "FILE:LINE: what is wrong, what to do"
 * in error, which is cut at error_size bytes.
 */
struct machine *machine_load(const char *path, char *error, size_t error_size);
void machine_free(struct machine *machine);

/*
 * Replaces one value: "key=number", "key=word", or "key=low", "key=high" for an end of the key's range.
 * False with a sentence in error if there is no such key, range or word, or if the machine then
 * contradicts itself; the machine keeps its old value.
 */
bool machine_override(struct machine *machine, const char *setting, char *error, size_t error_size);

/*
 * A number or a word (the value, or what it was overridden by). Asking for a key that the table does not have, or with
 * the other function, or for one that this machine's files leave out and that has no default, is a
 * mistake in the caller: the process ends with a message.
 */
double machine_number(const struct machine *machine, const char *key);
const char *machine_text(const struct machine *machine, const char *key);
/* Is the text of `key` this word? The word must be one that the table lists for the key. */
bool machine_is(const struct machine *machine, const char *key, const char *word);
/* Do the machine's files set it? False for a default. */
bool machine_has(const struct machine *machine, const char *key);

/* Its settings in the table's order, for documents and sensitivity. Returns false when index is past the end. */
struct machine_setting {
    const char *key;
    const char *value;  /* as printed: a number or a word */
    double low, high;   /* equal if there is no range */
    bool ranged;
    bool assumed;       /* else from a source */
    const char *source; /* the tags, or why it is assumed */
    const char *file;   /* where it was set */
    unsigned line;
};
bool machine_setting(const struct machine *machine, size_t index, struct machine_setting *setting);

#endif
