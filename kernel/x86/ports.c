/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The processor looks ports up in a bitmap that follows the TSS, at a distance of less than 64 KB, within its limit. Here two
 * descriptors give the same TSS: one whose limit ends before the bitmap, loaded as long as nobody uses ports; and one
 * for an alias of the TSS's page in PORTS_WINDOW, behind which the pages of the holder's bitmap are mapped:
 *
 *   page 0: that of the TSS; 1, 2: bitmap; 3: all bits set, of which the processor reads eight, for accesses beyond port 65535
 *
 * So installing it is a load of the task register, and of two page-table entries if the space is another than last time.
 */
#include <descriptors.h>
#include <exit.h>
#include <holder.h>
#include <machine.h>
#include <memory.h>
#include <paging.h>
#include <ports.h>
#include <space.h>
#include <string.h>
#include <tcb.h>
#include <work.h>
#include <x86.h>

#define WORD_BITS 32
#define BITMAP_PAGE 1

/* What stands where a space has none of so many ports. */
static uint32_t no_ports[PAGE_SIZE / 4] __attribute__((section(".page_aligned"), aligned(PAGE_SIZE)));

static const struct space *mapped; /* whose bitmap is mapped; 0: nobody's */

/* ---- bitmaps -------------------------------------------------------------------------------------- */

static uint32_t port_of(uint32_t page)
{
	return (page - USER_TOP) >> PAGE_SHIFT;
}

/* Is there a bitmap of the ports about this one? */
static bool has_bitmap(const struct space *space, uint32_t port)
{
	return space->ports.maps[port / PORTS_PER_MAP];
}

/* Where the bit of `port` is; has_bitmap() must hold. */
static uint32_t *word_of(const struct space *space, uint32_t port)
{
	return &space->ports.maps[port / PORTS_PER_MAP][port % PORTS_PER_MAP / WORD_BITS];
}

static uint32_t bit_of(uint32_t port)
{
	return 1u << port % WORD_BITS;
}

uint32_t ports_missing(const struct space *space, uint32_t page)
{
	uint32_t port = port_of(page);

	if (!has_bitmap(space, port))
		return PORTS_PER_MAP - port % PORTS_PER_MAP;
	return *word_of(space, port) == ~0u ? WORD_BITS - port % WORD_BITS : 0;
}

uint32_t ports_rights(const struct space *space, uint32_t page)
{
	uint32_t port = port_of(page);

	return has_bitmap(space, port) && !(*word_of(space, port) & bit_of(port)) ? FLEXPAGE_READ : 0;
}

static void map_bitmap(const struct space *space)
{
	for (unsigned i = 0; i < PORTS_MAPS; i++)
		paging_map_ports(BITMAP_PAGE + i, space->ports.maps[i] ? space->ports.maps[i] : no_ports);
	mapped = space;
}

enum mapping_result ports_prepare(struct space *space, uint32_t page)
{
	uint32_t **map = &space->ports.maps[port_of(page) / PORTS_PER_MAP];

	if (*map)
		return MAPPING_DONE;
	if (!frame_ready(~0u))
		return MAPPING_AGAIN;
	*map = frame_allocate_filled(space, ~0u);
	if (*map && mapped == space)
		map_bitmap(space);
	return *map ? MAPPING_DONE : MAPPING_NO_MEMORY;
}

void ports_allow(struct space *space, uint32_t page)
{
	*word_of(space, port_of(page)) &= ~bit_of(port_of(page));
}

void ports_deny(struct space *space, uint32_t page)
{
	*word_of(space, port_of(page)) |= bit_of(port_of(page));
}

/* What the kernel itself uses: with these, a program could do to it what it liked. */
static const struct {
	uint16_t first, last;
} kept[] = {
	{0x20, 0x21}, {0xa0, 0xa1}, {0x4d0, 0x4d1},     /* interrupt controllers, and which lines are edge triggered */
	{0x40, 0x43}, {0x61, 0x61},                     /* interval timer, and the gate of its channel 2 */
	{COM1, COM1 + 7},                               /* console */
	{EXIT_PORT_DEBUG, EXIT_PORT_DEBUG + 3}, {EXIT_PORT_BOCHS, EXIT_PORT_BOCHS}, /* the end of the machine */
};

bool ports_give(struct space *sigma0)
{
	for (unsigned i = 0; i < PORTS_MAPS; i++) {
		sigma0->ports.maps[i] = frame_allocate(sigma0); /* cleared: all of them */
		if (!sigma0->ports.maps[i])
			return false;
	}
	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		for (uint32_t port = kept[i].first; port <= kept[i].last; port++)
			ports_deny(sigma0, PORT_PAGE(port));
	return true;
}

void ports_free(struct space *space)
{
	for (unsigned i = 0; i < PORTS_MAPS; i++) {
		if (space->ports.maps[i])
			frame_free(space, space->ports.maps[i]);
		space->ports.maps[i] = 0;
	}
	if (mapped == space)
		mapped = 0; /* another space may get its descriptor */
}

/* ---- the processor -------------------------------------------------------------------------------- */

void ports_init(void)
{
	fill_words(no_ports, ~0u, PAGE_SIZE / 4);
	paging_map_ports(0, tables_tss());
	for (unsigned i = 0; i <= PORTS_MAPS; i++)
		paging_map_ports(BITMAP_PAGE + i, no_ports);
}

bool ports_install(struct tcb *current)
{
	const struct space *space = current->space;

	if ((!space->ports.maps[0] && !space->ports.maps[1]) || (current->holds & HOLDS_PORTS))
		return false;
	if (mapped != space)
		map_bitmap(space);
	holder_take(current, HOLDS_PORTS);
	load_task(SELECTOR_PORTS_TSS);
	return true;
}

void ports_withdraw(void)
{
	load_task(SELECTOR_TSS);
}
