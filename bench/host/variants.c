/* SPDX-License-Identifier: BSD-2-Clause */
#include "variants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool fit_for_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(s) && s[0] != '.';
}

static void read_benchmarks(struct variant *variant)
{
    char *path = format("%s/benchmarks.list", variant->folder);
    char *text = file_text(path);
    for (char *line = text ? strtok(text, "\r\n") : NULL; line; line = strtok(NULL, "\r\n"))
        strings_push(&variant->benchmarks, line);
    free(text);
    free(path);
}

/* Takes one line apart, in place. */
static const char *take_line(struct variants *variants, char *line)
{
    char *choices = strchr(line, '\t');
    char *folder = choices ? strchr(choices + 1, '\t') : NULL;
    if (!folder)
        return "expected name, choices and folder with tabs between";
    *choices++ = '\0';
    *folder++ = '\0';
    if (!fit_for_name(line))
        return "a variant's name is made of a-z, 0-9, '_', '.' and '-'";
    if (variants_find(variants, line))
        return "this variant is listed twice";
    for (char *at = choices; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strcspn(at, "=") >= strcspn(at, ","))
            return "choices are a list axis=choice,axis=choice";
    }
    variants->items = must_grow(variants->items, variants->count + 1, sizeof *variants->items);
    variants->items[variants->count++] = (struct variant){ .name = must_copy(line), .choices = must_copy(choices),
        .folder = absolute_path(folder) };
    return NULL;
}

bool variants_read(struct variants *variants, const char *path, char **why)
{
    *variants = (struct variants){0};
    char *text = file_text(path);
    if (!text) {
        *why = format("the list of variants %s cannot be read: %s", path, strerror(errno));
        return false;
    }
    const char *fault = NULL;
    size_t number = 0;
    for (char *line = text, *next; line && !fault; line = next) {
        number++;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (*line && *line != '#')
            fault = take_line(variants, line);
    }
    free(text);
    if (!fault && variants->count == 0)
        fault = "no variant is listed";
    if (fault) {
        *why = format("%s:%zu: %s", path, number, fault);
        variants_free(variants);
        return false;
    }
    for (size_t i = 0; i < variants->count; i++)
        read_benchmarks(&variants->items[i]);
    return true;
}

void variants_free(struct variants *variants)
{
    for (size_t i = 0; i < variants->count; i++) {
        free(variants->items[i].name);
        free(variants->items[i].choices);
        free(variants->items[i].folder);
        strings_free(&variants->items[i].benchmarks);
    }
    free(variants->items);
    *variants = (struct variants){0};
}

const struct variant *variants_find(const struct variants *variants, const char *name)
{
    for (size_t i = 0; i < variants->count; i++)
        if (strcmp(variants->items[i].name, name) == 0)
            return &variants->items[i];
    return NULL;
}

json_t *variant_choices(const struct variant *variant)
{
    json_t *object = json_object();
    char *copy = must_copy(variant->choices);
    for (char *pair = strtok(copy, ","); pair; pair = strtok(NULL, ",")) {
        char *equals = strchr(pair, '=');
        *equals = '\0';
        json_object_set_new(object, pair, json_string(equals + 1));
    }
    free(copy);
    return object;
}

char *variant_images(const struct variant *variant, unsigned salt)
{
    return salt ? format("%s/salt%u", variant->folder, salt) : must_copy(variant->folder);
}

char *variant_build(const struct variant *variant, unsigned salt)
{
    char *images = variant_images(variant, salt);
    char *path = format("%s/build.id", images);
    char *build = file_text(path);
    free(images);
    free(path);
    return build;
}
