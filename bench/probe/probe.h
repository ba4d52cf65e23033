/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the probe's steps use: records, guarded execution, user level; and the steps themselves.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- record.c: the serial line ---------------------------------------------------------------------------------- */

void uart_init(void);
/* Formats understand %s, %u, %d, %x (eight hexadecimal digits) and %q (hundredths: 150 prints 1.50). */
void console(const char *format, ...);
void print_into(char *buffer, size_t size, const char *format, ...);
void record_boot(const char *platform, const char *cpu, bool tsc, uint32_t features);
void note(const char *format, ...);
/* Value and reason of the record that report() sends next; too long ones are cut. */
void value(const char *format, ...);
void why(const char *format, ...);
/* Sends a probe record, and forgets value and reason. ok: as a processor is expected to be. */
void report(const char *name, bool ok);
/* report() with a reason only if it is not ok. */
void report_yes_no(const char *name, bool ok, const char *reason);
void record_complete(void);
/* Ends the machine in every way that the command line's exit= words name; no return. */
void leave(uint32_t code) __attribute__((noreturn));
void exit_words(const char *command_line);

/* ---- boot.S, trap.c: exceptions and user level ------------------------------------------------------------------ */

struct trap_frame {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, kernel_esp, ebx, edx, ecx, eax;
	uint32_t vector, error, eip, cs, eflags;
	uint32_t esp, ss; /* only if it came from user level */
};

/* The last exception (or GATE_RETURN, GATE_KERNEL) that guard() caught, and CR2 at its time. */
extern struct trap_frame caught;
extern uint32_t caught_cr2;
/* Interrupts of each line since they were cleared. */
extern volatile uint32_t irq_count[16];

/* Calls action(argument). The vector of the exception that ended it, TRAP_NONE if it returned. May be nested. */
uint32_t guard(void (*action)(uint32_t), uint32_t argument);
/* Calls action at user level, flat segments, with these EFLAGS besides, on a stack of its own. True if it came as far
 * as its last `int`, whether that worked or raised an exception; `caught` tells which, or what happened instead. */
bool run_user(void (*action)(void), uint32_t eflags);
/* As run_user, but enters as the caller says; the vector that ended it. */
struct user_entry {
	uint32_t eip, cs, eflags, esp, ss, ds, eax;
};
uint32_t enter_user(const struct user_entry *entry);
/* An 8-byte descriptor; access is bits 8 to 15 of its second word, flags bits 20 to 23 of it. */
void set_descriptor(uint32_t selector, uint32_t base, uint32_t limit, uint32_t access, uint32_t flags);
extern char user_stack_top[];
void trap_init(void);
const char *vector_name(uint32_t vector);
/* "#GP with error code 0000001c" into the next record's reason. */
void why_caught(const char *prefix, uint32_t vector);

/* ---- what steps learn from each other --------------------------------------------------------------------------- */

extern struct facts {
	bool has_cpuid;
	char vendor[13];
	uint32_t family, model, stepping;
	uint32_t features;     /* CPUID.1:EDX, 0 without CPUID */
	uint32_t features_ecx; /* CPUID.1:ECX */
	uint32_t max_leaf;
	bool tsc;              /* RDTSC works in ring 0, and moves */
	bool user;             /* user level can be entered */
	bool user_interrupt;   /* and left by int */
	bool user_tsc;         /* and RDTSC works there */
	uint32_t khz;          /* TSC against the PIT; 0: not known */
	bool paging;           /* is on, and works */
} facts;

void cpuid(uint32_t leaf, uint32_t registers[4]);

/* ---- the steps, in order of danger ------------------------------------------------------------------------------ */

/* Fills in facts, before any record; cpu becomes "GenuineIntel 5.4.3". */
void find_processor(char *cpu, size_t size);
/* In ring 0, without returning from anything. */
void step_processor(void);
void step_tsc(void);
void step_rate(void);
void step_tick(void);
void step_cpuid_cost(void);
void step_ring0(void);
void step_counters(void);
void step_paging(void);
void step_large_pages(void);
void step_global_pages(void);
void step_cr3(void);
/* iret comes in, by which some hypervisors kill the machine. */
void step_iret(void);
void step_timer(void);
/* With user level. */
void step_user(void);
void step_user_interrupt(void);
void step_user_tsc(void);
void step_user_paging(void);
void step_user_timer(void);
void step_user_counters(void);
void step_ring0_ratio(void);
void step_limits(void);
void step_gaps(void);
void step_sysenter(void);

#endif
