/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs a recorded trace of accesses (memory_record() writes it, bench/model/reference.py describes it) through the
 * memory system and prints every count that is not 0, one per line, in the words that reference.py uses.
 *
 *     memory_replay MACHINE TRACE [key=value ...]    replaces values of the machine
 *     memory_replay --speed N MACHINE TRACE ...      N times over, and prints how much processor time an access takes
 *     memory_replay --record FILE MACHINE TRACE ...  and records it once more
 */
#include "key_set.h"
#include "memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct event {
    char what;
    bool user;
    unsigned size;
    uint32_t a, b;
};

struct trace {
    struct event *events;
    size_t count;
    struct key_set tables; /* physical address to value, in bits */
};

__attribute__((noreturn))
static void die(const char *what, const char *where)
{
    fprintf(stderr, "memory_replay: %s: %s\n", where, what);
    exit(2);
}

static struct trace read_trace(const char *path)
{
    struct trace trace = {0};
    char line[128];
    FILE *file = fopen(path, "r");
    if (!file)
        die("cannot be opened", path);
    size_t room = 0;
    while (fgets(line, sizeof line, file)) {
        struct event event = {0};
        int user = 0;
        int fields = sscanf(line, "%c %x %x %u %d", &event.what, &event.a, &event.b, &event.size, &user);
        if (fields < 1 || !strchr("FRWP034IXCZ", event.what) || (strchr("FRW", event.what) && fields != 5))
            die("a line is not an event", path);
        event.user = user;
        if (trace.count == room) {
            room = room ? 2 * room : 4096;
            trace.events = realloc(trace.events, room * sizeof event);
            if (!trace.events)
                die("out of memory", path);
        }
        trace.events[trace.count++] = event;
    }
    fclose(file);
    return trace;
}

static bool read_table(void *context, uint32_t physical, uint32_t *value)
{
    const struct key_entry *entry = key_set_find(context, physical);
    *value = entry ? entry->bits : 0;
    return entry != NULL;
}

static uint64_t replay_event(struct memory *memory, struct trace *trace, const struct event *event, uint64_t now)
{
    struct access_result result = {0};
    switch (event->what) {
    case 'F':
        memory_access(memory, ACCESS_FETCH, event->a, event->b, event->size, now, event->user, &result);
        break;
    case 'R':
        memory_access(memory, ACCESS_READ, event->a, event->b, event->size, now, event->user, &result);
        break;
    case 'W':
        memory_access(memory, ACCESS_WRITE, event->a, event->b, event->size, now, event->user, &result);
        break;
    case 'P':
        key_set_add(&trace->tables, event->a)->bits = event->b;
        return now;
    case '0':
        memory_load_cr0(memory, event->a);
        break;
    case '3':
        memory_load_cr3(memory, event->a);
        break;
    case '4':
        memory_load_cr4(memory, event->a);
        break;
    case 'I':
        memory_invlpg(memory, event->a);
        break;
    case 'X':
        memory_flush_tlb(memory, event->a);
        break;
    case 'C':
        memory_flush_caches(memory);
        break;
    default:
        memory_region_reset(memory);
    }
    return now + 1 + result.stall;
}

static void print(const char *what, unsigned user, const char *who, const char *why, uint64_t count)
{
    if (count)
        printf("%s %s %s %s %" PRIu64 "\n", what, user ? "user" : "kernel", who, why, count);
}

static void print_counts(const struct memory *memory)
{
    static const char *const who[ACCESS_KINDS] = {"fetch", "read", "write", "walk"};
    static const char *const why[MISS_KINDS] = {"none", "cold", "capacity", "conflict", "flushed", "unfetched"};
    const struct memory_counts *counts = memory_counts(memory);
    for (unsigned user = 0; user < 2; user++) {
        for (unsigned kind = 0; kind < ACCESS_KINDS; kind++) {
            print("access", user, who[kind], "any", counts->accesses[user][kind]);
            for (unsigned miss = 0; miss < MISS_KINDS; miss++) {
                print("l1", user, who[kind], why[miss], counts->l1_misses[user][kind][miss]);
                print("l2", user, who[kind], why[miss], counts->l2_misses[user][kind][miss]);
                print("l3", user, who[kind], why[miss], counts->l3_misses[user][kind][miss]);
            }
        }
        for (unsigned miss = 0; miss < MISS_KINDS; miss++) {
            print("tlb", user, "data", why[miss], counts->tlb_misses[user][0][miss]);
            print("tlb", user, "code", why[miss], counts->tlb_misses[user][1][miss]);
        }
        print("stlb", user, "any", "hit", counts->stlb_hits[user]);
        print("dirty", user, "any", "walk", counts->dirty_walks[user]);
        print("clocks", user, "any", "walk", counts->walk_clocks[user]);
    }
    print("flush", 0, "tlb", "any", counts->flushes);
    print("invlpg", 0, "tlb", "any", counts->invlpgs);
    print("write-back", 0, "l1", "any", counts->write_backs);
    struct memory_touched touched = memory_touched(memory);
    printf("touched lines %u %u %u\n", touched.lines, touched.code_lines, touched.data_lines);
    printf("touched pages %u %u %u\n", touched.pages, touched.code_pages, touched.data_pages);
}

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void print_speed(const struct memory *memory, double time)
{
    uint64_t fetches = 0, data = 0;
    for (unsigned user = 0; user < 2; user++) {
        fetches += memory_counts(memory)->accesses[user][ACCESS_FETCH];
        data += memory_counts(memory)->accesses[user][ACCESS_READ] + memory_counts(memory)->accesses[user][ACCESS_WRITE];
    }
    printf("%.1f ns per access, %.1f million fetches per second with their data\n",
           1e9 * time / (double)(fetches + data), 1e-6 * (double)fetches / time);
}

struct options {
    unsigned long speed;
    const char *record;
    const char *machine, *trace;
    char **overrides;
    int override_count;
};

static struct options parse(int count, char **words)
{
    struct options options = {0};
    int at = 1;
    for (; at + 1 < count && strncmp(words[at], "--", 2) == 0; at += 2) {
        if (strcmp(words[at], "--speed") == 0)
            options.speed = strtoul(words[at + 1], NULL, 10);
        else if (strcmp(words[at], "--record") == 0)
            options.record = words[at + 1];
        else
            die("no such option", words[at]);
    }
    if (count - at < 2)
        die("usage: [--speed N] [--record FILE] MACHINE TRACE [key=value ...]", "arguments");
    options.machine = words[at];
    options.trace = words[at + 1];
    options.overrides = words + at + 2;
    options.override_count = count - at - 2;
    return options;
}

static struct memory *make_memory(const struct options *options)
{
    char error[512];
    struct machine *machine = machine_load(options->machine, error, sizeof error);
    if (!machine)
        die(error, "machine");
    for (int i = 0; i < options->override_count; i++)
        if (!machine_override(machine, options->overrides[i], error, sizeof error))
            die(error, options->overrides[i]);
    struct memory *memory = memory_new(machine);
    machine_free(machine);
    return memory;
}

int main(int count, char **words)
{
    struct options options = parse(count, words);
    struct memory *memory = make_memory(&options);
    struct trace trace = read_trace(options.trace);
    FILE *record = options.record ? fopen(options.record, "w") : NULL;
    memory_record(memory, record);
    memory_set_walker(memory, &(struct memory_walker){&trace.tables, read_table});
    uint64_t now = 0;
    double start = seconds();
    for (unsigned long i = 0; i < (options.speed ? options.speed : 1); i++)
        for (size_t at = 0; at < trace.count; at++)
            now = replay_event(memory, &trace, &trace.events[at], now);
    if (options.speed)
        print_speed(memory, seconds() - start);
    else
        print_counts(memory);
    memory_free(memory);
    key_set_free(&trace.tables);
    free(trace.events);
    return record && fclose(record) != 0;
}
