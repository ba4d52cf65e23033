/* SPDX-License-Identifier: BSD-2-Clause */
#include <fpu.h>
#include <interrupt.h>
#include <ipc.h>
#include <items.h>
#include <memory.h>
#include <ready_queue.h>
#include <schedule.h>
#include <space.h>
#include <string.h>
#include <syscall.h>
#include <tcb.h>
#include <tcbs.h>
#include <thread.h>
#include <thread_numbers.h>
#include <work.h>
#include <x86.h>

/* ---- memory ---------------------------------------------------------------------------------------- */

#define TCBS_PER_PAGE (PAGE_SIZE / TCB_BLOCK_SIZE)

/*
 * A page of TCBs is used by whoever has a thread in it, and stays when they are gone, because versions live in it. So it is the
 * kernel's, and a space pays rent from its quota: a page for each TCBS_PER_PAGE threads that it has, wherever their TCBs are.
 * All rents together are at least as many pages as there are when they are highest; that is how many there will ever be.
 */
static bool pay_rent(struct space *space)
{
	if (space->thread_count % TCBS_PER_PAGE == 0 && !memory_charge(space, 1))
		return false;
	space->thread_count++;
	return true;
}

static void end_rent(struct space *space)
{
	if (--space->thread_count % TCBS_PER_PAGE == 0)
		memory_discharge(space, 1);
}

struct thread_number *thread_numbers_place(uint32_t number, struct space *space)
{
	struct tcb *tcb;

	(void)space; /* not its expense: it pays rent */
	tcb = tcbs_create(number);
	if (!tcb)
		return 0;
	tcb->blocked = BLOCKED_INACTIVE;
	return &tcb->number;
}

/* ---- creation -------------------------------------------------------------------------------------- */

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
	tcb->moved = false;
	tcb->send_pending = false;
	tcb->source = ID_NIL;
	tcb->halted = false;
	tcb->dying = false;
	tcb->holds = 0;
	tcb->fault = FAULT_NONE;
	items_forget(tcb);
	tcb->slice = SLICE_TICKS_DEFAULT;
	tcb->slice_left = 0;
}

static uint32_t error_of(enum mapping_result result)
{
	if (result == MAPPING_REFUSED)
		return SYSCALL_EINVAL;
	return result == MAPPING_AGAIN ? THREAD_UNFINISHED : SYSCALL_ENOMEM;
}

struct tcb *thread_create(struct space *space, const struct thread_start *start, uint32_t *error)
{
	struct utcb *utcb;
	enum mapping_result result = space_message_buffer(space, start->utcb, &utcb);
	struct thread_number *number;
	struct tcb *tcb;

	*error = error_of(result ? result : MAPPING_AGAIN);
	if (result || !frame_ready(0))
		return 0;
	if (!pay_rent(space)) {
		*error = SYSCALL_ENOMEM;
		return 0;
	}
	number = thread_numbers_take(space, error);
	if (!number) {
		end_rent(space);
		return 0;
	}
	clear_words(utcb, sizeof(*utcb) / 4);
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

/* ---- deletion -------------------------------------------------------------------------------------- */

/* From here on nobody finds it, so nobody begins to wait for it. */
static void begin_deletion(struct tcb *tcb)
{
	interrupt_forget(tcb);
	fpu_forget(tcb);
	ipc_leave_transfer(tcb);
	ipc_withdraw(tcb);
	tcb->dying = true;
	tcb->wait = ID_NIL;
	tcb->receive_pending = false;
	tcb->item = NUMBER_FIRST;
	wakeup_remove(&tcb->wakeup);
}

static void stop(struct tcb *tcb)
{
	tcb->blocked = BLOCKED_INACTIVE;
	ready_remove(tcb);
}

bool thread_delete(struct tcb *tcb, const struct tcb *running)
{
	if (!tcb->dying) {
		work_done(WORK_THREAD);
		begin_deletion(tcb);
		if (tcb != running)
			stop(tcb);
	}
	if (!ipc_abort_partners(tcb, thread_numbers_end()))
		return false;
	stop(tcb);
	tcb->id = 0;
	leave_space(tcb);
	end_rent(tcb->space);
	thread_numbers_give_back(&tcb->number);
	return true;
}

struct tcb *thread_lookup(uint32_t id)
{
	uint32_t number = ID_NUMBER(id);
	struct tcb *tcb = tcb_of_number(number);

	return id && number >= NUMBER_FIRST && tcb->id == id && !tcb->dying ? tcb : 0;
}

struct tcb *thread_lookup_dying(uint32_t id)
{
	struct tcb *tcb = tcb_of_number(ID_NUMBER(id));

	return id && ID_NUMBER(id) >= NUMBER_FIRST && tcb->id == id ? tcb : 0;
}

bool thread_create_hardware(void)
{
	for (uint32_t line = 0; line < NUMBER_INTERRUPTS; line++) {
		struct tcb *tcb;

		if (!interrupt_is_device(line))
			continue;
		tcb = tcbs_create(NUMBER_INTERRUPT_0 + line);
		if (!tcb)
			return false;
		interrupt_init(line, tcb);
	}
	return true;
}

void idle_loop(void);

struct tcb *thread_create_idle(void)
{
	struct tcb *tcb = tcbs_create(NUMBER_KERNEL);

	if (!tcb)
		return 0;
	tcb->id = ID(NUMBER_KERNEL, 1);
	tcb->frame.eip = (uint32_t)idle_loop;
	tcb->frame.cs = SELECTOR_KERNEL_CODE;
	tcb->frame.eflags = EFLAGS_RESERVED | EFLAGS_INTERRUPT;
	spaces_prepare(tcb);
	return tcb;
}
