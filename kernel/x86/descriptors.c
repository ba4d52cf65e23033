/* SPDX-License-Identifier: BSD-2-Clause */
#include <descriptors.h>
#include <layout.h>
#include <ports.h>
#include <syscall.h>

static struct tss double_fault_tss;

/* Entry points, by vector (entry.S). */
extern const uint32_t exception_entries[32], interrupt_entries[16];
void kernel_entry(void);
void double_fault_entry(void);

extern char panic_stack_top[];
extern uint32_t kernel_directory[];

#define GATE_INTERRUPT 0x8e00      /* ring 0 only, interrupts off in the handler */
#define GATE_USER_INTERRUPT 0xee00 /* also for INT from ring 3 */
#define GATE_TASK 0x8500

static void set_gate(unsigned vector, uint32_t entry, uint32_t type)
{
	tables_idt()[vector].low = SELECTOR_KERNEL_CODE << 16 | (entry & 0xffff);
	tables_idt()[vector].high = (entry & 0xffff0000) | type;
}

struct table_pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

void idt_init(uint32_t bias)
{
	struct table_pointer pointer = {IDT_ENTRIES * sizeof(struct descriptor) - 1, (uint32_t)tables_idt() + bias};

	for (unsigned vector = 0; vector < 32; vector++)
		set_gate(vector, exception_entries[vector], GATE_INTERRUPT);
	/* Breakpoint and overflow are instructions for programs. */
	set_gate(3, exception_entries[3], GATE_USER_INTERRUPT);
	set_gate(4, exception_entries[4], GATE_USER_INTERRUPT);
	for (unsigned line = 0; line < 16; line++)
		set_gate(VECTOR_INTERRUPT_0 + line, interrupt_entries[line], GATE_INTERRUPT);
	set_gate(SYSCALL_VECTOR, (uint32_t)kernel_entry, GATE_USER_INTERRUPT);
	__asm__ volatile("lidt %0" : : "m"(pointer));
}

#define DESCRIPTOR_TSS 0x8900
#define DESCRIPTOR_TSS_BUSY 0x0200

/* `size` bytes (1 to 64 KB) at `base`. */
static void set_tss_descriptor(unsigned selector, uint32_t base, uint32_t size)
{
	tables_gdt()[selector >> 3].low = (size - 1) | base << 16;
	tables_gdt()[selector >> 3].high = DESCRIPTOR_TSS | (base & 0xff000000) | (base >> 16 & 0xff);
}

void load_task(uint32_t selector)
{
	/* Loading marks it busy, and refuses one that is. */
	tables_gdt()[selector >> 3].high &= ~DESCRIPTOR_TSS_BUSY;
	__asm__ volatile("ltr %w0" : : "r"(selector) : "memory");
}

/* See ports.c: the same TSS twice; the bitmap begins on the page behind it. */
static void set_tss_and_alias(void)
{
	uint32_t offset = (uint32_t)tables_tss() % PAGE_SIZE;

	tables_tss()->io_map = PAGE_SIZE - offset;
	set_tss_descriptor(SELECTOR_TSS, (uint32_t)tables_tss(), sizeof(struct tss));
	set_tss_descriptor(SELECTOR_PORTS_TSS, PORTS_WINDOW + offset, tables_tss()->io_map + PORTS_COUNT / 8 + 1);
}

/* A double fault gets a task of its own: the stack it would need may be what is broken. */
static void set_double_fault_task(void)
{
	struct tss *t = &double_fault_tss;

	t->unused[4] = (uint32_t)kernel_directory - PHYSICAL_WINDOW; /* cr3 */
	t->unused[5] = (uint32_t)double_fault_entry;                 /* eip */
	t->unused[6] = EFLAGS_RESERVED;
	t->unused[11] = (uint32_t)panic_stack_top;                   /* esp */
	t->unused[15] = SELECTOR_KERNEL_DATA;                        /* es, cs, ss, ds */
	t->unused[16] = SELECTOR_KERNEL_CODE;
	t->unused[17] = SELECTOR_KERNEL_DATA;
	t->unused[18] = SELECTOR_KERNEL_DATA;
	t->io_map = sizeof(*t);
	set_tss_descriptor(SELECTOR_DOUBLE_FAULT_TSS, (uint32_t)t, sizeof(*t));
	tables_idt()[VECTOR_DOUBLE_FAULT].low = SELECTOR_DOUBLE_FAULT_TSS << 16;
	tables_idt()[VECTOR_DOUBLE_FAULT].high = GATE_TASK;
}

void gdt_init(void)
{
	struct table_pointer pointer = {GDT_ENTRIES * sizeof(struct descriptor) - 1, (uint32_t)tables_gdt()};

	tables_gdt()[SELECTOR_KERNEL_CODE >> 3] = (struct descriptor){0x0000ffff, DESCRIPTOR_KERNEL_CODE};
	tables_gdt()[SELECTOR_KERNEL_DATA >> 3] = (struct descriptor){0x0000ffff, DESCRIPTOR_KERNEL_DATA};
	gdt_set_user(descriptor_low(0, USER_TOP), descriptor_user_data_high(0, USER_TOP));
	tables_tss()->ss0 = SELECTOR_KERNEL_DATA;
	set_tss_and_alias();
	set_double_fault_task();
	idt_init(0);
	__asm__ volatile("lgdt %0" : : "m"(pointer));
	__asm__ volatile("ljmp %0, $1f; 1:" : : "i"(SELECTOR_KERNEL_CODE));
	__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%ss" : : "r"(SELECTOR_KERNEL_DATA));
	load_fs_gs(0); /* for programs that use them, the kernel loads them at their first fault */
	__asm__ volatile("lldt %w0" : : "r"(0));
	load_task(SELECTOR_TSS);
}
