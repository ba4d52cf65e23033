/* SPDX-License-Identifier: BSD-2-Clause */
#include "bochs.h"

#include "platforms.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOCK "clock.so" /* bench/bochs/clock.c says why */

/* The kernel reads no clock but the PIT's: sync=none lets Bochs run as fast as it can. A triple fault and every other
 * panic of Bochs ends it, so that it is never waited for. */
static const char configuration[] =
    "config_interface: textconfig\n"
    "display_library: term\n"
    "romimage: file=$BXSHARE/BIOS-bochs-latest\n"
    "vgaromimage: file=$BXSHARE/VGABIOS-lgpl-latest\n"
    "megs: 64\n"
    "cpu: model=pentium, count=1, ips=50000000, reset_on_triple_fault=0\n"
    "clock: sync=none, time0=946684800\n"
    "ata0-master: type=cdrom, path=boot.iso, status=inserted\n"
    "boot: cdrom\n"
    "com1: enabled=1, mode=file, dev=serial.log\n"
    "speaker: enabled=0\n"
    "log: bochs.log\n"
    "panic: action=fatal\n"
    "error: action=report\n"
    "info: action=ignore\n";

static bool write_file(const char *folder, const char *name, const char *content, char **why)
{
    char *path = format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    bool fine = file && fputs(content, file) >= 0;
    if (file && fclose(file) != 0)
        fine = false;
    if (!fine)
        *why = format("%s cannot be written: %s", path, strerror(errno));
    free(path);
    return fine;
}

/* The ISO is made in the background like the boot itself, within its time and with its messages. */
static char *run_script(const struct platform *platform, const struct boot *boot)
{
    const char *values[] = { boot->mkiso, boot->program ? boot->program : "", boot->args ? boot->args : "",
                             boot->images, boot->kernel, platform_emulator(platform, boot->emulator) };
    char *quoted[6];
    for (size_t i = 0; i < 6; i++)
        quoted[i] = shell_quoted(values[i]);
    struct text text = {0};
    text_add(&text, "# Boots this cell again, by hand if need be: sh " BOCHS_SCRIPT "\n");
    text_add(&text, "%s --output boot.iso --platform %s --exit %s --timeout 0", quoted[0], platform->name,
             platform->exit_word);
    if (boot->sigma0)
        text_add(&text, " --program %s --args %s %s", quoted[1], quoted[2], quoted[3]);
    else
        text_add(&text, " --kernel %s/%s", quoted[3], quoted[4]);
    char *inner = format("TERM=xterm LD_PRELOAD=./" CLOCK " exec %s -q -f bochsrc -rc commands", quoted[5]);
    char *command = shell_quoted(inner);
    /* The display wants a terminal, which script(1) gives it; -e hands the exit status on. */
    text_add(&text, " || exit 125\nexec script -qfec %s /dev/null\n", command);
    free(inner);
    free(command);
    for (size_t i = 0; i < 6; i++)
        free(quoted[i]);
    return text.data;
}

/* Links, because a path with a comma or a blank would end the option in bochsrc, or LD_PRELOAD. */
static bool make_link(const char *folder, const char *name, const char *target, char **why)
{
    char *link = format("%s/%s", folder, name);
    unlink(link);
    bool fine = symlink(target, link) == 0;
    if (!fine)
        *why = format("%s cannot be made: %s", link, strerror(errno));
    free(link);
    return fine;
}

/* The clock that was built with this program: build/host/ukrun, build/bochs/clock.so. NULL with *why; the caller frees it. */
static char *built_clock(char **why)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) {
        *why = format("/proc/self/exe cannot be read: %s", strerror(errno));
        return NULL;
    }
    program[length] = '\0';
    return format("%s/../bochs/" CLOCK, dirname(program));
}

static bool link_clock(const struct boot *boot, char **why)
{
    char *clock = boot->clock ? must_copy(boot->clock) : built_clock(why);
    if (!clock)
        return false;
    bool fine = access(clock, R_OK) == 0;
    if (!fine)
        *why = format("%s cannot be read: %s; make host builds it", clock, strerror(errno));
    fine = fine && make_link(boot->work, CLOCK, clock, why);
    free(clock);
    return fine;
}

bool bochs_prepare(const struct platform *platform, const struct boot *boot, char **why)
{
    if (!make_folders(boot->work)) {
        *why = format("%s cannot be made: %s", boot->work, strerror(errno));
        return false;
    }
    bool fine = make_link(boot->work, "serial.log", boot->log, why) && link_clock(boot, why);
    char *script = run_script(platform, boot);
    /* Debian's Bochs has its debugger built in and waits for a command: "c", continue. */
    fine = fine && write_file(boot->work, "bochsrc", configuration, why) &&
           write_file(boot->work, "commands", "c\n", why) && write_file(boot->work, BOCHS_SCRIPT, script, why);
    free(script);
    return fine;
}
