/* SPDX-License-Identifier: BSD-2-Clause
 *
 * page-fault: a thread in a large space touches a page that it has not; its pager, a thread of the program's own space, answers
 * with a mapping, and the thread goes on. The page is flushed before the next one.
 * Unit: ticks per fault, from the instruction that faults to the next. To expect: two IPCs by the C path, a mapping, and the
 * pager's search for the page.
 */
#include <layout.h>
#include <syscall_user.h>

#include "measure.h"

static uint32_t lose_page(const struct client *client)
{
	(void)client;
	space_flush(FLEXPAGE(CLIENT_MEMORY, PAGE_SHIFT, FLEXPAGE_RIGHTS), 1);
	return 0;
}

static uint32_t touch_page(const struct client *client)
{
	(void)client;
	*(volatile char *)CLIENT_MEMORY = 1;
	return 0;
}

MEASUREMENT(page_fault, "page-fault", .per = 1, .setup = setup_inter, .run = touch_page, .prepare = lose_page,
	    .expect = "some 1500 instructions: two IPCs by the C path, a mapping, and the pager");
