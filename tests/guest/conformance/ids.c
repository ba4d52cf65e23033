/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Thread ids: unique in space and time, and true.
 */
#include "check.h"

#define ZERO_TIMEOUTS (TAG_SEND_TIMEOUT | TAG_RECEIVE_TIMEOUT)

/* Sends what the start registers and the kernel call its id. */
THREAD(tell_id)
{
	ipc_send(utcb, creator, TAG(2, 0), id, thread_my_id());
}

TEST(own_id, "ids/own", "a new thread's eax, SYS_MY_ID and the result of SYS_THREAD_CREATE are the same id")
{
	struct thread *thread = START(NULL, tell_id, 0, PRIORITY_HELPER);
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	CHECK_OK(r);
	CHECK_EQUAL(r.word[0], thread->id);
	CHECK_EQUAL(r.word[1], thread->id);
}

TEST(true_sender, "ids/true-sender", "the receiver learns the sender's true id, from whatever space")
{
	struct thread *here = START(NULL, tell_id, 0, PRIORITY_HELPER);
	struct thread *there = START(NEW_SPACE(), tell_id, 0, PRIORITY_HELPER);
	struct thread *elsewhere = START(NEW_SPACE(), tell_id, 0, PRIORITY_HELPER);

	CHECK_EQUAL(ipc_receive(utcb, here->id).from, here->id);
	CHECK_EQUAL(ipc_receive(utcb, there->id).from, there->id);
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, elsewhere->id);
}

/* Names its creator as the source, and in the message: neither makes it the sender. */
THREAD(pretend)
{
	ipc(utcb, creator, creator, TAG(2, LABEL_PAGE_FAULT), 0, creator, creator);
}

TEST(forged_sender, "ids/forged-sender", "nothing a sender passes in changes the id that the receiver sees")
{
	struct thread *thread = START(NEW_SPACE(), pretend, 0, PRIORITY_HELPER);

	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, thread->id);
}

THREAD(wait_for_ever)
{
	sleep_forever(utcb);
}

static void check_nobody(struct utcb *utcb, uint32_t id)
{
	uint32_t timeouts = TIMEOUTS(TIMEOUT_ZERO, TIMEOUT_ZERO);

	CHECK_ERROR(ipc(utcb, id, id, TAG(0, 0), 0, 0, 0), ERROR_NO_PARTNER);
	CHECK_ERROR(ipc(utcb, id, ID_NIL, TAG(0, 0) | TAG_NO_RECEIVE, 0, 0, 0), ERROR_NO_PARTNER);
	CHECK_ERROR(ipc(utcb, id, ID_ANY, TAG(2, 0) | ZERO_TIMEOUTS, timeouts, 0, 0), ERROR_NO_PARTNER);
	CHECK_ERROR(ipc(utcb, ID_NIL, id, TAG(0, 0), 0, 0, 0), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
}

TEST(deleted, "ids/deleted", "the id of a deleted thread names nobody, in either phase and in every system call")
{
	struct thread *thread = START(NULL, wait_for_ever, 0, PRIORITY_HELPER);
	uint32_t id = thread->id;

	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	check_nobody(utcb, id);
	CHECK_EQUAL(thread_delete(id), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(schedule(id, -1u, -1u).error, SYSCALL_ENOTHREAD);
}

/* Would take a message from anybody. */
THREAD(receive_for_ever)
{
	for (;;)
		ipc_receive(utcb, ID_ANY);
}

static volatile uint32_t existing;

/* At the priority of those it tries to reach, for whom nothing but the id would be wrong. */
THREAD(try_odd_ids)
{
	uint32_t number = ID_NUMBER(existing), version = ID_VERSION(existing);

	check_nobody(utcb, ID(number, version + 1));
	check_nobody(utcb, ID(number, version ^ (1u << (ID_VERSION_BITS - 1))));
	check_nobody(utcb, ID(number, 0));
	check_nobody(utcb, ID(NUMBER_LAST, 1));
	check_nobody(utcb, ID(NUMBER_LAST, 0));
	check_nobody(utcb, ID(NUMBER_LAST + 1, 1));
	check_nobody(utcb, ID(NUMBER_KERNEL, 1));
	check_nobody(utcb, ID(NUMBER_KERNEL, 2));
	check_nobody(utcb, id ^ 1);
	check_nobody(utcb, 1);
	/* No message for nobody: the destination all ones is a source only. */
	CHECK_ERROR(ipc(utcb, ID_ANY, ID_ANY, TAG(0, 0), 0, 0, 0), ERROR_NO_PARTNER);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(odd_ids, "ids/odd", "an id with an unused number, another version, or no version names nobody")
{
	existing = START(NULL, receive_for_ever, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	CHECK_OK(ipc_receive(utcb, START(NULL, try_odd_ids, 0, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), try_odd_ids, 0, PRIORITY_HELPER)->id));
}

TEST(random_ids, "ids/random", "no bit pattern but the id of a live thread names one")
{
	uint32_t state = 1;

	for (unsigned i = 0; i < 2000; i++) {
		struct ipc_result r;

		state = state * 1664525 + 1013904223;
		/* Live ones have version 1 and more, and small numbers; these would be somebody. */
		if (ID_NUMBER(state) < 4096 || state == ID_ANY)
			continue;
		r = ipc(utcb, state, ID_NIL, TAG(0, 0) | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT, 0, 0, 0);
		CHECK_ERROR(r, ERROR_NO_PARTNER);
	}
}

TEST(new_version, "ids/version", "an id never names a thread again: numbers come back with a new version")
{
	static uint32_t versions[256];

	memset(versions, 0, sizeof(versions));
	for (unsigned i = 0; i < 512; i++) {
		struct thread *thread = START(NULL, wait_for_ever, 0, PRIORITY_HELPER);
		uint32_t number = ID_NUMBER(thread->id), version = ID_VERSION(thread->id);

		CHECK(version >= 1);
		if (number < 256) {
			CHECK(version > versions[number]);
			versions[number] = version;
		}
		CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	}
}

/*
 * As many as it takes until a number has been through all that the lower part of its version counts, so that the upper part
 * has changed; more than some 100 numbers are not in use at a time, and all of them come in turn.
 */
#define CREATIONS_MAX (128u << ID_VERSION_LOW_BITS)

TEST(low_versions, "ids/versions", "over more creations than the lower part of a version counts, no id comes twice")
{
	static uint32_t versions[1 << ID_NUMBER_BITS];
	struct thread *place = START(NULL, wait_for_ever, 0, PRIORITY_HELPER);
	uint32_t latest = 0, creations = 0;

	memset(versions, 0, sizeof(versions));
	CHECK_EQUAL(thread_delete(place->id), SYSCALL_OK);
	while (latest <= 1u << ID_VERSION_LOW_BITS && creations < CREATIONS_MAX) {
		struct syscall_result r = thread_create(SPACE_OWN, (uint32_t)wait_for_ever, 0, ID_SIGMA0, place->utcb, PRIORITY_HELPER);

		CHECK_EQUAL(r.error, SYSCALL_OK);
		latest = ID_VERSION(r.value[0]);
		CHECK(latest > versions[ID_NUMBER(r.value[0])]);
		versions[ID_NUMBER(r.value[0])] = latest;
		creations++;
		CHECK_EQUAL(thread_delete(r.value[0]), SYSCALL_OK);
	}
	CHECK(latest > 1u << ID_VERSION_LOW_BITS);
}

#define FREED 4

TEST(reuse_order, "ids/reuse-order", "numbers are reused in the order in which they became free")
{
	static const uint8_t order[FREED] = {2, 0, 3, 1};
	struct thread *threads[FREED];
	uint32_t numbers[FREED], seen = 0;

	for (unsigned i = 0; i < FREED; i++)
		threads[i] = START(NULL, wait_for_ever, 0, PRIORITY_HELPER);
	for (unsigned i = 0; i < FREED; i++) {
		numbers[i] = ID_NUMBER(threads[order[i]]->id);
		CHECK_EQUAL(thread_stop(threads[order[i]]), SYSCALL_OK);
	}
	/* Others may be free since longer; but these four come back one after the other, if at all. */
	for (unsigned i = 0; i < THREADS_MAX - FREED - 1; i++) {
		uint32_t number = ID_NUMBER(START(NULL, wait_for_ever, 0, PRIORITY_HELPER)->id);

		for (unsigned k = 0; k < FREED; k++) {
			if (number == numbers[k])
				CHECK_EQUAL(k, seen++);
		}
	}
}

THREAD(end_at_once)
{
}

TEST(self_delete, "ids/self-delete", "a thread that deletes itself is gone: its id names nobody")
{
	struct thread *thread = START(NULL, end_at_once, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	check_nobody(utcb, thread->id);
	CHECK_EQUAL(thread_stop(thread), SYSCALL_ENOTHREAD);
}
