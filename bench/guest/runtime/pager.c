/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The pager of a root program's threads. It maps pages of the program's own image and of the windows of the
 * faulting thread's space, keeps every other fault and every exception, and tells who asks.
 */
#include "pager.h"
#include "ipc.h"
#include "runtime.h"

#include <layout.h>

/* Requests of this program's threads; word 0 is the thread's index. */
#define LABEL_WAIT_FAULT 1
#define LABEL_RESUME 2

void (*unexpected_fault)(const struct thread *thread);

/* What the pager does next: send to a thread, or to nobody. */
struct answer {
	uint32_t to;
	uint32_t tag;
};

static const struct answer NOTHING = {ID_NIL, TAG(0, 0)};

/* Maps the 2^log2 bytes about `from`. */
static struct answer map(struct utcb *utcb, uint32_t to, uint32_t from, uint32_t at, uint32_t log2, uint32_t rights)
{
	uint32_t mask = ~((1u << log2) - 1);

	utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(from & mask, log2, rights);
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = at & mask;
	return (struct answer){to, TAG(0, 0) | TAG_TYPED(2)};
}

/* 4 MB at once, where a large window has them. */
static uint32_t page_log2(const struct window *window, uint32_t address)
{
	uint32_t start = address & ~(SUPERPAGE_SIZE - 1u);
	bool aligned = ((uint32_t)window->memory - window->at) % SUPERPAGE_SIZE == 0;

	if (window->large && aligned && start >= window->at && start - window->at + SUPERPAGE_SIZE <= window->size)
		return SUPERPAGE_SHIFT;
	return PAGE_SHIFT;
}

static struct answer map_window(struct utcb *utcb, uint32_t to, const struct window *window, uint32_t address)
{
	uint32_t log2 = page_log2(window, address);
	uint32_t from = (uint32_t)window->memory + (address - window->at), first = from & ~((1u << log2) - 1);

	/* The program itself may not have touched it yet: then sigma0 gives it now. */
	for (uint32_t offset = 0; offset < 1u << log2; offset += PAGE_SIZE)
		(void)*(volatile const char *)(first + offset);
	return map(utcb, to, from, address, log2, window->rights);
}

static struct answer page_fault(struct utcb *utcb, const struct thread *thread, uint32_t id, uint32_t word)
{
	uint32_t address = word & ~1u;
	bool write = word & 1;

	if (address >= (uint32_t)program_base && address < (uint32_t)program_memory_end) {
		/* The own space has its whole image already: a fault there is over, or not the pager's to mend. */
		if (thread && thread->space == &own_space)
			return NOTHING;
		return map(utcb, id, address, address, PAGE_SHIFT, FLEXPAGE_RIGHTS);
	}
	for (unsigned i = 0; thread && i < WINDOWS_MAX; i++) {
		const struct window *window = &thread->space->windows[i];

		if (address - window->at >= window->size || (write && !(window->rights & FLEXPAGE_WRITE)))
			continue;
		return map_window(utcb, id, window, address);
	}
	return NOTHING;
}

/* Keeps a fault, and wakes who waits for it. */
static struct answer keep(struct thread *thread, const struct ipc_result *message)
{
	uint32_t waiting = thread->waiting;

	thread->fault.word = message->word[0];
	thread->fault.ip = message->word[1];
	thread->fault.label = TAG_LABEL(message->tag);
	thread->waiting = ID_NIL;
	if (waiting)
		return (struct answer){waiting, TAG(0, 0)};
	if (unexpected_fault)
		unexpected_fault(thread);
	return NOTHING;
}

/* A request of one of the program's own threads about the thread of index `word`. */
static struct answer request(uint32_t from, uint32_t label, uint32_t word)
{
	struct thread *thread = thread_at(word);

	if (!thread)
		return NOTHING;
	if (label == LABEL_RESUME) {
		thread->fault.label = 0;
		return (struct answer){thread->id, TAG(0, 0)};
	}
	if (label != LABEL_WAIT_FAULT)
		return NOTHING;
	if (thread->fault.label)
		return (struct answer){from, TAG(0, 0)};
	thread->waiting = from;
	return NOTHING;
}

static struct answer answer(struct utcb *utcb, const struct ipc_result *message)
{
	uint32_t label = TAG_LABEL(message->tag);
	struct thread *thread = thread_of(message->from);
	struct answer result = NOTHING;

	/* A thread may die, and its message stay: then there is nobody to answer. */
	if (label == LABEL_PAGE_FAULT)
		result = page_fault(utcb, thread, message->from, message->word[0]);
	else if (label != LABEL_EXCEPTION)
		return thread && thread->space != &own_space ? NOTHING
							     : request(message->from, label, message->word[0]);
	return result.to == ID_NIL && thread ? keep(thread, message) : result;
}

void pager_main(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument)
{
	struct answer next = NOTHING;

	(void)id;
	(void)creator;
	(void)argument;
	utcb->accept = 0;
	for (;;) {
		/* Who is answered waits already, or has forged its fault and does not deserve an answer. */
		struct ipc_result message = ipc_reply_wait(utcb, next.to, next.tag, 0, 0);

		next = ipc_failed(message) ? NOTHING : answer(utcb, &message);
	}
}

void thread_wait_fault(struct utcb *utcb, struct thread *thread)
{
	ipc_call(utcb, pager_id, TAG(1, LABEL_WAIT_FAULT), thread_index(thread), 0);
}

void thread_resume(struct utcb *utcb, struct thread *thread)
{
	ipc_send(utcb, pager_id, TAG(1, LABEL_RESUME), thread_index(thread), 0);
}
