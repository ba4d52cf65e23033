/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a message carries, between threads of one space and of two, small and large.
 */
#include "check.h"

/* Word n of message number `round`: different for all. */
static uint32_t pattern(uint32_t round, uint32_t n)
{
	return (round + 1) * 0x01000193u ^ (n + 1) * 0x9e3779b9u;
}

/* Word `n` of a message received. */
static uint32_t word(const struct utcb *utcb, const struct ipc_result *r, uint32_t n)
{
	return n < MESSAGE_REGISTER_WORDS ? r->word[n] : utcb->mr[n];
}

static void fill(struct utcb *utcb, uint32_t round, uint32_t words)
{
	for (uint32_t n = MESSAGE_REGISTER_WORDS; n < words; n++)
		utcb->mr[n] = pattern(round, n);
}

static void check_message(struct utcb *utcb, const struct ipc_result *r, uint32_t round, uint32_t words)
{
	CHECK_OK(*r);
	CHECK_EQUAL(TAG_WORDS(r->tag), words);
	for (uint32_t n = 0; n < words; n++)
		CHECK_EQUAL(word(utcb, r, n), pattern(round, n));
}

/* What large spaces have. */
static void make_large(struct space *space)
{
	space_window(space, HIGH_WINDOW, own_pages, sizeof(own_pages[0]), FLEXPAGE_RIGHTS);
}

#define LARGE 0x10000 /* in an argument: touch the high window first */

static void touch_if_large(uint32_t argument)
{
	if (argument & LARGE)
		*(volatile uint32_t *)HIGH_WINDOW = 1;
}

static const uint8_t counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, MESSAGE_WORDS_MAX};

/* Answers a message of n words, pattern of an even round, by one of n words of the next. */
THREAD(answer_all)
{
	struct ipc_result r;

	touch_if_large(argument);
	r = ipc_receive(utcb, ID_ANY);
	for (uint32_t i = 0;; i++) {
		uint32_t words = counts[i % sizeof(counts)];

		check_message(utcb, &r, 2 * i, words);
		CHECK_EQUAL(TAG_LABEL(r.tag), i);
		fill(utcb, 2 * i + 1, words);
		r = ipc(utcb, r.from, ID_ANY, TAG(words, i + 1), 0, pattern(2 * i + 1, 0), pattern(2 * i + 1, 1));
	}
}

static volatile uint32_t server_id;

THREAD(call_with_all)
{
	touch_if_large(argument);
	for (uint32_t i = 0; i < 3 * sizeof(counts); i++) {
		uint32_t words = counts[i % sizeof(counts)];
		struct ipc_result r;

		fill(utcb, 2 * i, words);
		r = ipc_call(utcb, server_id, TAG(words, i), pattern(2 * i, 0), pattern(2 * i, 1));
		check_message(utcb, &r, 2 * i + 1, words);
		CHECK_EQUAL(r.from, server_id);
		CHECK_EQUAL(TAG_LABEL(r.tag), i + 1);
		/* Nothing of the sender's request leaks into the tag. */
		CHECK_EQUAL(r.tag & (TAG_SYSCALL | TAG_ERROR | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT | TAG_TYPED_MASK), 0);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static void exchange(struct utcb *utcb, struct space *client, uint32_t client_large, struct space *server,
		     uint32_t server_large)
{
	if (client_large)
		make_large(client);
	if (server_large && server != client)
		make_large(server);
	server_id = START(server, answer_all, server_large, PRIORITY_HELPER)->id;
	ipc_receive(utcb, START(client, call_with_all, client_large, PRIORITY_HELPER)->id);
}

#define SENTENCE "a call's and a reply's words, their number and label arrive as they were sent, in order"

TEST(own_space_words, "transfer/own-space", SENTENCE)
{
	exchange(utcb, &own_space, 0, &own_space, 0);
}

TEST(small_intra, "transfer/small-intra", SENTENCE)
{
	struct space *space = NEW_SPACE();

	exchange(utcb, space, 0, space, 0);
}

TEST(large_intra, "transfer/large-intra", SENTENCE)
{
	struct space *space = NEW_SPACE();

	exchange(utcb, space, LARGE, space, LARGE);
}

TEST(small_small, "transfer/small-small", SENTENCE)
{
	exchange(utcb, NEW_SPACE(), 0, NEW_SPACE(), 0);
}

TEST(small_large, "transfer/small-large", SENTENCE)
{
	exchange(utcb, NEW_SPACE(), 0, NEW_SPACE(), LARGE);
}

TEST(large_small, "transfer/large-small", SENTENCE)
{
	exchange(utcb, NEW_SPACE(), LARGE, NEW_SPACE(), 0);
}

TEST(large_large, "transfer/large-large", SENTENCE)
{
	exchange(utcb, NEW_SPACE(), LARGE, NEW_SPACE(), LARGE);
}

/* All orders of three kinds of space: what is loaded when matters where spaces switch lazily. */
TEST(three_spaces, "transfer/three-spaces", SENTENCE)
{
	struct space *spaces[3] = {NEW_SPACE(), NEW_SPACE(), NEW_SPACE()};
	const uint32_t large[3] = {0, LARGE, LARGE};

	make_large(spaces[1]);
	make_large(spaces[2]);
	for (unsigned i = 0; i < 9; i++) {
		unsigned client = i % 3, server = i / 3;
		struct thread *threads[2];

		threads[0] = START(spaces[server], answer_all, large[server], PRIORITY_HELPER);
		server_id = threads[0]->id;
		threads[1] = START(spaces[client], call_with_all, large[client], PRIORITY_HELPER);
		ipc_receive(utcb, threads[1]->id);
		thread_stop(threads[0]);
		thread_stop(threads[1]);
	}
}

THREAD(send_label)
{
	ipc_send(utcb, creator, TAG(1, argument), argument, 0);
}

TEST(labels, "transfer/labels", "the label's twelve bits are delivered unchanged, those the kernel uses too")
{
	static const uint16_t labels[] = {0, 1, 0x7ff, 0x800, 0xaaa, 0x555, LABEL_INTERRUPT, LABEL_PAGE_FAULT, 0xfff};

	for (unsigned i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct thread *thread = START(NULL, send_label, labels[i], PRIORITY_HELPER);
		struct ipc_result r = ipc_receive(utcb, thread->id);

		CHECK_OK(r);
		CHECK_EQUAL(TAG_LABEL(r.tag), labels[i]);
		CHECK_EQUAL(r.word[0], labels[i]);
		CHECK_EQUAL(r.tag & ~TAG_DELIVERED, 0);
		thread_stop(thread);
	}
}

THREAD(send_words)
{
	fill(utcb, 7, argument);
	ipc_send(utcb, creator, TAG(argument, 0), pattern(7, 0), pattern(7, 1));
}

TEST(queued, "transfer/queued", "a message that waited for its receiver arrives as one that did not")
{
	for (unsigned i = 0; i < sizeof(counts); i++) {
		struct thread *thread = START(NEW_SPACE(), send_words, counts[i], PRIORITY_HELPER);
		struct ipc_result r;

		let_others_run(utcb);
		r = ipc_receive(utcb, ID_ANY);
		CHECK_EQUAL(r.from, thread->id);
		check_message(utcb, &r, 7, counts[i]);
		space_stop(thread->space);
	}
}

THREAD(send_few_of_many)
{
	for (unsigned n = MESSAGE_REGISTER_WORDS; n < MESSAGE_WORDS_MAX; n++)
		utcb->mr[n] = 0x5ec2e700 + n;
	ipc_send(utcb, creator, TAG(argument, 0), 0, 0);
}

TEST(beyond, "transfer/beyond", "a word that the sender's tag does not announce does not reach the receiver")
{
	for (uint32_t words = 0; words < 10; words++) {
		memset(utcb->mr, 0, sizeof(utcb->mr));
		CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), send_few_of_many, words, PRIORITY_HELPER)->id));
		for (unsigned n = words < MESSAGE_REGISTER_WORDS ? MESSAGE_REGISTER_WORDS : words;
		     n < MESSAGE_WORDS_MAX; n++)
			CHECK(utcb->mr[n] != 0x5ec2e700 + n);
	}
}

THREAD(wait_and_end)
{
	ipc_receive(utcb, ID_ANY);
}

TEST(sender_keeps, "transfer/sender-keeps", "a send leaves the sender's own words from 2 on as they were")
{
	fill(utcb, 3, MESSAGE_WORDS_MAX);
	server_id = START(NULL, wait_and_end, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_OK(ipc_send(utcb, server_id, TAG(MESSAGE_WORDS_MAX, 0), 0, 0));
	for (unsigned n = MESSAGE_REGISTER_WORDS; n < MESSAGE_WORDS_MAX; n++)
		CHECK_EQUAL(utcb->mr[n], pattern(3, n));
}
