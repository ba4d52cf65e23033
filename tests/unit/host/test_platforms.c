/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The platform table: each row's command, and what the probe's records allow.
 */
#include "unit.h"

#include "platforms.h"

static const struct boot boot = { .images = "/b/v", .kernel = "kernel.elf", .sigma0 = "sigma0.bin", .program = "bench.bin",
    .args = "only=a,b samples=3", .log = "/r/logs/a,b.log", .work = "/r/work", .mkiso = "/s/mk iso" };

static char *command_line(const char *name, const struct boot *of)
{
    struct strings command;
    struct text text = {0};
    platform_command(platform_find(name), of, &command);
    for (size_t i = 0; i < command.count; i++)
        text_add(&text, "[%s]", command.items[i]);
    assert_null(command.items[command.count]);
    strings_free(&command);
    return text.data;
}

static void expect_words(const char *line, const char *const *words)
{
    for (; *words; words++)
        if (!strstr(line, *words))
            fail_msg("%s is not in %s", *words, line);
}

static void tcg_is_repeatable(void **state)
{
    (void)state;
    char *line = command_line("tcg", &boot);
    expect_words(line, (const char *const[]){ "[qemu-system-i386]", "[-icount][shift=0,sleep=off]", "[-accel][tcg", "[-nodefaults]",
        "[-vga][none]", "[-m][64]", "[-machine][pc]", "[-cpu][pentium]", "clock=vm]", "[-serial][file:/r/logs/a,b.log]",
        "[-no-reboot]", "[-device][isa-debug-exit,iobase=0xf4,iosize=4]", "[-kernel][kernel.elf]",
        "[-append][platform=tcg exit=debug]", NULL });
    free(line);
}

static void commas_in_arguments_are_doubled(void **state)
{
    (void)state;
    char *line = command_line("tcg", &boot);
    expect_words(line, (const char *const[]){ "[-initrd][sigma0.bin,bench.bin only=a,,b samples=3]", NULL });
    free(line);
}

static void a_kernel_alone_has_no_modules(void **state)
{
    (void)state;
    struct boot alone = boot;
    alone.sigma0 = alone.program = NULL;
    char *line = command_line("tcg", &alone);
    assert_null(strstr(line, "initrd"));
    assert_null(strstr(line, "[]"));
    free(line);
}

static void kvm_has_the_hosts_processor(void **state)
{
    (void)state;
    struct boot other = boot;
    other.emulator = "/opt/my qemu";
    char *line = command_line("kvm", &other);
    expect_words(line, (const char *const[]){ "[/opt/my qemu]", "[-accel][kvm]", "[-cpu][host]", "[-append][platform=kvm exit=debug]", NULL });
    assert_null(strstr(line, "icount"));
    free(line);
}

static void models_are_tcg_with_the_plugin(void **state)
{
    (void)state;
    char *words[] = { "tlb.parameters=manual", "clocks.segment-load=high", NULL };
    struct strings settings = { words, 2 };
    struct boot other = boot;
    other.plugin = "/b/uk,model.so";
    other.model = "/s/model";
    char *line = command_line("pentium", &other);
    expect_words(line, (const char *const[]){ "[-icount][shift=0,sleep=off]", "[-cpu][pentium]", "[-append][platform=pentium exit=debug]",
        "[-plugin][/b/uk,,model.so,machine=/s/model/machines/pentium90.txt,timing=/s/model/timing.csv,out=/r/logs/a,,b.log.model]", NULL });
    free(line);
    other.settings = &settings;
    other.machine = "/my/what-if.txt";
    line = command_line("i486", &other);
    expect_words(line, (const char *const[]){ "[-cpu][486,-vme,-pse]", ",machine=/my/what-if.txt,",
        ".model,set=tlb.parameters:manual,set=clocks.segment-load:high]", NULL });
    free(line);
    other.machine = "pentium90-4way";
    line = command_line("i486", &other);
    expect_words(line, (const char *const[]){ ",machine=/s/model/machines/pentium90-4way.txt,", NULL });
    free(line);
}

static void remove_work(const char *folder, const char *const *names)
{
    for (; *names; names++) {
        char *path = format("%s/%s", folder, *names);
        unlink(path);
        free(path);
    }
    rmdir(folder);
}

static void bochs_is_prepared(void **state)
{
    (void)state;
    const struct platform *bochs = platform_find("bochs");
    char *folder = scratch_file("", 0), *why = NULL;
    unlink(folder);
    struct boot other = boot;
    other.work = folder;
    other.emulator = "it's bochs";
    other.clock = "/proc/self/exe";
    assert_string_equal(platform_folder(bochs, &other), folder);
    assert_true(bochs->prepare(bochs, &other, &why));
    char *path = format("%s/run", folder), *script = file_text(path), *rc_path = format("%s/bochsrc", folder), *rc = file_text(rc_path);
    expect_words(script, (const char *const[]){ "'/s/mk iso' --output boot.iso --platform bochs --exit bochs --timeout 0 --program "
        "'bench.bin' --args 'only=a,b samples=3' '/b/v' || exit 125", "script -qfec ", "LD_PRELOAD=./clock.so exec ", NULL });
    expect_words(rc, (const char *const[]){ "display_library: term", "com1: enabled=1, mode=file, dev=serial.log", "speaker: enabled=0", NULL });
    free(script);
    free(path);
    free(rc);
    free(rc_path);
    other.clock = "/nowhere/clock.so";
    assert_false(bochs->prepare(bochs, &other, &why));
    expect_words(why, (const char *const[]){ "/nowhere/clock.so cannot be read: ", "; make host builds it", NULL });
    free(why);
    remove_work(folder, (const char *const[]){ "run", "bochsrc", "commands", "serial.log", "clock.so", NULL });
    assert_int_equal(access(folder, F_OK), -1);
    free(folder);
}

static void words_survive_a_shell(void **state)
{
    (void)state;
    char *quoted = shell_quoted("it's $HOME \"x\" `y` \\z"), *command = format("printf %%s %s", quoted), line[80] = "";
    FILE *pipe = popen(command, "r");
    assert_non_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    assert_string_equal(line, "it's $HOME \"x\" `y` \\z");
    free(quoted);
    free(command);
}

static struct probe_record records[16];

/* A probe whose records are all right but the named one; "" for none. */
static struct serial_log probe_without(const char *bad)
{
    static char *const names[] = { "paging", "user-interrupt", "tsc", "user-tsc", "tsc-rate", "tick", "ring0-native" };
    struct serial_log log = { .probes = records };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        records[log.probe_count++] = (struct probe_record){ .name = names[i], .value = "v", .why = "reason", .ok = strcmp(names[i], bad) != 0 };
    return log;
}

static void expect_verdict(const char *platform, const char *bad, enum verdict expected, const char *said)
{
    struct serial_log log = probe_without(bad);
    char *why;
    assert_int_equal(platform_verdict(platform_find(platform), &log, true, &why), expected);
    if (said)
        assert_non_null(strstr(why, said));
    else
        assert_null(why);
    free(why);
}

static void verdicts(void **state)
{
    (void)state;
    expect_verdict("tcg", "", VERDICT_COUNTS, NULL);
    expect_verdict("kvm", "", VERDICT_COUNTS, NULL);
    expect_verdict("bochs", "", VERDICT_RUNS, "bochs counts nothing");
    expect_verdict("kvm", "paging", VERDICT_UNUSABLE, "paging: reason");
    expect_verdict("bochs", "user-interrupt", VERDICT_UNUSABLE, "user-interrupt: reason");
    expect_verdict("kvm", "ring0-native", VERDICT_RUNS, "ring0-native: reason");
    expect_verdict("kvm", "tick", VERDICT_RUNS, "tick: reason");
    expect_verdict("tcg", "tick", VERDICT_COUNTS, NULL);
    expect_verdict("pentium", "", VERDICT_COUNTS, NULL);
    expect_verdict("i486", "user-tsc", VERDICT_COUNTS, NULL); /* the model has a clock of its own */
    expect_verdict("i486", "paging", VERDICT_UNUSABLE, "paging: reason");
    expect_verdict("tcg", "user-tsc", VERDICT_RUNS, "user-tsc: reason");
}

static void what_is_not_reported_is_not_there(void **state)
{
    (void)state;
    struct serial_log log = probe_without("");
    char *why;
    log.probe_count--;
    assert_int_equal(platform_verdict(platform_find("kvm"), &log, true, &why), VERDICT_RUNS);
    assert_string_equal(why, "ring0-native: the probe image did not report it");
    free(why);
    /* A probe that died is no verdict at all, but what it found is said. */
    log = probe_without("paging");
    assert_int_equal(platform_verdict(platform_find("kvm"), &log, false, &why), VERDICT_UNUSABLE);
    assert_string_equal(why, "paging: reason");
    free(why);
    log = probe_without("");
    assert_int_equal(platform_verdict(platform_find("kvm"), &log, false, &why), VERDICT_UNUSABLE);
    free(why);
}

static void who_tells_what(void **state)
{
    (void)state;
    assert_string_equal(platform_find("tcg")->unit, "instructions");
    assert_false(platform_find("tcg")->knows_time);
    assert_string_equal(platform_find("kvm")->unit, "cycles");
    assert_false(platform_find("kvm")->parallel);
    assert_null(platform_find("bochs")->unit);
    assert_string_equal(platform_find("pentium")->unit, "cycles");
    assert_false(platform_find("i486")->knows_time);
    assert_null(platform_find("tcg")->machine);
    assert_null(platform_find("metal"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcg_is_repeatable), cmocka_unit_test(commas_in_arguments_are_doubled),
        cmocka_unit_test(a_kernel_alone_has_no_modules), cmocka_unit_test(kvm_has_the_hosts_processor),
        cmocka_unit_test(bochs_is_prepared), cmocka_unit_test(words_survive_a_shell), cmocka_unit_test(verdicts),
        cmocka_unit_test(what_is_not_reported_is_not_there), cmocka_unit_test(who_tells_what),
        cmocka_unit_test(models_are_tcg_with_the_plugin),
    };
    return cmocka_run_group_tests_name("platforms", tests, NULL, NULL);
}
