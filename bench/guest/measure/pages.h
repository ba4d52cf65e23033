/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What map, grant and flush share: a client in a large space with memory of its own, and threads in a small one that take pages.
 */
#ifndef GUEST_PAGES_H
#define GUEST_PAGES_H

#include "measure.h"

#include <layout.h>

#define PAGES_LOG2 (PAGE_SHIFT + 6)
_Static_assert(CLIENT_PAGES == 1 << (PAGES_LOG2 - PAGE_SHIFT), "the windows are as large as the client's memory");

#define PAGES_OF_CLIENT FLEXPAGE(CLIENT_MEMORY, PAGES_LOG2, FLEXPAGE_RIGHTS)
#define PAGES_OF_RECEIVER FLEXPAGE(0x00100000, PAGES_LOG2, FLEXPAGE_RIGHTS)

/* Has the client's pages in place: an item leaves out what is not there. */
void pages_touch(const struct client *client);

/* Sends the first `pages` (a power of two) pages of the client to its partner, from page `at` of the window on. Returns the tag. */
uint32_t pages_map_at(const struct client *client, uint32_t pages, uint32_t at);

/* Sends the first client->parameter pages to the partner, by map or by grant. */
uint32_t pages_map(const struct client *client);
uint32_t pages_grant(const struct client *client);

/* Takes them back from everybody. */
void pages_flush(const struct client *client);

/* Threads: one takes whatever pages it is sent, the other grants its `argument` pages back. */
void pages_receiver(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument);
void pages_granter(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument);

#endif
