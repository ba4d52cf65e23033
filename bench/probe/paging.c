/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Paging: 32-bit page tables, protection, 4 MB pages, global pages, what a reload of CR3 costs.
 */
#include "probe.h"
#include "x86.h"

#define PRESENT 1
#define WRITE 2
#define USER 4
#define LARGE 0x80
#define GLOBAL 0x100
#define ALL (PRESENT | WRITE | USER)
#define WINDOW 0x00c00000       /* linear: pages of window_table, for the tests */
#define LARGE_WINDOW 0x01000000 /* linear: the first 4 MB of memory once more, by a 4 MB page */
#define PAGE(n) (WINDOW + (n) * 4096u)
#define AT(address) (*(volatile uint32_t *)(address))
#define CR3_MOST_TICKS 1000     /* processors take 20 to 300 */

static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t low_table[1024] __attribute__((aligned(4096))); /* the first 4 MB, one to one, user level too */
static uint32_t window_table[1024] __attribute__((aligned(4096)));
static uint32_t frame_a[1024] __attribute__((aligned(4096)));
static uint32_t frame_b[1024] __attribute__((aligned(4096)));

static void make_tables(void)
{
	for (uint32_t i = 0; i < 1024; i++)
		low_table[i] = i << 12 | ALL;
	directory[0] = (uint32_t)low_table | ALL;
	directory[WINDOW >> 22] = (uint32_t)window_table | ALL;
	window_table[0] = (uint32_t)frame_a | ALL;
	window_table[1] = 0;
	window_table[2] = (uint32_t)frame_a | PRESENT | WRITE;
	window_table[3] = (uint32_t)frame_a | PRESENT | USER;
	frame_a[0] = 0x0a0a0a0a;
	frame_b[0] = 0x0b0b0b0b;
}

static void switch_on(uint32_t unused)
{
	(void)unused;
	write_cr3((uint32_t)directory);
	write_cr0(read_cr0() | CR0_PG | CR0_WP);
}

static uint32_t user_address;

static void user_read(void)
{
	(void)AT(user_address);
}

static void user_write(void)
{
	AT(user_address) = 1;
}

static void kernel_read(uint32_t address)
{
	(void)AT(address);
}

static void kernel_write(uint32_t address)
{
	AT(address) = 1;
}

/* Did the last access raise #PF with this error code, at this address? */
static bool faulted(uint32_t address, uint32_t error)
{
	return caught.vector == VECTOR_PF && caught.error == error && caught_cr2 == address;
}

static bool user_faults(void (*action)(void), uint32_t address, uint32_t error)
{
	user_address = address;
	caught.vector = TRAP_NONE;
	run_user(action, 0);
	return faulted(address, error) && (caught.cs & 3) == 3;
}

static bool kernel_faults(void (*action)(uint32_t), uint32_t address, uint32_t error)
{
	caught.vector = TRAP_NONE;
	guard(action, address);
	return faulted(address, error);
}

/* NULL, or the first thing that is not as it should be. */
static const char *find_paging_fault(void)
{
	if (!(read_cr0() & CR0_PG))
		return "CR0.PG does not stay set";
	if (AT(PAGE(0)) != 0x0a0a0a0a)
		return "CR0.PG is accepted, but addresses are not translated";
	if (!(window_table[0] & 0x20) || window_table[0] & 0x40)
		return "a read does not set the accessed bit alone";
	AT(PAGE(0)) = 0x0c0c0c0c;
	if (frame_a[0] != 0x0c0c0c0c || !(window_table[0] & 0x40))
		return "a write does not reach its frame, or does not set the dirty bit";
	if (!kernel_faults(kernel_read, PAGE(1), 0))
		return "reading a page that is not there does not raise #PF with error code 0";
	window_table[0] = (uint32_t)frame_b | ALL;
	__asm__ volatile("invlpg (%0)" : : "r"(PAGE(0)) : "memory");
	if (AT(PAGE(0)) != 0x0b0b0b0b)
		return "INVLPG does not make a changed entry visible";
	window_table[0] = (uint32_t)frame_a | ALL;
	write_cr3((uint32_t)directory);
	if (AT(PAGE(0)) != 0x0c0c0c0c)
		return "a reload of CR3 does not make a changed entry visible";
	return 0;
}

/* NULL, or the first thing that user level may do though it may not, or may not though it may. */
static const char *find_user_fault(void)
{
	if (!facts.paging)
		return "paging does not work";
	if (!facts.user_interrupt)
		return "user level cannot be entered and left";
	if (!user_faults(user_read, PAGE(2), PRESENT | USER))
		return "user level reads a kernel's page without #PF (error code 5)";
	if (!user_faults(user_write, PAGE(3), PRESENT | WRITE | USER))
		return "user level writes a read-only page without #PF (error code 7)";
	user_address = PAGE(0);
	if (!run_user(user_write, 0) || caught.vector != GATE_RETURN || frame_a[0] != 1)
		return "user level cannot write a page that is its own and return by int";
	return 0;
}

void step_paging(void)
{
	make_tables();
	uint32_t vector = guard(switch_on, 0);

	if (vector != TRAP_NONE) {
		why_caught("switching 32-bit paging on (CR0.PG) raises ", vector);
		value("no");
		report("paging", false);
		return;
	}
	const char *trouble = find_paging_fault();

	facts.paging = !trouble;
	value(facts.paging ? "yes" : "partly");
	if (trouble)
		why("%s", trouble);
	report("paging", facts.paging);
	if (!facts.paging)
		return;
	report_yes_no("write-protect", kernel_faults(kernel_write, PAGE(3), PRESENT | WRITE),
		      "ring 0 writes a read-only page without #PF although CR0.WP is set");
}

void step_user_paging(void)
{
	const char *trouble = find_user_fault();

	report_yes_no("user-paging", !trouble, trouble);
}

/* ---- 4 MB pages, global pages ----------------------------------------------------------------------------------- */

static void set_cr4(uint32_t bits)
{
	write_cr4(read_cr4() | bits);
}

/* Can and may this bit of CR4 be used? Reports why not. */
static bool enable(const char *name, uint32_t feature, uint32_t bit)
{
	uint32_t vector;

	if (!facts.paging)
		why("paging does not work");
	else if (!(facts.features & feature))
		why("CPUID does not announce it");
	else if ((vector = guard(set_cr4, bit)) != TRAP_NONE)
		why_caught("setting its bit of CR4 raises ", vector);
	else
		return true;
	value("no");
	report(name, false);
	return false;
}

void step_large_pages(void)
{
	if (!enable("large-pages", FEATURE_PSE, CR4_PSE))
		return;
	directory[LARGE_WINDOW >> 22] = 0 | LARGE | ALL;
	frame_b[1] = 0x0d0d0d0d;
	uint32_t vector = guard(kernel_read, LARGE_WINDOW + (uint32_t)&frame_b[1]);

	if (vector != TRAP_NONE)
		why_caught("reading through a 4 MB page raises ", vector);
	bool works = vector == TRAP_NONE && AT(LARGE_WINDOW + (uint32_t)&frame_b[1]) == 0x0d0d0d0d;
	value(works ? "yes" : "no");
	report("large-pages", works);
}

/* A processor may keep a global entry over a reload of CR3 or forget it: both are right. Which it is tells whether
 * global pages can pay here. */
void step_global_pages(void)
{
	if (!enable("global-pages", FEATURE_PGE, CR4_PGE))
		return;
	frame_a[0] = 0x0a0a0a0a;
	frame_b[0] = 0x0b0b0b0b;
	window_table[4] = (uint32_t)frame_a | ALL | GLOBAL;
	(void)AT(PAGE(4));
	window_table[4] = (uint32_t)frame_b | ALL | GLOBAL;
	write_cr3((uint32_t)directory);
	uint32_t seen = AT(PAGE(4));

	value("yes, %s a reload of CR3", seen == 0x0a0a0a0a ? "kept over" : "forgotten at");
	report("global-pages", true);
}

/* ---- CR3 -------------------------------------------------------------------------------------------------------- */

void step_cr3(void)
{
	uint32_t best = 0xffffffff;

	if (!facts.paging || !facts.tsc)
		return;
	for (int i = 0; i < 16; i++) {
		uint32_t start = ticks();

		write_cr3((uint32_t)directory);
		uint32_t spent = ticks() - start;
		if (spent < best)
			best = spent;
	}
	value("%u ticks", best);
	if (best > CR3_MOST_TICKS)
		why("a reload of CR3 takes %u ticks: a hypervisor intercepts it, and an address-space switch costs its exit",
		    best);
	report("cr3-reload", best <= CR3_MOST_TICKS);
}
