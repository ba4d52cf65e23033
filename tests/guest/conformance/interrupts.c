/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts as messages of hardware threads. Programs cannot make a device interrupt; tests/guest/test-interrupts.py can, from
 * outside, whenever a test asks for it.
 */
#include "arguments.h"
#include "check.h"
#include "kernel_info.h"
#include "record.h"

#include <layout.h>

#define LINE 8 /* the real-time clock's */
#define LONG_US 5000000u
#define SHORT_US 40000u

static volatile uint32_t target, last_tag, last_from;

THREAD(sleep)
{
	sleep_forever(utcb);
}

/* Keeps the watchdog from thinking that everybody waits for each other. */
THREAD(stay_awake)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}

THREAD(receive_argument)
{
	struct ipc_result r = ipc_receive(utcb, argument);

	last_tag = r.tag;
	last_from = r.from;
	event('r');
}

static struct ipc_result poll(struct utcb *utcb, uint32_t from)
{
	return ipc(utcb, ID_NIL, from, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, TIMEOUT_ZERO), 0, 0);
}

TEST(arguments, "interrupts/arguments", "SYS_INTERRUPT attaches threads to lines 1 and 3 to 15")
{
	uint32_t id = thread_my_id();

	CHECK_EQUAL(interrupt_attach(0, id), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_attach(2, id), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_attach(16, id), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_attach(0xffffffff, id), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_attach(LINE, id ^ 1), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(interrupt_attach(LINE, ID_ANY), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(interrupt_attach(LINE, ID_INTERRUPT(LINE)), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(interrupt_control(2, INTERRUPT_MASK), SYSCALL_EINVAL);
	for (uint32_t line = 3; line < NUMBER_INTERRUPTS; line++) {
		CHECK_EQUAL(interrupt_attach(line, id), SYSCALL_OK);
		CHECK_EQUAL(interrupt_control(line, INTERRUPT_MASK), SYSCALL_OK);
		CHECK_EQUAL(interrupt_control(line, INTERRUPT_UNMASK), SYSCALL_OK);
		CHECK_EQUAL(interrupt_attach(line, ID_NIL), SYSCALL_OK);
	}
}

THREAD(overreach)
{
	CHECK_EQUAL(interrupt_attach(LINE, id), SYSCALL_EPERM);
	CHECK_EQUAL(interrupt_attach(LINE, ID_NIL), SYSCALL_EPERM);
	CHECK_EQUAL(interrupt_control(LINE, INTERRUPT_MASK), SYSCALL_EPERM);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(permissions, "interrupts/permissions", "only the first programs' spaces attach threads to lines")
{
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), overreach, 0, PRIORITY_HELPER)->id));
}

TEST(stranger, "interrupts/stranger", "a line is a partner for the thread attached to it alone")
{
	uint32_t line = ID_INTERRUPT(LINE);

	CHECK_ERROR(poll(utcb, line), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
	CHECK_ERROR(ipc_send(utcb, line, TAG(0, 0), 0, 0), ERROR_NO_PARTNER);
	CHECK_EQUAL(interrupt_attach(LINE, START(NULL, sleep, 0, PRIORITY_HELPER)->id), SYSCALL_OK);
	CHECK_ERROR(poll(utcb, line), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
	CHECK_ERROR(ipc_call(utcb, line, TAG(0, 0), 0, 0), ERROR_NO_PARTNER);
	CHECK_EQUAL(interrupt_attach(LINE, thread_my_id()), SYSCALL_OK);
	CHECK_ERROR(poll(utcb, line), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_ERROR(poll(utcb, line ^ 1), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
	CHECK_ERROR(poll(utcb, ID_INTERRUPT(LINE + 1)), ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
	CHECK_OK(ipc_send(utcb, line, TAG(0, 0), 0, 0));
	CHECK_OK(ipc(utcb, line, ID_NIL, TAG(8, 0) | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, 0, 0));
}

TEST(detach, "interrupts/detach", "who waits for a line alone and is detached gets ERROR_ABORTED; an open receive goes on")
{
	struct thread *closed = START(NEW_SPACE(), receive_argument, ID_INTERRUPT(LINE), PRIORITY_HELPER);
	struct thread *open = START(NEW_SPACE(), receive_argument, ID_ANY, PRIORITY_HELPER);

	CHECK_EQUAL(interrupt_attach(LINE, closed->id), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EQUAL(interrupt_attach(LINE, closed->id), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("");
	CHECK_EQUAL(interrupt_attach(LINE, open->id), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("r");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_ABORTED | ERROR_IN_RECEIVE);
	CHECK_EQUAL(interrupt_attach(LINE, ID_NIL), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("r");
}

TEST(handler_deleted, "interrupts/handler-deleted", "a deleted handler is detached; its number's next owner is not attached")
{
	struct thread *thread = START(NULL, receive_argument, ID_INTERRUPT(LINE), PRIORITY_HELPER);

	CHECK_EQUAL(interrupt_attach(LINE, thread->id), SYSCALL_OK);
	let_others_run(utcb);
	thread_stop(thread);
	for (unsigned i = 0; i < 8; i++)
		START(NULL, receive_argument, ID_INTERRUPT(LINE), PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("rrrrrrrr");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_NO_PARTNER | ERROR_IN_RECEIVE);
}

/* ---- with a device ---------------------------------------------------------------------------------- */

/* One interrupt of LINE will come, soon. */
static void fire(struct utcb *utcb)
{
	if (!argument_is(argument_find(kernel_info.root_arguments, "device"), "yes"))
		SKIP("nobody makes a device interrupt; tests/guest/test-interrupts.py does");
	record_note("fire");
}

static struct ipc_result receive_for(struct utcb *utcb, uint32_t from, uint32_t us)
{
	return ipc(utcb, ID_NIL, from, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0);
}

#define CHECK_INTERRUPT(r)                                                                  \
	do {                                                                                \
		struct ipc_result check_r = (r);                                            \
		CHECK_OK(check_r);                                                          \
		CHECK_EQUAL(check_r.from, ID_INTERRUPT(LINE));                              \
		CHECK_EQUAL(TAG_LABEL(check_r.tag), LABEL_INTERRUPT);                       \
		CHECK_EQUAL(TAG_WORDS(check_r.tag) + TAG_TYPED_WORDS(check_r.tag), 0);      \
	} while (0)
#define CHECK_NO_INTERRUPT(from) \
	CHECK_ERROR(receive_for(utcb, from, SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE)

static void attach_and_wait(struct utcb *utcb)
{
	START(NULL, stay_awake, 0, PRIORITY_LAST);
	CHECK_EQUAL(interrupt_attach(LINE, thread_my_id()), SYSCALL_OK);
}

TEST(delivered, "interrupts/delivered", "an interrupt is an empty message of its line to the thread that is attached and waits")
{
	attach_and_wait(utcb);
	fire(utcb);
	CHECK_INTERRUPT(receive_for(utcb, ID_INTERRUPT(LINE), LONG_US));
	CHECK_NO_INTERRUPT(ID_INTERRUPT(LINE));
	fire(utcb);
	CHECK_INTERRUPT(receive_for(utcb, ID_ANY, LONG_US));
	CHECK_NO_INTERRUPT(ID_ANY);
	/* Without a timeout, and from the state that the fast path leaves. */
	fire(utcb);
	CHECK_INTERRUPT(ipc_receive(utcb, ID_ANY));
}

TEST(queued, "interrupts/queued", "an interrupt whose handler does not wait queues as a sender does")
{
	attach_and_wait(utcb);
	fire(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 5 * SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_INTERRUPT(poll(utcb, ID_ANY));
	CHECK_NO_INTERRUPT(ID_ANY);
}

#define ACKNOWLEDGE_SENTENCE \
	"a line whose message was taken is masked until its handler receives from it, or from anybody, or replies"

/* Two interrupts, the second while the first is not acknowledged: it comes after that. */
static void take_one_of_two(struct utcb *utcb)
{
	attach_and_wait(utcb);
	fire(utcb);
	CHECK_INTERRUPT(receive_for(utcb, ID_INTERRUPT(LINE), LONG_US));
	fire(utcb);
	CHECK_ERROR(receive_for(utcb, ID_NIL, 5 * SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

TEST(acknowledged_receive, "interrupts/acknowledged-by-receive", ACKNOWLEDGE_SENTENCE)
{
	take_one_of_two(utcb);
	CHECK_ERROR(poll(utcb, ID_INTERRUPT(LINE)), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_INTERRUPT(receive_for(utcb, ID_ANY, LONG_US));
	CHECK_NO_INTERRUPT(ID_ANY);
}

TEST(acknowledged_reply, "interrupts/acknowledged-by-reply", ACKNOWLEDGE_SENTENCE)
{
	take_one_of_two(utcb);
	CHECK_OK(ipc_send(utcb, ID_INTERRUPT(LINE), TAG(0, 0), 0, 0));
	/* Unmasked, it queues; a receive that would only now unmask it finds nothing yet. */
	CHECK_ERROR(receive_for(utcb, ID_NIL, SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_INTERRUPT(poll(utcb, ID_ANY));
	fire(utcb);
	CHECK_INTERRUPT(ipc_call(utcb, ID_INTERRUPT(LINE), TAG(0, 0), 0, 0));
	CHECK_NO_INTERRUPT(ID_ANY);
}

THREAD(call_target)
{
	CHECK_OK(ipc_call(utcb, target, TAG(1, 0), 1, 0));
	event('c');
}

TEST(acknowledged_open, "interrupts/acknowledged-by-reply-and-wait", ACKNOWLEDGE_SENTENCE)
{
	struct ipc_result r;

	target = thread_my_id();
	START(NEW_SPACE(), call_target, 0, PRIORITY_HELPER);
	r = ipc_receive(utcb, ID_ANY);
	take_one_of_two(utcb);
	/* To a client that waits, nobody else about: the fast path's case. */
	CHECK_INTERRUPT(ipc_reply_wait(utcb, r.from, TAG(1, 0), 1, 0));
	CHECK_NO_INTERRUPT(ID_ANY);
	CHECK_EVENTS("c");
}

TEST(not_acknowledged, "interrupts/not-acknowledged", "receiving from somebody else does not acknowledge")
{
	struct ipc_result r;

	target = thread_my_id();
	take_one_of_two(utcb);
	r.from = START(NEW_SPACE(), call_target, 0, PRIORITY_HELPER)->id;
	CHECK_EQUAL(receive_for(utcb, r.from, LONG_US).from, r.from);
	CHECK_ERROR(poll(utcb, ID_ANY), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_INTERRUPT(receive_for(utcb, ID_ANY, LONG_US));
}

TEST(masked, "interrupts/masked", "a line masked on request delivers nothing; what came meanwhile comes when it is unmasked")
{
	attach_and_wait(utcb);
	CHECK_EQUAL(interrupt_control(LINE, INTERRUPT_MASK), SYSCALL_OK);
	fire(utcb);
	CHECK_ERROR(receive_for(utcb, ID_ANY, 5 * SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	CHECK_EQUAL(interrupt_control(LINE, INTERRUPT_UNMASK), SYSCALL_OK);
	CHECK_INTERRUPT(receive_for(utcb, ID_ANY, LONG_US));
}

THREAD(take_and_sleep)
{
	struct ipc_result r = ipc_receive(utcb, argument ? ID_INTERRUPT(LINE) : ID_NIL);

	CHECK_INTERRUPT(r);
	event('t');
	sleep_forever(utcb);
}

TEST(deleted_with_message, "interrupts/handler-deleted-busy",
     "when a handler is deleted, a message of its line that it took or that waits for it is given up")
{
	/* 0: the message waits for the handler; 1: it has taken it. */
	for (uint32_t taken = 0; taken < 2; taken++) {
		struct thread *thread = START(NEW_SPACE(), take_and_sleep, taken, PRIORITY_HELPER);

		if (!taken)
			attach_and_wait(utcb);
		CHECK_EQUAL(interrupt_attach(LINE, thread->id), SYSCALL_OK);
		fire(utcb);
		CHECK_ERROR(receive_for(utcb, ID_NIL, 5 * SHORT_US), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
		CHECK_EVENTS(taken ? "t" : "");
		thread_stop(thread);
		/* The next handler gets the next interrupt, no older one. */
		CHECK_EQUAL(interrupt_attach(LINE, thread_my_id()), SYSCALL_OK);
		CHECK_NO_INTERRUPT(ID_ANY);
		fire(utcb);
		CHECK_INTERRUPT(receive_for(utcb, ID_ANY, LONG_US));
	}
}
