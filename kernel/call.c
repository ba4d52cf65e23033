/* SPDX-License-Identifier: BSD-2-Clause */
#include <call.h>
#include <fpu.h>
#include <holder.h>
#include <interrupt.h>
#include <ipc.h>
#include <layout.h>
#include <machine.h>
#include <panic.h>
#include <ports.h>
#include <schedule.h>
#include <scheduling.h>
#include <descriptors.h>
#include <space.h>
#include <tcb.h>
#include <timer.h>
#include <work.h>
#include <x86.h>

struct tcb *kernel_resume(struct tcb *next)
{
	while (next->receive_pending) {
		ipc_resume_receive(next);
		next = schedule(next, 0);
	}
	if (holder && holder != next)
		holder_leave();
	tables_tss()->esp0 = (uint32_t)next + TCB_FRAME_SIZE;
	spaces_switch(next);
	return next;
}

struct tcb *kernel_call(struct tcb *current)
{
	work_begin();
	if (tcb_registers(current)->eax & TAG_SYSCALL)
		return kernel_resume(system_call(current));
	return kernel_resume(schedule(current, ipc(current)));
}

struct tcb *kernel_go_on(struct tcb *current)
{
	work_begin();
	return kernel_resume(schedule(current, scheduling_is_scan(current) ? 0 : ipc_go_on(current)));
}

static struct tcb *page_fault(struct tcb *current, uint32_t linear, uint32_t error_code)
{
	uint32_t address = spaces_program_address(current, linear);
	uint32_t write = error_code & PAGE_FAULT_WRITE ? 1 : 0;

	if (address >= USER_TOP)
		return ipc_fault(current, FAULT_EXCEPTION, VECTOR_PROTECTION, current->frame.eip);
	if (spaces_resolve_fault(current, address))
		return 0;
	return ipc_fault(current, FAULT_PAGE, (address & ~1u) | write, current->frame.eip);
}

/*
 * A program may leave anything that it can load in its data segment registers, and a switch between threads of
 * one space does not touch them. So whoever faults on a strange selector gets the user data selector back and goes on.
 */
static bool repair_segments(uint32_t vector, uint32_t segments_changed)
{
	const uint32_t user = SELECTOR_USER_DATA | SELECTOR_USER_DATA << 16;

	if (vector != VECTOR_PROTECTION || (!segments_changed && read_fs_gs() == user))
		return false;
	load_fs_gs(SELECTOR_USER_DATA); /* DS and ES are loaded at every exit */
	return true;
}

static struct tcb *exception(struct tcb *current, uint32_t vector, uint32_t segments_changed)
{
	uint32_t error_code = tcb_registers(current)->error_code;

	if (vector == VECTOR_NMI)
		panic("non-maskable interrupt");
	if (vector == VECTOR_PAGE_FAULT)
		return page_fault(current, read_cr2(), error_code);
	if (vector == VECTOR_NO_FPU && fpu_take(current))
		return 0;
	if (vector == VECTOR_PROTECTION && !error_code && ports_install(current))
		return 0;
	if (repair_segments(vector, segments_changed))
		return 0;
	if (read_fs_gs() == (SELECTOR_USER_DATA | SELECTOR_USER_DATA << 16))
		load_fs_gs(0); /* as long as nobody uses them, switches need not load them */
	if ((vector == VECTOR_PROTECTION || vector == VECTOR_STACK) && spaces_resolve_fault(current, ~0u))
		return 0;
	return ipc_fault(current, FAULT_EXCEPTION, vector | error_code << 8, current->frame.eip);
}

struct tcb *kernel_exception(struct tcb *current, uint32_t vector, uint32_t segments_changed)
{
	work_begin();
	return kernel_resume(schedule(current, exception(current, vector, segments_changed)));
}

struct tcb *kernel_interrupt(struct tcb *current, uint32_t line)
{
	work_begin();
	if (!interrupt_acknowledge(line))
		return kernel_resume(current);
	if (line == 0)
		return kernel_resume(timer_interrupt(current));
	return kernel_resume(schedule(current, interrupt_arrived(line)));
}
