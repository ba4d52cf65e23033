/* SPDX-License-Identifier: BSD-2-Clause */
#include <interrupt.h>
#include <ipc.h>
#include <machine.h>
#include <tcb.h>
#include <thread.h>

#define LINE_TIMER 0
#define LINE_CASCADE 2

enum line_state {
	LINE_QUIET,     /* no interrupt under way */
	LINE_PENDING,   /* its message waits in the handler's send queue */
	LINE_DELIVERED, /* its message has been taken, and not acknowledged */
};

static struct line {
	struct tcb *thread;
	uint32_t handler; /* id, or ID_NIL */
	enum line_state state;
	bool held; /* masked on request */
} lines[NUMBER_INTERRUPTS];

static uint32_t delivered; /* so many are in LINE_DELIVERED */

static void set_state(struct line *line, enum line_state state)
{
	delivered += (state == LINE_DELIVERED) - (line->state == LINE_DELIVERED);
	line->state = state;
}

static void update_mask(uint32_t line)
{
	const struct line *l = &lines[line];

	interrupt_mask(line, l->handler == ID_NIL || l->state != LINE_QUIET || l->held);
}

bool interrupt_is_device(uint32_t line)
{
	return line < NUMBER_INTERRUPTS && line != LINE_TIMER && line != LINE_CASCADE;
}

void interrupt_init(uint32_t line, struct tcb *thread)
{
	thread->id = ID_INTERRUPT(line);
	thread->wait = ID_NIL;
	thread->blocked = BLOCKED_INACTIVE;
	thread->fault = FAULT_INTERRUPT;
	lines[line].thread = thread;
}

static void quieten(uint32_t line)
{
	struct line *l = &lines[line];

	ipc_withdraw(l->thread);
	l->thread->blocked = BLOCKED_INACTIVE;
	set_state(l, LINE_QUIET);
	update_mask(line);
}

void interrupt_attach(uint32_t line, struct tcb *handler)
{
	struct line *l = &lines[line];
	struct tcb *before = thread_lookup(l->handler);

	quieten(line);
	if (before && before != handler)
		ipc_abort_receiver(before, l->thread->id);
	l->handler = handler ? handler->id : ID_NIL;
	update_mask(line);
}

void interrupt_hold(uint32_t line, bool masked)
{
	lines[line].held = masked;
	update_mask(line);
}

struct tcb *interrupt_arrived(uint32_t line)
{
	struct line *l = &lines[line];
	struct tcb *handler = thread_lookup(l->handler);

	if (!handler || l->state != LINE_QUIET) {
		interrupt_mask(line, true);
		return 0;
	}
	set_state(l, ipc_interrupt(l->thread, handler) ? LINE_DELIVERED : LINE_PENDING);
	update_mask(line);
	return l->state == LINE_DELIVERED && tcb_is_ready(handler) ? handler : 0;
}

void interrupt_delivered(const struct tcb *thread)
{
	set_state(&lines[ID_NUMBER(thread->id) - NUMBER_INTERRUPT_0], LINE_DELIVERED);
}

void interrupt_receiving(const struct tcb *handler, uint32_t from)
{
	for (uint32_t line = 0; delivered && line < NUMBER_INTERRUPTS; line++) {
		const struct line *l = &lines[line];

		if (l->state == LINE_DELIVERED && l->handler == handler->id && (from == ID_ANY || from == l->thread->id))
			quieten(line);
	}
}

struct tcb *interrupt_thread(const struct tcb *handler, uint32_t id)
{
	uint32_t line = ID_NUMBER(id) - NUMBER_INTERRUPT_0;

	if (!interrupt_is_device(line) || id != ID_INTERRUPT(line) || lines[line].handler != handler->id)
		return 0;
	return lines[line].thread;
}

bool interrupt_reply(const struct tcb *handler, uint32_t id)
{
	if (!interrupt_thread(handler, id))
		return false;
	interrupt_receiving(handler, id);
	return true;
}

void interrupt_forget(struct tcb *handler)
{
	for (uint32_t line = 0; line < NUMBER_INTERRUPTS; line++)
		if (interrupt_is_device(line) && lines[line].handler == handler->id)
			interrupt_attach(line, 0);
}
