/* SPDX-License-Identifier: BSD-2-Clause
 *
 * page-size: a thread touches one word in each of 128 pages that lie in one piece of 4 MB, which the hardware has as one page, or, since
 * the last page of the piece is read-only, as small ones.
 * Unit: ticks per 128 words. To expect: on a Pentium, whose TLB has 64 entries for data, 128 misses with small pages and none
 * with a large one; on a 486, which has no large pages, the same for both.
 */
#include <layout.h>
#include <syscall_user.h>

#include "kernel_info.h"
#include "measure.h"
#include "sigma0.h"

#define TOUCHED 128
#define STRIDE (SUPERPAGE_SIZE / TOUCHED)
#define LINE 64 /* the line moves with the page, so that few of them share a cache set */

/* Where the program has one piece for each of the two. */
static const uint32_t pieces[] = {0x40000000, 0x40400000};

/* One piece at `at` from sigma0: the highest that it still has. */
static bool get_piece(struct utcb *utcb, uint32_t at)
{
	for (uint32_t base = kernel_info.memory_top & ~(SUPERPAGE_SIZE - 1u); base > kernel_info.memory_bottom; base -= SUPERPAGE_SIZE)
		if (sigma0_memory(utcb, base - SUPERPAGE_SIZE, SUPERPAGE_SHIFT, at))
			return true;
	return false;
}

/* Once for each piece. */
static uint32_t have_piece(const struct client *client)
{
	static bool have[2];
	uint32_t small = client->parameter, last = pieces[small] + SUPERPAGE_SIZE - PAGE_SIZE;

	if (have[small])
		return 0;
	if (!get_piece(client->utcb, pieces[small]))
		return TAG_ERROR | ERROR_NO_MEMORY;
	have[small] = true;
	if (small)
		space_flush(FLEXPAGE(last, PAGE_SHIFT, FLEXPAGE_WRITE), 1);
	return 0;
}

static uint32_t touch(const struct client *client)
{
	uint32_t at = pieces[client->parameter];

	for (uint32_t n = 0; n < TOUCHED; n++)
		(void)*(volatile uint32_t *)(at + n * STRIDE + n % (PAGE_SIZE / LINE) * LINE);
	return 0;
}

#define ENTRY(symbol, label, small)                                                                            \
	MEASUREMENT(symbol, "page-size/" label, .per = 1, .parameter = small, .run = touch, .prepare = have_piece, \
		    .expect = "Pentium: 128 misses of its data TLB with 4 KB, none with 4 MB")

ENTRY(large, "kb:4096", 0);
ENTRY(small, "kb:4", 1);
