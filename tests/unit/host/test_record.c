/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One line of the serial port: what is a record and what is not.
 */
#include "unit.h"

static enum record_kind parse(const char *line, size_t length, char why[200])
{
    /* A copy of exactly this size, so that the address sanitizer sees any step beyond it. */
    char *copy = malloc(length ? length : 1);
    memcpy(copy, line, length);
    json_t *json = NULL;
    why[0] = '\0';
    enum record_kind kind = record_parse(copy, length, &json, why, 200);
    assert_true((json != NULL) == (kind == RECORD_GOOD));
    json_decref(json);
    free(copy);
    return kind;
}

static enum record_kind parse_json(const char *json, char why[200])
{
    char *line = format("@%s*%08x", json, record_crc(json, strlen(json)));
    enum record_kind kind = parse(line, strlen(line), why);
    free(line);
    return kind;
}

static void crc_is_that_of_zlib(void **state)
{
    (void)state;
    assert_int_equal(record_crc("", 0), 0);
    assert_int_equal(record_crc("123456789", 9), 0xcbf43926);
}

static void good_record(void **state)
{
    (void)state;
    char why[200];
    assert_int_equal(parse_json("{\"t\":\"note\",\"seq\":0,\"text\":\"a*b@c\"}", why), RECORD_GOOD);
}

static void known_bytes(void **state)
{
    (void)state;
    char why[200];
    const char *line = "@{\"t\":\"x\"}*4fa1c953";
    assert_int_equal(parse(line, strlen(line), why), RECORD_GOOD);
}

static void console_text(void **state)
{
    (void)state;
    char why[200];
    assert_int_equal(parse("", 0, why), RECORD_CONSOLE);
    assert_int_equal(parse("text", 4, why), RECORD_CONSOLE);
    assert_int_equal(parse(" @{}*00000000", 13, why), RECORD_CONSOLE);
    assert_int_equal(parse("\0@", 2, why), RECORD_CONSOLE);
}

static void bad_lines(void **state)
{
    (void)state;
    static const char *const lines[] = { "@", "@{}", "@*", "@{}*0000000", "@{}*a3a6bf4", "@{}*A3A6BF43", "@{}*a3a6bf43 ",
                                         "@{}*g3a6bf43", "@{} *a3a6bf43", "@\x01{}*a3a6bf43", "@\xff*00000000" };
    char why[200];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(parse(lines[i], strlen(lines[i]), why), RECORD_BAD);
        assert_true(why[0]);
    }
}

static void nul_in_a_checksum(void **state)
{
    (void)state;
    char why[200];
    assert_int_equal(parse("@{}*a3a6bf4\0", 12, why), RECORD_BAD);
}

static void bad_json(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[]", "1", "{", "{\"a\":1,\"a\":2}", "{\"a\":}", "{\"a\":1e999}", "{\"a\":NaN}",
                                          "{\"a\":99999999999999999999}", "{\"a\":\"\\u0000\"}", "{} {}", "",
                                          "{\"a\":\"\xc3\xa4\"}", "{\t\"a\":1}" };
    char why[200];
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(parse_json(bodies[i], why), RECORD_BAD);
}

static void deep_json(void **state)
{
    (void)state;
    char body[RECORD_LINE_LIMIT] = "", why[200];
    memset(body, '[', 900);
    assert_int_equal(parse_json(body, why), RECORD_BAD);
}

static void line_limit(void **state)
{
    (void)state;
    char body[RECORD_LINE_LIMIT + 1], why[200];
    for (size_t length = RECORD_LINE_LIMIT - 12; length < RECORD_LINE_LIMIT + 1; length++) {
        memset(body, ' ', length);
        body[0] = '{';
        body[length - 1] = '}';
        body[length] = '\0';
        bool fits = length + 10 < RECORD_LINE_LIMIT;
        assert_int_equal(parse_json(body, why), fits ? RECORD_GOOD : RECORD_BAD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_is_that_of_zlib), cmocka_unit_test(good_record), cmocka_unit_test(known_bytes),
        cmocka_unit_test(console_text),        cmocka_unit_test(bad_lines),   cmocka_unit_test(nul_in_a_checksum),
        cmocka_unit_test(bad_json),            cmocka_unit_test(deep_json),   cmocka_unit_test(line_limit),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
