/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Records: what a program reports to the harness. A record is one line on the console,
 *     @{"t":"type","seq":n,…}*<CRC-32 of the JSON, 8 lower-case hexadecimal digits>
 * with sequence numbers without gaps. One thread writes them.
 */
#ifndef GUEST_RECORD_H
#define GUEST_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_VALUES_MAX 48 /* in one record of numbers */

/* Begins a record. It is sent by record_end. */
void record_begin(const char *type);
/* Adds "key":"value". What JSON cannot hold becomes '?'; what is too long for a line is cut. */
void record_string(const char *key, const char *value);
void record_number(const char *key, int32_t value);
void record_flag(const char *key, bool value);
/* Adds "key":[…] with `n` numbers, at most RECORD_VALUES_MAX. */
void record_numbers(const char *key, const int32_t *values, size_t n);
void record_end(void);

/* The first record: what was booted, where, and which program speaks. */
void record_boot(const char *program);
/* A remark for whoever reads the log. */
void record_note(const char *text);
/* The last record. */
void record_complete(void);

#endif
