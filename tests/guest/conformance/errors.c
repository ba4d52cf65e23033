/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How an IPC fails: phase and reason.
 */
#include "check.h"

#define SEND_AT_ONCE (TAG_SEND_TIMEOUT | TAG_NO_RECEIVE)
#define AT_ONCE TIMEOUTS(TIMEOUT_ZERO, TIMEOUT_ZERO)

static struct ipc_result send_at_once(struct utcb *utcb, uint32_t to)
{
	return ipc(utcb, to, ID_NIL, TAG(1, 0) | SEND_AT_ONCE, AT_ONCE, 1, 0);
}

static struct ipc_result receive_at_once(struct utcb *utcb, uint32_t from)
{
	return ipc(utcb, ID_NIL, from, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, AT_ONCE, 0, 0);
}

static volatile uint32_t other_id;
static volatile uint32_t last_tag;

THREAD(sleep)
{
	sleep_forever(utcb);
}

/* Receives from other_id alone, and keeps what comes of it. */
THREAD(receive_other)
{
	last_tag = ipc_receive(utcb, other_id).tag;
}

THREAD(send_other)
{
	last_tag = ipc_send(utcb, other_id, TAG(8, 0), 0, 0).tag;
}

THREAD(call_other)
{
	last_tag = ipc_call(utcb, other_id, TAG(1, 0), 0, 0).tag;
}

THREAD(take_one)
{
	ipc_receive(utcb, ID_ANY);
	sleep_forever(utcb);
}

TEST(zero_send, "errors/zero-send", "a send with zero timeout fails at once unless the receiver waits for it")
{
	struct thread *busy = START(NULL, sleep, 0, PRIORITY_HELPER);
	struct thread *closed, *open;

	other_id = busy->id;
	closed = START(NEW_SPACE(), receive_other, 0, PRIORITY_HELPER);
	open = START(NEW_SPACE(), take_one, 0, PRIORITY_HELPER);
	/* Not even started: not waiting. */
	CHECK_ERROR(send_at_once(utcb, open->id), ERROR_TIMEOUT);
	let_others_run(utcb);
	CHECK_ERROR(send_at_once(utcb, busy->id), ERROR_TIMEOUT);
	CHECK_ERROR(send_at_once(utcb, closed->id), ERROR_TIMEOUT);
	CHECK_OK(send_at_once(utcb, open->id));
	CHECK_ERROR(send_at_once(utcb, open->id), ERROR_TIMEOUT);
}

TEST(failed_send_ends, "errors/failed-send", "when the send phase fails there is no receive phase")
{
	struct thread *busy = START(NULL, sleep, 0, PRIORITY_HELPER);

	/* Else it would wait for ever. */
	CHECK_ERROR(ipc(utcb, busy->id, ID_ANY, TAG(0, 0) | TAG_SEND_TIMEOUT, AT_ONCE, 0, 0), ERROR_TIMEOUT);
}

THREAD(send_creator)
{
	ipc_send(utcb, creator, TAG(1, 0), argument, 0);
}

TEST(zero_receive, "errors/zero-receive", "a receive with zero timeout fails at once unless a message waits for it")
{
	struct thread *first = START(NULL, send_creator, 1, PRIORITY_HELPER);
	struct thread *second = START(NEW_SPACE(), send_creator, 2, PRIORITY_HELPER - 1);

	CHECK_ERROR(receive_at_once(utcb, ID_ANY), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(receive_at_once(utcb, first->id), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	let_others_run(utcb);
	CHECK_EQUAL(receive_at_once(utcb, second->id).word[0], 2);
	CHECK_ERROR(receive_at_once(utcb, second->id), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(receive_at_once(utcb, ID_ANY).word[0], 1);
	CHECK_ERROR(receive_at_once(utcb, ID_ANY), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

TEST(zero_receive_after_send, "errors/zero-receive-after-send",
     "after a send phase that succeeded, a receive phase with zero timeout fails on its own")
{
	struct thread *open = START(NEW_SPACE(), take_one, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_ERROR(ipc(utcb, open->id, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, AT_ONCE, 0, 0),
		    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(send_at_once(utcb, open->id), ERROR_TIMEOUT);
}

TEST(receive_nobody, "errors/receive-nobody", "a receive from nobody takes no message")
{
	START(NULL, send_creator, 1, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_ERROR(receive_at_once(utcb, ID_NIL), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_OK(receive_at_once(utcb, ID_ANY));
}

TEST(self, "errors/self", "a thread is no partner of its own")
{
	uint32_t own = thread_my_id();

	CHECK_ERROR(ipc_call(utcb, own, TAG(0, 0), 0, 0), ERROR_NO_PARTNER);
	CHECK_ERROR(ipc_receive(utcb, own), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
}

/* Whatever `waiter` does with other_id, its call ends with `code` when that is deleted. */
static void check_deleted(struct utcb *utcb, thread_function *waiter, uint32_t code)
{
	for (unsigned i = 0; i < 4; i++) {
		struct thread *other = START(i & 1 ? NEW_SPACE() : NULL, waiter == call_other ? take_one : sleep, 0,
					     PRIORITY_HELPER);

		other_id = other->id;
		last_tag = 0;
		START(i & 2 ? NEW_SPACE() : NULL, waiter, 0, PRIORITY_HELPER);
		let_others_run(utcb);
		CHECK_EQUAL(last_tag, 0);
		CHECK_EQUAL(thread_stop(other), SYSCALL_OK);
		let_others_run(utcb);
		CHECK_EQUAL(last_tag & (TAG_ERROR | TAG_WORDS_MASK), TAG_ERROR | code);
	}
}

#define ABORTED_SENTENCE "who waits for a thread that is deleted learns so, and in which phase it was"

TEST(deleted_receiver, "errors/deleted-receiver", ABORTED_SENTENCE)
{
	check_deleted(utcb, send_other, ERROR_ABORTED);
}

TEST(deleted_sender, "errors/deleted-sender", ABORTED_SENTENCE)
{
	check_deleted(utcb, receive_other, ERROR_ABORTED | ERROR_IN_RECEIVE);
}

TEST(deleted_server, "errors/deleted-server", ABORTED_SENTENCE)
{
	check_deleted(utcb, call_other, ERROR_ABORTED | ERROR_IN_RECEIVE);
}

TEST(deleted_space, "errors/deleted-space", ABORTED_SENTENCE)
{
	struct space *space = NEW_SPACE();

	other_id = START(space, take_one, 0, PRIORITY_HELPER)->id;
	last_tag = 0;
	START(NULL, call_other, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(space_stop(space), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EQUAL(last_tag & (TAG_ERROR | TAG_WORDS_MASK), TAG_ERROR | ERROR_ABORTED | ERROR_IN_RECEIVE);
}

TEST(deleted_queuer, "errors/deleted-queuer", "a thread that is deleted while it waits to send sends nothing")
{
	struct thread *threads[3];

	for (unsigned i = 0; i < 3; i++)
		threads[i] = START(NULL, send_creator, i, PRIORITY_HELPER);
	let_others_run(utcb);
	thread_stop(threads[1]);
	CHECK_EQUAL(receive_at_once(utcb, ID_ANY).word[0], 0);
	CHECK_EQUAL(receive_at_once(utcb, ID_ANY).word[0], 2);
	CHECK_ERROR(receive_at_once(utcb, ID_ANY), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

TEST(bad_tags, "errors/bad-message",
     "reserved bits, odd typed counts and counts beyond the buffer are refused, and the receiver notices nothing")
{
	static const uint32_t bad[] = {
		TAG(0, 0) | TAG_ERROR,
		TAG(0, 0) | TAG_TYPED(1),
		TAG(0, 0) | TAG_TYPED(3),
		TAG(0, 0) | TAG_TYPED(127),
		TAG(0, 0) | TAG_TYPED(126),
		TAG(1, 0) | TAG_TYPED(126),
		TAG(MESSAGE_WORDS_MAX, 0) | TAG_TYPED(2),
		TAG(MESSAGE_WORDS_MAX - 1, 0) | TAG_TYPED(2),
		TAG(64, 0) | TAG_TYPED(64),
	};
	struct thread *open = START(NEW_SPACE(), take_one, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERROR(ipc(utcb, open->id, ID_NIL, bad[i] | SEND_AT_ONCE, AT_ONCE, 0, 0), ERROR_BAD_MESSAGE);
		CHECK_ERROR(ipc(utcb, open->id, open->id, bad[i], 0, 0, 0), ERROR_BAD_MESSAGE);
		CHECK_ERROR(ipc(utcb, open->id, ID_ANY, bad[i], 0, 0, 0), ERROR_BAD_MESSAGE);
	}
	CHECK_OK(send_at_once(utcb, open->id));
	/* Also where nothing would be sent, and to nobody. */
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, bad[i] | TAG_RECEIVE_TIMEOUT, AT_ONCE, 0, 0), ERROR_BAD_MESSAGE);
		CHECK_ERROR(ipc(utcb, open->id ^ 1, ID_NIL, bad[i] | SEND_AT_ONCE, AT_ONCE, 0, 0), ERROR_BAD_MESSAGE);
	}
}

TEST(zero_word_code, "errors/word-code-zero", "the word code 0 announces no words, as 1 does")
{
	struct thread *open = START(NEW_SPACE(), take_one, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_OK(ipc(utcb, open->id, ID_NIL, SEND_AT_ONCE, AT_ONCE, 0, 0));
}
