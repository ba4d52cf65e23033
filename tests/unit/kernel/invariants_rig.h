/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A kernel without a processor: threads, spaces, queues and memory as the kernel's own sources keep them, in a state that holds a bit of
 * everything and that tests then damage. Included once, before the choice of `scheduling` that is wanted, by one program.
 *
 * What leads from a frame of kernel memory to its physical address and back is the rig's: pointers are longer on this machine, so the frames
 * are, too, and a table of pointers fits one.
 */
#ifndef INVARIANTS_RIG_H
#define INVARIANTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the kernel asserts of its structures is true of another machine. */
#define _Static_assert(...) extern int rig_of_another_machine
#pragma GCC diagnostic ignored "-Wpointer-to-int-cast"

/* The host has others of these names, too. */
#include "../../../kernel/memory.h"
#include "../../../kernel/schedule.h"
#include "../../../kernel/string.h"

/* ---- memory: instead of kernel/x86/paging.h --------------------------------------------------------- */

#define KERNEL_PAGING_H
#include <layout.h>

#define TABLE_ENTRIES 1024
#define DIRECTORY_INDEX(address) ((uint32_t)(address) >> SUPERPAGE_SHIFT)
#define TABLE_INDEX(address) ((uint32_t)(address) >> PAGE_SHIFT & (TABLE_ENTRIES - 1))

#define RIG_FRAMES ((PHYS_HEAP_END - PHYS_HEAP) / PAGE_SIZE)
#define RIG_FRAME_SIZE (2 * PAGE_SIZE)

static char rig_memory[RIG_FRAMES * RIG_FRAME_SIZE] __attribute__((aligned(2 * PAGE_SIZE)));
static uint32_t kernel_directory[TABLE_ENTRIES];

static inline void *physical(uint32_t address)
{
	return rig_memory + (address - PHYS_HEAP) / PAGE_SIZE * RIG_FRAME_SIZE;
}

/* 0, which is no kernel memory, for what lies elsewhere. */
static inline uint32_t physical_of(const void *pointer)
{
	uintptr_t offset = (uintptr_t)pointer - (uintptr_t)rig_memory;

	return offset < sizeof(rig_memory) ? PHYS_HEAP + (uint32_t)(offset / RIG_FRAME_SIZE) * PAGE_SIZE : 0;
}

void fill_words(void *to, uint32_t value, size_t count)
{
	for (uint32_t *word = to; count--; word++)
		*word = value;
}

void copy_words(void *restrict to, const void *restrict from, size_t count)
{
	memcpy(to, from, count * 4);
}

/* ---- the kernel's sources --------------------------------------------------------------------------- */

#include "../../../kernel/memory.c"
#include "../../../kernel/ready_queue.c"
#include "../../../kernel/wakeup_queue.c"
#include "../../../kernel/thread_numbers.c"
#include "../../../kernel/thread.c"
#undef VERSION_LAST
#define free_first free_space_first
#define free_last free_space_last
#include "../../../kernel/space_tree.c"
#undef free_first
#undef free_last
#include "../../../kernel/invariants.c"
#include "../../../kernel/frame_invariants.c"

/* ---- what these need of the rest -------------------------------------------------------------------- */

static struct {
	struct registers registers;
	struct tcb tcb;
} rig_empty;

struct tcb *tcb_table[NUMBERS];
struct tcb *idle_thread;

/* In the second half of the frame, its registers at the end of the first. */
struct tcb *tcbs_create(uint32_t number)
{
	if (tcb_table[number] == &rig_empty.tcb)
		tcb_table[number] = (struct tcb *)((char *)frame_allocate(0) + PAGE_SIZE);
	return tcb_table[number];
}

void *tcbs_frame(uint32_t number)
{
	return tcb_table[number] == &rig_empty.tcb ? 0 : tcb_table[number];
}

bool interrupt_is_device(uint32_t line)
{
	return line == 1 || (line >= 3 && line < NUMBER_INTERRUPTS);
}

void interrupt_init(uint32_t line, struct tcb *thread)
{
	thread->id = ID_INTERRUPT(line);
	thread->blocked = BLOCKED_INACTIVE;
	thread->fault = FAULT_INTERRUPT;
}

static uint32_t *rig_table(struct space *space, uint32_t index)
{
	if (!space->directory[index])
		space->directory[index] = physical_of(frame_allocate(space)) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return physical(space->directory[index] & PTE_FRAME);
}

enum mapping_result space_message_buffer(struct space *space, uint32_t address, struct utcb **utcb)
{
	uint32_t *entry = rig_table(space, DIRECTORY_INDEX(address)) + TABLE_INDEX(address);

	if (!*entry)
		*entry = physical_of(frame_allocate(space)) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_KERNEL_OWNED;
	*utcb = (struct utcb *)((char *)physical(*entry & PTE_FRAME) + address % PAGE_SIZE);
	return MAPPING_DONE;
}

uint32_t *space_table(const struct space *space, uint32_t index)
{
	uint32_t entry = space->directory[index];

	return physical((entry & PTE_SUPERPAGE ? space->tables[index] : entry) & PTE_FRAME);
}

uint32_t space_page_rights(const struct space *space, uint32_t address)
{
	uint32_t entry = space_table(space, DIRECTORY_INDEX(address))[TABLE_INDEX(address)];

	return entry & PTE_WRITE ? FLEXPAGE_READ | FLEXPAGE_WRITE : entry & PTE_PRESENT ? FLEXPAGE_READ : 0;
}

/* No thread of the rig that has any of what these take away is deleted, and no space that has more than its directory. */
void interrupt_forget(struct tcb *handler) { (void)handler; }
void fpu_forget(struct tcb *tcb) { (void)tcb; }
void ipc_leave_transfer(struct tcb *tcb) { (void)tcb; }
void ipc_withdraw(struct tcb *tcb) { (void)tcb; }
bool ipc_abort_partners(struct tcb *tcb, uint32_t end) { (void)tcb, (void)end; return true; }
bool space_clear(struct space *space) { frame_free(space, space->directory); return true; }
void spaces_created(struct space *space) { (void)space; }
void spaces_prepare(struct tcb *tcb) { (void)tcb; }
void idle_loop(void) {}

/* ---- the sound state -------------------------------------------------------------------------------- */

/* Spaces by what they are, in the order of their indices, from 1 on. */
enum { RIG_SIGMA0 = 1, RIG_ROOT, RIG_CHILD, RIG_GRANDCHILD, RIG_SIBLING };

static struct tcb *rig_running, *rig_ready, *rig_low;    /* priorities 100, 100, 50 */
static struct tcb *rig_server, *rig_first, *rig_second; /* the server waits, for a closed one; two queue to send to it, and an interrupt */
static struct tcb *rig_line;
static struct tcb *rig_open;                             /* in an open receive, with a timeout */
static struct tcb *rig_asleep;                           /* with a later one */
static struct tcb *rig_source, *rig_target;              /* in the midst of a string */
static struct tcb *rig_halted;
static struct tcb *rig_faulting;                         /* waits for sigma0's first thread, its pager */
static struct tcb *rig_gone;                             /* its number is free */

#define RIG_PAGE 0x00c00000u /* sigma0's, mapped to the child at the same address */
#define RIG_LARGE 0x01000000u /* the child has a page of 4 MB there */

static inline struct space *rig_space(uint32_t index)
{
	return &spaces[index];
}

static inline struct tcb *rig_thread(uint32_t space, uint32_t priority)
{
	static uint32_t utcb;
	struct tcb *tcb;
	uint32_t error;

	utcb = (utcb + UTCB_SIZE) % PAGE_SIZE;
	do {
		work_begin();
		tcb = thread_create(rig_space(space), &(struct thread_start){.utcb = 0x1000 + utcb, .priority = priority}, &error);
	} while (!tcb && error == THREAD_UNFINISHED);
	return tcb;
}

static inline void rig_block(struct tcb *tcb, enum blocked blocked, uint32_t partner)
{
	tcb->blocked = blocked;
	tcb->partner = partner;
}

static inline void rig_queue(struct tcb *sender, struct tcb *receiver)
{
	struct tcb *first = receiver->send_queue;

	rig_block(sender, BLOCKED_SENDING, receiver->id);
	if (!first)
		first = receiver->send_queue = sender->send_next = sender->send_previous = sender;
	sender->send_next = first;
	sender->send_previous = first->send_previous;
	first->send_previous->send_next = sender;
	first->send_previous = sender;
	tcb_update_urgency(receiver);
}

static inline void rig_make_threads(void)
{
	struct tcb *pager = rig_thread(RIG_SIGMA0, 200);

	pager->wait = ID_ANY;
	rig_running = rig_thread(RIG_ROOT, 100);
	rig_ready = rig_thread(RIG_CHILD, 100);
	rig_low = rig_thread(RIG_CHILD, 50);
	ready_insert_tail(rig_running);
	ready_insert_tail(rig_ready);
	ready_insert_tail(rig_low);
	rig_server = rig_thread(RIG_ROOT, 120);
	rig_first = rig_thread(RIG_CHILD, 90);
	rig_second = rig_thread(RIG_GRANDCHILD, 91);
	rig_line = tcb_of_number(NUMBER_INTERRUPT_0 + 5);
	rig_server->wait = pager->id;
	rig_queue(rig_first, rig_server);
	rig_queue(rig_second, rig_server);
	rig_queue(rig_line, rig_server);
	rig_open = rig_thread(RIG_CHILD, 80);
	rig_block(rig_open, BLOCKED_RECEIVING, ID_ANY);
	rig_asleep = rig_thread(RIG_CHILD, 80);
	rig_block(rig_asleep, BLOCKED_RECEIVING, ID_NIL);
	rig_open->frame.eflags |= EFLAGS_SPARE;
	rig_asleep->frame.eflags |= EFLAGS_SPARE;
	wakeup_insert(&rig_open->wakeup, 1000);
	wakeup_insert(&rig_asleep->wakeup, 2000);
	rig_source = rig_thread(RIG_CHILD, 70);
	rig_target = rig_thread(RIG_ROOT, 71);
	rig_source->send_pending = true;
	tcb_registers(rig_source)->esi = rig_target->id;
	ready_insert_tail(rig_source);
	rig_target->source = rig_source->id;
	rig_block(rig_target, BLOCKED_TRANSFER, ID_NIL);
	rig_halted = rig_thread(RIG_SIBLING, 60);
	rig_halted->halted = true;
	rig_block(rig_halted, BLOCKED_HALTED, ID_NIL);
	rig_faulting = rig_thread(RIG_GRANDCHILD, 60);
	rig_faulting->fault = FAULT_PAGE;
	rig_block(rig_faulting, BLOCKED_RECEIVING, pager->id);
	rig_gone = rig_thread(RIG_SIBLING, 10);
	thread_delete(rig_gone, 0);
}

static inline void rig_reserve(struct space *space)
{
	do
		work_begin();
	while (mapping_reserve(space, RIG_PAGE) == MAPPING_AGAIN);
}

/* sigma0's page and the child's, which comes from it. */
static inline void rig_map(void)
{
	struct space *from = rig_space(RIG_SIGMA0), *to = rig_space(RIG_CHILD);
	struct mapping *root, *node;

	rig_table(from, DIRECTORY_INDEX(RIG_PAGE))[TABLE_INDEX(RIG_PAGE)] = RIG_PAGE | PTE_PRESENT | PTE_WRITE | PTE_USER;
	rig_table(to, DIRECTORY_INDEX(RIG_PAGE))[TABLE_INDEX(RIG_PAGE)] = RIG_PAGE | PTE_PRESENT | PTE_WRITE | PTE_USER;
	rig_reserve(from);
	rig_reserve(to);
	root = mapping_take(from, RIG_PAGE);
	node = mapping_take(to, RIG_PAGE);
	root->page |= FLEXPAGE_READ | FLEXPAGE_WRITE;
	node->page |= FLEXPAGE_READ | FLEXPAGE_WRITE;
	node->place += 1 << SPACE_INDEX_BITS;
	for (unsigned list = 0; list < MAPPING_LISTS; list++) {
		root->links[list] = (struct mapping_links){.next = node};
		node->links[list] = (struct mapping_links){.previous = root};
	}
}

/* 4 MB in one piece; state of the floating-point unit; ports. */
static inline void rig_give_the_child(void)
{
	struct space *child = rig_space(RIG_CHILD);
	uint32_t index = DIRECTORY_INDEX(RIG_LARGE);
	uint32_t *table = rig_table(child, index);

	for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
		table[i] = (RIG_LARGE + i * PAGE_SIZE) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	child->tables = frame_allocate(child);
	child->tables[index] = child->directory[index];
	child->directory[index] = RIG_LARGE | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_SUPERPAGE | PTE_ACCESSED;
	rig_ready->fpu = frame_allocate(child);
	rig_low->fpu = (char *)rig_ready->fpu + 512;
	child->ports.maps[1] = frame_allocate(child);
}

static inline void rig_forget(void)
{
	memset(rig_memory, 0, sizeof(rig_memory));
	free_count = 0;
	memory_init();
	memset(spaces, 0, sizeof(spaces));
	memset(existing, 0, sizeof(existing));
	free_space_first = free_space_last = 0;
	fresh_index = 1;
	ready_queue_init();
	memset(ready_bitmap, 0, sizeof(ready_bitmap));
	ready_bitmap_summary = ready_highest = 0;
	count = 0;
	free_first = free_last = 0;
	fresh = NUMBER_FIRST;
	thread_numbers_retired = 0;
	for (uint32_t number = 0; number < NUMBERS; number++)
		tcb_table[number] = &rig_empty.tcb;
}

static inline int rig_start(void **state)
{
	static const uint8_t creators[] = {[RIG_CHILD] = RIG_ROOT, [RIG_GRANDCHILD] = RIG_CHILD, [RIG_SIBLING] = RIG_ROOT};
	uint32_t error;

	(void)state;
	rig_forget();
	for (uint32_t i = RIG_SIGMA0; i <= RIG_SIBLING; i++)
		space_create(i <= RIG_ROOT ? 0 : rig_space(creators[i]), i <= RIG_ROOT ? 500 : i == RIG_CHILD ? 100 : 20, &error);
	idle_thread = thread_create_idle();
	thread_create_hardware();
	rig_make_threads();
	rig_map();
	rig_give_the_child();
	return 0;
}

#endif
