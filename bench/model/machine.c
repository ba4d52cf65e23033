/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads machine files. Strict, because a misspelt key would be a figure silently not applied.
 */
#include "machine.h"
#include "machine_keys.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define MAX_BASES 8

struct value {
    bool set;
    bool ranged;
    bool assumed;
    double number, low, high;
    char *text;   /* as printed */
    char *source;
    const char *file; /* one of machine.files */
    unsigned line;
};

struct machine {
    struct value *values; /* one per key, in the table's order */
    char *files[MAX_BASES];
    unsigned file_count;
};

/* Where a complaint goes. */
struct reader {
    struct machine *machine;
    const char *path;
    unsigned line;
    char *error;
    size_t error_size;
};

static void *must(void *pointer)
{
    if (!pointer) {
        fputs("model: out of memory\n", stderr);
        abort();
    }
    return pointer;
}

__attribute__((format(printf, 2, 3)))
static bool complain(const struct reader *reader, const char *text, ...)
{
    int used = 0;
    if (reader->path)
        used = snprintf(reader->error, reader->error_size, "%s:%u: ", reader->path, reader->line);
    if (used >= 0 && (size_t)used < reader->error_size) {
        va_list arguments;
        va_start(arguments, text);
        vsnprintf(reader->error + used, reader->error_size - (size_t)used, text, arguments);
        va_end(arguments);
    }
    return false;
}

static const struct machine_key *find_key(const char *name)
{
    for (size_t i = 0; i < machine_key_count; i++)
        if (strcmp(machine_keys[i].name, name) == 0)
            return &machine_keys[i];
    return NULL;
}

static struct value *value_of(const struct machine *machine, const struct machine_key *key)
{
    return &machine->values[key - machine_keys];
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* Is `word` one of "a|b|c"? */
static bool listed(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (length > 0 && strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

static bool parse_number(const char *text, double *number)
{
    char *end;
    /* Decimal only: strtod would take hexadecimal, "inf" and "nan" too. */
    if (*text == '\0' || text[strspn(text, "0123456789.")] != '\0')
        return false;
    errno = 0;
    *number = strtod(text, &end);
    return errno == 0 && *end == '\0' && isfinite(*number);
}

/* ---- one value ---------------------------------------------------------------------------------- */

static bool parse_bounded(const struct reader *reader, const struct machine_key *key, const char *text, double *number)
{
    if (!parse_number(text, number))
        return complain(reader, "%s: '%s' is not a number; write it in decimal, as 8192 or 1.5", key->name, text);
    if (*number < key->least || *number > key->most)
        return complain(reader, "%s: %s is outside %g to %g", key->name, text, key->least, key->most);
    return true;
}

/* "[low..high]", without the first bracket. */
static bool parse_range(const struct reader *reader, const struct machine_key *key, char *text, struct value *value)
{
    char *close = strchr(text, ']');
    char *dots = strstr(text, "..");
    if (!close || close[1] != '\0' || !dots)
        return complain(reader, "%s: the range '[%s' is not of the form [low..high]", key->name, text);
    *close = *dots = '\0';
    if (!parse_bounded(reader, key, trim(text), &value->low) || !parse_bounded(reader, key, trim(dots + 2), &value->high))
        return false;
    if (value->low > value->high)
        return complain(reader, "%s: the range's low end %g is above its high end %g", key->name, value->low, value->high);
    if (value->number < value->low || value->number > value->high)
        return complain(reader, "%s: %g is outside its own range %g to %g", key->name, value->number, value->low, value->high);
    value->ranged = true;
    return true;
}

static bool parse_value(const struct reader *reader, const struct machine_key *key, char *text, struct value *value)
{
    if (*text == '\0')
        return complain(reader, "%s has no value", key->name);
    if (key->words) {
        if (*key->words != '\0' && !listed(key->words, text))
            return complain(reader, "%s: '%s' is not one of %s", key->name, text, key->words);
        value->text = must(strdup(text));
        return true;
    }
    char *range = strchr(text, '[');
    if (range)
        *range++ = '\0';
    text = trim(text);
    if (!parse_bounded(reader, key, text, &value->number))
        return false;
    value->low = value->high = value->number;
    if (range && !parse_range(reader, key, trim(range), value))
        return false;
    value->text = must(strdup(text));
    return true;
}

/* What is behind the #: "source: tags", "assumed", "assumed: why". */
static bool parse_source(const struct reader *reader, const struct machine_key *key, char *note, struct value *value)
{
    if (strncmp(note, "assumed", 7) == 0 && (note[7] == '\0' || note[7] == ':')) {
        value->assumed = true;
        value->source = must(strdup(note[7] ? trim(note + 8) : ""));
        return true;
    }
    if (strncmp(note, "source:", 7) == 0 && *trim(note + 7) != '\0') {
        value->source = must(strdup(trim(note + 7)));
        return true;
    }
    return complain(reader, "%s says not where its value is from; end the line with '# source: TAG' or '# assumed: why'",
                    key->name);
}

static void value_free(struct value *value)
{
    free(value->text);
    free(value->source);
    *value = (struct value){0};
}

/* ---- a file ------------------------------------------------------------------------------------- */

static bool read_file(const struct reader *from, const char *path);

static bool read_base(const struct reader *reader, const char *name)
{
    if (*name == '\0' || strpbrk(name, "/[ \t"))
        return complain(reader, "based-on: '%s' is not the plain name of a machine in this file's folder", name);
    const char *slash = strrchr(reader->path, '/');
    int folder = slash ? (int)(slash + 1 - reader->path) : 0;
    size_t size = strlen(reader->path) + strlen(name) + sizeof ".txt";
    char *path = must(malloc(size));
    snprintf(path, size, "%.*s%s.txt", folder, reader->path, name);
    bool fine = read_file(reader, path);
    free(path);
    return fine;
}

static bool read_setting(const struct reader *reader, char *name, char *text, char *note)
{
    const struct machine_key *key = find_key(name);
    if (!key)
        return complain(reader, "there is no key '%s'; bench/model/machine_keys.c lists them", name);
    struct value *value = value_of(reader->machine, key);
    if (value->set && value->file == reader->path)
        return complain(reader, "%s is set twice, first in line %u", name, value->line);
    value_free(value);
    value->set = true;
    value->file = reader->path;
    value->line = reader->line;
    if (!parse_value(reader, key, text, value))
        return false;
    if (strcmp(name, "name") == 0 && !note) {
        value->source = must(strdup(""));
        return true;
    }
    return parse_source(reader, key, note ? note : (char[]){""}, value);
}

static bool read_line(const struct reader *reader, char *line, bool *first)
{
    char *note = strchr(line, '#');
    if (note) {
        *note++ = '\0';
        note = trim(note);
    }
    line = trim(line);
    if (*line == '\0')
        return true;
    char *equals = strchr(line, '=');
    if (!equals)
        return complain(reader, "'%s' is not of the form key = value", line);
    *equals = '\0';
    char *name = trim(line), *text = trim(equals + 1);
    bool was_first = *first;
    *first = false;
    if (strcmp(name, "based-on") != 0)
        return read_setting(reader, name, text, note);
    if (!was_first)
        return complain(reader, "based-on must be the first setting, since what follows replaces the base's values");
    return read_base(reader, text);
}

static bool read_lines(struct reader *reader, FILE *file)
{
    char line[LINE_MAX_BYTES];
    bool first = true;
    while (fgets(line, sizeof line, file)) {
        reader->line++;
        if (!strchr(line, '\n') && !feof(file))
            return complain(reader, "the line is longer than %d bytes", LINE_MAX_BYTES - 2);
        if (!read_line(reader, line, &first))
            return false;
    }
    if (ferror(file))
        return complain(reader, "cannot be read: %s", strerror(errno));
    return true;
}

static bool read_file(const struct reader *from, const char *path)
{
    struct machine *machine = from->machine;
    if (machine->file_count == MAX_BASES)
        return complain(from, "based-on goes through more than %d files; does it go in a circle?", MAX_BASES);
    struct reader reader = *from;
    reader.path = machine->files[machine->file_count++] = must(strdup(path));
    reader.line = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        const char *why = strerror(errno);
        if (from->path)
            return complain(from, "based-on: %s cannot be opened: %s", path, why);
        return complain(&(struct reader){.error = from->error, .error_size = from->error_size},
                        "%s cannot be opened: %s; machines are files of bench/model/machines", path, why);
    }
    bool fine = read_lines(&reader, file);
    fclose(file);
    return fine;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static bool needed(const struct machine *machine, const struct machine_key *key)
{
    switch (key->need) {
    case NEED_ALWAYS:
        return true;
    case NEED_CYCLES:
        return !machine_is(machine, "cycles", "none");
    case NEED_I486:
        return machine_is(machine, "cycles", "i486");
    case NEED_PENTIUM:
        return machine_is(machine, "cycles", "pentium");
    default:
        return false;
    }
}

static bool complete(const struct reader *reader)
{
    for (size_t i = 0; i < machine_key_count; i++) {
        const struct machine_key *key = &machine_keys[i];
        if (!value_of(reader->machine, key)->set && (strcmp(key->name, "cycles") == 0 || needed(reader->machine, key)))
            return complain(reader, "the machine has no %s (%s)", key->name, key->help);
    }
    return true;
}

static bool is_power_of_two(double number)
{
    return number >= 1 && number == floor(number) && fmod(log2(number), 1) == 0;
}

/* A mistake in what `name`.`part` says, told at the line that set it. */
static bool contradiction(const struct reader *reader, const char *name, const char *part, const char *sentence)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", name, part);
    const struct value *value = value_of(reader->machine, find_key(key));
    struct reader at = *reader;
    if (at.path && value->set) {
        at.path = value->file;
        at.line = value->line;
    }
    return complain(&at, "%s: %s", key, sentence);
}

static double part_of(const struct machine *machine, const char *name, const char *part)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", name, part);
    return machine_number(machine, key);
}

static bool pseudo_lru(const struct machine *machine, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "%s.replacement", name);
    return machine_is(machine, key, "pseudo-lru");
}

static bool check_sets(const struct reader *reader, const char *name, const char *size_part, double unit)
{
    const struct machine *machine = reader->machine;
    double total = part_of(machine, name, size_part), ways = part_of(machine, name, "ways");
    if (ways != floor(ways))
        return contradiction(reader, name, "ways", "must be a whole number");
    if (!is_power_of_two(total / (ways * unit)))
        return contradiction(reader, name, size_part, "does not make a power of two of sets with these ways (and lines)");
    if (pseudo_lru(machine, name) && (!is_power_of_two(ways) || ways > 32))
        return contradiction(reader, name, "ways", "pseudo-lru is a tree of bits, so it needs 1, 2, 4, 8, 16 or 32 ways");
    return true;
}

static bool check_geometry(const struct reader *reader)
{
    static const char *const caches[] = {"l1i", "l1d", "l2", "l3"};
    static const char *const tlbs[] = {"itlb", "dtlb", "itlb.large", "dtlb.large", "stlb"};
    const struct machine *machine = reader->machine;
    double line = part_of(machine, "l1d", "line");
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        if (part_of(machine, caches[i], "size") == 0)
            continue;
        double own = part_of(machine, caches[i], "line");
        if (!is_power_of_two(own))
            return contradiction(reader, caches[i], "line", "must be a power of two");
        if (own < line || (i < 2 && own != line))
            return contradiction(reader, caches[i], "line", "must be that of l1d, or for l2 and l3 a multiple of it");
        if (!check_sets(reader, caches[i], "size", own))
            return false;
    }
    for (size_t i = 0; i < sizeof tlbs / sizeof tlbs[0]; i++)
        if (part_of(machine, tlbs[i], "entries") != 0 && !check_sets(reader, tlbs[i], "entries", 1))
            return false;
    return true;
}

static bool check_parts(const struct reader *reader)
{
    const struct machine *machine = reader->machine;
    bool split = machine_is(machine, "l1", "split"), split_tlb = machine_is(machine, "tlb", "split");
    if (part_of(machine, "l1d", "size") == 0)
        return contradiction(reader, "l1d", "size", "a machine needs a first-level cache");
    if ((part_of(machine, "l1i", "size") != 0) != split)
        return contradiction(reader, "l1i", "size", "there is one if, and only if, l1 = split");
    if (part_of(machine, "dtlb", "entries") == 0)
        return contradiction(reader, "dtlb", "entries", "a machine needs a TLB");
    if ((part_of(machine, "itlb", "entries") != 0) != split_tlb)
        return contradiction(reader, "itlb", "entries", "there is one if, and only if, tlb = split");
    if (!machine_is(machine, "cycles", "none")) {
        if (fmod(part_of(machine, "l1d", "line"), part_of(machine, "bus", "width")) != 0)
            return contradiction(reader, "bus", "width", "does not divide a cache line");
        if (part_of(machine, "l3", "size") != 0)
            return contradiction(reader, "l3", "size", "a third level has no clocks: cycles = none, or leave it out");
    }
    return check_geometry(reader);
}

struct machine *machine_load(const char *path, char *error, size_t error_size)
{
    struct machine *machine = must(calloc(1, sizeof *machine));
    machine->values = must(calloc(machine_key_count, sizeof *machine->values));
    struct reader reader = {.machine = machine, .error = error, .error_size = error_size};
    bool fine = read_file(&reader, path);
    /* What is missing, is missing from the file that was asked for. */
    struct reader whole = reader;
    whole.path = path;
    whole.line = 1;
    if (!fine || !complete(&whole) || !check_parts(&whole)) {
        machine_free(machine);
        return NULL;
    }
    return machine;
}

void machine_free(struct machine *machine)
{
    if (!machine)
        return;
    for (size_t i = 0; i < machine_key_count; i++)
        value_free(&machine->values[i]);
    for (unsigned i = 0; i < machine->file_count; i++)
        free(machine->files[i]);
    free(machine->values);
    free(machine);
}

/* ---- overriding --------------------------------------------------------------------------------- */

static bool override_value(const struct reader *reader, const struct machine_key *key, char *text)
{
    struct value *value = value_of(reader->machine, key);
    char end[32];
    if (strcmp(text, "low") == 0 || strcmp(text, "high") == 0) {
        if (!value->set || !value->ranged)
            return complain(reader, "%s has no range in its file, so no %s end", key->name, text);
        snprintf(end, sizeof end, "%.10g", *text == 'l' ? value->low : value->high);
        text = end;
    }
    struct value given = {0};
    if (strchr(text, '['))
        return complain(reader, "%s: an override has one value, '%s' has a range", key->name, text);
    if (!parse_value(reader, key, text, &given))
        return false;
    struct value old = *value;
    value->set = true;
    value->text = given.text;
    value->number = given.number;
    if (!complete(reader) || !check_parts(reader)) {
        free(given.text);
        *value = old;
        return false;
    }
    free(old.text);
    return true;
}

bool machine_override(struct machine *machine, const char *setting, char *error, size_t error_size)
{
    struct reader reader = {.machine = machine, .error = error, .error_size = error_size};
    char *copy = must(strdup(setting)), *equals = strchr(copy, '=');
    bool fine = false;
    if (!equals) {
        complain(&reader, "'%s' is not of the form key=value", setting);
    } else {
        *equals = '\0';
        const struct machine_key *key = find_key(trim(copy));
        if (!key)
            complain(&reader, "there is no key '%s'; bench/model/machine_keys.c lists them", trim(copy));
        else
            fine = override_value(&reader, key, trim(equals + 1));
    }
    free(copy);
    return fine;
}

/* ---- asking ------------------------------------------------------------------------------------- */

__attribute__((noreturn))
static void mistake(const char *key, const char *what)
{
    fprintf(stderr, "model: machine key '%s' %s; see bench/model/machine_keys.c\n", key, what);
    abort();
}

static const struct machine_key *known(const char *name, bool number)
{
    const struct machine_key *key = find_key(name);
    if (!key)
        mistake(name, "does not exist");
    if (!key->words != number)
        mistake(name, number ? "is a word, not a number" : "is a number, not a word");
    return key;
}

double machine_number(const struct machine *machine, const char *name)
{
    const struct machine_key *key = known(name, true);
    const struct value *value = value_of(machine, key);
    if (value->set)
        return value->number;
    if (!key->standard)
        mistake(name, "was asked for, but the machine's file does not set it");
    return strtod(key->standard, NULL);
}

const char *machine_text(const struct machine *machine, const char *name)
{
    const struct machine_key *key = known(name, false);
    const struct value *value = value_of(machine, key);
    if (value->set)
        return value->text;
    if (!key->standard)
        mistake(name, "was asked for, but the machine's file does not set it");
    return key->standard;
}

bool machine_is(const struct machine *machine, const char *name, const char *word)
{
    if (!listed(known(name, false)->words, word))
        mistake(name, "was compared with a word that it cannot be");
    return strcmp(machine_text(machine, name), word) == 0;
}

bool machine_has(const struct machine *machine, const char *name)
{
    const struct machine_key *key = find_key(name);
    if (!key)
        mistake(name, "does not exist");
    return value_of(machine, key)->set;
}

bool machine_setting(const struct machine *machine, size_t index, struct machine_setting *setting)
{
    for (size_t i = 0; i < machine_key_count; i++) {
        const struct value *value = &machine->values[i];
        if (!value->set || index-- > 0)
            continue;
        *setting = (struct machine_setting){
            .key = machine_keys[i].name, .value = value->text, .low = value->low, .high = value->high,
            .ranged = value->ranged, .assumed = value->assumed, .source = value->source ? value->source : "",
            .file = value->file ? value->file : "", .line = value->line,
        };
        return true;
    }
    return false;
}
