/* SPDX-License-Identifier: BSD-2-Clause */
#include <fpu.h>
#include <interrupt.h>
#include <ipc.h>
#include <ready_queue.h>
#include <schedule.h>
#include <space.h>
#include <string.h>
#include <syscall.h>
#include <tcb.h>
#include <tcbs.h>
#include <thread.h>
#include <thread_numbers.h>
#include <x86.h>

struct thread_number *thread_numbers_place(uint32_t number, struct space *space)
{
	struct tcb *tcb = tcbs_create(number, space);

	if (!tcb)
		return 0;
	tcb->blocked = BLOCKED_INACTIVE;
	return &tcb->number;
}

static void enter_space(struct tcb *tcb, struct space *space)
{
	struct tcb *first = space->threads;

	tcb->space = space;
	if (first) {
		tcb->space_next = first;
		tcb->space_previous = first->space_previous;
		first->space_previous->space_next = tcb;
		first->space_previous = tcb;
	} else {
		space->threads = tcb->space_next = tcb->space_previous = tcb;
	}
	spaces_prepare(tcb);
}

static void leave_space(struct tcb *tcb)
{
	struct space *space = tcb->space;

	tcb->space_previous->space_next = tcb->space_next;
	tcb->space_next->space_previous = tcb->space_previous;
	if (space->threads == tcb)
		space->threads = tcb->space_next == tcb ? 0 : tcb->space_next;
}

static void set_initial_state(struct tcb *tcb, const struct thread_start *start)
{
	struct registers *registers = tcb_registers(tcb);

	tcb->frame.eip = start->ip;
	tcb->frame.cs = SELECTOR_USER_CODE;
	tcb->frame.eflags = EFLAGS_USER_INITIAL;
	tcb->frame.esp = start->sp;
	tcb->frame.ss = SELECTOR_USER_DATA;
	memset(registers, 0, sizeof(*registers));
	registers->eax = tcb->id;
	registers->ebx = start->utcb;
	registers->edx = start->creator;
	tcb->wait = ID_NIL;
	tcb->blocked = BLOCKED_NOT;
	tcb->send_queue = 0;
	tcb_update_urgency(tcb);
	tcb->receive_pending = false;
	tcb->halted = false;
	tcb->holds = 0;
	tcb->fault = FAULT_NONE;
	tcb->offered = ID_NIL;
	tcb->slice = SLICE_TICKS_DEFAULT;
	tcb->slice_left = 0;
}

struct tcb *thread_create(struct space *space, const struct thread_start *start, uint32_t *error)
{
	struct utcb *utcb = space_message_buffer(space, start->utcb, error);
	struct thread_number *number;
	struct tcb *tcb;

	if (!utcb)
		return 0;
	number = thread_numbers_take(space, error);
	if (!number)
		return 0;
	memset(utcb, 0, sizeof(*utcb));
	tcb = tcb_of_number(ID_NUMBER(number->last_id));
	tcb->id = number->last_id;
	tcb->utcb = utcb;
	tcb->utcb_address = start->utcb;
	tcb->pager = start->pager;
	tcb->priority = start->priority;
	set_initial_state(tcb, start);
	enter_space(tcb, space);
	return tcb;
}

void thread_delete(struct tcb *tcb)
{
	uint32_t id = tcb->id;

	interrupt_forget(tcb);
	fpu_forget(tcb);
	ipc_withdraw(tcb);
	tcb->wait = ID_NIL;
	tcb->blocked = BLOCKED_INACTIVE;
	tcb->receive_pending = false;
	tcb->id = 0;
	ready_remove(tcb);
	wakeup_remove(&tcb->wakeup);
	ipc_abort_partners(tcb, id, thread_numbers_end());
	leave_space(tcb);
	thread_numbers_give_back(&tcb->number);
}

struct tcb *thread_lookup(uint32_t id)
{
	uint32_t number = ID_NUMBER(id);
	struct tcb *tcb = tcb_of_number(number);

	return id && number >= NUMBER_FIRST && tcb->id == id ? tcb : 0;
}

bool thread_create_hardware(void)
{
	for (uint32_t line = 0; line < NUMBER_INTERRUPTS; line++) {
		struct tcb *tcb;

		if (!interrupt_is_device(line))
			continue;
		tcb = tcbs_create(NUMBER_INTERRUPT_0 + line, 0);
		if (!tcb)
			return false;
		interrupt_init(line, tcb);
	}
	return true;
}

void idle_loop(void);

struct tcb *thread_create_idle(void)
{
	struct tcb *tcb = tcbs_create(NUMBER_KERNEL, 0);

	if (!tcb)
		return 0;
	tcb->id = ID(NUMBER_KERNEL, 1);
	tcb->frame.eip = (uint32_t)idle_loop;
	tcb->frame.cs = SELECTOR_KERNEL_CODE;
	tcb->frame.eflags = EFLAGS_RESERVED | EFLAGS_INTERRUPT;
	spaces_prepare(tcb);
	return tcb;
}
