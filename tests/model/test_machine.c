/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Machine files: what is read from them, and that every mistake in one is an error with file and line.
 */
#include "memory_rig.h"

#include <unistd.h>

static char folder[4096];

static void write_file(const char *name, const char *text)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct machine *load(const char *name, char *error, size_t size)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    error[0] = '\0';
    return machine_load(path, error, size);
}

/* The text alone is no machine, and the message has this in it. */
static void refused(const char *text, const char *message)
{
    char error[512];
    write_file("wrong", text);
    struct machine *machine = load("wrong", error, sizeof error);
    if (machine)
        fail_msg("accepted: %s", text);
    if (!strstr(error, message) || !strstr(error, "/wrong.txt:"))
        fail_msg("'%s' does not say '%s'", error, message);
}

#define LEAST                                                                                                   \
    "name = least\ncycles = none # assumed\nl1 = unified # assumed\nl1d.size = 1024 # assumed\n"                \
    "tlb = unified # assumed\ndtlb.entries = 8 # assumed: so\n"

static void values_and_ranges(void **state)
{
    (void)state;
    struct machine *machine = rig_machine("i486dx50");
    assert_string_equal(machine_text(machine, "name"), "i486DX-50");
    assert_true(machine_is(machine, "cycles", "i486"));
    assert_true(machine_number(machine, "clocks.int-inner") == 71);
    assert_true(machine_number(machine, "l3.size") == 0);
    assert_true(machine_has(machine, "l2.size"));
    assert_false(machine_has(machine, "l3.size"));
    struct machine_setting setting;
    unsigned found = 0;
    for (size_t i = 0; machine_setting(machine, i, &setting); i++) {
        if (strcmp(setting.key, "clocks.pop") != 0)
            continue;
        found++;
        assert_string_equal(setting.value, "1");
        assert_true(setting.ranged && setting.low == 1 && setting.high == 4);
        assert_false(setting.assumed);
        assert_string_equal(setting.source, "Abrash, Quantasm, PRM486-E, ALP");
        assert_true(setting.line > 1 && strstr(setting.file, "i486dx50.txt"));
    }
    assert_int_equal(found, 1);
    machine_free(machine);
}

static void what_if(void **state)
{
    (void)state;
    struct machine *base = rig_machine("i486dx50"), *machine = rig_machine("i486dx50-tagged-tlb");
    assert_true(machine_is(base, "tlb.tagged", "no"));
    assert_true(machine_is(machine, "tlb.tagged", "yes"));
    assert_string_equal(machine_text(machine, "name"), "i486DX-50 with a tagged TLB");
    assert_true(machine_number(machine, "clocks.iret-outer") == 36);
    machine_free(base);
    machine_free(machine);
    machine = rig_machine("pentium90-4way");
    assert_true(machine_number(machine, "l1d.ways") == 4);
    machine_free(machine);
}

static void overrides(void **state)
{
    (void)state;
    char error[256];
    struct machine *machine = rig_machine("pentium90");
    assert_true(machine_override(machine, "clocks.segment-load=high", error, sizeof error));
    assert_true(machine_number(machine, "clocks.segment-load") == 11);
    assert_true(machine_override(machine, "clocks.segment-load=low", error, sizeof error));
    assert_true(machine_number(machine, "clocks.segment-load") == 2);
    assert_true(machine_override(machine, " clocks.mov-cr3 = 46 ", error, sizeof error));
    assert_true(machine_number(machine, "clocks.mov-cr3") == 46);
    assert_true(machine_override(machine, "tlb.parameters=manual", error, sizeof error));
    assert_true(machine_override(machine, "l3.size=0", error, sizeof error)); /* had a default */
    static const char *const wrong[][2] = {
        {"clocks.segment-load", "key=value"}, {"clocks.sgment-load=3", "no key 'clocks.sgment-load'"},
        {"clocks.int-same=high", "has no range"}, {"tlb.parameters=low", "no range"}, {"tlb.parameters=x", "not one of liedtke|manual"},
        {"clocks.int-same=x", "not a number"}, {"clocks.int-same=-1", "not a number"}, {"clocks.int-same=1e9", "not a number"},
        {"clocks.int-same=5000", "outside"}, {"clocks.int-same=5 [4..6]", "has a range"}, {"l1d.size=9000", "power of two"},
        {"l1=unified", "if, and only if"}, {"dtlb.ways=3", "power of two"}, {"bus.width=24", "divide"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(machine_override(machine, wrong[i][0], error, sizeof error));
        if (!strstr(error, wrong[i][1]))
            fail_msg("'%s' does not say '%s'", error, wrong[i][1]);
    }
    assert_true(machine_number(machine, "l1d.size") == 8192);
    machine_free(machine);
}

static void mistakes_in_a_line(void **state)
{
    (void)state;
    char error[512];
    write_file("least", LEAST);
    struct machine *machine = load("least", error, sizeof error);
    assert_string_equal(error, "");
    machine_free(machine);
    refused("l1d.sise = 4 # assumed\n", ":1: there is no key 'l1d.sise'");
    refused("# a comment\n\nl1d.size 4 # assumed\n", ":3: 'l1d.size 4' is not of the form");
    refused("l1d.size = 8192\n", "says not where its value is from");
    refused("l1d.size = 8192 # source:\n", "says not where");
    refused("l1d.size = 8192 # assumedly\n", "says not where");
    refused("l1d.size = # assumed\n", "has no value");
    refused("l1d.size = 0x100 # assumed\n", "not a number");
    refused("l1d.size = nan # assumed\n", "not a number");
    refused("l1d.size = 1.2.3 # assumed\n", "not a number");
    refused("l1d.ways = 65 # assumed\n", "outside 1 to 64");
    refused("l1d.write = sideways # assumed\n", "not one of through|back");
    refused("l1d.write = thr # assumed\n", "not one of");
    refused("clocks.pop = 1 [1-4] # assumed\n", "not of the form [low..high]");
    refused("clocks.pop = 1 [1..4 # assumed\n", "not of the form");
    refused("clocks.pop = 1 [4..1] # assumed\n", "low end 4 is above");
    refused("clocks.pop = 5 [1..4] # assumed\n", "outside its own range");
    refused("clocks.pop = 1 [1..x] # assumed\n", "not a number");
    refused("l1d.size = 1024 # assumed\nl1d.size = 2048 # assumed\n", ":2: l1d.size is set twice, first in line 1");
}

static void mistakes_in_the_whole(void **state)
{
    (void)state;
    char error[512], text[2048];
    refused("name = x\n", "the machine has no cycles");
    refused(LEAST "l1i.size = 1024 # assumed\n", ":7: l1i.size: there is one if, and only if, l1 = split");
    refused(LEAST "l1d.ways = 3 # assumed\n", "l1d.size: does not make a power of two of sets");
    refused(LEAST "l1d.line = 24 # assumed\n", ":7: l1d.line: must be a power of two");
    refused(LEAST "l2.size = 4096 # assumed\nl2.line = 8 # assumed\n", ":8: l2.line: must be that of l1d");
    refused("name = x\ncycles = i486 # assumed\n", "the machine has no clock.mhz");
    refused("based-on = none-such\n", ":1: based-on: ");
    refused("name = x\nbased-on = least\n", ":2: based-on must be the first setting");
    refused("based-on = ../least\n", "not the plain name");
    refused("based-on = wrong\n", "circle");
    write_file("wrong", "based-on = least\nl1d.line = 48 # assumed\n"); /* the mistake is told in the file that has it */
    assert_null(load("wrong", error, sizeof error));
    assert_non_null(strstr(error, "/wrong.txt:2: l1d.line"));
    assert_null(load("no-such", error, sizeof error));
    assert_non_null(strstr(error, "cannot be opened"));
    memset(text, ' ', sizeof text - 2);
    memcpy(text + sizeof text - 2, "\n", 2);
    refused(text, "longer than");
    /* A short buffer gets what fits. */
    char shortened[8];
    assert_null(load("no-such", shortened, sizeof shortened));
    assert_int_equal(strlen(shortened), sizeof shortened - 1);
}

static int make_folder(void **state)
{
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/machines.XXXXXX", temporary ? temporary : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const files[] = {"least", "wrong"};
    char path[4200];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s.txt", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_ranges),
        cmocka_unit_test(what_if),
        cmocka_unit_test(overrides),
        cmocka_unit_test(mistakes_in_a_line),
        cmocka_unit_test(mistakes_in_the_whole),
    };
    return cmocka_run_group_tests_name("machine", tests, make_folder, remove_folder);
}
