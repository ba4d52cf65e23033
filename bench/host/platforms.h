/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The platform table: name, how it boots, what it can tell, what it needs, how it is probed.
 * A new platform is a new row of platforms.c.
 */
#ifndef HOST_PLATFORMS_H
#define HOST_PLATFORMS_H

#include "serial_log.h"
#include "status.h"
#include "util.h"

/* One boot, in words that suit every platform. */
struct boot {
    const char *emulator; /* program to use; NULL: the platform's own */
    const char *mkiso;    /* script that makes an ISO, for platforms that boot from one */
    const char *clock;    /* Bochs' own (bench/bochs), absolute; NULL: the one that was built with this program */
    const char *images;   /* absolute folder of the images below */
    const char *kernel;   /* file name of the Multiboot kernel in it */
    const char *sigma0;   /* first module; NULL: the kernel boots alone */
    const char *program;  /* second module, the root program */
    const char *args;     /* the root program's arguments, may be empty */
    const char *log;      /* absolute path of the serial log to be */
    const char *plugin;   /* the model, for platforms that have one; this and the next two absolute */
    const char *model;    /* folder with the model's timing.csv and machines/ */
    const char *machine;  /* what to model, NULL: the platform's own: a file, or the name of one in machines/ */
    const struct strings *settings; /* of the machine to change: "key=value"; NULL: none */
    bool keep_events;     /* every sample's, not only the median's */
    const char *work;     /* absolute folder for the platform's own files of this boot; may not exist yet */
};

struct platform {
    const char *name;
    const char *help;
    const char *emulator;
    const char *version_option;  /* makes the emulator print its version */
    const char *exit_word;       /* kernel command line: exit=… */
    enum exit_by exit_by;
    /* The command, word for word; {name} is replaced by what the boot says: {emulator} {kernel} {cmdline}
     * {modules} {log} {plugin}. A word that becomes empty is left out together with the word before it. */
    const char *const *command;
    /* Run in the folder with the images, or in the boot's work folder after `prepare` has filled it. */
    bool in_work;
    bool (*prepare)(const struct platform *platform, const struct boot *boot, char **why);
    const char *machine;         /* a file of bench/model/machines/ without its .txt: everything counted is modelled by it */
    const char *needs;           /* a file without which it cannot work, NULL if none */
    const char *unit;            /* what a tick is: "instructions", "cycles"; NULL: it cannot tell */
    bool knows_time;             /* ticks have a duration, by the probe's tsc-khz */
    double timeout;              /* seconds a boot may take unless the command line says otherwise */
    bool parallel;               /* boots at the same time do not disturb each other's numbers */
    const char *const *run_if;   /* probes that must be ok for anything to run */
    const char *const *count_if; /* probes that must be ok besides for ticks to be published */
};

extern const struct platform platform_table[];
extern const size_t platform_count;

/* NULL if there is none of that name. */
const struct platform *platform_find(const char *name);

/* The program that emulates: the given one, or the platform's own where that is NULL. */
const char *platform_emulator(const struct platform *platform, const char *given);

/* Kernel command line of a boot on this platform; the caller frees it. */
char *platform_cmdline(const struct platform *platform);

/* Command of a boot, for execvp; free with strings_free. */
void platform_command(const struct platform *platform, const struct boot *boot, struct strings *command);

/* The file of the machine that a boot models, and the one that its model writes; the caller frees them. Only for
 * platforms with a machine. */
char *platform_machine(const struct platform *platform, const struct boot *boot);
char *platform_model_out(const struct boot *boot);

/* The folder the command is to be run in. */
const char *platform_folder(const struct platform *platform, const struct boot *boot);

/* "QEMU emulator version 7.2.x", or a sentence why it is not known; the caller frees it. */
char *platform_emulator_version(const struct platform *platform, const char *emulator);

enum verdict {
    VERDICT_COUNTS,   /* everything works: ticks may be published */
    VERDICT_RUNS,     /* programs run, ticks mean nothing or may not be published */
    VERDICT_UNUSABLE, /* programs cannot run */
};

/* What the probe image's records allow; whole: it came to its end. *why (the caller frees it) gives the reasons for the
 * verdict, and is NULL if there are none to be given. */
enum verdict platform_verdict(const struct platform *platform, const struct serial_log *probe, bool whole, char **why);

#endif
