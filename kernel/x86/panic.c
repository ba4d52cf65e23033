/* SPDX-License-Identifier: BSD-2-Clause */
#include <exit.h>
#include <machine.h>
#include <panic.h>
#include <descriptors.h>
#include <x86.h>

#define STACK_WORDS_SHOWN 16

/* What exception_from_kernel (entry.S) leaves on the stack. */
struct exception_state {
	uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax, error_code, eip, cs, eflags;
};

_Noreturn void panic_exception(const struct exception_state *state, uint32_t vector);
_Noreturn void panic_double_fault(void);

static void show(const char *name, uint32_t value)
{
	console_text(" ");
	console_text(name);
	console_text("=");
	console_hex(value);
}

static void begin(const char *why)
{
	console_text("\n!panic: ");
	console_text(why);
	console_text("\n!");
}

static _Noreturn void show_controls_and_end(void)
{
	console_text("\n!");
	show("cr0", read_cr0());
	show("cr2", read_cr2());
	show("cr3", read_cr3());
	show("esp0", tables_tss()->esp0);
	console_text("\n");
	machine_end(EXIT_PANIC);
}

_Noreturn void panic(const char *why)
{
	uint32_t esp;

	__asm__ volatile("cli; mov %%esp, %0" : "=r"(esp));
	begin(why);
	show("esp", esp);
	show("caller", (uint32_t)__builtin_return_address(0));
	show_controls_and_end();
}

static void show_stack(const uint32_t *stack)
{
	for (unsigned i = 0; i < STACK_WORDS_SHOWN; i++) {
		console_text(i % 8 ? " " : "\n! stack ");
		console_hex(stack[i]);
	}
}

_Noreturn void panic_exception(const struct exception_state *s, uint32_t vector)
{
	begin("exception in the kernel");
	show("vector", vector);
	show("error", s->error_code);
	show("eip", s->eip);
	show("cs", s->cs);
	show("eflags", s->eflags);
	console_text("\n!");
	show("eax", s->eax);
	show("ebx", s->ebx);
	show("ecx", s->ecx);
	show("edx", s->edx);
	console_text("\n!");
	show("esi", s->esi);
	show("edi", s->edi);
	show("ebp", s->ebp);
	show("esp", (uint32_t)(s + 1));
	if (((uint32_t)s >> 2 & 1023) < 1024 - STACK_WORDS_SHOWN - sizeof(*s) / 4)
		show_stack((const uint32_t *)(s + 1));
	show_controls_and_end();
}

_Noreturn void panic_double_fault(void)
{
	begin("double fault");
	show("eip", tables_tss()->unused[5]);
	show("eflags", tables_tss()->unused[6]);
	show("esp", tables_tss()->unused[11]);
	show("ebp", tables_tss()->unused[12]);
	show_controls_and_end();
}
