/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Strings in messages: what arrives, where, and what is refused.
 */
#include "string_test.h"

#define WINDOW_PAGES 4
#define GUARD 0x5a

/* A taker in a space of its own that sees the last pages of own_pages at LOW_WINDOW (small) or HIGH_WINDOW (large). */
static struct thread *taker_at(struct utcb *utcb, uint32_t at)
{
	struct space *space = NEW_SPACE();
	struct thread *thread;

	memset(&plan, 0, sizeof(plan));
	space_window(space, at, own_pages[OWN_PAGES - WINDOW_PAGES], WINDOW_PAGES * PAGE_SIZE, FLEXPAGE_RIGHTS);
	thread = START(space, taker, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	return thread;
}

/* Sends `length` bytes at `source` to a taker whose buffer is `offset` bytes into its window; checks all of that. */
static void check_string(struct utcb *utcb, const struct thread *thread, uint32_t at, char *source, uint32_t offset,
			 uint32_t length)
{
	char *window = own_pages[OWN_PAGES - WINDOW_PAGES];
	uint32_t low = offset < 32 ? 0 : offset - 32;
	uint32_t seed = offset + length;

	fill_pattern(source, length, seed);
	memset(window + low, GUARD, offset - low + length + 32);
	take_as(utcb, thread, 1, at + offset, length);
	CHECK_OK(call_with_string(utcb, thread->id, source, length));
	CHECK_EQUAL(plan.utcb.mr[ipc_item(0, 0)], STRING(length));
	CHECK_EQUAL(plan.utcb.mr[ipc_item(0, 0) + 1], at + offset);
	CHECK(is_pattern(window + offset, length, seed));
	for (uint32_t n = low; n < offset + length + 32; n++)
		if (n < offset || n >= offset + length)
			CHECK_EQUAL((uint8_t)window[n], GUARD);
}

static const uint16_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 63, 64, 65};
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

TEST(alignments, "strings/alignments", "a string may have any length and any alignment on both sides; no byte beside it is written")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);

	for (uint32_t source = 0; source < 4; source++)
		for (uint32_t target = 0; target < 4; target++)
			for (unsigned i = 0; i < LENGTHS; i++)
				check_string(utcb, thread, LOW_WINDOW, own_pages[0] + 16 + source, 64 + target, lengths[i]);
	for (uint32_t source = 0; source < 16; source += 3)
		for (uint32_t target = 0; target < 16; target += 5)
			check_string(utcb, thread, LOW_WINDOW, own_pages[0] + source, 64 + target, 259);
}

static const uint16_t long_lengths[] = {2047, 2048, 2049, 4095, 4096, 4097, 8191, 8193};

static void check_borders(struct utcb *utcb, uint32_t at)
{
	struct thread *thread = taker_at(utcb, at);

	for (unsigned i = 0; i < sizeof(long_lengths) / sizeof(long_lengths[0]); i++)
		for (uint32_t source = PAGE_SIZE - 2; source <= PAGE_SIZE + 1; source++)
			check_string(utcb, thread, at, own_pages[0] + source, PAGE_SIZE - 1 + source % 3, long_lengths[i]);
	for (uint32_t before = 0; before < 6; before++)
		check_string(utcb, thread, at, own_pages[1] - before, 2 * PAGE_SIZE - 5 + before, 6);
}

TEST(borders_small, "strings/borders", "a string may cross page borders on both sides")
{
	check_borders(utcb, LOW_WINDOW);
}

TEST(borders_large, "strings/borders-large", "so between large spaces")
{
	check_borders(utcb, HIGH_WINDOW);
}

/* Sends strings from a space of its own: `argument` is the taker's id, what it sends is at HIGH_WINDOW or LOW_WINDOW. */
static uint32_t sender_at;

THREAD(sender)
{
	struct ipc_result r = ipc_receive(utcb, creator);

	for (;;) {
		r = call_with_string(utcb, argument, (const char *)sender_at + r.word[0], r.word[1]);
		r = ipc_call(utcb, creator, TAG(2, 0), r.tag, 0);
	}
}

static void check_from_to(struct utcb *utcb, uint32_t from, uint32_t to)
{
	struct thread *thread = taker_at(utcb, to), *source;
	struct space *space = NEW_SPACE();

	sender_at = from;
	space_window(space, from, own_pages[0], 3 * PAGE_SIZE, FLEXPAGE_READ);
	source = START(space, sender, thread->id, PRIORITY_HELPER);
	for (uint32_t n = 0; n < 6; n++) {
		uint32_t length = 1 + n * 1500, offset = 100 + n * 777;
		struct ipc_result r;

		fill_pattern(own_pages[0] + offset % 8, length, n);
		take_as(utcb, thread, 1, to + offset, length + 3);
		r = ipc_call(utcb, source->id, TAG(2, 0), offset % 8, length);
		CHECK_OK(r);
		CHECK_EQUAL(r.word[0] & TAG_ERROR, 0);
		CHECK_EQUAL(plan.from, source->id);
		CHECK_EQUAL(ipc_string_length(&plan.utcb, 0, 0), length);
		CHECK(is_pattern(own_pages[OWN_PAGES - WINDOW_PAGES] + offset, length, n));
	}
}

TEST(small_to_small, "strings/small-to-small", "strings go from a small space to a small one")
{
	check_from_to(utcb, LOW_WINDOW, LOW_WINDOW);
}

TEST(small_to_large, "strings/small-to-large", "strings go from a small space to a large one")
{
	check_from_to(utcb, LOW_WINDOW, HIGH_WINDOW);
}

TEST(large_to_small, "strings/large-to-small", "strings go from a large space to a small one")
{
	check_from_to(utcb, HIGH_WINDOW, LOW_WINDOW);
}

TEST(large_to_large, "strings/large-to-large", "strings go from a large space to another large one, at the same address")
{
	check_from_to(utcb, HIGH_WINDOW, HIGH_WINDOW);
}

/* A taker that sees large_target at LARGE_AT. */
static struct thread *large_taker(struct utcb *utcb)
{
	struct space *space = NEW_SPACE();
	struct thread *thread;

	memset(&plan, 0, sizeof(plan));
	large_memory(utcb);
	space_window(space, LARGE_AT, large_target, LARGE_SIZE, FLEXPAGE_RIGHTS);
	thread = START(space, taker, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	return thread;
}

/* Are they equal? By words, at any alignment: there are a million. */
static bool same_bytes(const char *a, const char *b, uint32_t length)
{
	for (; length >= 4; length -= 4, a += 4, b += 4)
		if (*(const volatile uint32_t *)(const void *)a != *(const volatile uint32_t *)(const void *)b)
			return false;
	return !memcmp(a, b, length);
}

static void check_large(struct utcb *utcb, const struct thread *thread, uint32_t from, uint32_t to, uint32_t length)
{
	uint32_t *source = (uint32_t *)(void *)large_source;

	for (uint32_t n = 0; n < LARGE_SIZE / 4; n++)
		source[n] = n * 0x9e3779b9u + from;
	large_target[to + length] = GUARD;
	if (to)
		large_target[to - 1] = GUARD;
	take_as(utcb, thread, 1, LARGE_AT + to, length);
	CHECK_OK(call_with_string(utcb, thread->id, large_source + from, length));
	CHECK_EQUAL(ipc_string_length(&plan.utcb, 0, 0), length);
	CHECK(same_bytes(large_target + to, large_source + from, length));
	CHECK_EQUAL((uint8_t)large_target[to + length], GUARD);
	CHECK(!to || large_target[to - 1] == GUARD);
}

TEST(largest, "strings/4-megabytes", "a string has up to 4 MB, at any alignment on both sides")
{
	struct thread *thread = large_taker(utcb);

	check_large(utcb, thread, 0, 0, STRING_MAX);
	check_large(utcb, thread, 3, PAGE_SIZE + 1, STRING_MAX);
	check_large(utcb, thread, PAGE_SIZE - 1, 2, STRING_MAX - 1);
}

/* ---- several ------------------------------------------------------------------------------------------ */

TEST(several, "strings/several", "strings and flexpages come beside words, in any order; string n goes into buffer n")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);
	uint32_t at = LOW_WINDOW + 64;

	plan.accept = FLEXPAGE_ALL;
	for (uint32_t n = 0; n < 3; n++) {
		fill_pattern(own_pages[0] + 300 * n, 200, n);
		plan.buffer[n].address = at + 1000 * n;
		plan.buffer[n].length = 200 + n;
	}
	take_as(utcb, thread, 4, at, 200);
	for (uint32_t n = 2; n < 5; n++)
		utcb->mr[n] = 100 + n;
	ipc_put_string(utcb, 5, 0, own_pages[0], 200);
	utcb->mr[ipc_item(5, 1)] = FLEXPAGE((uint32_t)own_pages[2], PAGE_SHIFT, FLEXPAGE_RIGHTS);
	utcb->mr[ipc_item(5, 1) + 1] = LOW_WINDOW + 0x10000;
	ipc_put_string(utcb, 5, 2, own_pages[0] + 300, 199);
	ipc_put_string(utcb, 5, 3, own_pages[0] + 600, 0);
	CHECK_OK(call_with(utcb, thread->id, 5, 4));
	CHECK_EQUAL(TAG_WORDS(plan.tag), 5);
	CHECK_EQUAL(TAG_TYPED_WORDS(plan.tag), 8);
	CHECK_EQUAL(plan.word[0], 1);
	CHECK_EQUAL(plan.word[1], 2);
	for (uint32_t n = 2; n < 5; n++)
		CHECK_EQUAL(plan.utcb.mr[n], 100 + n);
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 0)], STRING(200));
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 0) + 1], at);
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 1) + 1], LOW_WINDOW + 0x10000);
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 2)], STRING(199));
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 2) + 1], at + 1000);
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 3)], STRING(0));
	CHECK_EQUAL(plan.utcb.mr[ipc_item(5, 3) + 1], at + 2000);
	CHECK(is_pattern(own_pages[OWN_PAGES - WINDOW_PAGES] + 64, 200, 0));
	CHECK(is_pattern(own_pages[OWN_PAGES - WINDOW_PAGES] + 64 + 1000, 199, 1));
}

static volatile uint32_t many_length;

/* Receives as many strings as fit a message. */
THREAD(take_many)
{
	utcb->accept = 0;
	for (uint32_t n = 0; n < 30; n++)
		ipc_accept_string(utcb, n, own_pages[4] + 100 * n, 100);
	CHECK_OK(ipc_receive(utcb, creator));
	many_length = 0;
	for (uint32_t n = 0; n < 30; n++)
		many_length += ipc_string_length(utcb, 0, n);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(many, "strings/many", "a message may have as many strings as fit it beside the receiver's statement")
{
	struct thread *thread = START(NEW_SPACE(), take_many, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	for (uint32_t n = 0; n < 30; n++) {
		fill_pattern(own_pages[0] + 101 * n, 70 + n, n);
		ipc_put_string(utcb, 0, n, own_pages[0] + 101 * n, 70 + n);
	}
	CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(60), 0, 0));
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(many_length, 30 * 70 + 29 * 30 / 2);
	for (uint32_t n = 0; n < 30; n++)
		CHECK(is_pattern(own_pages[4] + 100 * n, 70 + n, n));
}

/* ---- what is refused ---------------------------------------------------------------------------------- */

/* After a refusal the taker still waits: a good message arrives. */
static void check_waits_on(struct utcb *utcb, const struct thread *thread)
{
	uint32_t taken = plan.taken;

	CHECK_OK(ipc_call(utcb, thread->id, TAG(1, 0), 0x77, 0));
	CHECK_EQUAL(plan.taken, taken + 1);
	CHECK_EQUAL(plan.tag & TAG_ERROR, 0);
	CHECK_EQUAL(plan.word[0], 0x77);
}

static void check_refused(struct utcb *utcb, const struct thread *thread, const void *address, uint32_t length, uint32_t error)
{
	CHECK_ERROR(call_with_string(utcb, thread->id, address, length), error);
	check_waits_on(utcb, thread);
}

TEST(overflow, "strings/overflow", "no buffer for a string, or one too small: the sender gets ERROR_OVERFLOW, the receiver waits on")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);
	char *window = own_pages[OWN_PAGES - WINDOW_PAGES];

	take_as(utcb, thread, 0, 0, 0);
	check_refused(utcb, thread, own_pages[0], 1, ERROR_OVERFLOW);
	check_refused(utcb, thread, own_pages[0], 0, ERROR_OVERFLOW);
	take_as(utcb, thread, 1, LOW_WINDOW, 10);
	check_refused(utcb, thread, own_pages[0], 11, ERROR_OVERFLOW);
	/* The second does not fit: nothing of the first is written either. */
	memset(own_pages[0], 1, 20);
	plan.buffer[1].address = LOW_WINDOW + 100;
	plan.buffer[1].length = 9;
	for (uint32_t count = 1; count <= 2; count++) {
		take_as(utcb, thread, count, LOW_WINDOW, 10);
		ipc_put_string(utcb, 0, 0, own_pages[0], 10);
		ipc_put_string(utcb, 0, 1, own_pages[0], 10);
		CHECK_ERROR(call_with(utcb, thread->id, 0, 2), ERROR_OVERFLOW);
		CHECK_EQUAL(window[0], 0);
		check_waits_on(utcb, thread);
	}
}

TEST(bad_buffers, "strings/bad-buffers", "a buffer that is not a program's memory is none")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);
	static const struct {
		uint32_t address, length;
	} bad[] = {{USER_TOP - 9, 10},    {USER_TOP, 1},	{KERNEL_BASE, 100}, {0xffffffff, 1}, {0xfffffff0, 0x20},
		   {TCB_AREA, PAGE_SIZE}, {SLOT_REGION, 4096}, {1, 0xffffff},	    {0, 0}};

	for (unsigned i = 0; bad[i].length; i++) {
		take_as(utcb, thread, 1, bad[i].address, bad[i].length);
		/* One is a proper one, and only has no memory. */
		if (bad[i].address != 1)
			check_refused(utcb, thread, own_pages[0], 1, ERROR_OVERFLOW);
	}
	take_as(utcb, thread, 1, LOW_WINDOW, 100);
	CHECK_OK(call_with_string(utcb, thread->id, own_pages[0], 100));
}

static volatile uint32_t stated;

/* States a number of buffers that it does not have, or that lie where the message comes. */
THREAD(bad_statement)
{
	struct ipc_result r;

	utcb->accept = ACCEPT_STRINGS;
	for (uint32_t n = 0; n < STRING_BUFFERS_MAX; n++)
		ipc_accept_string(utcb, n, own_pages[4], 4096);
	utcb->mr[STRING_BUFFERS] = stated;
	r = ipc_receive(utcb, creator);
	ipc_send(utcb, creator, TAG(1, 0), TAG_TYPED_WORDS(r.tag), 0);
}

TEST(bad_numbers, "strings/bad-statement", "a statement of too many buffers, or one that the message itself would reach, states none")
{
	static const uint32_t counts[] = {STRING_BUFFERS_MAX + 1, 0xffffffff, 0x80000000, 0, STRING_BUFFERS_MAX};

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct thread *thread;

		stated = counts[i];
		thread = START(NEW_SPACE(), bad_statement, 0, PRIORITY_HELPER);
		let_others_run(utcb);
		ipc_put_string(utcb, 0, 0, own_pages[0], 4);
		ipc_put_string(utcb, 0, 1, own_pages[0], 4);
		/* The last buffer of the largest statement begins behind one item. */
		CHECK_ERROR(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(4), 0, 0), ERROR_OVERFLOW);
		if (counts[i] == STRING_BUFFERS_MAX) {
			CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
		} else {
			CHECK_ERROR(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0), ERROR_OVERFLOW);
			CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0), 0, 0));
		}
		CHECK_EQUAL(ipc_receive(utcb, thread->id).word[0], counts[i] == STRING_BUFFERS_MAX ? 2 : 0);
	}
}

TEST(malformed, "strings/malformed", "a string longer than 4 MB, or not in the program's memory, or with a reserved bit, is ERROR_BAD_MESSAGE")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);
	static const struct {
		uint32_t item, address;
	} bad[] = {{STRING(STRING_MAX + 1), 0x1000}, {STRING(0xffffff), 0x1000}, {STRING(2), USER_TOP - 1}, {STRING(1), USER_TOP},
		   {STRING(0), USER_TOP + 1},	     {STRING(16), 0xfffffff8},	 {STRING(1), KERNEL_BASE},  {STRING(1), TCB_AREA},
		   {STRING(STRING_MAX), USER_TOP - STRING_MAX + 1},		 {STRING(1) | 0x10, 0x1000}, {STRING(1) | 0x80, 0x1000},
		   {STRING(1) & ~(uint32_t)ITEM_STRING, 0x1000}};

	take_as(utcb, thread, 1, LOW_WINDOW, 0xffffff);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		utcb->mr[2] = bad[i].item;
		utcb->mr[3] = bad[i].address;
		CHECK_ERROR(call_with(utcb, thread->id, 0, 1), ERROR_BAD_MESSAGE);
		check_waits_on(utcb, thread);
	}
}

TEST(no_bytes, "strings/no-bytes", "a string of no bytes may begin wherever memory may end, and needs a buffer nevertheless")
{
	static const uint32_t addresses[] = {0, 0x1000, LOW_WINDOW - 1, USER_TOP - 1, USER_TOP};
	struct thread *thread = taker_at(utcb, LOW_WINDOW);

	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		take_as(utcb, thread, 1, i % 2 ? USER_TOP : LOW_WINDOW, 0);
		CHECK_OK(call_with_string(utcb, thread->id, (const void *)addresses[i], 0));
	}
	take_as(utcb, thread, 0, LOW_WINDOW, 0);
	CHECK_ERROR(call_with_string(utcb, thread->id, (const void *)0x1000, 0), ERROR_OVERFLOW);
	plan.buffer[1].address = LOW_WINDOW + 64;
	plan.buffer[1].length = 4;
	for (uint32_t buffers = 1; buffers <= 2; buffers++) {
		take_as(utcb, thread, buffers, LOW_WINDOW, 4);
		ipc_put_string(utcb, 0, 0, own_pages[0], 0);
		ipc_put_string(utcb, 0, 1, own_pages[0], 4);
		if (buffers == 1)
			CHECK_ERROR(call_with(utcb, thread->id, 0, 2), ERROR_OVERFLOW);
		else
			CHECK_OK(call_with(utcb, thread->id, 0, 2));
	}
	CHECK_EQUAL(plan.utcb.mr[ipc_item(0, 1) + 1], LOW_WINDOW + 64);
}

/* ---- where --------------------------------------------------------------------------------------------- */

TEST(same_space, "strings/same-space", "strings go between threads of one space")
{
	struct thread *thread = START(NULL, taker, 0, PRIORITY_HELPER);

	memset(&plan, 0, sizeof(plan));
	fill_pattern(own_pages[0] + 1, 5000, 1);
	take_as(utcb, thread, 1, (uint32_t)own_pages[3] + 2, 5000);
	CHECK_OK(call_with_string(utcb, thread->id, own_pages[0] + 1, 5000));
	CHECK(is_pattern(own_pages[3] + 2, 5000, 1));
}

TEST(same_memory, "strings/same-memory", "a string may lie in the memory that it is sent to; if they overlap otherwise, something arrives")
{
	struct thread *thread = taker_at(utcb, LOW_WINDOW);
	char *window = own_pages[OWN_PAGES - WINDOW_PAGES];

	fill_pattern(window, 6000, 9);
	take_as(utcb, thread, 1, LOW_WINDOW, 6000);
	CHECK_OK(call_with_string(utcb, thread->id, window, 6000));
	CHECK(is_pattern(window, 6000, 9));
	for (uint32_t shift = 1; shift < 6; shift++) {
		take_as(utcb, thread, 1, LOW_WINDOW + shift, 6000);
		CHECK_OK(call_with_string(utcb, thread->id, window, 6000));
		take_as(utcb, thread, 1, LOW_WINDOW, 6000);
		CHECK_OK(call_with_string(utcb, thread->id, window + shift, 6000));
	}
	window[6000 + 5] = GUARD;
	CHECK_EQUAL((uint8_t)window[6000 + 5], GUARD);
}

/* Has its strings put into its own message buffer, over its statement too. */
THREAD(take_over_statement)
{
	struct ipc_result r;

	ipc_accept_string(utcb, 0, utcb, UTCB_SIZE);
	r = ipc_receive(utcb, creator);
	ipc_send(utcb, creator, TAG(2, 0), r.tag, utcb->mr[100]);
}

TEST(message_buffers, "strings/message-buffers", "message buffers are memory like any other to strings")
{
	struct thread *thread = START(NEW_SPACE(), take_over_statement, 0, PRIORITY_HELPER);
	struct ipc_result r;

	let_others_run(utcb);
	utcb->mr[100] = 0x1234567;
	ipc_put_string(utcb, 0, 0, utcb, UTCB_SIZE);
	CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	r = ipc_receive(utcb, thread->id);
	CHECK_OK(r);
	CHECK_EQUAL(r.word[0] & TAG_ERROR, 0);
	CHECK_EQUAL(r.word[1], 0x1234567);
}

/* Touches its buffer, so that the page is there, and takes one message with a string. */
THREAD(take_one)
{
	utcb->accept = FLEXPAGE(HIGH_WINDOW, PAGE_SHIFT, FLEXPAGE_RIGHTS);
	ipc_accept_string(utcb, 0, (void *)HIGH_WINDOW, PAGE_SIZE);
	*(volatile char *)HIGH_WINDOW = 0;
	CHECK_OK(ipc_receive(utcb, creator));
}

TEST(one_after_another, "strings/one-after-another", "who sends to several spaces, one after another, sends to each what it is sent")
{
	struct thread *thread[4];

	prepare();
	for (uint32_t n = 0; n < 4; n++) {
		struct space *space = NEW_SPACE();

		space_window(space, HIGH_WINDOW, own_pages[4 + n], PAGE_SIZE, FLEXPAGE_RIGHTS);
		thread[n] = START(space, take_one, 0, PRIORITY_HELPER);
		fill_pattern(own_pages[n], PAGE_SIZE, n);
	}
	let_others_run(utcb);
	/* None of them runs meanwhile, nor does anybody else. */
	for (uint32_t n = 0; n < 4; n++) {
		ipc_put_string(utcb, 0, 0, own_pages[n], PAGE_SIZE);
		CHECK_OK(ipc_send(utcb, thread[n]->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	}
	for (uint32_t n = 0; n < 4; n++)
		CHECK(is_pattern(own_pages[4 + n], PAGE_SIZE, n));
}

TEST(page_exchanged, "strings/page-exchanged", "a string goes to the page that is there when it is sent, whatever was there a moment ago")
{
	struct space *space = NEW_SPACE();
	struct thread *thread[3];

	prepare();
	space_window(space, HIGH_WINDOW, own_pages[4], PAGE_SIZE, FLEXPAGE_RIGHTS);
	for (uint32_t n = 0; n < 3; n++)
		thread[n] = START(space, take_one, 0, PRIORITY_HELPER);
	fill_pattern(own_pages[0], PAGE_SIZE, 1);
	fill_pattern(own_pages[1], PAGE_SIZE, 2);
	let_others_run(utcb);
	ipc_put_string(utcb, 0, 0, own_pages[0], PAGE_SIZE);
	CHECK_OK(ipc_send(utcb, thread[0]->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[4], PAGE_SHIFT, FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
	utcb->mr[2] = FLEXPAGE((uint32_t)own_pages[5], PAGE_SHIFT, FLEXPAGE_RIGHTS);
	utcb->mr[3] = 0;
	CHECK_OK(ipc_send(utcb, thread[1]->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	ipc_put_string(utcb, 0, 0, own_pages[1], PAGE_SIZE);
	CHECK_OK(ipc_send(utcb, thread[2]->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	CHECK(is_pattern(own_pages[4], PAGE_SIZE, 1));
	CHECK(is_pattern(own_pages[5], PAGE_SIZE, 2));
}

/* ---- who waits for whom -------------------------------------------------------------------------------- */

/* Sends 1000 bytes of own_pages[argument] to its creator, which is not receiving yet. */
THREAD(send_to_creator)
{
	ipc_put_string(utcb, 0, 0, own_pages[argument], 1000);
	CHECK_OK(ipc_send(utcb, creator, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	ipc_send(utcb, creator, TAG(1, 0), argument, 0);
}

TEST(queued, "strings/queued", "senders of strings queue like others, first in, first out")
{
	uint32_t ids[3];

	for (uint32_t n = 0; n < 3; n++) {
		fill_pattern(own_pages[n], 1000, n);
		ids[n] = START(NEW_SPACE(), send_to_creator, n, PRIORITY_HELPER)->id;
	}
	let_others_run(utcb);
	for (uint32_t n = 0; n < 3; n++) {
		struct ipc_result r;

		ipc_accept_string(utcb, 0, own_pages[5] + n, 2000);
		r = ipc_receive(utcb, n == 1 ? ids[1] : ID_ANY);
		CHECK_OK(r);
		CHECK_EQUAL(r.from, ids[n]);
		CHECK_EQUAL(ipc_string_length(utcb, 0, 0), 1000);
		CHECK(is_pattern(own_pages[5] + n, 1000, n));
	}
	for (uint32_t n = 0; n < 3; n++)
		CHECK_EQUAL(ipc_receive(utcb, ids[n]).word[0], n);
}

/* The same, and tells what became of it. */
THREAD(try_to_send)
{
	struct ipc_result r;

	ipc_put_string(utcb, 0, 0, own_pages[0], argument);
	r = ipc_send(utcb, creator, TAG(0, 0) | TAG_TYPED(2), 0, 0);
	ipc_send(utcb, creator, TAG(1, 0), r.tag, 0);
}

TEST(queued_refused, "strings/queued-refused", "a queued message that does not fit fails; the receiver takes the next")
{
	struct thread *refused = START(NEW_SPACE(), try_to_send, 101, PRIORITY_HELPER);
	struct thread *taken = START(NEW_SPACE(), try_to_send, 100, PRIORITY_HELPER);
	struct ipc_result r;

	let_others_run(utcb);
	ipc_accept_string(utcb, 0, own_pages[5], 100);
	r = ipc_receive(utcb, ID_ANY);
	CHECK_EQUAL(r.from, taken->id);
	CHECK_EQUAL(ipc_string_length(utcb, 0, 0), 100);
	CHECK_EQUAL(ipc_receive(utcb, refused->id).word[0], TAG_ERROR | ERROR_OVERFLOW);
	CHECK_EQUAL(ipc_receive(utcb, taken->id).word[0], 0);
}
