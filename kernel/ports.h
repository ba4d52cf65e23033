/* SPDX-License-Identifier: BSD-2-Clause
 *
 * I/O ports of spaces: the bitmaps that say which they may use, and the processor's use of them.
 *
 * For the mapping database a port is a page: that of the same number beyond USER_TOP, where no space has others. So its nodes, and
 * all that map, grant and flush do with them, are the same for both. A port has no rights to take but FLEXPAGE_READ.
 *
 * Programs can use no port, until one tries whose space has some: then the space's bitmap is installed, for this thread, the
 * holder, until another thread runs (holder.h). It is installed by mapping it, not by copying: what a flush takes from
 * the bitmap is gone at once.
 */
#ifndef KERNEL_PORTS_H
#define KERNEL_PORTS_H

#include <layout.h>
#include <mapping_nodes.h>
#include <stdbool.h>
#include <stdint.h>

struct space;
struct tcb;

#define PORTS_COUNT 65536
#define PORTS_PER_MAP (PAGE_SIZE * 8)
#define PORTS_MAPS (PORTS_COUNT / PORTS_PER_MAP)

/* In each space: the bitmap, as the processor wants it: a bit is 0 where the port may be used. 0: none of these ports. */
struct ports {
	uint32_t *maps[PORTS_MAPS];
};

/* The page that a port is to the mapping database. */
#define PORT_PAGE(port) (USER_TOP + ((port) << PAGE_SHIFT))

static inline bool is_port(uint32_t page)
{
	return page >= USER_TOP;
}

/* How many ports, at least, from that of `page` on `space` certainly has not. */
uint32_t ports_missing(const struct space *space, uint32_t page);

/* The space_page_… functions (space.h) for pages that are ports. */
uint32_t ports_rights(const struct space *space, uint32_t page);
enum mapping_result ports_prepare(struct space *space, uint32_t page);
void ports_allow(struct space *space, uint32_t page);
void ports_deny(struct space *space, uint32_t page);

/* Gives sigma0 all ports that the kernel does not keep. False: no memory for the bitmap. */
bool ports_give(struct space *sigma0);

/* Frees the bitmap of a space that has no port any more. */
void ports_free(struct space *space);

void ports_init(void);

/*
 * `current` met a general protection fault. If it may have tried a port, and the bitmap of its space was not installed: it is
 * now; try again.
 */
bool ports_install(struct tcb *current);

/* No program can use any port any more. For holder.c. */
void ports_withdraw(void);

#endif
