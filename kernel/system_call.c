/* SPDX-License-Identifier: BSD-2-Clause */
#include <call.h>
#include <kernel_info.h>
#include <layout.h>
#include <machine.h>
#include <mapping.h>
#include <panic.h>
#include <exit.h>
#include <interrupt.h>
#include <invariant_checks.h>
#include <ipc.h>
#include <items.h>
#include <ready_queue.h>
#include <schedule.h>
#include <scheduling.h>
#include <space.h>
#include <syscall.h>
#include <tcb.h>
#include <thread.h>
#include <work.h>

#define UNCHANGED 0xffffffffu
#define UNFINISHED MAPPING_UNFINISHED /* instead of an error code: the call is made again */

/* Each call returns its error code; some also say who is to go on. */
static struct tcb *switch_target;

/* The space a call names: the caller's own, or one that it created. */
static uint32_t controlled_space(struct tcb *caller, uint32_t id, struct space **space)
{
	*space = id == SPACE_OWN ? caller->space : space_lookup(id);
	if (!*space)
		return SYSCALL_ENOSPACE;
	if (*space != caller->space && (*space)->creator != caller->space)
		return SYSCALL_EPERM;
	return SYSCALL_OK;
}

/* The thread a call names, in a space that the caller controls. */
static uint32_t controlled_thread(struct tcb *caller, uint32_t id, struct tcb **tcb)
{
	struct space *space;

	*tcb = thread_lookup(id);
	if (!*tcb)
		return SYSCALL_ENOTHREAD;
	return controlled_space(caller, (*tcb)->space->id, &space);
}

static uint32_t sys_thread_create(struct tcb *caller, struct registers *r)
{
	const struct thread_start start = {
		.ip = r->ebx,
		.sp = r->edi,
		.pager = r->edx,
		.utcb = r->ecx & ~(UTCB_SIZE - 1),
		.priority = r->ecx & (UTCB_SIZE - 1),
		.creator = caller->id,
	};
	struct space *space;
	struct tcb *tcb;
	uint32_t error = controlled_space(caller, r->esi, &space);

	if (error)
		return error;
	if (start.priority >= PRIORITIES || start.utcb >= SUPERPAGE_SIZE || start.ip >= USER_TOP || start.sp > USER_TOP)
		return SYSCALL_EINVAL;
	if (start.priority > caller->priority)
		return SYSCALL_EPERM;
	if (space->state != SPACE_ALIVE)
		return SYSCALL_ENOSPACE;
	tcb = thread_create(space, &start, &error);
	if (!tcb)
		return error;
	r->esi = tcb->id;
	schedule_ready(tcb);
	return SYSCALL_OK;
}

/* A thread whose deletion was begun, and left by whoever did, is found too. */
static uint32_t sys_thread_delete(struct tcb *caller, struct registers *r)
{
	struct tcb *tcb = thread_lookup_dying(r->esi);
	struct space *space;
	uint32_t error = tcb ? controlled_space(caller, tcb->space->id, &space) : SYSCALL_ENOTHREAD;

	if (error)
		return error;
	return thread_delete(tcb, caller) ? SYSCALL_OK : UNFINISHED;
}

static uint32_t sys_space_create(struct tcb *caller, struct registers *r)
{
	uint32_t error;
	struct space *space = space_create(caller->space, r->esi, &error);

	r->esi = space ? space->id : 0;
	return space ? SYSCALL_OK : error;
}

static uint32_t sys_space_delete(struct tcb *caller, struct registers *r)
{
	struct space *space;
	uint32_t error = controlled_space(caller, r->esi, &space);

	if (error)
		return error;
	if (space == caller->space)
		return SYSCALL_EPERM;
	return space_delete(space) ? SYSCALL_OK : UNFINISHED;
}

static uint32_t sys_schedule(struct tcb *caller, struct registers *r)
{
	uint32_t priority = r->ebx;
	uint32_t ticks = r->edi / TICK_US;
	struct tcb *tcb;
	uint32_t error = controlled_thread(caller, r->esi, &tcb);

	if (error)
		return error;
	if ((priority != UNCHANGED && priority >= PRIORITIES) || (r->edi != UNCHANGED && !ticks))
		return SYSCALL_EINVAL;
	if (priority != UNCHANGED && priority > caller->priority)
		return SYSCALL_EPERM;
	r->esi = tcb->priority;
	r->ebx = tcb->slice * TICK_US;
	if (priority != UNCHANGED && priority != tcb->priority)
		schedule_set_priority(tcb, caller, priority);
	if (r->edi != UNCHANGED)
		tcb->slice = ticks;
	return SYSCALL_OK;
}

static uint32_t sys_thread_switch(struct tcb *caller, struct registers *r)
{
	struct tcb *to;

	if (r->esi == ID_NIL) {
		switch_target = schedule_yield(caller);
		return SYSCALL_OK;
	}
	to = thread_lookup(r->esi);
	if (!to)
		return SYSCALL_ENOTHREAD;
	switch_target = schedule_switch_to(caller, to);
	return scheduling_is_scan(switch_target) ? UNFINISHED : SYSCALL_OK;
}

static uint32_t sys_exchange_registers(struct tcb *caller, struct registers *r)
{
	uint32_t what = r->ecx, ip = r->ebx, sp = r->edi;
	struct tcb *tcb;
	uint32_t error = controlled_thread(caller, r->esi, &tcb);

	if (error)
		return error;
	if ((what & ~EXCHANGE_ALL) || (what & (EXCHANGE_HALT | EXCHANGE_RESUME)) == (EXCHANGE_HALT | EXCHANGE_RESUME) ||
	    ((what & EXCHANGE_IP) && ip >= USER_TOP) || ((what & EXCHANGE_SP) && sp > USER_TOP))
		return SYSCALL_EINVAL;
	r->esi = tcb->frame.eip;
	r->ebx = tcb->frame.esp;
	if (what & EXCHANGE_CANCEL)
		ipc_cancel(tcb);
	if (what & EXCHANGE_IP) {
		tcb->frame.eip = ip;
		tcb->moved = true;
		items_forget(tcb);
	}
	if (what & EXCHANGE_SP)
		tcb->frame.esp = sp;
	if (what & EXCHANGE_HALT)
		ipc_halt(tcb);
	if (what & EXCHANGE_RESUME)
		ipc_resume(tcb);
	return SYSCALL_OK;
}

/* How far a long flush has come is in edx: whatever a program puts there, it flushes pages of its own. */
static uint32_t sys_flush(struct tcb *caller, struct registers *r)
{
	return mapping_flush(caller->space, r->esi, r->ecx & 1, &r->edx);
}

static uint32_t sys_interrupt(struct tcb *caller, struct registers *r)
{
	struct tcb *handler;

	if (!caller->space->privileged)
		return SYSCALL_EPERM;
	if (r->ecx > INTERRUPT_UNMASK)
		return SYSCALL_EINVAL;
	if (r->esi == 0 && r->ecx != INTERRUPT_ATTACH) {
		interrupt_mask(0, r->ecx == INTERRUPT_MASK);
		return SYSCALL_OK;
	}
	if (!interrupt_is_device(r->esi))
		return SYSCALL_EINVAL;
	if (r->ecx != INTERRUPT_ATTACH) {
		interrupt_hold(r->esi, r->ecx == INTERRUPT_MASK);
		return SYSCALL_OK;
	}
	handler = thread_lookup(r->edx);
	if (!handler && r->edx != ID_NIL)
		return SYSCALL_ENOTHREAD;
	interrupt_attach(r->esi, handler);
	return SYSCALL_OK;
}

static uint32_t sys_halt(struct tcb *caller, struct registers *r)
{
	if (!caller->space->privileged)
		return SYSCALL_EPERM;
	if (r->esi == EXIT_PANIC)
		panic("asked for by a program");
	if (r->esi != EXIT_PASSED && r->esi != EXIT_FAILED)
		return SYSCALL_EINVAL;
	machine_end(r->esi);
}

static uint32_t sys_console_write(struct tcb *caller, struct registers *r)
{
	const uint32_t bytes[2] = {r->ebx, r->edi};

	if (!caller->space->privileged)
		return SYSCALL_EPERM;
	if (r->ecx > sizeof(bytes))
		return SYSCALL_EINVAL;
	for (unsigned i = 0; i < r->ecx; i++)
		console_byte(bytes[i / 4] >> i % 4 * 8);
	return SYSCALL_OK;
}

static uint32_t sys_kernel_info(struct tcb *caller, struct registers *r)
{
	const uint32_t *words = (const uint32_t *)&kernel_info;
	uint32_t offset = r->esi;

	(void)caller;
	if (offset % 4 || offset > sizeof(kernel_info) - 8)
		return SYSCALL_EINVAL;
	r->ebx = words[offset / 4];
	r->edi = words[offset / 4 + 1];
	return SYSCALL_OK;
}

static uint32_t sys_check(struct tcb *caller, struct registers *r)
{
	if (!caller->space->privileged)
		return SYSCALL_EPERM;
	r->esi = invariants_check(caller, &r->ebx);
	return SYSCALL_OK;
}

typedef uint32_t system_call_function(struct tcb *caller, struct registers *registers);

/* SYS_MY_ID is answered in entry.S. */
static system_call_function *const functions[SYS_COUNT] = {
	[SYS_THREAD_CREATE] = sys_thread_create,
	[SYS_THREAD_DELETE] = sys_thread_delete,
	[SYS_SPACE_CREATE] = sys_space_create,
	[SYS_SPACE_DELETE] = sys_space_delete,
	[SYS_SCHEDULE] = sys_schedule,
	[SYS_THREAD_SWITCH] = sys_thread_switch,
	[SYS_EXCHANGE_REGISTERS] = sys_exchange_registers,
	[SYS_FLUSH] = sys_flush,
	[SYS_INTERRUPT] = sys_interrupt,
	[SYS_HALT] = sys_halt,
	[SYS_CONSOLE_WRITE] = sys_console_write,
	[SYS_KERNEL_INFO] = sys_kernel_info,
	[SYS_CHECK] = sys_check,
};

struct tcb *system_call(struct tcb *current)
{
	struct registers *registers = tcb_registers(current);
	uint32_t number = registers->eax & ~TAG_SYSCALL;
	system_call_function *function = number < SYS_COUNT ? functions[number] : 0;
	uint32_t error = function ? 0 : SYSCALL_ENOSYS;

	switch_target = 0;
	if (function)
		error = function(current, registers);
	if (error == UNFINISHED)
		tcb_call_again(current);
	else
		registers->eax = error;
	return switch_target ? switch_target : schedule(current, 0);
}
