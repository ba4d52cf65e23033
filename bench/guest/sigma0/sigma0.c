/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sigma0: the first address space. It owns all memory that the kernel does not keep, at virtual addresses equal to
 * the physical ones, and gives it away: a page fault of a thread whose pager it is, at an address that is free memory or
 * lies in the root program's image, is answered by that page at that address. A page is given once; who asks for one
 * that is gone, or for anything else, stays blocked.
 */
#include <exit.h>
#include <layout.h>
#include <syscall_user.h>

#include "console.h"
#include "ipc.h"
#include "kernel_info.h"
#include "runtime.h"
#include "text.h"

/* Read by program.ld, which links this program to its own address. */
const char program_is_sigma0 = 1;

#define PAGES (1u << (32 - PAGE_SHIFT))

static uint32_t given[PAGES / 32]; /* bit n: page n is given away */

static bool in(uint32_t address, uint32_t bottom, uint32_t top)
{
	return address >= bottom && address < top;
}

/* Whether the page is sigma0's to give, and still there. Takes it. */
static bool take_page(uint32_t address)
{
	uint32_t page = address >> PAGE_SHIFT, bit = 1u << (page % 32);
	bool image = in(address, kernel_info.root_base, kernel_info.root_end);
	bool memory = in(address, kernel_info.memory_bottom, kernel_info.memory_top) &&
		      !in(address, kernel_info.reserved_bottom, kernel_info.reserved_top);

	if ((!image && !memory) || (given[page / 32] & bit))
		return false;
	given[page / 32] |= bit;
	return true;
}

/* Nobody is left to report a root program that died of itself: ends the machine with a word on the console. */
static void root_died(const struct ipc_result *message)
{
	char buffer[96];
	struct text text;

	text_begin(&text, buffer, sizeof(buffer));
	text_string(&text, TAG_LABEL(message->tag) == LABEL_EXCEPTION ? "sigma0: exception " : "sigma0: page fault at ");
	text_hex(&text, message->word[0], 8);
	text_string(&text, " in the root program's first thread, ip ");
	text_hex(&text, message->word[1], 8);
	text_char(&text, '\n');
	console_string(buffer);
	machine_halt(EXIT_FAILED);
}

uint32_t program_main(struct utcb *utcb, uint32_t id)
{
	uint32_t to = ID_NIL, tag = TAG(0, 0), address = 0;

	(void)id;
	utcb->accept = 0;
	for (;;) {
		/* A faulting thread waits for its answer; who only pretends to be one shall not stop sigma0. */
		struct ipc_result message = ipc_reply_wait(utcb, to, tag, 0, 0);

		if (ipc_failed(message)) {
			/* The page was not delivered. */
			given[address >> PAGE_SHIFT >> 5] &= ~(1u << ((address >> PAGE_SHIFT) % 32));
			to = ID_NIL;
			tag = TAG(0, 0);
			continue;
		}
		to = ID_NIL;
		tag = TAG(0, 0);
		address = message.word[0] & ~(PAGE_SIZE - 1u);
		if (TAG_LABEL(message.tag) == LABEL_PAGE_FAULT && take_page(address)) {
			utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE(address, PAGE_SHIFT, FLEXPAGE_RIGHTS);
			utcb->mr[MESSAGE_REGISTER_WORDS + 1] = address;
			to = message.from;
			tag |= TAG_TYPED(2);
		} else if (message.from == ID_ROOT &&
			   (TAG_LABEL(message.tag) == LABEL_PAGE_FAULT || TAG_LABEL(message.tag) == LABEL_EXCEPTION)) {
			root_died(&message);
		}
	}
}
