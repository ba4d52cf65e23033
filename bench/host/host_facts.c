/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_facts.h"

#include "util.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define UNKNOWN "unknown"
#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"

/* Value of the first line "key : value" of /proc/cpuinfo. */
static char *cpuinfo(const char *key)
{
    char *text = file_text("/proc/cpuinfo");
    char *found = NULL;
    for (char *line = text ? strtok(text, "\n") : NULL; line && !found; line = strtok(NULL, "\n")) {
        size_t length = strlen(key);
        char *colon = strchr(line, ':');
        if (colon && strncmp(line, key, length) == 0 && strspn(line + length, " \t") == (size_t)(colon - line) - length)
            found = must_copy(colon + 1 + strspn(colon + 1, " \t"));
    }
    free(text);
    return found ? found : must_copy(UNKNOWN);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "meltdown: Mitigation: PTI; …" of every entry, in the order of their names. */
static char *mitigations(void)
{
    struct strings names = {0};
    struct text text = {0};
    DIR *folder = opendir(VULNERABILITIES);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            strings_push(&names, entry->d_name);
    if (folder)
        closedir(folder);
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    for (size_t i = 0; i < names.count; i++) {
        char *path = format("%s/%s", VULNERABILITIES, names.items[i]);
        char *value = file_line(path, UNKNOWN);
        text_add(&text, "%s%s: %s", i ? " | " : "", names.items[i], value);
        free(value);
        free(path);
    }
    strings_free(&names);
    return text.data ? text.data : must_copy(UNKNOWN);
}

static void set(json_t *object, const char *key, char *value)
{
    json_t *text = json_string(value);
    json_object_set_new(object, key, text ? text : json_string(UNKNOWN));
    free(value);
}

json_t *host_facts(const char *emulator_version)
{
    struct utsname name;
    json_t *facts = json_object();
    set(facts, "cpu", cpuinfo("model name"));
    set(facts, "kernel", uname(&name) < 0 ? must_copy(UNKNOWN) : format("%s %s", name.sysname, name.release));
    set(facts, "microcode", cpuinfo("microcode"));
    set(facts, "mitigations", mitigations());
    set(facts, "governor", file_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", UNKNOWN));
    set(facts, "emulator", must_copy(emulator_version));
    return facts;
}
