/* SPDX-License-Identifier: BSD-2-Clause */
#include <exception.h>
#include <interrupt.h>
#include <ipc.h>
#include <ipc_wait.h>
#include <items.h>
#include <message.h>
#include <messages.h>
#include <schedule.h>
#include <scheduling.h>
#include <thread.h>
#include <timer.h>
#include <work.h>

#define TIMEOUT_SEND(timeouts) ((timeouts) >> 16)
#define TIMEOUT_RECEIVE(timeouts) ((timeouts) & 0xffff)

/* ---- whom to receive from -------------------------------------------------------------------------- */

/* Whom `tcb` may receive from by that id: a thread, or a line that it is attached to. */
static struct tcb *lookup_partner(const struct tcb *tcb, uint32_t id)
{
	struct tcb *partner = thread_lookup(id);

	return partner ? partner : interrupt_thread(tcb, id);
}

/* The first in the queue of `to` that a receive from `from` takes, or 0. */
static struct tcb *first_sender(struct tcb *to, uint32_t from)
{
	struct tcb *sender;

	if (from == ID_ANY)
		return to->send_queue;
	sender = lookup_partner(to, from);
	return sender && sender->blocked == BLOCKED_SENDING && sender->partner == to->id ? sender : 0;
}

/* ---- transfer ------------------------------------------------------------------------------------- */

/* Does `to` wait for a message from `from`? */
static bool accepts(const struct tcb *to, const struct tcb *from)
{
	return to->wait == ID_ANY || to->wait == from->id ||
	       (to->blocked == BLOCKED_RECEIVING && (to->partner == ID_ANY || to->partner == from->id));
}

static void transfer_words(struct tcb *from, struct tcb *to, unsigned words)
{
	if (from->fault) {
		messages_set_word(to, 0, from->fault_word[0]);
		messages_set_word(to, 1, from->fault_word[1]);
		if (from->fault == FAULT_EXCEPTION)
			exception_tell(from, to);
		return;
	}
	for (unsigned i = 0; i < words && i < MESSAGE_REGISTER_WORDS; i++)
		messages_set_word(to, i, messages_word(from, i));
	for (unsigned i = MESSAGE_REGISTER_WORDS; i < words; i++)
		to->utcb->mr[i] = from->utcb->mr[i];
}

static uint32_t tag_to_send(struct tcb *from)
{
	switch (from->fault) {
	case FAULT_PAGE:
		return TAG(2, LABEL_PAGE_FAULT);
	case FAULT_EXCEPTION:
		return TAG(EXCEPTION_WORDS, LABEL_EXCEPTION);
	case FAULT_INTERRUPT:
		return TAG(0, LABEL_INTERRUPT);
	default:
		return tcb_registers(from)->eax & TAG_DELIVERED;
	}
}

/* Which page keeps the transfer that deliver() has just left unfinished from going on. */
static struct missing_page missing;

/*
 * The fault of `to` is answered. If that was in the midst of a message with strings, `to` goes on receiving it, and its sender, which waited
 * for this, goes on sending.
 */
static void end_fault(struct tcb *to)
{
	struct tcb *sender = thread_lookup(to->source);

	to->fault = FAULT_NONE;
	if (!sender) {
		ipc_end_wait(to);
		return;
	}
	items_wait_for_source(to);
	ipc_end_wait(sender);
	schedule_ready(sender);
}

/*
 * Gives `to`, which accepts it, the message of `from`. 0: `to` is ready, but not queued. An ERROR_… code: `to` waits on
 * as if nothing had been sent, unless the two are locked to each other. MAPPING_UNFINISHED: likewise, and the same is to be tried
 * again. A thread that waits for the answer to a fault gets mappings and registers only.
 */
static uint32_t deliver(struct tcb *from, struct tcb *to)
{
	uint32_t tag = tag_to_send(from);
	uint32_t error;

	missing.tcb = 0;
	error = TAG_TYPED_WORDS(tag) ? items_transfer(from, to, tag, &missing) : 0;
	if (error)
		return error;
	to->offered = ID_NIL;
	if (to->fault) {
		/* In the midst of strings the registers are those of the call. */
		if (TAG_LABEL(tag) == LABEL_REGISTERS && !to->send_pending && to->source == ID_NIL)
			exception_answer(to, from, TAG_WORDS(tag));
		end_fault(to);
	} else {
		transfer_words(from, to, TAG_WORDS(tag));
		tcb_registers(to)->esi = from->id;
		tcb_registers(to)->eax = tag;
		to->source = ID_NIL;
		ipc_end_wait(to);
	}
	return 0;
}

/* ---- receive phase -------------------------------------------------------------------------------- */

static void wait_to_receive_until(struct tcb *tcb, uint32_t from, uint32_t timeout)
{
	if (!TIMEOUT_MANTISSA(timeout)) {
		ipc_fail(tcb, ERROR_TIMEOUT | ERROR_IN_RECEIVE);
		return;
	}
	ipc_wait_slowly(tcb, from);
	timer_wait(tcb, timeout);
}

/* Nobody is there to receive from: waits, or fails, as the timeout says. */
static void wait_to_receive(struct tcb *tcb)
{
	const struct registers *registers = tcb_registers(tcb);
	uint32_t from = registers->edx;

	if (from != ID_ANY && from != ID_NIL && (!lookup_partner(tcb, from) || from == tcb->id)) {
		ipc_fail(tcb, ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
		return;
	}
	if (registers->eax & TAG_RECEIVE_TIMEOUT) {
		wait_to_receive_until(tcb, from, TIMEOUT_RECEIVE(registers->ecx));
		return;
	}
	if (from == ID_NIL || tcb->halted) {
		ipc_wait_slowly(tcb, from);
		return;
	}
	tcb->wait = from;
	scheduling_blocked(tcb);
}

/*
 * The send phase of `sender` is over; its receive phase begins, if it has one. Another than the running thread does not
 * receive at once from somebody who queues: the chain that could follow would have no bound.
 */
static void end_send_phase(struct tcb *sender, bool running)
{
	struct registers *registers = tcb_registers(sender);

	if (sender->fault) {
		ipc_wait_slowly(sender, sender->pager);
	} else if (registers->eax & TAG_NO_RECEIVE) {
		registers->eax = 0;
	} else if (first_sender(sender, registers->edx)) {
		sender->receive_pending = true;
	} else {
		wait_to_receive(sender);
	}
	if (!running && tcb_is_ready(sender))
		schedule_ready(sender);
}

/* `tcb` makes its call again, without the send phase, which is over; who has been sent elsewhere meanwhile cannot. */
static void receive_again(struct tcb *tcb)
{
	if (tcb->moved) {
		ipc_fail(tcb, ERROR_CANCELLED | ERROR_IN_RECEIVE);
		return;
	}
	tcb_registers(tcb)->esi = ID_NIL;
	tcb_call_again(tcb);
}

/* `tcb` and `sender`, which queued, are locked to each other. It is the sender that goes on with the message, when it runs. */
static void begin_to_receive_strings(struct tcb *tcb, struct tcb *sender)
{
	ipc_dequeue(tcb, sender);
	sender->send_pending = true;
	items_wait_for_source(tcb);
	schedule_ready(sender);
}

static void receive_phase(struct tcb *tcb)
{
	struct tcb *sender;

	tcb->receive_pending = false;
	if (!work_allows()) {
		receive_again(tcb);
		return;
	}
	if (tcb->send_queue)
		interrupt_receiving(tcb, tcb_registers(tcb)->edx);
	while ((sender = first_sender(tcb, tcb_registers(tcb)->edx))) {
		uint32_t error = work_allows() ? deliver(sender, tcb) : MAPPING_UNFINISHED;

		if (tcb->source != ID_NIL) {
			begin_to_receive_strings(tcb, sender);
			return;
		}
		if (error == MAPPING_UNFINISHED) {
			receive_again(tcb);
			return;
		}
		if (sender->fault == FAULT_INTERRUPT) {
			interrupt_delivered(sender); /* it stays queued: see interrupt.h */
			return;
		}
		ipc_dequeue(tcb, sender);
		if (!error) {
			end_send_phase(sender, false);
			return;
		}
		work_done(WORK_WAKE);
		ipc_fail(sender, error);
		schedule_ready(sender);
	}
	wait_to_receive(tcb);
}

void ipc_resume_receive(struct tcb *tcb)
{
	receive_phase(tcb);
	work_done(WORK_WAKE);
}

/* ---- send phase ----------------------------------------------------------------------------------- */

static bool is_malformed(uint32_t tag)
{
	unsigned words = TAG_WORDS(tag);
	unsigned typed = TAG_TYPED_WORDS(tag);

	if (words < MESSAGE_REGISTER_WORDS)
		words = MESSAGE_REGISTER_WORDS;
	return (tag & TAG_ERROR) || typed % 2 || words + typed > MESSAGE_WORDS_MAX;
}

/* The receiver is not ready: queues, or fails, as the timeout says. */
static void wait_to_send(struct tcb *tcb, struct tcb *to)
{
	const struct registers *registers = tcb_registers(tcb);
	bool timed = registers->eax & TAG_SEND_TIMEOUT;

	if ((registers->eax & TAG_SEND_NOWAIT) || (timed && !TIMEOUT_MANTISSA(TIMEOUT_SEND(registers->ecx)))) {
		ipc_fail(tcb, ERROR_TIMEOUT);
		return;
	}
	ipc_enqueue(to, tcb);
	if (timed)
		timer_wait(tcb, TIMEOUT_SEND(registers->ecx));
}

/* Who has been given a message runs, unless it is halted. */
static struct tcb *if_ready(struct tcb *tcb)
{
	return tcb_is_ready(tcb) ? tcb : 0;
}

/* The destination is no thread. It may be an interrupt line, then the send phase is over; else there is no partner. */
static void reply_to_line(struct tcb *current, uint32_t id)
{
	if (!interrupt_reply(current, id)) {
		ipc_fail(current, ERROR_NO_PARTNER);
		return;
	}
	end_send_phase(current, true);
	if (current->receive_pending)
		receive_phase(current);
}

bool ipc_interrupt(struct tcb *line, struct tcb *handler)
{
	bool taken = accepts(handler, line);

	if (taken)
		deliver(line, handler); /* no typed items: cannot fail */
	ipc_enqueue(handler, line);
	return taken;
}

/*
 * The message of `current` is unfinished. If it has strings, `current` stays locked to `to` and goes on when it runs next, or when who
 * misses a page has been given it; else it makes its call again.
 */
static struct tcb *pause(struct tcb *current, struct tcb *to)
{
	if (to->source != current->id) {
		tcb_call_again(current);
		return 0;
	}
	current->send_pending = true;
	if (!missing.tcb)
		return 0;
	if (missing.tcb == to) {
		current->blocked = BLOCKED_PARTNER;
		scheduling_blocked(current);
	}
	return ipc_fault(missing.tcb, FAULT_PAGE, missing.word, missing.tcb->frame.eip);
}

/* The message of `current` to `to`, which accepts it or is locked to it. Returns as ipc(). */
static struct tcb *send(struct tcb *current, struct tcb *to)
{
	uint32_t error = deliver(current, to);

	if (error == MAPPING_UNFINISHED)
		return pause(current, to);
	if (error) {
		if (to->source == current->id)
			ipc_end_in_midst(to, ERROR_TRANSFER | ERROR_IN_RECEIVE);
		ipc_fail(current, error);
		return 0;
	}
	end_send_phase(current, true);
	if (current->receive_pending)
		receive_phase(current);
	return if_ready(to);
}

struct tcb *ipc_go_on(struct tcb *current)
{
	struct tcb *to = thread_lookup(tcb_registers(current)->esi);

	current->send_pending = false;
	return send(current, to);
}

struct tcb *ipc(struct tcb *current)
{
	struct registers *registers = tcb_registers(current);
	struct tcb *to;

	current->moved = false;
	if (is_malformed(registers->eax)) {
		ipc_fail(current, ERROR_BAD_MESSAGE);
		return 0;
	}
	if (registers->esi == ID_NIL) {
		if (registers->eax & TAG_NO_RECEIVE)
			registers->eax = 0;
		else
			receive_phase(current);
		return 0;
	}
	to = thread_lookup(registers->esi);
	if (!to || to == current) {
		reply_to_line(current, registers->esi);
		return 0;
	}
	if (!accepts(to, current)) {
		wait_to_send(current, to);
		return 0;
	}
	return send(current, to);
}

struct tcb *ipc_fault(struct tcb *current, enum fault fault, uint32_t word0, uint32_t word1)
{
	struct tcb *pager = thread_lookup(current->pager);

	current->fault = fault;
	current->fault_word[0] = word0;
	current->fault_word[1] = word1;
	if (!pager || pager == current) {
		ipc_wait_slowly(current, ID_NIL);
		return 0;
	}
	if (!accepts(pager, current)) {
		ipc_enqueue(pager, current);
		return 0;
	}
	deliver(current, pager); /* no typed items: cannot fail */
	end_send_phase(current, true);
	return if_ready(pager);
}
