/* SPDX-License-Identifier: BSD-2-Clause
 *
 * thread-create, thread-delete: a thread, which never runs, in the creator's space; the last one is deleted, or made, before.
 * Unit: ticks per call. To expect: a few hundred cycles; a thread is a TCB to fill, and when it goes, whoever waits for it is
 * looked for.
 */
#include <syscall_user.h>

#include "measure.h"
#include "runtime.h"

#define LAST_UTCB (RUNTIME_UTCBS + (SPACE_UTCBS - 1) * UTCB_SIZE)
#define PRIORITY_NEVER 1

static uint32_t last_thread;

static uint32_t create(const struct client *client)
{
	struct syscall_result r = thread_create(SPACE_OWN, (uint32_t)program_base, 0, pager_id, LAST_UTCB, PRIORITY_NEVER);

	(void)client;
	last_thread = r.value[0];
	return r.error ? TAG_ERROR | r.error : 0;
}

/* Of the thread that there may be: the first time there is none. */
static uint32_t delete_last(const struct client *client)
{
	(void)client;
	thread_delete(last_thread);
	last_thread = ID_NIL;
	return 0;
}

/* The last one goes first: there is one at a time. */
static uint32_t create_anew(const struct client *client)
{
	delete_last(client);
	return create(client);
}

MEASUREMENT(thread_create_entry, "thread-create", .per = 1, .run = create, .prepare = delete_last,
	    .expect = "a few hundred cycles");
MEASUREMENT(thread_delete_entry, "thread-delete", .per = 1, .run = delete_last, .prepare = create_anew,
	    .expect = "a few hundred cycles, and who waits for it");
