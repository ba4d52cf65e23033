/* SPDX-License-Identifier: BSD-2-Clause */
#include "platforms.h"

#include "bochs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What all QEMU platforms share: nothing in the machine that is not asked for, the serial port in a file (a slow
 * reader at the other end of a pipe would change how often the guest polls the UART), a fixed date, no reboot after a
 * triple fault, and a port that ends the machine. */
#define QEMU_MACHINE \
    "-nodefaults", "-no-user-config", "-machine", "pc", "-smp", "1", "-m", "64", "-display", "none", "-vga", "none", \
    "-monitor", "none", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", "file:{log}", \
    "-kernel", "{kernel}", "-append", "{cmdline}", "-initrd", "{modules}"

/* -icount shift=0: one instruction is one tick of every clock, the TSC among them; sleep=off: idle time is skipped,
 * not waited for. The clock the guest sees is that virtual one. */
static const char *const tcg_command[] = {
    "{emulator}", "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", "pentium",
    "-rtc", "base=2000-01-01T00:00:00,clock=vm", QEMU_MACHINE, NULL
};

/* The same with the model in it, whose clock is its own. The guest sees the processor that is modelled. */
#define MODEL_COMMAND(cpu) \
    "{emulator}", "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", cpu, \
    "-rtc", "base=2000-01-01T00:00:00,clock=vm", "-plugin", "{plugin}", QEMU_MACHINE, NULL

/* QEMU's 486 has CR4 and 4 MB pages, which the i486DX lacks. */
static const char *const i486_command[] = { MODEL_COMMAND("486,-vme,-pse") };
static const char *const pentium_command[] = { MODEL_COMMAND("pentium") };

static const char *const kvm_command[] = { "{emulator}", "-accel", "kvm", "-cpu", "host", QEMU_MACHINE, NULL };

static const char *const bochs_command[] = { "sh", BOCHS_SCRIPT, NULL };

/* Without these no program runs: kernel and programs are 32-bit code with paging that enters the kernel by `int`. */
static const char *const run_probes[] = { "paging", "user-interrupt", NULL };
/* Without these nothing can be measured: a TSC, and the right to read it at user level. */
static const char *const tick_probes[] = { "tsc", "user-tsc", NULL };
/* And without these a tick is no cycle: the TSC jumps or counts instructions, or a hypervisor emulates ring 0. */
static const char *const cycle_probes[] = { "tsc", "user-tsc", "tsc-rate", "tick", "ring0-native", NULL };

const struct platform platform_table[] = {
    {
        .name = "tcg", .help = "QEMU's translator: counts instructions, the same in every run",
        .emulator = "qemu-system-i386", .version_option = "--version", .command = tcg_command,
        .exit_word = "debug", .exit_by = EXIT_BY_STATUS, .unit = "instructions", .timeout = 120, .parallel = true,
        .run_if = run_probes, .count_if = tick_probes,
    },
    {
        .name = "kvm", .help = "this processor, under QEMU/KVM: counts cycles where the probe finds them true",
        .emulator = "qemu-system-i386", .version_option = "--version", .command = kvm_command,
        .exit_word = "debug", .exit_by = EXIT_BY_STATUS, .unit = "cycles", .knows_time = true, .timeout = 120,
        .needs = "/dev/kvm", .run_if = run_probes, .count_if = cycle_probes,
    },
    {
        .name = "pentium", .help = "a Pentium at 90 MHz, modelled on QEMU's translator: cycles, misses and where they went",
        .emulator = "qemu-system-i386", .version_option = "--version", .command = pentium_command,
        .exit_word = "debug", .exit_by = EXIT_BY_STATUS, .unit = "cycles", .machine = "pentium90", .timeout = 300,
        .parallel = true, .run_if = run_probes,
    },
    {
        .name = "i486", .help = "an i486DX at 50 MHz, modelled likewise",
        .emulator = "qemu-system-i386", .version_option = "--version", .command = i486_command,
        .exit_word = "debug", .exit_by = EXIT_BY_STATUS, .unit = "cycles", .machine = "i486dx50", .timeout = 300,
        .parallel = true, .run_if = run_probes,
    },
    {
        .name = "bochs", .help = "Bochs: checks segment limits as a processor does; counts nothing",
        .emulator = "bochs", .version_option = "--help", .command = bochs_command, .in_work = true,
        .prepare = bochs_prepare, .exit_word = "bochs", .exit_by = EXIT_BY_LINE, .timeout = 300,
        .parallel = true, .run_if = run_probes,
    },
};
const size_t platform_count = sizeof platform_table / sizeof platform_table[0];

const struct platform *platform_find(const char *name)
{
    for (size_t i = 0; i < platform_count; i++)
        if (strcmp(platform_table[i].name, name) == 0)
            return &platform_table[i];
    return NULL;
}

const char *platform_emulator(const struct platform *platform, const char *given)
{
    return given ? given : platform->emulator;
}

char *platform_cmdline(const struct platform *platform)
{
    return format("platform=%s exit=%s", platform->name, platform->exit_word);
}

/* QEMU separates modules, and parts of an option, by commas and takes a doubled comma for one that is meant. */
static void add_option_text(struct text *text, const char *s)
{
    for (; *s; s++)
        text_add(text, *s == ',' ? ",," : "%c", *s);
}

static char *module_words(const struct boot *boot)
{
    struct text text = {0};
    text_add(&text, "%s", "");
    if (boot->sigma0) {
        add_option_text(&text, boot->sigma0);
        text_add(&text, ",");
        add_option_text(&text, boot->program);
        if (boot->args[0]) {
            text_add(&text, " ");
            add_option_text(&text, boot->args);
        }
    }
    return text.data;
}

char *platform_machine(const struct platform *platform, const struct boot *boot)
{
    const char *machine = boot->machine ? boot->machine : platform->machine;
    if (strchr(machine, '/') || strchr(machine, '.'))
        return absolute_path(machine);
    return format("%s/machines/%s.txt", boot->model, machine);
}

char *platform_model_out(const struct boot *boot)
{
    return format("%s.model", boot->log);
}

/* The plugin and its arguments: one word. */
static char *plugin_words(const struct platform *platform, const struct boot *boot)
{
    struct text text = {0};
    char *machine = platform_machine(platform, boot), *out = platform_model_out(boot);
    add_option_text(&text, boot->plugin);
    text_add(&text, ",machine=");
    add_option_text(&text, machine);
    text_add(&text, ",timing=");
    add_option_text(&text, boot->model);
    text_add(&text, "/timing.csv,out=");
    add_option_text(&text, out);
    for (size_t i = 0; boot->settings && i < boot->settings->count; i++) {
        const char *setting = boot->settings->items[i];
        size_t key = strcspn(setting, "=");
        text_add(&text, ",set=%.*s:", (int)key, setting);
        add_option_text(&text, setting[key] ? setting + key + 1 : "");
    }
    free(machine);
    free(out);
    return text.data;
}

/* Value of a placeholder, as fresh memory; NULL if there is none of that name. */
static char *placeholder(const struct platform *platform, const struct boot *boot, const char *name, size_t length)
{
#define NAMED(word) (length == sizeof(word) - 1 && memcmp(name, word, length) == 0)
    if (NAMED("emulator"))
        return must_copy(platform_emulator(platform, boot->emulator));
    if (NAMED("kernel"))
        return must_copy(boot->kernel);
    if (NAMED("cmdline"))
        return platform_cmdline(platform);
    if (NAMED("modules"))
        return module_words(boot);
    if (NAMED("plugin"))
        return plugin_words(platform, boot);
    if (NAMED("log"))
        return must_copy(boot->log);
#undef NAMED
    return NULL;
}

static char *expand(const struct platform *platform, const struct boot *boot, const char *word)
{
    struct text text = {0};
    text_add(&text, "%s", "");
    while (*word) {
        const char *end = *word == '{' ? strchr(word, '}') : NULL;
        char *value = end ? placeholder(platform, boot, word + 1, (size_t)(end - word - 1)) : NULL;
        if (value) {
            text_add(&text, "%s", value);
            word = end + 1;
        } else {
            text_add(&text, "%c", *word++);
        }
        free(value);
    }
    return text.data;
}

void platform_command(const struct platform *platform, const struct boot *boot, struct strings *command)
{
    *command = (struct strings){0};
    for (const char *const *word = platform->command; *word; word++) {
        char *expanded = expand(platform, boot, *word);
        if (expanded[0]) {
            strings_take(command, expanded);
            continue;
        }
        free(expanded);
        free(command->items[--command->count]);
        command->items[command->count] = NULL;
    }
}

const char *platform_folder(const struct platform *platform, const struct boot *boot)
{
    return platform->in_work ? boot->work : boot->images;
}

char *platform_emulator_version(const struct platform *platform, const char *emulator)
{
    char *quoted = shell_quoted(platform_emulator(platform, emulator));
    char *command = format("%s %s 2>&1 </dev/null", quoted, platform->version_option);
    char line[200], *version = NULL;
    FILE *pipe = popen(command, "r");
    /* "QEMU emulator version 7.2", "Bochs x86 Emulator 2.7", the latter amid its usage. */
    while (pipe && fgets(line, sizeof line, pipe))
        if (!version && strstr(line, "mulator ") && strpbrk(line, "0123456789")) {
            char *start = line + strspn(line, " \t");
            start[strcspn(start, "\r\n")] = '\0';
            version = must_copy(start);
        }
    if (pipe)
        pclose(pipe);
    free(quoted);
    free(command);
    return version ? version : must_copy("unknown: it does not print its version");
}

/* Adds a reason for each probe of the list that is not ok; for one that is missing too, if all should be there. */
static bool all_fine(const char *const *names, const struct serial_log *probe, bool whole, struct text *why)
{
    bool fine = true;
    for (; names && *names; names++) {
        const struct probe_record *record = serial_log_probe(probe, *names);
        if (record && record->ok)
            continue;
        fine = false;
        if (record)
            text_add(why, "%s%s: %s", why->length ? "; " : "", *names, record->why[0] ? record->why : record->value);
        else if (whole)
            text_add(why, "%s%s: the probe image did not report it", why->length ? "; " : "", *names);
    }
    return fine;
}

enum verdict platform_verdict(const struct platform *platform, const struct serial_log *probe, bool whole, char **why)
{
    struct text text = {0};
    bool runs = all_fine(platform->run_if, probe, whole, &text);
    /* Where nothing runs, what could not be counted either is no news. */
    bool counts = runs && all_fine(platform->count_if, probe, whole, &text);
    if (runs && !platform->unit)
        text_add(&text, "%s counts nothing", platform->name);
    *why = text.data;
    if (!runs || !whole)
        return VERDICT_UNUSABLE;
    return platform->unit && counts ? VERDICT_COUNTS : VERDICT_RUNS;
}
