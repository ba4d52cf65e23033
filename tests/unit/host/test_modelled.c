/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a model wrote, joined with the guest's records; and every way in which the two may not fit.
 */
#include "unit.h"

#include "modelled.h"

#define RUN "{\"type\":\"run\",\"format\":1,\"machine\":\"M-1\",\"cycles\":\"pentium\",\"tlb\":\"manual\",\"set\":[\"tlb.parameters:manual\"]}\n"
#define REGION(number, group, id, cycles, more) "{\"type\":\"region\",\"region\":" #number ",\"group\":" #group \
    ",\"id\":\"" id "\",\"cycles\":" #cycles more "}\n"
#define END(regions, groups) "{\"type\":\"end\",\"regions\":" #regions ",\"groups\":" #groups ",\"instructions\":77,\"taint\":[\"odd\"],\"complete\":true}\n"
#define BODY REGION(0, 0, "warm-up", 900, "") REGION(1, 0, "control", 12, ",\"clocks\":{\"base\":12},\"lines\":2") \
    REGION(2, 0, "control", 10, ",\"clocks\":{\"base\":10},\"lines\":2") \
    REGION(3, 0, "sample", 60, ",\"clocks\":{\"base\":40,\"agi\":20},\"lines\":7,\"tlb\":{\"kernel\":{\"data\":{\"cold\":3}},\"user\":{}}") \
    REGION(4, 0, "sample", 50, ",\"clocks\":{\"base\":50},\"lines\":6") REGION(5, 0, "sample", 55, ",\"clocks\":{\"base\":45,\"agi\":10}")
#define SECOND REGION(6, 1, "warm-up", 1, "") REGION(7, 1, "control", 0, "") REGION(8, 1, "sample", 5, "")

/* A log of benchmarks with so many regions each. */
static struct serial_log log_of(size_t count, const size_t *regions)
{
    struct serial_log log = { .bench_count = count, .benches = must_alloc(count, sizeof(struct bench_record)) };
    for (size_t i = 0; i < count; i++)
        log.benches[i] = (struct bench_record){ .name = format("b%zu", i), .per = 1, .regions = regions[i] };
    return log;
}

static enum status merge(struct serial_log *log, const char *text, bool each, char **why)
{
    char *path = scratch_file(text, strlen(text));
    enum status status = modelled_merge(log, path, "x.model", each, why);
    drop_file(path);
    return status;
}

static int64_t event(json_t *events, const char *name)
{
    return json_integer_value(json_object_get(events, name));
}

static void samples_are_cycles_less_the_controls(void **state)
{
    (void)state;
    struct serial_log log = log_of(2, (const size_t[]){ 3, 1 });
    char *why;
    assert_int_equal(merge(&log, RUN BODY SECOND END(9, 2), false, &why), STATUS_PASSED);
    assert_null(why);
    assert_string_equal(log.model.machine, "M-1");
    assert_string_equal(log.model.tlb, "manual");
    assert_string_equal(json_string_value(json_array_get(log.model.set, 0)), "tlb.parameters:manual");
    assert_string_equal(json_string_value(json_array_get(log.model.taint, 0)), "odd");
    assert_int_equal(log.model.instructions, 77);
    const struct bench_record *first = &log.benches[0];
    assert_int_equal(first->overhead, 10); /* the lower of the two in the middle */
    assert_int_equal(first->count, 3);
    assert_int_equal(first->samples[0], 50);
    assert_int_equal(first->samples[1], 40);
    assert_int_equal(first->samples[2], 45);
    assert_int_equal(log.benches[1].samples[0], 5);
    assert_null(first->each);
    serial_log_free(&log);
}

static void events_are_those_of_the_median_sample(void **state)
{
    (void)state;
    struct serial_log log = log_of(1, (const size_t[]){ 3 });
    char *why;
    assert_int_equal(merge(&log, RUN BODY END(6, 1), true, &why), STATUS_PASSED);
    json_t *events = log.benches[0].events;
    assert_int_equal(event(events, "clocks.base"), 35);
    assert_int_equal(event(events, "clocks.agi"), 10);
    assert_null(json_object_get(events, "tlb.kernel.data.cold"));
    assert_null(json_object_get(events, "cycles"));
    assert_int_equal(json_array_size(log.benches[0].each), 3);
    json_t *other = json_array_get(log.benches[0].each, 0);
    assert_int_equal(event(other, "tlb.kernel.data.cold"), 3);
    assert_int_equal(event(other, "clocks.base"), 30);
    assert_int_equal(event(other, "lines"), 7); /* what was touched is not subtracted */
    serial_log_free(&log);
}

static void a_machine_without_cycles_has_only_events(void **state)
{
    (void)state;
    struct serial_log log = log_of(1, (const size_t[]){ 3 });
    char *why;
    assert_int_equal(merge(&log, "{\"type\":\"run\",\"format\":1,\"machine\":\"G\",\"cycles\":\"none\",\"set\":[]}\n" BODY END(6, 1),
                           false, &why), STATUS_PASSED);
    assert_false(log.model.cycles);
    assert_string_equal(log.model.tlb, "none");
    assert_int_equal(log.benches[0].count, 0);
    assert_non_null(log.benches[0].events);
    serial_log_free(&log);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t benches, regions;
        enum status status;
        const char *why;
    } cases[] = {
        { RUN BODY END(6, 1), 2, 3, STATUS_CORRUPT, "the model saw 1 benchmarks, the guest reported 2" },
        { RUN BODY END(6, 1), 1, 4, STATUS_CORRUPT, "b0: the model saw 3 samples and 2 controls, the guest took 4 samples" },
        { RUN BODY END(6, 1), 1, 2, STATUS_CORRUPT, "the guest took 2 samples" },
        { RUN REGION(0, 0, "sample", 5, "") END(1, 1), 1, 1, STATUS_CORRUPT, "1 samples and 0 controls" },
        { RUN BODY END(5, 1), 1, 3, STATUS_CORRUPT, "x.model:8: the end line counts 5 regions in 1 groups, there were 6 in 1" },
        { RUN BODY, 1, 3, STATUS_TRUNCATED, "there is no end line" },
        { RUN BODY "{\"type\":\"en", 1, 3, STATUS_TRUNCATED, "the line has no end" },
        { RUN BODY "{\"type\":\"end\",\"regions\":6,\"groups\":1,\"instructions\":1,\"taint\":[]}\n", 1, 3, STATUS_TRUNCATED, "does not say complete" },
        { RUN BODY END(6, 1) BODY, 1, 3, STATUS_CORRUPT, "a line after the end line" },
        { RUN RUN, 1, 3, STATUS_CORRUPT, "a second run line" },
        { BODY, 1, 3, STATUS_CORRUPT, "x.model:1: the first line is no run line" },
        { "{\"type\":\"run\",\"format\":2,\"machine\":\"M\",\"cycles\":\"i486\",\"set\":[]}\n", 1, 3, STATUS_CORRUPT, "format 1 only" },
        { RUN REGION(1, 0, "sample", 5, ""), 1, 1, STATUS_CORRUPT, "region 1 where 0 was to come" },
        { RUN REGION(0, 1, "sample", 5, ""), 1, 1, STATUS_CORRUPT, "of group 1" },
        { RUN REGION(0, 0, "other", 5, ""), 1, 1, STATUS_CORRUPT, "is a \"other\"" },
        { RUN REGION(0, 0, "sample", -5, ""), 1, 1, STATUS_CORRUPT, "without region, group, id and cycles" },
        { RUN "{\"type\":\"odd\"}\n", 1, 1, STATUS_CORRUPT, "unknown type \"odd\"" },
        { RUN "[]\n", 1, 1, STATUS_CORRUPT, "no object with a \"type\"" },
        { RUN "}\n", 1, 1, STATUS_CORRUPT, "x.model:2: " },
        { "", 1, 1, STATUS_TRUNCATED, "there is no end line" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct serial_log log = log_of(cases[i].benches, (const size_t[]){ cases[i].regions, 1 });
        char *why = NULL;
        assert_int_equal(merge(&log, cases[i].text, false, &why), cases[i].status);
        if (!strstr(why, cases[i].why))
            fail_msg("case %zu: %s", i, why);
        free(why);
        serial_log_free(&log);
    }
}

static void a_model_that_wrote_nothing(void **state)
{
    (void)state;
    struct serial_log log = log_of(0, NULL);
    char *why;
    assert_int_equal(modelled_merge(&log, "/nonexistent/m", "x.model", false, &why), STATUS_TRUNCATED);
    assert_non_null(strstr(why, "x.model: the model wrote nothing"));
    free(why);
    serial_log_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_cycles_less_the_controls), cmocka_unit_test(events_are_those_of_the_median_sample),
        cmocka_unit_test(a_machine_without_cycles_has_only_events), cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(a_model_that_wrote_nothing),
    };
    return cmocka_run_group_tests_name("modelled", tests, NULL, NULL);
}
