/* SPDX-License-Identifier: BSD-2-Clause */
#include <paging.h>
#include <space.h>
#include <spaces.h>
#include <tcb.h>
#include <x86.h>

void spaces_created(struct space *space)
{
	(void)space;
}

bool spaces_deleted(struct space *space)
{
	if (read_cr3() == physical_of(space->directory))
		write_cr3(physical_of(kernel_directory));
	return true;
}

bool spaces_ready(struct space *space)
{
	(void)space;
	return true;
}

bool spaces_reach(struct space *space, uint32_t address)
{
	(void)space;
	(void)address;
	return true;
}

void spaces_prepare(struct tcb *tcb)
{
	tcb->spaces.directory = physical_of(tcb->space ? tcb->space->directory : kernel_directory);
}

void spaces_switch(struct tcb *next)
{
	if (read_cr3() != next->spaces.directory)
		write_cr3(next->spaces.directory);
}

void spaces_table_added(struct space *space, uint32_t index)
{
	(void)space;
	(void)index;
}

void spaces_invalidate(struct space *space, uint32_t address)
{
	if (read_cr3() == physical_of(space->directory))
		invalidate_page(address);
}

bool spaces_is_accessible(const struct space *space)
{
	return read_cr3() == physical_of(space->directory);
}

uint32_t spaces_access(const struct space *space)
{
	if (!spaces_is_accessible(space))
		write_cr3(physical_of(space->directory));
	return 0;
}

uint32_t *spaces_loaded_directory(void)
{
	return physical(read_cr3());
}

uint32_t spaces_program_address(const struct tcb *tcb, uint32_t linear)
{
	(void)tcb;
	return linear;
}

bool spaces_resolve_fault(struct tcb *tcb, uint32_t address)
{
	(void)tcb;
	(void)address;
	return false;
}
