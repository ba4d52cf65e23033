/* SPDX-License-Identifier: BSD-2-Clause */
#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void out_of_memory(void)
{
    fputs("ukrun: out of memory\n", stderr);
    exit(RUN_SOME_LOST);
}

void *must_alloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *must_grow(void *old, size_t count, size_t size)
{
    if (count > SIZE_MAX / size)
        out_of_memory();
    void *memory = realloc(old, count * size);
    if (!memory)
        out_of_memory();
    return memory;
}

char *must_copy(const char *s)
{
    size_t size = strlen(s) + 1;
    return memcpy(must_alloc(size, 1), s, size);
}

static char *format_list(const char *pattern, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, pattern, again);
    va_end(again);
    if (length < 0)
        out_of_memory();
    char *result = must_alloc((size_t)length + 1, 1);
    vsnprintf(result, (size_t)length + 1, pattern, arguments);
    return result;
}

char *format(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    char *result = format_list(pattern, arguments);
    va_end(arguments);
    return result;
}

void strings_take(struct strings *list, char *s)
{
    list->items = must_grow(list->items, list->count + 2, sizeof *list->items);
    list->items[list->count++] = s;
    list->items[list->count] = NULL;
}

void strings_push(struct strings *list, const char *s)
{
    strings_take(list, must_copy(s));
}

bool strings_have(const struct strings *list, const char *s)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            return true;
    return false;
}

void strings_free(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct strings){0};
}

void text_add(struct text *text, const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    char *more = format_list(pattern, arguments);
    va_end(arguments);
    size_t length = strlen(more);
    text->data = must_grow(text->data, text->length + length + 1, 1);
    memcpy(text->data + text->length, more, length + 1);
    text->length += length;
    free(more);
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

char *shell_quoted(const char *s)
{
    struct text text = {0};
    text_add(&text, "'");
    for (; *s; s++)
        text_add(&text, *s == '\'' ? "'\\''" : "%c", *s);
    text_add(&text, "'");
    return text.data;
}

char *file_text(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    struct text text = {0};
    char block[4096];
    size_t got;
    text_add(&text, "%s", "");
    while ((got = fread(block, 1, sizeof block - 1, file)) > 0) {
        block[got] = '\0';
        text_add(&text, "%s", block);
    }
    bool bad = ferror(file);
    fclose(file);
    if (bad) {
        text_free(&text);
        errno = EIO;
        return NULL;
    }
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.data[--text.length] = '\0';
    return text.data;
}

char *file_line(const char *path, const char *fallback)
{
    char *text = file_text(path);
    if (!text)
        return must_copy(fallback);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

char *absolute_path(const char *path)
{
    if (path[0] == '/')
        return must_copy(path);
    char *here = getcwd(NULL, 0);
    if (!here)
        out_of_memory();
    char *result = format("%s/%s", here, path);
    free(here);
    return result;
}

bool make_folders(const char *path)
{
    char *copy = must_copy(path);
    bool fine = true;
    for (char *at = copy + 1; fine; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char held = *at;
        *at = '\0';
        fine = mkdir(copy, 0777) == 0 || errno == EEXIST;
        *at = held;
        if (held == '\0')
            break;
    }
    free(copy);
    return fine;
}

double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void complain(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    char *message = format_list(pattern, arguments);
    va_end(arguments);
    fprintf(stderr, "ukrun: %s\n", message);
    free(message);
}
