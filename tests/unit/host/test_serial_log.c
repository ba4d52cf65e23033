/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A whole serial log: good ones are read to the last sample, every kind of damage is found and placed.
 */
#include "unit.h"

#include "serial_log.h"

#define BOOT "{\"t\":\"boot\",\"seq\":0,\"protocol\":1,\"variant\":\"spaces=small\",\"build\":\"0123\",\"salt\":1," \
             "\"platform\":\"tcg\",\"program\":\"bench\",\"cpu\":\"GenuineIntel 5.4.3\",\"tsc\":true,\"features\":\"0\"}"
#define BENCH "{\"t\":\"bench\",\"seq\":1,\"name\":\"a/n:1\",\"unit\":\"ticks\",\"per\":2,\"n\":3,\"overhead\":23,\"expect\":\"\"}"

static void read_bytes(struct serial_log *log, const void *data, size_t size)
{
    char *path = scratch_file(data, size);
    serial_log_read(log, path);
    drop_file(path);
}

/* Boot record, then the given ones, then the line #EXIT 16. */
static void read_records(struct serial_log *log, const char *const *records)
{
    struct text text = {0};
    add_record(&text, BOOT);
    for (; *records; records++)
        add_record(&text, *records);
    text_add(&text, "#EXIT 16\n");
    read_bytes(log, text.data, text.length);
    text_free(&text);
}

#define READ(log, ...) read_records(log, (const char *const[]){ __VA_ARGS__, NULL })

static void expect_fault(enum log_fault fault, size_t line, const char *why, const char *const *records)
{
    struct serial_log log;
    read_records(&log, records);
    if (log.fault != fault || log.fault_line != line || !strstr(log.why, why))
        fail_msg("fault %d in line %zu: %s; expected %d in %zu: %s", log.fault, log.fault_line, log.why, fault, line, why);
    serial_log_free(&log);
}

#define EXPECT_CORRUPT(line, why, ...) \
    expect_fault(LOG_CORRUPT, line, why, (const char *const[]){ __VA_ARGS__, NULL })

static void whole_log(void **state)
{
    (void)state;
    struct serial_log log;
    READ(&log, BENCH, "{\"t\":\"values\",\"seq\":2,\"name\":\"a/n:1\",\"from\":0,\"v\":[5,-1]}",
         "{\"t\":\"values\",\"seq\":3,\"name\":\"a/n:1\",\"from\":2,\"v\":[7]}",
         "{\"t\":\"test\",\"seq\":4,\"name\":\"t\",\"result\":\"skip\",\"why\":\"w\"}",
         "{\"t\":\"note\",\"seq\":5,\"text\":\"hello\"}", "{\"t\":\"complete\",\"seq\":6,\"records\":6}");
    assert_int_equal(log.fault, LOG_FINE);
    assert_true(log.complete);
    assert_int_equal(log.exit_code, 16);
    assert_string_equal(log.boot.variant, "spaces=small");
    assert_int_equal(log.boot.salt, 1);
    const struct bench_record *bench = serial_log_bench(&log, "a/n:1");
    assert_non_null(bench);
    assert_int_equal(bench->per, 2);
    assert_int_equal(bench->overhead, 23);
    assert_int_equal(bench->count, 3);
    assert_int_equal(bench->samples[0], 5);
    assert_int_equal(bench->samples[1], -1);
    assert_int_equal(bench->samples[2], 7);
    assert_string_equal(log.tests[0].result, "skip");
    assert_string_equal(log.notes.items[0], "hello");
    assert_null(serial_log_bench(&log, "a"));
    serial_log_free(&log);
}

static void damage_of_every_kind(void **state)
{
    (void)state;
    EXPECT_CORRUPT(2, "second boot", "{\"t\":\"boot\",\"seq\":1}");
    EXPECT_CORRUPT(2, "expected 1", "{\"t\":\"note\",\"seq\":2,\"text\":\"\"}");
    EXPECT_CORRUPT(2, "expected 1", "{\"t\":\"note\",\"seq\":0,\"text\":\"\"}");
    EXPECT_CORRUPT(2, "\"seq\"", "{\"t\":\"note\",\"text\":\"\"}");
    EXPECT_CORRUPT(2, "\"t\"", "{\"seq\":1}");
    EXPECT_CORRUPT(2, "unknown record type \"x\"", "{\"t\":\"x\",\"seq\":1}");
    EXPECT_CORRUPT(2, "\"text\"", "{\"t\":\"note\",\"seq\":1,\"text\":7}");
    EXPECT_CORRUPT(2, "counts 2 records, there were 1", "{\"t\":\"complete\",\"seq\":1,\"records\":2}");
    EXPECT_CORRUPT(3, "after the complete", "{\"t\":\"complete\",\"seq\":1,\"records\":1}", "{\"t\":\"note\",\"seq\":2,\"text\":\"\"}");
    EXPECT_CORRUPT(2, "never opened", "{\"t\":\"values\",\"seq\":1,\"name\":\"b\",\"from\":0,\"v\":[1]}");
    EXPECT_CORRUPT(2, "none of pass", "{\"t\":\"test\",\"seq\":1,\"name\":\"b\",\"result\":\"perhaps\"}");
    EXPECT_CORRUPT(2, "\"ok\"", "{\"t\":\"probe\",\"seq\":1,\"name\":\"b\",\"value\":\"\",\"ok\":1}");
}

static void damage_of_benchmarks(void **state)
{
    (void)state;
#define VALUES(from, v) "{\"t\":\"values\",\"seq\":2,\"name\":\"a/n:1\",\"from\":" from ",\"v\":" v "}"
    EXPECT_CORRUPT(3, "comes twice", BENCH, "{\"t\":\"bench\",\"seq\":2,\"name\":\"a/n:1\",\"unit\":\"ticks\",\"per\":2,\"n\":3,\"overhead\":0}");
    EXPECT_CORRUPT(3, "expected from 0", BENCH, VALUES("1", "[1]"));
    EXPECT_CORRUPT(3, "more values", BENCH, VALUES("0", "[1,2,3,4]"));
    EXPECT_CORRUPT(3, "no integer", BENCH, VALUES("0", "[1.5]"));
    EXPECT_CORRUPT(3, "no integer", BENCH, VALUES("0", "[\"1\"]"));
    EXPECT_CORRUPT(3, "without values", BENCH, VALUES("0", "[]"));
    EXPECT_CORRUPT(3, "without values", BENCH, VALUES("0", "7"));
    EXPECT_CORRUPT(3, "out of range", BENCH, VALUES("0", "[9007199254740993]"));
    EXPECT_CORRUPT(3, "out of range", BENCH, VALUES("0", "[-9223372036854775808]"));
    EXPECT_CORRUPT(3, "\"from\" is -1", BENCH, VALUES("-1", "[1]"));
#define OPEN(name, unit, per, n, overhead) "{\"t\":\"bench\",\"seq\":1,\"name\":" name ",\"unit\":" unit ",\"per\":" per \
                                           ",\"n\":" n ",\"overhead\":" overhead "}"
    EXPECT_CORRUPT(2, "bad name", OPEN("\"A\"", "\"ticks\"", "1", "1", "0"));
    EXPECT_CORRUPT(2, "bad name", OPEN("\"\"", "\"ticks\"", "1", "1", "0"));
    EXPECT_CORRUPT(2, "bad name", OPEN("\"a b\"", "\"ticks\"", "1", "1", "0"));
    EXPECT_CORRUPT(2, "counts in ticks", OPEN("\"a\"", "\"cycles\"", "1", "1", "0"));
    EXPECT_CORRUPT(2, "\"per\" is 0", OPEN("\"a\"", "\"ticks\"", "0", "1", "0"));
    EXPECT_CORRUPT(2, "neither samples nor regions", OPEN("\"a\"", "\"ticks\"", "1", "0", "0"));
    EXPECT_CORRUPT(2, "\"n\" is 1000001", OPEN("\"a\"", "\"ticks\"", "1", "1000001", "0"));
    EXPECT_CORRUPT(2, "\"regions\" is 0", OPEN("\"a\"", "\"ticks\"", "1", "0,\"regions\":0", "0"));
    EXPECT_CORRUPT(2, "\"overhead\" is -1", OPEN("\"a\"", "\"ticks\"", "1", "1", "-1"));
}

static void too_few_values(void **state)
{
    (void)state;
    expect_fault(LOG_TRUNCATED, 3, "announced 3 values and gave 0",
                 (const char *const[]){ BENCH, "{\"t\":\"complete\",\"seq\":2,\"records\":2}", NULL });
    expect_fault(LOG_TRUNCATED, 3, "without a complete record", (const char *const[]){ BENCH, NULL });
}

/* What is wrong with a log that begins with this record. */
static void expect_first(const char *record, const char *why)
{
    struct text text = {0};
    struct serial_log log;
    add_record(&text, record);
    read_bytes(&log, text.data, text.length);
    assert_int_equal(log.fault, LOG_CORRUPT);
    assert_int_equal(log.fault_line, 1);
    assert_non_null(strstr(log.why, why));
    serial_log_free(&log);
    text_free(&text);
}

static void first_record(void **state)
{
    (void)state;
    expect_first("{\"t\":\"note\",\"seq\":0,\"text\":\"\"}", "not the boot record");
    expect_first("{\"t\":\"boot\",\"seq\":0,\"protocol\":2}", "protocol 2");
    expect_first("{\"t\":\"boot\",\"seq\":0,\"protocol\":1}", "\"variant\" is missing");
}

static void empty_and_missing(void **state)
{
    (void)state;
    struct serial_log log;
    read_bytes(&log, "", 0);
    assert_int_equal(log.fault, LOG_TRUNCATED);
    assert_int_equal(log.exit_code, -1);
    serial_log_free(&log);
    serial_log_read(&log, "/nowhere/at/all");
    assert_int_equal(log.fault, LOG_TRUNCATED);
    serial_log_free(&log);
}

/* A good log cut anywhere is truncated, never corrupt, and never whole. */
static void cut_anywhere(void **state)
{
    (void)state;
    struct text text = {0};
    add_record(&text, BOOT);
    add_record(&text, BENCH);
    add_record(&text, "{\"t\":\"values\",\"seq\":2,\"name\":\"a/n:1\",\"from\":0,\"v\":[1,2,3]}");
    add_record(&text, "{\"t\":\"complete\",\"seq\":3,\"records\":3}");
    for (size_t size = 0; size < text.length - 2; size++) {
        struct serial_log log;
        read_bytes(&log, text.data, size);
        if (log.fault != LOG_TRUNCATED)
            fail_msg("cut to %zu of %zu bytes: fault %d, %s", size, text.length, log.fault, log.why);
        serial_log_free(&log);
    }
    text_free(&text);
}

/* A good log with any one bit turned over is never read as a different good one. */
static void any_bit_flipped(void **state)
{
    (void)state;
    struct text text = {0};
    add_record(&text, BOOT);
    add_record(&text, "{\"t\":\"complete\",\"seq\":1,\"records\":1}");
    for (size_t bit = 0; bit < 8 * text.length; bit++) {
        struct serial_log log;
        text.data[bit / 8] ^= (char)(1 << bit % 8);
        read_bytes(&log, text.data, text.length);
        bool in_line_end = strchr("\r\n", text.data[bit / 8] ^ (char)(1 << bit % 8)) != NULL;
        if (log.fault == LOG_FINE && !in_line_end)
            fail_msg("bit %zu of byte %zu turned over went unnoticed", bit % 8, bit / 8);
        serial_log_free(&log);
        text.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    text_free(&text);
}

static void exit_and_panic_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
    } cases[] = { { "#EXIT 18\n", 18 }, { "#EXIT 18\r\n", 18 }, { "#EXIT 18", 18 },  { "#EXIT\n", -1 },    { "#EXIT \n", -1 },
                  { "#EXIT 1x\n", -1 }, { "#EXIT 256\n", -1 },  { "#EXIT -1\n", -1 }, { " #EXIT 16\n", -1 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct serial_log log;
        read_bytes(&log, cases[i].text, strlen(cases[i].text));
        assert_int_equal(log.exit_code, cases[i].code);
        serial_log_free(&log);
    }
    struct serial_log log;
    read_bytes(&log, "@broken\n!first\x01\n!second\n#EXIT 18\n", 33);
    assert_string_equal(log.panic, "!first?");
    assert_int_equal(log.exit_code, 18);
    assert_int_equal(log.fault_line, 1);
    serial_log_free(&log);
}

static void too_many_names(void **state)
{
    (void)state;
    struct text text = {0};
    struct serial_log log;
    add_record(&text, BOOT);
    for (int i = 1; i < 5000; i++) {
        char *record = format("{\"t\":\"test\",\"seq\":%d,\"name\":\"t%d\",\"result\":\"pass\"}", i, i);
        add_record(&text, record);
        free(record);
    }
    read_bytes(&log, text.data, text.length);
    assert_int_equal(log.fault, LOG_CORRUPT);
    assert_non_null(strstr(log.why, "more than 4096"));
    serial_log_free(&log);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_log), cmocka_unit_test(damage_of_every_kind), cmocka_unit_test(damage_of_benchmarks),
        cmocka_unit_test(too_few_values), cmocka_unit_test(first_record), cmocka_unit_test(empty_and_missing), cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(any_bit_flipped), cmocka_unit_test(exit_and_panic_lines), cmocka_unit_test(too_many_names),
    };
    return cmocka_run_group_tests_name("serial_log", tests, NULL, NULL);
}
