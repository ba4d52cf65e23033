/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sigma0: the first address space. It owns all memory that the kernel does not keep, at virtual addresses equal to
 * the physical ones, and all I/O ports that the kernel does not keep, and gives them away: a page fault of a thread whose pager it is, at
 * an address that is free memory or lies in the root program's image, is answered by that page at that address; other
 * requests are in runtime/sigma0.h. All is given once; who faults on a page that is gone, or on anything else, stays blocked.
 */
#include <exit.h>
#include <layout.h>
#include <syscall_user.h>

#include "console.h"
#include "ipc.h"
#include "kernel_info.h"
#include "runtime.h"
#include "sigma0.h"
#include "text.h"

/* Read by program.ld, which links this program to its own address. */
const char program_is_sigma0 = 1;

#define PAGES (1u << (32 - PAGE_SHIFT))
#define PORTS (1u << FLEXPAGE_PORTS_LOG2_MAX)

/* Bit n: page, or port, n is given away. */
static uint32_t given_pages[PAGES / 32], given_ports[PORTS / 32];

/* What has been taken for an answer, so that it can be put back. */
struct gift {
	uint32_t *given;
	uint32_t first, count; /* 0: nothing */
	uint32_t flexpage;
};

static const struct gift NOTHING = {0};

static bool in(uint32_t address, uint32_t bottom, uint32_t top)
{
	return address >= bottom && address < top;
}

/* Whether the page is sigma0's to give. */
static bool owns_page(uint32_t address)
{
	bool image = in(address, kernel_info.root_base, kernel_info.root_end);
	bool memory = in(address, kernel_info.memory_bottom, kernel_info.memory_top) &&
		      !in(address, kernel_info.reserved_bottom, kernel_info.reserved_top);

	return image || memory;
}

static void mark(const struct gift *gift, bool is_given)
{
	for (uint32_t n = gift->first; n < gift->first + gift->count; n++) {
		if (is_given)
			gift->given[n / 32] |= 1u << n % 32;
		else
			gift->given[n / 32] &= ~(1u << n % 32);
	}
}

static struct gift take(struct gift gift)
{
	for (uint32_t n = gift.first; n < gift.first + gift.count; n++)
		if (gift.given[n / 32] & 1u << n % 32)
			return NOTHING;
	mark(&gift, true);
	return gift;
}

static struct gift take_memory(uint32_t base, uint32_t log2)
{
	uint32_t pages = 1u << (log2 - PAGE_SHIFT);

	for (uint32_t n = 0; n < pages; n++)
		if (!owns_page(base + n * PAGE_SIZE))
			return NOTHING;
	return take((struct gift){given_pages, base >> PAGE_SHIFT, pages, FLEXPAGE(base, log2, FLEXPAGE_RIGHTS)});
}

/* What is asked for, and taken; or nothing. */
static struct gift take_requested(const struct ipc_result *message)
{
	uint32_t word = message->word[0];
	uint32_t log2 = FLEXPAGE_LOG2(word), first = FLEXPAGE_PORT(word);

	switch (TAG_LABEL(message->tag)) {
	case LABEL_PAGE_FAULT:
		return take_memory(word & ~(PAGE_SIZE - 1u), PAGE_SHIFT);
	case SIGMA0_MEMORY:
		if (log2 < PAGE_SHIFT || log2 > 31 || FLEXPAGE_BASE(word) & ((1u << log2) - 1))
			return NOTHING;
		return take_memory(FLEXPAGE_BASE(word), log2);
	case SIGMA0_PORTS:
		if (log2 > FLEXPAGE_PORTS_LOG2_MAX || first & ((1u << log2) - 1) || first >= PORTS)
			return NOTHING;
		return take((struct gift){given_ports, first, 1u << log2, FLEXPAGE_PORTS(first, log2)});
	default:
		return NOTHING;
	}
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

/* Whoever asked waits for an answer, unless nothing was given to a fault. */
static uint32_t answer(struct utcb *utcb, const struct ipc_result *message, const struct gift *gift, uint32_t *tag)
{
	bool fault = TAG_LABEL(message->tag) == LABEL_PAGE_FAULT;

	*tag = TAG(0, 0);
	if (gift->count) {
		utcb->mr[MESSAGE_REGISTER_WORDS] = gift->flexpage;
		utcb->mr[MESSAGE_REGISTER_WORDS + 1] = FLEXPAGE_BASE(gift->flexpage);
		*tag |= TAG_TYPED(2);
		return message->from;
	}
	if (message->from == ID_ROOT && (fault || TAG_LABEL(message->tag) == LABEL_EXCEPTION))
		root_died(message);
	return TAG_LABEL(message->tag) == SIGMA0_PORTS || TAG_LABEL(message->tag) == SIGMA0_MEMORY ? message->from : ID_NIL;
}

uint32_t program_main(struct utcb *utcb, uint32_t id)
{
	uint32_t to = ID_NIL, tag = TAG(0, 0);
	struct gift gift = NOTHING;

	(void)id;
	utcb->accept = 0;
	for (;;) {
		/* Who asks waits for its answer; who only pretends to shall not stop sigma0. */
		struct ipc_result message = ipc_reply_wait(utcb, to, tag, 0, 0);

		if (ipc_failed(message)) {
			/* It was not delivered; of much, perhaps the first part was. */
			if (gift.count)
				space_flush(gift.flexpage, 0);
			mark(&gift, false);
			gift = NOTHING;
			to = ID_NIL;
			tag = TAG(0, 0);
			continue;
		}
		gift = take_requested(&message);
		to = answer(utcb, &message, &gift, &tag);
	}
}
