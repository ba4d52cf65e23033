/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the host unit tests share: cmocka, scratch files, and records with a right checksum.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes `size` bytes to a fresh file and gives its path, which the caller unlinks and frees. */
static inline char *scratch_file(const void *data, size_t size)
{
    const char *folder = getenv("TMPDIR");
    char *path = format("%s/unit-XXXXXX", folder ? folder : "/tmp");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, size), (ssize_t)size);
    close(file);
    return path;
}

static inline void drop_file(char *path)
{
    unlink(path);
    free(path);
}

/* Appends "@<json>*<crc>\r\n". */
static inline void add_record(struct text *text, const char *json)
{
    text_add(text, "@%s*%08x\r\n", json, record_crc(json, strlen(json)));
}

#endif
