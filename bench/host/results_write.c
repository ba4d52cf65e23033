/* SPDX-License-Identifier: BSD-2-Clause */
#include "results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool results_open(struct results_writer *writer, const char *path, off_t keep, char **why)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    writer->path = must_copy(path);
    writer->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (writer->file < 0)
        *why = format("%s cannot be written: %s", path, strerror(errno));
    else if (fcntl(writer->file, F_SETLK, &whole) != 0)
        *why = format("another ukrun is writing to %s", path);
    else if (ftruncate(writer->file, keep) != 0)
        *why = format("%s cannot be cut: %s", path, strerror(errno));
    else
        return true;
    results_close(writer);
    return false;
}

void results_write(struct results_writer *writer, json_t *lines)
{
    struct text text = {0};
    json_t *array = json_is_array(lines) ? json_incref(lines) : json_pack("[O]", lines);
    json_t *line;
    size_t i;
    json_array_foreach(array, i, line) {
        char *dumped = json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12));
        text_add(&text, "%s\n", dumped);
        free(dumped);
    }
    json_decref(array);
    json_decref(lines);
    for (size_t done = 0; done < text.length;) {
        ssize_t wrote = write(writer->file, text.data + done, text.length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            complain("%s cannot be written: %s. Make room and go on with --resume", writer->path, strerror(errno));
            exit(RUN_SOME_LOST);
        }
        done += (size_t)wrote;
    }
    text_free(&text);
}

void results_close(struct results_writer *writer)
{
    if (writer->file >= 0)
        close(writer->file);
    free(writer->path);
    *writer = (struct results_writer){ .file = -1 };
}
