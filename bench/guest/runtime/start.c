/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the first instruction to program_main.
 */
#include <layout.h>
#include <syscall_user.h>

#include "clock.h"
#include "kernel_info.h"
#include "runtime.h"

void runtime_start(struct utcb *utcb, uint32_t id, uint32_t creator);

/*
 * Touches the whole image, so that no later access of this space to it faults: a pager in this program
 * can then serve the program's other threads without faulting itself.
 */
static void touch_image(void)
{
	for (volatile char *page = program_base; page < (volatile char *)program_memory_end; page += PAGE_SIZE)
		(void)*page;
}

void runtime_start(struct utcb *utcb, uint32_t id, uint32_t creator)
{
	(void)creator;
	touch_image();
	kernel_info_load();
	clock_start();
	machine_halt(program_main(utcb, id));
	for (;;)
		thread_switch(0);
}
