/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Unit tests of the guest runtime's text, checksum and argument functions, on the host.
 */
#include "arguments.h"
#include "crc32.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void check(const char *name, int passed, const char *got)
{
	if (passed)
		printf("ok runtime/%s\n", name);
	else
		printf("not ok runtime/%s: got '%s'\n", name, got);
	failures += !passed;
}

static void check_text(const char *name, const struct text *text, const char *wanted)
{
	check(name, strcmp(text->buffer, wanted) == 0 && text->length == strlen(wanted), text->buffer);
}

static void test_text(void)
{
	char buffer[64], small[4], one[1];
	struct text text;

	text_begin(&text, buffer, sizeof(buffer));
	text_decimal(&text, 0);
	text_char(&text, ' ');
	text_decimal(&text, INT32_MIN);
	text_char(&text, ' ');
	text_decimal(&text, INT32_MAX);
	text_char(&text, ' ');
	text_unsigned(&text, UINT32_MAX);
	check_text("decimal", &text, "0 -2147483648 2147483647 4294967295");
	text_begin(&text, buffer, sizeof(buffer));
	text_hex(&text, 0x0123abcd, 8);
	text_hex(&text, 0xfffe, 2);
	text_hex(&text, 7, 0);
	check_text("hex", &text, "0123abcdfe");
	text_begin(&text, small, sizeof(small));
	text_string(&text, "abcdef");
	text_unsigned(&text, 12);
	check_text("cut", &text, "abc");
	text_begin(&text, one, sizeof(one));
	text_string(&text, "x");
	check_text("no-room", &text, "");
}

static void test_crc(void)
{
	char got[16];

	/* The check value of the algorithm's catalogue, and zlib's for these. */
	snprintf(got, sizeof(got), "%08x", crc32("123456789", 9));
	check("crc-check-value", strcmp(got, "cbf43926") == 0, got);
	snprintf(got, sizeof(got), "%08x", crc32("", 0));
	check("crc-empty", strcmp(got, "00000000") == 0, got);
	snprintf(got, sizeof(got), "%08x", crc32("\xff\x80\x00z", 4));
	check("crc-all-bits", strcmp(got, "aea45a4f") == 0, got);
}

static void test_find(void)
{
	struct argument a;

	a = argument_find("only=a,b samples=12", "samples");
	check("find", argument_is(a, "12"), a.value ? a.value : "nothing");
	a = argument_find(" \t only=x\n", "only");
	check("find-blanks", argument_is(a, "x"), a.value ? a.value : "nothing");
	a = argument_find("xonly=1 only =2 only", "only");
	check("find-whole-words", a.value == NULL, a.value ? a.value : "nothing");
	a = argument_find("only=1 only=2", "only");
	check("find-first", argument_is(a, "1"), a.value ? a.value : "nothing");
	a = argument_find("only=", "only");
	check("find-empty", a.value != NULL && a.length == 0, a.value ? a.value : "nothing");
	a = argument_find("", "only");
	check("find-nothing", a.value == NULL, "something");
}

static void check_number(const char *name, const char *line, int valid, uint32_t wanted)
{
	uint32_t number;
	int got = argument_number(line, "n", 1, 1000, 32, &number);
	char text[40];

	snprintf(text, sizeof(text), "%s, %u", got ? "valid" : "invalid", number);
	check(name, got == valid && (!valid || number == wanted), text);
}

static void test_numbers(void)
{
	check_number("number-missing", "m=5", 1, 32);
	check_number("number", "n=5", 1, 5);
	check_number("number-most", "n=1000", 1, 1000);
	check_number("number-above", "n=1001", 0, 0);
	check_number("number-below", "n=0", 0, 0);
	check_number("number-empty", "n=", 0, 0);
	check_number("number-word", "n=5x", 0, 0);
	check_number("number-negative", "n=-5", 0, 0);
	check_number("number-overflow", "n=4294967297", 0, 0);
	check_number("number-long", "n=00000000000000000000000000000000000000007", 1, 7);
}

static void check_selects(const char *name, const char *list, const char *word, int wanted)
{
	struct argument a = {list, list ? strlen(list) : 0};

	check(name, argument_selects(a, word) == wanted, list ? list : "no list");
}

static void test_selection(void)
{
	check_selects("select-all", NULL, "ipc", 1);
	check_selects("select-none", "", "ipc", 0);
	check_selects("select-name", "a,ipc,b", "ipc", 1);
	check_selects("select-last", "a,ipc", "ipc", 1);
	check_selects("select-not-part", "ip,ipcx", "ipc", 0);
	check_selects("select-prefix", "ip*", "ipc", 1);
	check_selects("select-prefix-whole", "ipc*", "ipc", 1);
	check_selects("select-prefix-longer", "ipcx*", "ipc", 0);
	check_selects("select-star", "*", "ipc", 1);
	check_selects("select-commas", ",,,", "", 0);
}

/* An exact-size copy on the heap, so that reading past it is noticed; of hostile length. */
static void test_hostile(void)
{
	char *line = malloc(100001);
	uint32_t number;
	struct argument a;

	memset(line, 'x', 100000);
	line[100000] = '\0';
	a = argument_find(line, "only");
	check("hostile-long", a.value == NULL, "something");
	memcpy(line, "n=", 2);
	memset(line + 2, '9', 99998);
	check("hostile-number", !argument_number(line, "n", 0, UINT32_MAX, 0, &number), "a number");
	memset(line, ',', 100000);
	a = (struct argument){line, 100000};
	check("hostile-list", !argument_selects(a, "ipc"), "selected");
	free(line);
}

int main(void)
{
	test_text();
	test_crc();
	test_find();
	test_numbers();
	test_selection();
	test_hostile();
	return failures > 0;
}
