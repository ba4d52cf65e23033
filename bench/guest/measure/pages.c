/* SPDX-License-Identifier: BSD-2-Clause
 */
#include <syscall_user.h>

#include "pages.h"

/* The flexpage of the first `pages` pages at `base`. */
static uint32_t first_pages(uint32_t base, uint32_t pages, uint32_t rights)
{
	uint32_t log2 = PAGE_SHIFT;

	while (pages >>= 1)
		log2++;
	return FLEXPAGE(base, log2, rights);
}

void pages_touch(const struct client *client)
{
	for (uint32_t page = 0; page < client->parameter; page++)
		*(volatile char *)(CLIENT_MEMORY + page * PAGE_SIZE) = 1;
}

static uint32_t send(const struct client *client, uint32_t item, uint32_t base)
{
	client->utcb->mr[MESSAGE_REGISTER_WORDS] = item;
	client->utcb->mr[MESSAGE_REGISTER_WORDS + 1] = base;
	return ipc_call(client->utcb, client->partner, TAG(0, 0) | TAG_TYPED(2), 0, 0).tag;
}

uint32_t pages_map_at(const struct client *client, uint32_t pages, uint32_t at)
{
	return send(client, first_pages(CLIENT_MEMORY, pages, FLEXPAGE_RIGHTS), at * PAGE_SIZE);
}

uint32_t pages_map(const struct client *client)
{
	return pages_map_at(client, client->parameter, 0);
}

uint32_t pages_grant(const struct client *client)
{
	return send(client, first_pages(CLIENT_MEMORY, client->parameter, FLEXPAGE_RIGHTS | FLEXPAGE_GRANT), 0);
}

void pages_flush(const struct client *client)
{
	space_flush(first_pages(CLIENT_MEMORY, client->parameter, FLEXPAGE_RIGHTS), 0);
}

void pages_receiver(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument)
{
	uint32_t from = ID_NIL;

	(void)id;
	(void)creator;
	(void)argument;
	utcb->accept = PAGES_OF_RECEIVER;
	for (;;)
		from = ipc_reply_wait(utcb, from, TAG(0, 0), 0, 0).from;
}

void pages_granter(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument)
{
	uint32_t item = first_pages(FLEXPAGE_BASE(PAGES_OF_RECEIVER), argument, FLEXPAGE_RIGHTS | FLEXPAGE_GRANT);
	uint32_t from;

	(void)id;
	(void)creator;
	utcb->accept = PAGES_OF_RECEIVER;
	from = ipc_receive(utcb, ID_ANY).from;
	for (;;) {
		utcb->mr[MESSAGE_REGISTER_WORDS] = item;
		utcb->mr[MESSAGE_REGISTER_WORDS + 1] = 0;
		from = ipc_reply_wait(utcb, from, TAG(0, 0) | TAG_TYPED(2), 0, 0).from;
	}
}
