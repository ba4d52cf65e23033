/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who gets whose message, and when: open and closed receive, the queue of senders, call and reply.
 */
#include "check.h"

static uint32_t receive_at_once(struct utcb *utcb, uint32_t from, uint32_t *word)
{
	struct ipc_result r = ipc(utcb, ID_NIL, from, TAG(0, 0) | TAG_RECEIVE_TIMEOUT,
				  TIMEOUTS(TIMEOUT_ZERO, TIMEOUT_ZERO), 0, 0);

	*word = r.word[0];
	return r.tag & TAG_ERROR ? ID_NIL : r.from;
}

THREAD(send_argument)
{
	event((char)argument);
	ipc_send(utcb, creator, TAG(1, 0), argument, 0);
	event((char)(argument - 'a' + 'A'));
}

TEST(send_blocks, "ipc/send-blocks", "IPC is synchronous: a send ends when the receiver has the message, not before")
{
	struct thread *thread = START(NULL, send_argument, 'a', PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_EVENTS("a");
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, thread->id);
	let_others_run(utcb);
	CHECK_EVENTS("aA");
}

THREAD(receive_twice)
{
	event((char)('0' + ipc_receive(utcb, ID_ANY).word[0]));
	event((char)('0' + ipc_receive(utcb, creator).word[0]));
}

TEST(send_to_waiting, "ipc/send-to-waiting", "a send to a thread that waits for it does not block")
{
	struct thread *thread = START(NEW_SPACE(), receive_twice, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_OK(ipc_send(utcb, thread->id, TAG(1, 0), 1, 0));
	event('x');
	let_others_run(utcb);
	CHECK_OK(ipc_send(utcb, thread->id, TAG(1, 0), 2, 0));
	event('y');
	let_others_run(utcb);
	CHECK_EVENTS("x1y2");
}

TEST(open_receive, "ipc/open-receive", "an open receive takes a message of anybody, the one that waited longest first")
{
	uint32_t ids[4], word;

	for (unsigned i = 0; i < 4; i++)
		ids[i] = START(i & 1 ? NEW_SPACE() : NULL, send_argument, 'a' + i, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQUAL(receive_at_once(utcb, ID_ANY, &word), ids[i]);
		CHECK_EQUAL(word, 'a' + i);
	}
	CHECK_EQUAL(receive_at_once(utcb, ID_ANY, &word), ID_NIL);
}

TEST(queue_ignores_priority, "ipc/queue-order", "senders queue in the order in which they sent, whatever their priority")
{
	static const uint8_t priorities[4] = {40, 50, 20, 60};
	uint32_t word;

	/* Each runs and queues before the next is made. */
	for (unsigned i = 0; i < 4; i++) {
		START(NULL, send_argument, 'a' + i, priorities[i]);
		let_others_run(utcb);
	}
	CHECK_EVENTS("abcd");
	for (unsigned i = 0; i < 4; i++) {
		receive_at_once(utcb, ID_ANY, &word);
		CHECK_EQUAL(word, 'a' + i);
	}
}

TEST(closed_receive, "ipc/closed-receive", "a closed receive takes messages of its partner alone; others stay queued, in order")
{
	uint32_t ids[4], word;
	static const uint8_t order[4] = {2, 0, 1, 3};

	for (unsigned i = 0; i < 4; i++)
		ids[i] = START(i & 1 ? NEW_SPACE() : NULL, send_argument, 'a' + i, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_EQUAL(receive_at_once(utcb, ids[2], &word), ids[2]);
	for (unsigned i = 1; i < 4; i++) {
		CHECK_EQUAL(receive_at_once(utcb, ID_ANY, &word), ids[order[i]]);
		CHECK_EQUAL(word, 'a' + order[i]);
	}
}

THREAD(answer_ten)
{
	for (unsigned i = 0; i < 10; i++) {
		struct ipc_result r = ipc_receive(utcb, ID_ANY);

		ipc_send(utcb, r.from, TAG(1, 0), r.word[0] + 1, 0);
	}
}

THREAD(disturb)
{
	ipc_send(utcb, creator, TAG(1, 0), 0xbad, 0);
}

TEST(call_is_closed, "ipc/call", "a call waits for its partner's answer alone, whoever else sends meanwhile")
{
	struct thread *server = START(NEW_SPACE(), answer_ten, 0, PRIORITY_HELPER - 10);

	/* They send before the server answers, for they have the higher priority. */
	for (unsigned i = 0; i < 3; i++)
		START(i & 1 ? NEW_SPACE() : NULL, disturb, 0, PRIORITY_HELPER);
	for (unsigned i = 0; i < 10; i++) {
		struct ipc_result r = ipc_call(utcb, server->id, TAG(1, 0), i, 0);

		CHECK_OK(r);
		CHECK_EQUAL(r.from, server->id);
		CHECK_EQUAL(r.word[0], i + 1);
	}
}

/* Answers as a server does that must never wait for its clients. */
THREAD(answer_without_waiting)
{
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	for (;;) {
		r = ipc(utcb, r.from, ID_ANY, TAG(1, 0) | TAG_SEND_TIMEOUT, TIMEOUTS(TIMEOUT_ZERO, TIMEOUT_ZERO),
			r.word[0] + 1, 0);
		CHECK_OK(r);
	}
}

static volatile uint32_t server_id;

THREAD(call_often)
{
	for (uint32_t i = 0; i < 500; i++) {
		struct ipc_result r = ipc_call(utcb, server_id, TAG(1, 0), i, 0);

		CHECK_OK(r);
		CHECK_EQUAL(r.word[0], i + 1);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(call_is_atomic, "ipc/call-atomic",
     "call is one operation: an answer with no send timeout finds the caller waiting, whatever the priorities")
{
	static const uint8_t client_priorities[3] = {40, 50, 60};

	for (unsigned i = 0; i < 3; i++) {
		struct thread *server = START(NEW_SPACE(), answer_without_waiting, 0, PRIORITY_HELPER);
		struct thread *clients[3];

		server_id = server->id;
		for (unsigned k = 0; k < 3; k++)
			clients[k] = START(k == i ? NEW_SPACE() : NULL, call_often, 0, client_priorities[i]);
		for (unsigned k = 0; k < 3; k++) {
			ipc_receive(utcb, ID_ANY);
		}
		for (unsigned k = 0; k < 3; k++)
			thread_stop(clients[k]);
		thread_stop(server);
	}
}

TEST(reply_wait_queue, "ipc/reply-and-wait", "reply-and-wait receives from the queue of senders what waits there already")
{
	struct thread *server = START(NULL, answer_without_waiting, 0, PRIORITY_HELPER - 10);

	server_id = server->id;
	/* All three have called before the server runs for the first time. */
	for (unsigned i = 0; i < 3; i++)
		START(i & 1 ? NEW_SPACE() : NULL, call_often, 0, PRIORITY_HELPER);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(ipc_receive(utcb, ID_ANY));
}

/* a -> b -> c -> a: every message comes from who must have sent it. */
static volatile uint32_t ring[3];

THREAD(pass_on)
{
	uint32_t next = (argument + 1) % 3, before = (argument + 2) % 3;

	for (unsigned i = 0; i < 200; i++) {
		struct ipc_result r = ipc_receive(utcb, ring[before]);

		CHECK_OK(r);
		CHECK_EQUAL(r.from, ring[before]);
		if (argument == 0 && r.word[0] >= 300) {
			ipc_send(utcb, creator, TAG(1, 0), r.word[0], 0);
			return;
		}
		ipc_send(utcb, ring[next], TAG(1, 0), r.word[0] + 1, 0);
	}
}

THREAD(begin_ring)
{
	ipc_send(utcb, ring[1], TAG(1, 0), 1, 0);
	pass_on(utcb, id, creator, 0);
}

TEST(three_in_a_ring, "ipc/ring", "messages that go round three spaces arrive once each, and from the right sender")
{
	for (unsigned i = 3; i-- > 0;)
		ring[i] = START(NEW_SPACE(), i ? pass_on : begin_ring, i, PRIORITY_HELPER)->id;
	CHECK_EQUAL(ipc_receive(utcb, ring[0]).word[0], 300);
}

TEST(no_phase, "ipc/no-phase", "a call without destination and without receive phase does nothing, successfully")
{
	CHECK_OK(ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_NO_RECEIVE, 0, 0, 0));
	CHECK_OK(ipc(utcb, ID_NIL, ID_ANY, TAG(8, 5) | TAG_NO_RECEIVE, 0, 0, 0));
}
