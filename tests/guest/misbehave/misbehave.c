/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that breaks the record protocol on purpose, for the tests of the harness. Argument mode=…:
 *   good      a benchmark with two samples, as it should be
 *   fail      a failed test, properly reported
 *   hang      nothing more after the first record, for ever
 *   panic     asks the kernel to panic in the middle
 *   truncate  ends without the last record, as if all were well
 *   garble    ends in the middle of a record
 *   lie       a record whose checksum is wrong
 *   gap       a record is missing: the sequence numbers jump
 *   short     fewer samples than announced
 *   junk      text and bytes of all kinds around the records, and lines that only look like the kernel's last
 *   slow      a dot every second or so, and the records after that
 */
#include <exit.h>
#include <syscall_user.h>

#include "arguments.h"
#include "console.h"
#include "crc32.h"
#include "ids.h"
#include "kernel_info.h"
#include "record.h"
#include "runtime.h"
#include "text.h"

#define SLOW_DOTS 5

static void benchmark(uint32_t announced)
{
	static const int32_t values[2] = {100, 101};

	record_begin("bench");
	record_string("name", "misbehave");
	record_string("unit", "ticks");
	record_number("per", 1);
	record_number("n", (int32_t)announced);
	record_number("overhead", 0);
	record_string("expect", "100");
	record_end();
	record_begin("values");
	record_string("name", "misbehave");
	record_number("from", 0);
	record_numbers("v", values, 2);
	record_end();
}

static void test(const char *result, const char *why)
{
	record_begin("test");
	record_string("name", "misbehave");
	record_string("result", result);
	record_string("why", why);
	record_end();
}

static uint32_t good(void)
{
	benchmark(2);
	record_complete();
	return EXIT_PASSED;
}

static uint32_t fail(void)
{
	test("fail", "as asked for");
	record_complete();
	return EXIT_FAILED;
}

static _Noreturn uint32_t hang(void)
{
	console_string("misbehave: hangs from here on\n");
	for (;;)
		thread_switch(ID_NIL);
}

static uint32_t panic(void)
{
	benchmark(2);
	return EXIT_PANIC;
}

static uint32_t truncate(void)
{
	benchmark(2);
	return EXIT_PASSED;
}

static uint32_t garble(void)
{
	benchmark(2);
	console_string("@{\"t\":\"values\",\"seq\":3,\"na");
	return EXIT_PASSED;
}

/* A record of the right form, number `seq`, whose checksum is off by `error`. */
static void forge(uint32_t seq, uint32_t error)
{
	char buffer[120];
	struct text line;
	uint32_t crc;

	text_begin(&line, buffer, sizeof(buffer));
	text_string(&line, "@{\"t\":\"note\",\"seq\":");
	text_unsigned(&line, seq);
	text_string(&line, ",\"text\":\"forged\"}");
	crc = crc32(buffer + 1, line.length - 1);
	text_char(&line, '*');
	text_hex(&line, crc ^ error, 8);
	text_char(&line, '\n');
	console_bytes(buffer, line.length);
}

static uint32_t lie(void)
{
	benchmark(2);
	forge(3, 1);
	record_complete();
	return EXIT_PASSED;
}

static uint32_t gap(void)
{
	benchmark(2);
	forge(4, 0);
	record_complete();
	return EXIT_PASSED;
}

static uint32_t announce_more(void)
{
	benchmark(3);
	record_complete();
	return EXIT_PASSED;
}

static uint32_t junk(void)
{
	console_string("text before\n @{}*00000000\n{\"t\":\"note\"}\n*deadbeef\n\x01\x80\xff\r\r\n#EXITING 99\n# EXIT 18\n\n");
	return good();
}

static uint32_t slow(void)
{
	for (unsigned i = 0; i < SLOW_DOTS; i++) {
		for (uint32_t spins = 0; spins < 100000000; spins++)
			__asm__ volatile("" ::: "memory");
		console_string(".\n");
	}
	return good();
}

static const struct mode {
	const char *name;
	uint32_t (*run)(void);
} modes[] = {
	{"good", good},   {"fail", fail}, {"hang", hang}, {"panic", panic},         {"truncate", truncate},
	{"lie", lie},     {"gap", gap},   {"junk", junk}, {"short", announce_more}, {"slow", slow},
	{"garble", garble},
};

uint32_t program_main(struct utcb *utcb, uint32_t id)
{
	struct argument mode = argument_find(kernel_info.root_arguments, "mode");

	(void)utcb;
	(void)id;
	record_boot("misbehave");
	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (argument_is(mode, modes[i].name))
			return modes[i].run();
	}
	record_note("mode= is missing or unknown: see tests/guest/misbehave/misbehave.c");
	record_complete();
	return EXIT_FAILED;
}
