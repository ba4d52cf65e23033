/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One line of a serial log: a record, console text, or a damaged record.
 *
 * A record is "@<json>*<crc>": crc is the CRC-32 (IEEE 802.3, as zlib's) of the bytes between '@' and '*' as eight
 * lower-case hexadecimal digits. The JSON is one object in printable ASCII with no key twice; a line has less than
 * RECORD_LINE_LIMIT bytes, its end not counted.
 */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_LINE_LIMIT 1000

enum record_kind { RECORD_CONSOLE, RECORD_GOOD, RECORD_BAD };

/* CRC-32 of length bytes. */
uint32_t record_crc(const void *data, size_t length);

/* Judges one line, without its line end. On RECORD_GOOD *json is a new reference to the object; on RECORD_BAD why
 * (of why_size bytes) says what is wrong. The line need not be NUL-terminated and may hold any bytes. */
enum record_kind record_parse(const char *line, size_t length, json_t **json, char *why, size_t why_size);

#endif
