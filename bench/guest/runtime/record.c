/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"
#include "arguments.h"
#include "clock.h"
#include "console.h"
#include "crc32.h"
#include "kernel_info.h"
#include "text.h"

#define PROTOCOL 1
#define LINE_MAX 1000    /* of a record with everything around it */
#define LINE_RESERVE 64  /* kept free for what follows a long string: end of the record, checksum */

static char line[LINE_MAX];
static struct text record;
static uint32_t sequence;

static void key(const char *name)
{
	text_string(&record, record.length > 1 ? ",\"" : "\"");
	text_string(&record, name);
	text_string(&record, "\":");
}

void record_begin(const char *type)
{
	text_begin(&record, line, sizeof(line));
	text_char(&record, '{');
	record_string("t", type);
	record_number("seq", (int32_t)sequence++);
}

void record_string(const char *name, const char *value)
{
	key(name);
	text_char(&record, '"');
	for (; *value && record.length < LINE_MAX - LINE_RESERVE; value++) {
		if (*value == '"' || *value == '\\')
			text_char(&record, '\\');
		text_char(&record, *value >= ' ' && *value <= '~' ? *value : '?');
	}
	text_char(&record, '"');
}

void record_number(const char *name, int32_t value)
{
	key(name);
	text_decimal(&record, value);
}

void record_flag(const char *name, bool value)
{
	key(name);
	text_string(&record, value ? "true" : "false");
}

void record_numbers(const char *name, const int32_t *values, size_t n)
{
	key(name);
	text_char(&record, '[');
	for (size_t i = 0; i < n && i < RECORD_VALUES_MAX; i++) {
		if (i > 0)
			text_char(&record, ',');
		text_decimal(&record, values[i]);
	}
	text_char(&record, ']');
}

void record_end(void)
{
	char tail[16];
	struct text end;

	text_char(&record, '}');
	text_begin(&end, tail, sizeof(tail));
	text_char(&end, '*');
	text_hex(&end, crc32(line, record.length), 8);
	text_char(&end, '\n');
	console_bytes("@", 1);
	console_bytes(line, record.length);
	console_bytes(tail, end.length);
}

/* "GenuineIntel 5.4.3" or, without CPUID, "unknown 4.0.0" */
static void cpu_name(struct text *text)
{
	uint32_t signature = kernel_info.cpu_signature;
	uint32_t family = (signature >> 8) & 15, model = (signature >> 4) & 15;

	/* The extended fields count only for these families: CPUID leaf 1. */
	if (family == 6 || family == 15)
		model |= (signature >> 12) & 0xf0;
	if (family == 15)
		family += (signature >> 20) & 0xff;
	text_string(text, kernel_info.cpu_vendor[0] ? kernel_info.cpu_vendor : "unknown");
	text_char(text, ' ');
	text_unsigned(text, family);
	text_char(text, '.');
	text_unsigned(text, model);
	text_char(text, '.');
	text_unsigned(text, signature & 15);
}

void record_boot(const char *program)
{
	struct argument platform = argument_find(kernel_info.command_line, "platform");
	char buffer[48];
	struct text text;

	record_begin("boot");
	record_number("protocol", PROTOCOL);
	record_string("variant", kernel_info.variant);
	record_string("build", kernel_info.build);
	record_number("salt", (int32_t)kernel_info.salt);
	text_begin(&text, buffer, sizeof(buffer));
	for (size_t i = 0; i < platform.length; i++)
		text_char(&text, platform.value[i]);
	record_string("platform", buffer);
	record_string("program", program);
	text_begin(&text, buffer, sizeof(buffer));
	cpu_name(&text);
	record_string("cpu", buffer);
	record_flag("tsc", clock_exists());
	text_begin(&text, buffer, sizeof(buffer));
	text_hex(&text, kernel_info.cpu_features, 8);
	record_string("features", buffer);
	record_string("kernel_map", kernel_info.kernel_map);
	record_end();
}

void record_note(const char *text)
{
	record_begin("note");
	record_string("text", text);
	record_end();
}

void record_complete(void)
{
	uint32_t before = sequence;

	record_begin("complete");
	record_number("records", (int32_t)before);
	record_end();
}
