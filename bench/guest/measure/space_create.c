/* SPDX-License-Identifier: BSD-2-Clause
 *
 * space-create, space-delete: an empty address space; the last one is deleted, or made, before.
 * Unit: ticks per call. To expect: clearing and filling a page directory of 4 KB takes most of it.
 */
#include <syscall_user.h>

#include "measure.h"

#define QUOTA 8

static uint32_t last_space;

static uint32_t create(const struct client *client)
{
	struct syscall_result r = space_create(QUOTA);

	(void)client;
	last_space = r.value[0];
	return r.error ? TAG_ERROR | r.error : 0;
}

static uint32_t delete_last(const struct client *client)
{
	(void)client;
	/* 0 would be the caller's own, which it may not delete. */
	space_delete(last_space);
	last_space = SPACE_OWN;
	return 0;
}

static uint32_t create_anew(const struct client *client)
{
	delete_last(client);
	return create(client);
}

MEASUREMENT(space_create_entry, "space-create", .per = 1, .run = create, .prepare = delete_last,
	    .expect = "some thousand cycles: a page directory is cleared and filled");
MEASUREMENT(space_delete_entry, "space-delete", .per = 1, .run = delete_last, .prepare = create_anew,
	    .expect = "some ten thousand cycles: all its page directory is searched");
