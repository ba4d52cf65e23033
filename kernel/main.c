/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's start after boot.S: the first spaces and threads.
 */
#include <boot.h>
#include <call.h>
#include <fpu.h>
#include <kernel_info.h>
#include <layout.h>
#include <machine.h>
#include <memory.h>
#include <paging.h>
#include <panic.h>
#include <ports.h>
#include <program.h>
#include <ready_queue.h>
#include <schedule.h>
#include <descriptors.h>
#include <space.h>
#include <tcb.h>
#include <thread.h>
#include <timer.h>
#include <work.h>
#include <x86.h>

/*
 * Quotas of the first two spaces. sigma0 needs page tables and their shadows for all of memory, and nodes of what it gives away. Of
 * the rest of the heap root gets half: so much may it and its descendants use, and the other half is for the
 * pages of TCBs, which cannot become more than they paid rent for. So a quota is a promise: it never fails for want of memory.
 */
#define QUOTA_SIGMA0(memory_top) (2 * ((memory_top) >> SUPERPAGE_SHIFT) + 256)
#define KERNEL_FRAMES 16 /* the idle thread's and the hardware threads' TCBs, and sigma0's */
#define QUOTA_ROOT(memory_top) \
	((((PHYS_HEAP_END - PHYS_HEAP) >> PAGE_SHIFT) - QUOTA_SIGMA0(memory_top) - KERNEL_FRAMES) / 2)

struct tcb *kernel_main(void);

/* Starts a boot module in a space of its own. Its pages come from its pager, sigma0's from the kernel. */
static struct space *start_program(uint32_t base, uint32_t priority, uint32_t quota)
{
	const struct program_header *header = physical(base);
	const struct thread_start start = {
		.ip = header->entry,
		.sp = header->stack,
		.pager = ID_SIGMA0,
		.utcb = header->utcb,
		.priority = priority,
		.creator = ID_NIL,
	};
	struct tcb *tcb;
	uint32_t error;
	struct space *space = space_create(0, quota, &error);

	if (!space || header->utcb % UTCB_SIZE || header->utcb >= PHYS_KERNEL)
		boot_refuse("a program's header names no usable message buffer");
	do {
		work_begin();
		tcb = thread_create(space, &start, &error);
	} while (!tcb && error == THREAD_UNFINISHED);
	if (!tcb)
		boot_refuse("no memory for the first threads");
	space->privileged = true;
	schedule_ready(tcb);
	return space;
}

/* sigma0 owns, at their own addresses, the images of the programs and all memory the kernel does not keep. */
static void give_memory(struct space *sigma0, uint32_t bottom, uint32_t top)
{
	for (uint32_t page = bottom; page < top; page += PAGE_SIZE)
		if (page < kernel_info.reserved_bottom || page >= kernel_info.reserved_top)
			if (!space_map_page(sigma0, page, page, PTE_PRESENT | PTE_WRITE | PTE_USER))
				boot_refuse("no memory for sigma0's page tables");
}

struct tcb *kernel_main(void)
{
	struct space *sigma0;

	gdt_init();
	paging_drop_identity();
	interrupts_init();
	timer_init();
	fpu_init();
	memory_init();
	ready_queue_init();
	idle_thread = thread_create_idle();
	if (!idle_thread)
		panic("no memory for the idle thread");
	sigma0 = start_program(PHYS_SIGMA0, PRIORITIES - 1, QUOTA_SIGMA0(kernel_info.memory_top));
	give_memory(sigma0, PHYS_SIGMA0, PHYS_ROOT_END);
	give_memory(sigma0, kernel_info.memory_bottom, kernel_info.memory_top);
	ports_init();
	if (!ports_give(sigma0))
		boot_refuse("no memory for sigma0's ports");
	start_program(PHYS_ROOT, PRIORITIES - 2, QUOTA_ROOT(kernel_info.memory_top));
	if (!thread_create_hardware())
		panic("no memory for the hardware threads");
	interrupt_mask(0, false);
	return kernel_resume(schedule(idle_thread, 0));
}
