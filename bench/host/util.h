/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small things every file of the runner needs: memory that never fails, text, time, messages.
 */
#ifndef HOST_UTIL_H
#define HOST_UTIL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses of ukrun; results/README.md has the same table. */
enum run_exit {
    RUN_ALL_PASSED = 0,
    RUN_SOME_LOST = 1,      /* at least one cell has another status than "passed" */
    RUN_BAD_USAGE = 2,      /* an argument, a list or a folder that cannot be used: nothing was booted */
    RUN_REFUSED = 3,        /* the platform is missing, or its probe forbids what was asked */
    RUN_INTERRUPTED = 130,  /* SIGINT, SIGTERM or SIGHUP: what was finished is kept */
};

/* A growing list of strings it owns. Zero-initialise; items[count] is always NULL once something was pushed. */
struct strings {
    char **items;
    size_t count;
};

/* A growing text. Zero-initialise; data is NUL-terminated once something was appended. */
struct text {
    char *data;
    size_t length;
};

/* Memory of count * size bytes, zeroed; ends the program with a message when there is none. */
void *must_alloc(size_t count, size_t size);
/* As realloc(old, count * size), never NULL. */
void *must_grow(void *old, size_t count, size_t size);
char *must_copy(const char *s);
/* printf into fresh memory, which the caller frees. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* s as one word of a shell command; the caller frees it. */
char *shell_quoted(const char *s);

void strings_push(struct strings *list, const char *s);
/* Takes s over instead of copying it. */
void strings_take(struct strings *list, char *s);
bool strings_have(const struct strings *list, const char *s);
void strings_free(struct strings *list);

void text_add(struct text *text, const char *pattern, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

/* Whole file as NUL-terminated text without trailing blanks and newlines; NULL (errno set) if it cannot be read. */
char *file_text(const char *path);
/* First line of a file such as /proc/…, or a copy of fallback. */
char *file_line(const char *path, const char *fallback);
bool file_exists(const char *path);
/* Absolute form of a path that need not exist; the caller frees it. */
char *absolute_path(const char *path);
/* mkdir -p. false with errno set when it fails. */
bool make_folders(const char *path);

/* Seconds of a clock that never jumps. */
double now_seconds(void);

/* One line to stderr, "ukrun: " before it. */
void complain(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif
#endif
