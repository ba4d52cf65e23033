/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The serial line (COM1, 115200 8N1) and the record protocol on it; the end of the machine.
 */
#include "probe.h"
#include "x86.h"

#include <exit.h> /* of kernel/abi */
#include <stdarg.h>

#define COM1 0x3f8
#define UART_PATIENCE 1000000 /* polls before a transmitter is given up: the probe must end without a UART, too */
#define LINE_SIZE 900

extern const char build_id[];

struct text {
	char *data;
	size_t size, length;
};

static char line[LINE_SIZE], value_text[120], why_text[300];
static uint32_t sequence;
static bool uart_ready;
static bool by_debug_port, by_bochs;

void uart_init(void)
{
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 0x80);
	out8(COM1 + 0, 1); /* divisor 1: 115200 */
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 0x03);
	out8(COM1 + 2, 0xc7);
	out8(COM1 + 4, 0x03);
	uart_ready = true;
}

static void send(char c)
{
	for (uint32_t i = 0; i < UART_PATIENCE; i++)
		if (in8(COM1 + 5) & 0x20)
			break;
	out8(COM1, (uint8_t)c);
}

static void send_text(const char *text)
{
	while (*text)
		send(*text++);
}

/* ---- formatting ------------------------------------------------------------------------------------------------- */

static void add_char(struct text *text, char c)
{
	if (text->length + 1 < text->size)
		text->data[text->length++] = c;
	text->data[text->length] = '\0';
}

static void add_number(struct text *text, uint32_t number)
{
	char digits[10];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		add_char(text, digits[--count]);
}

static void add_hex(struct text *text, uint32_t number)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		add_char(text, "0123456789abcdef"[number >> shift & 15]);
}

static void add_format(struct text *text, const char *format, va_list arguments)
{
	for (; *format; format++) {
		if (*format != '%') {
			add_char(text, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			for (const char *s = va_arg(arguments, const char *); *s; s++)
				add_char(text, *s);
			break;
		case 'u':
			add_number(text, va_arg(arguments, uint32_t));
			break;
		case 'x':
			add_hex(text, va_arg(arguments, uint32_t));
			break;
		case 'q': {
			uint32_t number = va_arg(arguments, uint32_t);

			add_number(text, number / 100);
			add_char(text, '.');
			add_char(text, (char)('0' + number / 10 % 10));
			add_char(text, (char)('0' + number % 10));
			break;
		}
		default:
			add_char(text, *format);
		}
	}
}

static void add(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_format(text, format, arguments);
	va_end(arguments);
}

/* Text within a JSON string: what comes from outside (CPUID, the command line) may hold anything. */
static void add_quoted(struct text *text, const char *s)
{
	add_char(text, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			add_char(text, '\\');
		add_char(text, *s < 0x20 || *s > 0x7e ? '?' : *s);
	}
	add_char(text, '"');
}

void console(const char *format, ...)
{
	struct text text = { line, sizeof line, 0 };
	va_list arguments;

	if (!uart_ready)
		uart_init();
	va_start(arguments, format);
	add_format(&text, format, arguments);
	va_end(arguments);
	send_text(line);
	send('\n');
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static uint32_t crc(const char *data, size_t length)
{
	uint32_t sum = 0xffffffffu;

	for (size_t i = 0; i < length; i++) {
		sum ^= (uint8_t)data[i];
		for (int bit = 0; bit < 8; bit++)
			sum = (sum >> 1) ^ (0xedb88320u & -(sum & 1u));
	}
	return ~sum;
}

static struct text begin(const char *type)
{
	struct text text = { line, sizeof line, 0 };

	add(&text, "@{\"t\":\"%s\",\"seq\":%u", type, sequence++);
	return text;
}

static void end(struct text *text)
{
	add_char(text, '}');
	add(text, "*%x", crc(line + 1, text->length - 1));
	send_text(line);
	send('\n');
}

void record_boot(const char *platform, const char *cpu, bool tsc, uint32_t features)
{
	struct text text = begin("boot");

	add(&text, ",\"protocol\":1,\"variant\":\"\",\"build\":\"%s\",\"salt\":0,\"platform\":", build_id);
	add_quoted(&text, platform);
	add(&text, ",\"program\":\"probe\",\"cpu\":");
	add_quoted(&text, cpu);
	add(&text, ",\"tsc\":%s,\"features\":\"%x\"", tsc ? "true" : "false", features);
	end(&text);
}

#define FORMAT_INTO(buffer, buffer_size)                          \
	do {                                                      \
		struct text into = { buffer, buffer_size, 0 };    \
		va_list arguments;                                \
		va_start(arguments, format);                      \
		add_format(&into, format, arguments);             \
		va_end(arguments);                                \
	} while (0)

void print_into(char *buffer, size_t size, const char *format, ...)
{
	FORMAT_INTO(buffer, size);
}

void value(const char *format, ...)
{
	FORMAT_INTO(value_text, sizeof value_text);
}

void why(const char *format, ...)
{
	FORMAT_INTO(why_text, sizeof why_text);
}

void note(const char *format, ...)
{
	char words[120];

	FORMAT_INTO(words, sizeof words);
	struct text text = begin("note");

	add(&text, ",\"text\":");
	add_quoted(&text, words);
	end(&text);
}

void report(const char *name, bool ok)
{
	struct text text = begin("probe");

	add(&text, ",\"name\":\"%s\",\"value\":", name);
	add_quoted(&text, value_text);
	add(&text, ",\"ok\":%s,\"why\":", ok ? "true" : "false");
	add_quoted(&text, why_text);
	end(&text);
	value_text[0] = why_text[0] = '\0';
}

void report_yes_no(const char *name, bool ok, const char *reason)
{
	value(ok ? "yes" : "no");
	if (!ok && reason)
		why("%s", reason);
	report(name, ok);
}

void record_complete(void)
{
	uint32_t before = sequence;
	struct text text = begin("complete");

	add(&text, ",\"records\":%u", before);
	end(&text);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static bool starts_with(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

void exit_words(const char *words)
{
	for (; *words; words++) {
		if (starts_with(words, "exit=debug"))
			by_debug_port = true;
		if (starts_with(words, "exit=bochs"))
			by_bochs = true;
	}
}

void leave(uint32_t code)
{
	console("#EXIT %u", code);
	for (uint32_t i = 0; i < UART_PATIENCE && !(in8(COM1 + 5) & 0x40); i++)
		; /* until the last byte is on the line */
	if (by_bochs)
		for (const char *word = "Shutdown"; *word; word++)
			out8(EXIT_PORT_BOCHS, (uint8_t)*word);
	if (by_debug_port)
		out8(EXIT_PORT_DEBUG, (uint8_t)code);
	for (;;)
		__asm__ volatile("cli; hlt");
}
