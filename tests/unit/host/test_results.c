/* SPDX-License-Identifier: BSD-2-Clause
 *
 * results.jsonl: what is written is read back; what is cut off is dropped; anything else wrong is refused by its line.
 */
#include "unit.h"

#include "results.h"

#define RUN "{\"type\":\"run\",\"format\":1,\"platform\":\"tcg\"}\n"
#define CELL(name, status, results) \
    "{\"type\":\"cell\",\"cell\":\"" name "\",\"status\":\"" status "\",\"results\":" results "}\n"
#define RESULT(name, benchmark) \
    "{\"type\":\"result\",\"cell\":\"" name "\",\"benchmark\":\"" benchmark "\",\"per\":2,\"overhead\":3,\"samples\":[1,-2]}\n"
#define END "{\"type\":\"end\",\"status\":\"complete\",\"cells\":{}}\n"

static bool read_text(struct results *results, const char *text, char **why)
{
    char *path = scratch_file(text, strlen(text));
    *why = NULL;
    bool fine = results_read(results, path, why);
    drop_file(path);
    return fine;
}

static void written_is_read(void **state)
{
    (void)state;
    char *path = scratch_file("", 0), *why;
    struct results_writer writer;
    struct results results;
    assert_true(results_open(&writer, path, 0, &why));
    results_write(&writer, json_pack("{ss si ss}", "type", "run", "format", 1, "platform", "tcg"));
    json_t *group = json_pack("[{ss ss ss si}, {ss ss ss si si s[iii]}]", "type", "cell", "cell", "a", "status", "passed",
                              "results", 1, "type", "result", "cell", "a", "benchmark", "b/n:1", "per", 2, "overhead", 23,
                              "samples", 7, -8, 9);
    results_write(&writer, group);
    results_write(&writer, json_pack("{ss ss s{}}", "type", "end", "status", "complete", "cells"));
    results_close(&writer);
    assert_true(results_read(&results, path, &why));
    assert_false(results.cut);
    assert_int_equal(results.cell_count, 1);
    const struct finished_cell *cell = results_cell(&results, "a");
    assert_int_equal(cell->status, STATUS_PASSED);
    const struct sample_set *set = results_set(cell, "b/n:1");
    assert_int_equal(set->per, 2);
    assert_int_equal(set->overhead, 23);
    assert_int_equal(set->count, 3);
    assert_int_equal(set->samples[1], -8);
    results_free(&results);
    drop_file(path);
}

static void cut_anywhere(void **state)
{
    (void)state;
    static const char text[] = RUN CELL("a", "passed", "2") RESULT("a", "x") RESULT("a", "y") CELL("b", "hung", "0") END;
    size_t run = strlen(RUN), first = strlen(RUN CELL("a", "passed", "2") RESULT("a", "x") RESULT("a", "y"));
    for (size_t size = run; size < sizeof text; size++) {
        struct results results;
        char *part = must_copy(text), *why;
        part[size] = '\0';
        if (!read_text(&results, part, &why))
            fail_msg("cut to %zu: %s", size, why);
        assert_int_equal(results.cut, part[size - 1] != '\n');
        assert_int_equal(results_cell(&results, "a") != NULL, size >= first);
        assert_true(results.whole <= (off_t)size);
        assert_int_equal(part[results.whole - 1], '\n');
        results_free(&results);
        free(part);
    }
}

/* A passed cell's record without all its results is as good as none, and so is the place to go on writing. */
static void half_a_group_is_dropped(void **state)
{
    (void)state;
    struct results results;
    char *why;
    assert_true(read_text(&results, RUN CELL("a", "passed", "2") RESULT("a", "x"), &why));
    assert_null(results_cell(&results, "a"));
    assert_int_equal(results.whole, strlen(RUN));
    results_free(&results);
}

static void last_record_of_a_cell_counts(void **state)
{
    (void)state;
    struct results results;
    char *why;
    assert_true(read_text(&results, RUN CELL("a", "hung", "0") "{\"type\":\"run\",\"format\":1,\"platform\":\"tcg\",\"resumed\":true}\n"
                          CELL("a", "passed", "1") RESULT("a", "x"), &why));
    assert_int_equal(results.cell_count, 1);
    assert_int_equal(results_cell(&results, "a")->status, STATUS_PASSED);
    results_free(&results);
}

static void damage(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        { "", ":1: no run record" },
        { CELL("a", "passed", "0"), ":1: the first record is not the run record" },
        { "{\"type\":\"run\",\"format\":2,\"platform\":\"tcg\"}\n", ":1: this runner reads format 1" },
        { "{\"type\":\"run\",\"format\":1}\n", ":1: a run record needs" },
        { RUN RUN, ":2: a second run record" },
        { RUN "{\"type\":\"run\",\"format\":1,\"platform\":\"kvm\",\"resumed\":true}\n", ":2: resumed on another platform" },
        { RUN "nonsense\n" END, ":2: " },
        { RUN "{\"type\":\"cell\"", NULL },
        { RUN "\n" END, ":2: " },
        { RUN "[]\n", ":2: no object" },
        { RUN "{\"type\":\"what\"}\n", ":2: unknown type" },
        { RUN CELL("a", "great", "0"), ":2: unknown status" },
        { RUN CELL("a", "passed", "-1"), ":2: \"results\" is no count" },
        { RUN CELL("a", "passed", "0") CELL("a", "passed", "0"), ":3: a cell that has passed already" },
        { RUN RESULT("a", "x"), ":2: a result that does not follow" },
        { RUN CELL("a", "passed", "1") RESULT("b", "x"), ":3: a result that does not follow" },
        { RUN CELL("a", "passed", "2") RESULT("a", "x") RESULT("a", "x"), ":4: this benchmark has a result" },
        { RUN CELL("a", "passed", "1") END, ":3: the cell before has fewer" },
        { RUN END CELL("a", "passed", "0"), ":3: a record after the end" },
        { RUN CELL("a", "passed", "1") "{\"type\":\"result\",\"cell\":\"a\",\"benchmark\":\"x\",\"per\":0,\"samples\":[]}\n", ":3: a result record needs" },
        { RUN CELL("a", "passed", "1") "{\"type\":\"result\",\"cell\":\"a\",\"benchmark\":\"x\",\"per\":1,\"samples\":[1.5]}\n", ":3: a sample is no integer" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct results results;
        char *why;
        bool fine = read_text(&results, cases[i].text, &why);
        if (fine != !cases[i].said || (!fine && !strstr(why, cases[i].said)))
            fail_msg("case %zu: %s", i, fine ? "was accepted" : why);
        if (fine)
            results_free(&results);
        free(why);
    }
}

static void appends_behind_what_is_kept(void **state)
{
    (void)state;
    static const char text[] = RUN CELL("a", "hung", "0") "{\"type\":\"ce";
    char *path = scratch_file(text, strlen(text)), *why;
    struct results results;
    struct results_writer writer;
    assert_true(results_read(&results, path, &why));
    assert_true(results.cut);
    assert_true(results_open(&writer, path, results.whole, &why));
    results_free(&results);
    results_write(&writer, json_pack("{ss ss ss}", "type", "cell", "cell", "b", "status", "hung"));
    results_close(&writer);
    assert_true(results_read(&results, path, &why));
    assert_false(results.cut);
    assert_int_equal(results.cell_count, 2);
    results_free(&results);
    drop_file(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read), cmocka_unit_test(cut_anywhere), cmocka_unit_test(half_a_group_is_dropped),
        cmocka_unit_test(last_record_of_a_cell_counts), cmocka_unit_test(damage),
        cmocka_unit_test(appends_behind_what_is_kept),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
