/* SPDX-License-Identifier: BSD-2-Clause */
#include <interrupt.h>
#include <invariant_checks.h>
#include <memory.h>
#include <ready_queue.h>
#include <scheduling.h>
#include <space.h>
#include <tcb.h>
#include <tcbs.h>
#include <thread.h>
#include <thread_numbers.h>
#include <wakeup_queue.h>

/* ---- threads ---------------------------------------------------------------------------------------- */

/* Is `id` somebody to wait for: a thread, dying or not, or the hardware thread of a line? */
static bool is_somebody(uint32_t id)
{
	return thread_lookup_dying(id) || (interrupt_is_device(ID_NUMBER(id) - NUMBER_INTERRUPT_0) &&
					   id == ID_INTERRUPT(ID_NUMBER(id) - NUMBER_INTERRUPT_0));
}

static bool state_is_sound(const struct tcb *tcb)
{
	bool receiving = tcb->blocked == BLOCKED_RECEIVING;

	if (tcb->blocked == BLOCKED_INACTIVE)
		return tcb->wait == ID_NIL && (!tcb->id || tcb->dying);
	if (!tcb->id || (tcb->wait != ID_NIL && tcb->blocked != BLOCKED_NOT))
		return false;
	if (tcb->halted && (tcb->wait != ID_NIL || tcb->blocked == BLOCKED_NOT))
		return false;
	if (tcb->wait != ID_NIL && tcb->wait != ID_ANY)
		return is_somebody(tcb->wait);
	if (tcb->blocked == BLOCKED_SENDING || (receiving && tcb->partner != ID_ANY && tcb->partner != ID_NIL))
		return is_somebody(tcb->partner);
	return true;
}

/* Whom a thread that is in the midst of a message sends to, by its registers. */
static uint32_t destination(const struct tcb *tcb)
{
	return ((const struct registers *)tcb - 1)->esi;
}

static bool lock_is_sound(const struct tcb *tcb)
{
	const struct tcb *other;

	if (tcb->source != ID_NIL) {
		other = thread_lookup(tcb->source);
		return other && other->send_pending && destination(other) == tcb->id && !tcb->send_pending &&
		       (tcb->blocked == BLOCKED_TRANSFER || tcb->fault);
	}
	if (!tcb->send_pending)
		return tcb->blocked != BLOCKED_TRANSFER && tcb->blocked != BLOCKED_PARTNER;
	other = thread_lookup(destination(tcb));
	return other && other->source == tcb->id;
}

static bool urgency_is_sound(const struct tcb *tcb)
{
	if (tcb->holds)
		return tcb->urgency == URGENCY_HOLDER;
	return tcb->urgency == (tcb->send_queue ? URGENCY_QUEUED : tcb->priority);
}

/* Its send queue; adds to *senders how many are in it. */
static bool send_queue_is_sound(const struct tcb *tcb, uint32_t *senders)
{
	const struct tcb *sender = tcb->send_queue;

	if (!sender)
		return true;
	do {
		if (sender->blocked != BLOCKED_SENDING || sender->partner != tcb->id || sender->send_next->send_previous != sender ||
		    ++*senders > NUMBERS)
			return false;
		sender = sender->send_next;
	} while (sender != tcb->send_queue);
	return true;
}

static enum invariant thread_invariant(const struct tcb *tcb, uint32_t number, const struct tcb *running, uint32_t *senders)
{
	if (tcb->id && (ID_NUMBER(tcb->id) != number || tcb->id != tcb->number.last_id || !tcb->space || !tcb->space->id))
		return INVARIANT_THREAD_ID;
	if (!state_is_sound(tcb))
		return INVARIANT_THREAD_STATE;
	if (tcb->id && !lock_is_sound(tcb))
		return INVARIANT_THREAD_LOCK;
	if (!scheduling_is_sound(tcb, tcb == running) || !wakeup_is_sound(&tcb->wakeup))
		return INVARIANT_THREAD_QUEUED;
	if (!tcb->id)
		return INVARIANTS_HOLD;
	if (!urgency_is_sound(tcb))
		return INVARIANT_URGENCY;
	return send_queue_is_sound(tcb, senders) ? INVARIANTS_HOLD : INVARIANT_SEND_QUEUE;
}

static bool is_sending(uint32_t number)
{
	return tcb_of_number(number)->blocked == BLOCKED_SENDING;
}

enum invariant thread_invariants(const struct tcb *running, uint32_t *where)
{
	uint32_t senders = 0, sending = 0, in_use = 0;

	if (!ready_queue_is_sound(where))
		return INVARIANT_READY_LISTS;
	if (!ready_summary_is_sound(where))
		return INVARIANT_READY_SUMMARY;
	*where = 0;
	if (!wakeup_queue_is_sound())
		return INVARIANT_WAKEUPS;
	for (uint32_t line = 0; line < NUMBER_INTERRUPTS; line++)
		sending += is_sending(NUMBER_INTERRUPT_0 + line);
	for (uint32_t number = NUMBER_FIRST; number < thread_numbers_end(); number++) {
		const struct tcb *tcb = tcb_of_number(number);
		enum invariant violated = thread_invariant(tcb, number, running, &senders);

		*where = ID(number, 0);
		if (violated)
			return violated;
		sending += is_sending(number);
		in_use += tcb->id != 0;
	}
	*where = senders;
	if (senders != sending)
		return INVARIANT_SEND_QUEUE;
	*where = in_use;
	return thread_numbers_are_sound(in_use) ? INVARIANTS_HOLD : INVARIANT_NUMBERS;
}

/* ---- spaces ----------------------------------------------------------------------------------------- */

static bool threads_are_sound(const struct space *space)
{
	const struct tcb *tcb = space->threads;
	uint32_t count = 0;

	if (tcb) {
		do {
			if (tcb->space != space || tcb->space_next->space_previous != tcb || !tcb->id || ++count > NUMBERS)
				return false;
			tcb = tcb->space_next;
		} while (tcb != space->threads);
	}
	return count == space->thread_count;
}

/* Its children; adds to *children how many there are. */
static bool children_are_sound(const struct space *space, uint32_t *children)
{
	const struct space *child = space->children;

	if (!child)
		return true;
	do {
		if (child->creator != space || child->next->previous != child || space_lookup(child->id) != child ||
		    ++*children > SPACES_MAX)
			return false;
		child = child->next;
	} while (child != space->children);
	return true;
}

enum invariant space_invariants(uint32_t *where)
{
	uint32_t children = 0, created = 0;

	for (uint32_t i = space_next(0); i < SPACES_MAX; i = space_next(i + 1)) {
		const struct space *space = space_at(i);

		*where = space->id;
		if (!threads_are_sound(space))
			return INVARIANT_SPACE_THREADS;
		if (SPACE_INDEX(space->id) != i || !children_are_sound(space, &children))
			return INVARIANT_SPACE_TREE;
		created += space->creator != 0;
	}
	return children == created ? INVARIANTS_HOLD : INVARIANT_SPACE_TREE;
}

enum invariant invariants_check(const struct tcb *running, uint32_t *where)
{
	enum invariant violated = thread_invariants(running, where);

	if (!violated)
		violated = space_invariants(where);
	if (!violated)
		violated = mapping_invariants(where);
	if (!violated)
		violated = frame_invariants(where);
	return violated;
}
