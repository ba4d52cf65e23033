/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exceptions: caught by the guard around what caused them, else a register dump and the end.
 */
#include "probe.h"
#include "x86.h"

#include <exit.h> /* of kernel/abi */

struct tss {
	uint32_t link, esp0, ss0, unused[22];
	uint16_t trap, io_map;
};

extern uint32_t gdt[], guard_top;
extern char user_start[], user_return[];
void guard_return(uint32_t vector) __attribute__((noreturn));
void user_iret(uint32_t entry); /* address of a struct user_entry */
void trap(struct trap_frame *frame);

struct trap_frame caught;
uint32_t caught_cr2;
volatile uint32_t irq_count[16];

static struct tss tss;
/* Ring 0's stack while user level runs: apart from the one that called it, whose frames guard_return() needs. */
static uint8_t entry_stack[4096] __attribute__((aligned(16)));

void set_descriptor(uint32_t selector, uint32_t base, uint32_t limit, uint32_t access, uint32_t flags)
{
	uint32_t *entry = &gdt[(selector >> 3) * 2];

	entry[0] = base << 16 | (limit & 0xffff);
	entry[1] = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff);
}

void trap_init(void)
{
	tss.ss0 = KERNEL_DATA;
	tss.esp0 = (uint32_t)entry_stack + sizeof entry_stack;
	tss.io_map = sizeof tss; /* beyond its limit: no port for user level */
	set_descriptor(TSS_SELECTOR, (uint32_t)&tss, sizeof tss - 1, 0x89, 0);
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

const char *vector_name(uint32_t vector)
{
	static const char *const names[] = { "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "exception 9",
					     "#TS", "#NP", "#SS", "#GP", "#PF", "exception 15", "#MF", "#AC", "#MC" };

	if (vector == TRAP_NONE)
		return "no exception";
	return vector < sizeof names / sizeof names[0] ? names[vector] : "another vector";
}

void why_caught(const char *prefix, uint32_t vector)
{
	if (vector == TRAP_NONE)
		why("%sno exception", prefix);
	else if (vector == VECTOR_PF)
		why("%s#PF (error code %x, CR2 %x) at %x", prefix, caught.error, caught_cr2, caught.eip);
	else
		why("%s%s (error code %x) at %x", prefix, vector_name(vector), caught.error, caught.eip);
}

static void panic(const struct trap_frame *f)
{
	bool user = f->cs & 3;

	console("! the probe met an exception that no step provoked: %s (vector %u), error code %x", vector_name(f->vector),
		f->vector, f->error);
	console("! eip %x cs %x eflags %x esp %x ss %x cr2 %x", f->eip, f->cs, f->eflags, user ? f->esp : f->kernel_esp,
		user ? f->ss : KERNEL_DATA, read_cr2());
	console("! eax %x ebx %x ecx %x edx %x esi %x edi %x ebp %x", f->eax, f->ebx, f->ecx, f->edx, f->esi, f->edi,
		f->ebp);
	leave(EXIT_PANIC);
}

static void interrupt(uint32_t irq)
{
	irq_count[irq]++;
	if (irq >= 8)
		out8(0xa0, 0x20);
	out8(0x20, 0x20);
}

/* Called by boot.S with everything that comes through the IDT. */
void trap(struct trap_frame *frame)
{
	if (frame->vector >= IRQ_BASE && frame->vector < IRQ_BASE + 16) {
		interrupt(frame->vector - IRQ_BASE);
		return;
	}
	uint32_t cr2 = read_cr2();
	if (!guard_top)
		panic(frame);
	/* A frame from ring 0 has no esp and ss: what lies behind it is not its own, but it is readable stack. */
	caught = *frame;
	caught_cr2 = cr2;
	guard_return(frame->vector);
}

/* ---- user level ------------------------------------------------------------------------------------------------- */

uint32_t enter_user(const struct user_entry *entry)
{
	return guard(user_iret, (uint32_t)entry);
}

bool run_user(void (*action)(void), uint32_t eflags)
{
	struct user_entry entry = { .eip = (uint32_t)user_start, .cs = USER_CODE, .eflags = 2 | eflags,
				    .esp = (uint32_t)user_stack_top, .ss = USER_DATA, .ds = USER_DATA,
				    .eax = (uint32_t)action };

	enter_user(&entry);
	/* By `int`: behind it. By its exception, where hypervisors refuse `int`: on it. */
	return (caught.cs & 3) == 3 &&
	       (caught.eip == (uint32_t)user_return || caught.eip == (uint32_t)user_return + 2);
}
