/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <stdio.h>
#include <string.h>

#define TAIL 9 /* '*' and eight digits */

uint32_t record_crc(const void *data, size_t length)
{
    const unsigned char *bytes = data;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1u));
    }
    return ~crc;
}

/* -1 unless digits holds eight lower-case hexadecimal digits. */
static int64_t parse_crc(const char *digits)
{
    int64_t value = 0;
    for (int i = 0; i < 8; i++) {
        const char *all = "0123456789abcdef";
        const char *at = digits[i] ? strchr(all, digits[i]) : NULL;
        if (!at)
            return -1;
        value = value * 16 + (at - all);
    }
    return value;
}

static const char *find_shape_fault(const char *line, size_t length)
{
    if (length >= RECORD_LINE_LIMIT)
        return "record line is too long";
    if (length < 3 + TAIL || line[length - TAIL] != '*')
        return "record has no checksum at its end";
    for (size_t i = 0; i < length; i++)
        if (line[i] < 0x20 || line[i] > 0x7e)
            return "record holds a byte that is not printable ASCII";
    return NULL;
}

enum record_kind record_parse(const char *line, size_t length, json_t **json, char *why, size_t why_size)
{
    if (length == 0 || line[0] != '@')
        return RECORD_CONSOLE;
    const char *fault = find_shape_fault(line, length);
    if (fault) {
        snprintf(why, why_size, "%s (%zu bytes)", fault, length);
        return RECORD_BAD;
    }
    const char *body = line + 1;
    size_t body_length = length - 1 - TAIL;
    uint32_t actual = record_crc(body, body_length);
    if (parse_crc(body + body_length + 1) != (int64_t)actual) {
        snprintf(why, why_size, "checksum is %.8s, the record's bytes give %08x", body + body_length + 1, actual);
        return RECORD_BAD;
    }
    json_error_t error;
    *json = json_loadb(body, body_length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(*json)) {
        snprintf(why, why_size, "not a JSON object: %s", *json ? "another type" : error.text);
        json_decref(*json);
        *json = NULL;
        return RECORD_BAD;
    }
    return RECORD_GOOD;
}
