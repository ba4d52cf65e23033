/* SPDX-License-Identifier: BSD-2-Clause */
#include <ipc.h>
#include <ipc_wait.h>
#include <message.h>
#include <schedule.h>
#include <scheduling.h>
#include <tcbs.h>
#include <thread.h>
#include <work.h>

/* ---- send queues ---------------------------------------------------------------------------------- */

void ipc_enqueue(struct tcb *to, struct tcb *sender)
{
	struct tcb *first = to->send_queue;

	sender->blocked = BLOCKED_SENDING;
	sender->partner = to->id;
	scheduling_blocked(sender);
	if (!first) {
		to->send_queue = sender->send_next = sender->send_previous = sender;
		tcb_update_urgency(to);
		return;
	}
	sender->send_next = first;
	sender->send_previous = first->send_previous;
	first->send_previous->send_next = sender;
	first->send_previous = sender;
}

void ipc_dequeue(struct tcb *to, struct tcb *sender)
{
	sender->send_previous->send_next = sender->send_next;
	sender->send_next->send_previous = sender->send_previous;
	if (to->send_queue == sender)
		to->send_queue = sender->send_next == sender ? 0 : sender->send_next;
	tcb_update_urgency(to);
	ipc_end_wait(sender);
}

void ipc_withdraw(struct tcb *tcb)
{
	if (tcb->blocked == BLOCKED_SENDING)
		ipc_dequeue(thread_lookup_dying(tcb->partner), tcb);
}

/* ---- leaving a message with strings ---------------------------------------------------------------- */

void ipc_end_in_midst(struct tcb *tcb, uint32_t code)
{
	bool queued = tcb_is_ready(tcb);

	ipc_withdraw(tcb);
	tcb->fault = FAULT_NONE;
	tcb->send_pending = false;
	tcb->source = ID_NIL;
	ipc_fail(tcb, code);
	if (!queued)
		schedule_ready(tcb);
}

/* If `tcb` is locked to another thread, ends the call of that one with `code`. Returns whether it was. */
static bool release_partner(struct tcb *tcb, uint32_t code)
{
	if (tcb->source != ID_NIL) {
		ipc_end_in_midst(thread_lookup(tcb->source), code);
		return true;
	}
	if (!tcb->send_pending)
		return false;
	ipc_end_in_midst(thread_lookup(tcb_registers(tcb)->esi), code | ERROR_IN_RECEIVE);
	return true;
}

void ipc_leave_transfer(struct tcb *tcb)
{
	release_partner(tcb, ERROR_ABORTED);
	tcb->source = ID_NIL;
	tcb->send_pending = false;
}

/* ---- waiting that others end ------------------------------------------------------------------------- */

/* Ends the call in which `tcb` waits, with an error in whichever phase it is in. */
static void give_up(struct tcb *tcb, uint32_t code)
{
	if (tcb->blocked == BLOCKED_SENDING)
		ipc_dequeue(thread_lookup_dying(tcb->partner), tcb);
	else
		code |= ERROR_IN_RECEIVE;
	ipc_fail(tcb, code);
	schedule_ready(tcb);
}

void ipc_timeout(struct tcb *tcb)
{
	give_up(tcb, ERROR_TIMEOUT);
}

void ipc_cancel(struct tcb *tcb)
{
	if (tcb->receive_pending) {
		tcb->receive_pending = false;
		ipc_fail(tcb, ERROR_CANCELLED | ERROR_IN_RECEIVE);
		return;
	}
	if (release_partner(tcb, ERROR_TRANSFER)) {
		ipc_end_in_midst(tcb, ERROR_CANCELLED | (tcb->source != ID_NIL ? ERROR_IN_RECEIVE : 0));
		return;
	}
	if (!tcb_is_waiting(tcb))
		return;
	if (!tcb->fault) {
		give_up(tcb, ERROR_CANCELLED);
		return;
	}
	/* Its registers are those of a program that knows of no call: they get no result. */
	ipc_withdraw(tcb);
	tcb->fault = FAULT_NONE;
	items_forget(tcb);
	ipc_end_wait(tcb);
	schedule_ready(tcb);
}

void ipc_halt(struct tcb *tcb)
{
	tcb->halted = true;
	if (tcb->wait != ID_NIL) {
		/* The fast path would run it. */
		tcb->blocked = BLOCKED_RECEIVING;
		tcb->partner = tcb->wait;
		tcb->wait = ID_NIL;
	} else if (tcb->blocked == BLOCKED_NOT) {
		tcb->blocked = BLOCKED_HALTED;
		scheduling_blocked(tcb);
	}
}

void ipc_resume(struct tcb *tcb)
{
	tcb->halted = false;
	if (tcb->blocked == BLOCKED_HALTED) {
		tcb->blocked = BLOCKED_NOT;
		schedule_ready(tcb);
	}
}

/* ---- deletion ------------------------------------------------------------------------------------- */

/* The partner of `tcb` is gone. Who waits for an answer to a fault has nobody left to be helped by. */
static void abort_waiting(struct tcb *tcb, uint32_t code)
{
	if (tcb->fault) {
		ipc_wait_slowly(tcb, ID_NIL);
		return;
	}
	ipc_fail(tcb, code);
	schedule_ready(tcb);
}

static inline bool receives_from(const struct tcb *tcb, uint32_t id)
{
	return tcb->wait == id || (tcb->blocked == BLOCKED_RECEIVING && tcb->partner == id);
}

void ipc_abort_receiver(struct tcb *tcb, uint32_t id)
{
	if (receives_from(tcb, id)) {
		work_done(WORK_WAKE);
		abort_waiting(tcb, ERROR_ABORTED | ERROR_IN_RECEIVE);
	}
}

bool ipc_abort_partners(struct tcb *tcb, uint32_t number_end)
{
	while (tcb->send_queue) {
		struct tcb *sender = tcb->send_queue;

		if (!work_allows())
			return false;
		work_done(WORK_WAKE);
		ipc_dequeue(tcb, sender);
		abort_waiting(sender, ERROR_ABORTED);
	}
	for (; tcb->item < number_end; tcb->item++) {
		if (!work_allows())
			return false;
		work_done(WORK_SKIP);
		if (receives_from(tcb_of_number(tcb->item), tcb->id))
			ipc_abort_receiver(tcb_of_number(tcb->item), tcb->id);
	}
	return true;
}
