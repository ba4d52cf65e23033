/* SPDX-License-Identifier: BSD-2-Clause */
#include "threads.h"
#include "bytes.h"
#include "pager.h"
#include "runtime.h"

#include <ids.h>
#include <layout.h>
#include <syscall_user.h>

extern char thread_entry[]; /* start.S */

static struct thread threads[THREADS_MAX];
static char stacks[THREADS_MAX][THREAD_STACK] __attribute__((aligned(16)));
static struct space spaces[SPACES_MAX];
static uint32_t kept_threads, kept_spaces; /* the first so many descriptors outlast threads_reset */

/* Message buffer 0 is the first thread's. */
struct space own_space = {.used = true, .id = SPACE_OWN, .utcbs = 1};
uint32_t pager_id;
uint32_t threads_error;

struct space *space_start(void)
{
	for (struct space *space = spaces; space < spaces + SPACES_MAX; space++) {
		struct syscall_result r;

		if (space->used)
			continue;
		r = space_create(SPACE_QUOTA);
		threads_error = r.error;
		if (r.error)
			return NULL;
		*space = (struct space){.used = true, .id = r.value[0]};
		return space;
	}
	threads_error = SYSCALL_ENOIDS;
	return NULL;
}

bool space_window(struct space *space, uint32_t at, const void *memory, uint32_t size, uint32_t rights)
{
	for (struct window *window = space->windows; window < space->windows + WINDOWS_MAX; window++) {
		if (window->size)
			continue;
		*window = (struct window){at, size, rights, memory, false};
		return true;
	}
	return false;
}

static void thread_forget(struct thread *thread)
{
	uint32_t slot = (thread->utcb - RUNTIME_UTCBS) / UTCB_SIZE;

	if (slot < SPACE_UTCBS)
		thread->space->utcbs &= ~(1u << slot);
	thread->used = false;
	thread->id = ID_NIL;
}

uint32_t space_stop(struct space *space)
{
	uint32_t error = space_delete(space->id);

	for (struct thread *thread = threads; thread < threads + THREADS_MAX; thread++) {
		if (thread->used && thread->space == space)
			thread_forget(thread);
	}
	space->used = false;
	return error;
}

/* Takes a free message buffer of `space`; its address, or 0. */
static uint32_t take_utcb(struct space *space)
{
	for (uint32_t slot = 0; slot < SPACE_UTCBS; slot++) {
		if (space->utcbs & (1u << slot))
			continue;
		space->utcbs |= 1u << slot;
		return RUNTIME_UTCBS + slot * UTCB_SIZE;
	}
	return 0;
}

static struct thread *take_thread(struct space *space, uint32_t utcb)
{
	for (struct thread *thread = threads; thread < threads + THREADS_MAX; thread++) {
		if (thread->used)
			continue;
		memset(thread, 0, sizeof(*thread));
		thread->used = true;
		thread->space = space;
		thread->utcb = utcb ? utcb : take_utcb(space);
		return thread;
	}
	threads_error = SYSCALL_ENOIDS;
	return NULL;
}

/* The pager itself has none but the program's own. */
static uint32_t usual_pager(void)
{
	return pager_id ? pager_id : ID_SIGMA0;
}

static struct thread *create(struct thread *thread, uint32_t ip, uint32_t sp, uint32_t priority, uint32_t pager)
{
	struct syscall_result r = thread_create(thread->space->id, ip, sp, pager, thread->utcb, priority);

	threads_error = r.error;
	if (r.error) {
		thread_forget(thread);
		return NULL;
	}
	thread->id = r.value[0];
	return thread;
}

struct thread *thread_start_paged(struct space *space, thread_function *function, uint32_t argument, uint32_t priority,
				  uint32_t pager)
{
	struct thread *thread = take_thread(space, 0);
	uint32_t *stack;

	if (!thread)
		return NULL;
	stack = (uint32_t *)(void *)stacks[thread - threads + 1];
	*--stack = argument;
	*--stack = (uint32_t)function;
	return create(thread, (uint32_t)thread_entry, (uint32_t)stack, priority, pager);
}

struct thread *thread_start(struct space *space, thread_function *function, uint32_t argument, uint32_t priority)
{
	return thread_start_paged(space, function, argument, priority, usual_pager());
}

struct thread *thread_start_raw(struct space *space, uint32_t ip, uint32_t sp, uint32_t utcb, uint32_t priority)
{
	struct thread *thread = take_thread(space, utcb);

	return thread ? create(thread, ip, sp, priority, usual_pager()) : NULL;
}

uint32_t thread_stop(struct thread *thread)
{
	uint32_t error = thread_delete(thread->id);

	thread_forget(thread);
	return error;
}

void thread_end(void)
{
	thread_delete(thread_my_id());
}

void threads_keep(void)
{
	for (kept_threads = THREADS_MAX; kept_threads > 0 && !threads[kept_threads - 1].used; kept_threads--)
		;
	for (kept_spaces = SPACES_MAX; kept_spaces > 0 && !spaces[kept_spaces - 1].used; kept_spaces--)
		;
}

void threads_reset(void)
{
	for (struct space *space = spaces + kept_spaces; space < spaces + SPACES_MAX; space++) {
		if (space->used)
			space_stop(space);
	}
	for (struct thread *thread = threads + kept_threads; thread < threads + THREADS_MAX; thread++) {
		if (thread->used)
			thread_stop(thread);
	}
}

struct thread *thread_of(uint32_t id)
{
	for (struct thread *thread = threads; thread < threads + THREADS_MAX; thread++) {
		if (thread->used && thread->id == id)
			return thread;
	}
	return NULL;
}

struct thread *thread_at(uint32_t index)
{
	return index < THREADS_MAX && threads[index].used ? &threads[index] : NULL;
}

uint32_t thread_index(const struct thread *thread)
{
	return (uint32_t)(thread - threads);
}

uint32_t pager_start(void)
{
	struct thread *thread = thread_start(&own_space, pager_main, 0, PRIORITY_PAGER);

	if (!thread)
		return threads_error;
	pager_id = thread->id;
	threads_keep();
	return SYSCALL_OK;
}
