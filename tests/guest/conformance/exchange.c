/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Controlling another thread: cancelling what it waits for, its instruction and stack pointer, halt and resume.
 */
#include "check.h"
#include "runtime.h"

#include <layout.h>

#define FREE_UTCB (RUNTIME_UTCBS + 31 * UTCB_SIZE)

static volatile uint32_t target, last_tag, last_word;

static struct syscall_result cancel(struct thread *thread)
{
	return exchange_registers(thread->id, EXCHANGE_CANCEL, 0, 0);
}

THREAD(sleep)
{
	sleep_forever(utcb);
}

THREAD(send_target)
{
	last_tag = ipc_send(utcb, target, TAG(1, 0), argument, 0).tag;
	event((char)argument);
}

THREAD(receive_argument)
{
	struct ipc_result r;

	prepare();
	r = ipc_receive(utcb, argument);
	last_tag = r.tag;
	last_word = r.word[0];
	event('r');
}

THREAD(call_target)
{
	prepare();
	last_tag = ipc_call(utcb, target, TAG(1, 0), argument, 0).tag;
	event('c');
}

THREAD(receive_with_timeout)
{
	uint32_t us = argument;

	last_tag = ipc(utcb, ID_NIL, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0).tag;
	event('t');
}

/* Takes one message, and never answers. */
THREAD(swallow)
{
	ipc_receive(utcb, ID_ANY);
	sleep_forever(utcb);
}

/* ---- cancel ---------------------------------------------------------------------------------------- */

TEST(cancel_send, "exchange/cancel-send", "a send that is cancelled fails in the send phase, and leaves the queue")
{
	struct thread *threads[3];

	target = thread_my_id();
	for (unsigned i = 0; i < 3; i++)
		threads[i] = START(i & 1 ? NEW_SPACE() : NULL, send_target, 'a' + i, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(cancel(threads[1]).error, SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("b");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_CANCELLED);
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).word[0], 'a');
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).word[0], 'c');
}

static void cancel_receive_from(struct utcb *utcb, uint32_t from)
{
	struct thread *thread = START(NEW_SPACE(), receive_argument, from, PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_EQUAL(cancel(thread).error, SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_CANCELLED | ERROR_IN_RECEIVE);
}

TEST(cancel_receive, "exchange/cancel-receive", "a receive that is cancelled fails in the receive phase: open, closed, or from nobody")
{
	cancel_receive_from(utcb, ID_ANY);
	cancel_receive_from(utcb, thread_my_id());
	cancel_receive_from(utcb, ID_NIL);
	CHECK_EVENTS("rrr");
}

TEST(cancel_call, "exchange/cancel-call", "a call whose message was taken is cancelled in its receive phase")
{
	struct thread *server = START(NEW_SPACE(), swallow, 0, PRIORITY_HELPER), *client;

	target = server->id;
	let_others_run(utcb);
	client = START(NEW_SPACE(), call_target, 1, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("");
	cancel(client);
	let_others_run(utcb);
	CHECK_EVENTS("c");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_CANCELLED | ERROR_IN_RECEIVE);
}

TEST(cancel_timed, "exchange/cancel-timed", "cancelling ends a wait with a timeout, too")
{
	struct thread *thread = START(NULL, receive_with_timeout, 1000000, PRIORITY_HELPER);

	let_others_run(utcb);
	cancel(thread);
	let_others_run(utcb);
	CHECK_EVENTS("t");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_CANCELLED | ERROR_IN_RECEIVE);
}

TEST(cancel_ready, "exchange/cancel-ready", "a thread that does not wait is not affected by being cancelled")
{
	struct thread *thread = START(NULL, receive_argument, ID_ANY, PRIORITY_HELPER);

	cancel(thread);
	let_others_run(utcb);
	CHECK_EVENTS("");
	ipc_send(utcb, thread->id, TAG(1, 0), 5, 0);
	let_others_run(utcb);
	CHECK_EQUAL(last_tag & TAG_ERROR, 0);
	CHECK_EQUAL(last_word, 5);
}

/* ---- instruction and stack pointer ------------------------------------------------------------------ */

static char stack[4096] __attribute__((aligned(16)));
static volatile uint32_t seen_eax, seen_esp;

/* Where a thread is sent: notes its registers, and ends by a fault. */
extern const char landing[];
__asm__("	.pushsection .text\n"
	"landing:\n"
	"	mov %eax, %ecx\n"
	"	mov %esp, %edx\n"
	"	push %edx\n"
	"	push %ecx\n"
	"	call landed\n"
	"	.popsection");

void landed(uint32_t eax, uint32_t esp);
void landed(uint32_t eax, uint32_t esp)
{
	seen_eax = eax;
	seen_esp = esp;
	event('l');
	if (target != ID_NIL)
		ipc_send((struct utcb *)thread_of(thread_my_id())->utcb, target, TAG(1, 77), 5, 0);
	thread_end();
}

#define STACK_TOP ((uint32_t)stack + sizeof(stack))

TEST(redirect, "exchange/redirect", "a cancelled thread goes on at its new instruction pointer, with its new stack and the error")
{
	struct thread *thread = START(NULL, receive_argument, ID_ANY, PRIORITY_HELPER);
	struct syscall_result r;

	target = ID_NIL;
	let_others_run(utcb);
	r = exchange_registers(thread->id, EXCHANGE_CANCEL | EXCHANGE_IP | EXCHANGE_SP, (uint32_t)landing, STACK_TOP);
	CHECK_EQUAL(r.error, SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("l");
	CHECK_EQUAL(seen_eax, TAG_ERROR | ERROR_CANCELLED | ERROR_IN_RECEIVE);
	CHECK_EQUAL(seen_esp, STACK_TOP);
}

TEST(old_values, "exchange/old-values", "the old instruction and stack pointer are told; what is not asked for stays")
{
	struct thread *thread = thread_start_raw(&own_space, (uint32_t)landing, STACK_TOP, 0, PRIORITY_HELPER);
	struct syscall_result r = exchange_registers(thread->id, 0, 1, 2);

	target = ID_NIL;
	CHECK_EQUAL(r.error, SYSCALL_OK);
	CHECK_EQUAL(r.value[0], (uint32_t)landing);
	CHECK_EQUAL(r.value[1], STACK_TOP);
	r = exchange_registers(thread->id, EXCHANGE_SP, 1, STACK_TOP - 64);
	CHECK_EQUAL(r.value[1], STACK_TOP);
	r = exchange_registers(thread->id, 0, 0, 0);
	CHECK_EQUAL(r.value[0], (uint32_t)landing);
	CHECK_EQUAL(r.value[1], STACK_TOP - 64);
	let_others_run(utcb);
	CHECK_EQUAL(seen_eax, thread->id);
	CHECK_EQUAL(seen_esp, STACK_TOP - 64);
}

TEST(out_of_fault, "exchange/fault", "cancelling a fault's answer lets the thread go on, at its new instruction pointer with its registers")
{
	static const uint8_t code[] = {0xb8, 0x78, 0x56, 0x34, 0x12, /* mov $0x12345678, %eax */
				       0x0f, 0x0b};                  /* ud2 */
	struct thread *thread = thread_start_raw(&own_space, (uint32_t)code, STACK_TOP, 0, PRIORITY_HELPER);

	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.word & 0xff, 6);
	target = thread_my_id();
	exchange_registers(thread->id, EXCHANGE_CANCEL | EXCHANGE_IP, (uint32_t)landing, 0);
	let_others_run(utcb);
	CHECK_EVENTS("l");
	/* Nothing of the fault is left: what it sends now is its own. */
	CHECK_EQUAL(TAG_LABEL(ipc_receive(utcb, thread->id).tag), 77);
	CHECK_EQUAL(seen_eax, 0x12345678);
	CHECK_EQUAL(seen_esp, STACK_TOP);
}

TEST(out_of_queue, "exchange/fault-queued", "a fault that is cancelled before the pager took its message is no message any more")
{
	static const uint8_t code[] = {0x31, 0xc0,  /* xor %eax, %eax: a tag without fault */
				       0x0f, 0x0b}; /* ud2 */
	struct syscall_result r = thread_create(SPACE_OWN, (uint32_t)code, STACK_TOP, thread_my_id(), FREE_UTCB, PRIORITY_HELPER);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	let_others_run(utcb);
	exchange_registers(r.value[0], EXCHANGE_CANCEL | EXCHANGE_HALT, 0, 0);
	CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, 0, 0, 0), ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	/* Where it faulted, it faults again. */
	exchange_registers(r.value[0], EXCHANGE_RESUME, 0, 0);
	CHECK_EQUAL(ipc_receive(utcb, ID_ANY).from, r.value[0]);
	CHECK_EQUAL(thread_delete(r.value[0]), SYSCALL_OK);
}

/* ---- halt and resume ------------------------------------------------------------------------------- */

THREAD(log_argument)
{
	event((char)argument);
}

TEST(halt_ready, "exchange/halt", "a halted thread does not run; a resumed one does, behind the others of its priority")
{
	struct thread *a = START(NULL, log_argument, 'a', PRIORITY_HELPER);

	START(NEW_SPACE(), log_argument, 'b', PRIORITY_HELPER);
	exchange_registers(a->id, EXCHANGE_HALT, 0, 0);
	thread_switch(a->id);
	let_others_run(utcb);
	CHECK_EVENTS("b");
	exchange_registers(a->id, EXCHANGE_HALT, 0, 0);
	START(NEW_SPACE(), log_argument, 'c', PRIORITY_HELPER);
	exchange_registers(a->id, EXCHANGE_RESUME, 0, 0);
	exchange_registers(a->id, EXCHANGE_RESUME, 0, 0);
	let_others_run(utcb);
	CHECK_EVENTS("bca");
}

/* Nothing has been logged: whom `id` names is halted. When it is resumed, `logged` is. */
static void check_resumed(struct utcb *utcb, uint32_t id, const char *logged)
{
	CHECK_EVENTS("");
	exchange_registers(id, EXCHANGE_RESUME, 0, 0);
	let_others_run(utcb);
	CHECK_EVENTS(logged);
}

TEST(halt_priority, "exchange/halt-priority", "a halted thread stays so when its priority changes")
{
	struct thread *a = START(NULL, log_argument, 'a', PRIORITY_HELPER);

	exchange_registers(a->id, EXCHANGE_HALT, 0, 0);
	CHECK_EQUAL(schedule(a->id, PRIORITY_HELPER + 1, -1u).error, SYSCALL_OK);
	let_others_run(utcb);
	check_resumed(utcb, a->id, "a");
}

static void halt_receiver(struct utcb *utcb, uint32_t from, uint32_t sender_argument)
{
	struct thread *thread = START(NEW_SPACE(), receive_argument, from, PRIORITY_HELPER);

	last_tag = TAG_ERROR;
	target = thread->id;
	let_others_run(utcb);
	exchange_registers(thread->id, EXCHANGE_HALT, 0, 0);
	if (sender_argument)
		CHECK_OK(ipc_send(utcb, thread->id, TAG(1, 0), sender_argument, 0));
	else /* by the quickest way there is */
		START(NULL, call_target, 9, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EVENTS("");
	exchange_registers(thread->id, EXCHANGE_RESUME, 0, 0);
}

TEST(halt_receiver_test, "exchange/halt-receiver", "a halted thread receives what it waits for, and has it when it is resumed")
{
	halt_receiver(utcb, thread_my_id(), 8);
	let_others_run(utcb);
	CHECK_EVENTS("r");
	CHECK_EQUAL(last_tag & TAG_ERROR, 0);
	CHECK_EQUAL(last_word, 8);
}

TEST(halt_callee, "exchange/halt-callee", "a halted thread that is called has the message when it is resumed, and does not run before")
{
	halt_receiver(utcb, ID_ANY, 0);
	/* The caller's call ends with the receiver, who deletes itself. */
	let_others_run(utcb);
	CHECK_EVENTS("rc");
	CHECK_EQUAL(last_word, 9);
}

TEST(halt_caller, "exchange/halt-caller", "a halted thread's call goes on through both phases")
{
	struct thread *thread;
	struct ipc_result r;

	target = thread_my_id();
	thread = START(NEW_SPACE(), call_target, 3, PRIORITY_HELPER);
	let_others_run(utcb);
	exchange_registers(thread->id, EXCHANGE_HALT, 0, 0);
	r = ipc_receive(utcb, ID_ANY);
	CHECK_EQUAL(r.from, thread->id);
	/* Its receive phase has begun: a reply need not wait. Not even the quickest one runs it. */
	last_tag = TAG_ERROR;
	CHECK_OK(ipc(utcb, thread->id, ID_NIL, TAG(1, 0) | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, 4, 0));
	let_others_run(utcb);
	check_resumed(utcb, thread->id, "c");
	CHECK_EQUAL(last_tag & TAG_ERROR, 0);
}

THREAD(answer)
{
	struct ipc_result r;

	prepare();
	ipc_receive(utcb, creator);
	r = ipc_receive(utcb, ID_ANY);
	ipc_reply_wait(utcb, r.from, TAG(1, 0), 1, 0);
}

TEST(halt_answered, "exchange/halt-answered", "not even the quickest answer runs a halted caller")
{
	struct thread *server = START(NULL, answer, 0, PRIORITY_HELPER), *client;

	target = server->id;
	client = START(NEW_SPACE(), call_target, 3, PRIORITY_HELPER);
	let_others_run(utcb);
	exchange_registers(client->id, EXCHANGE_HALT, 0, 0);
	ipc_send(utcb, server->id, TAG(0, 0), 0, 0);
	let_others_run(utcb);
	check_resumed(utcb, client->id, "c");
	CHECK_EQUAL(last_tag & TAG_ERROR, 0);
}

THREAD(halt_self)
{
	event('h');
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	event('H');
}

TEST(halt_self_test, "exchange/halt-self", "a thread may halt itself")
{
	struct thread *thread = START(NEW_SPACE(), halt_self, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	CHECK_EVENTS("h");
	exchange_registers(thread->id, EXCHANGE_RESUME, 0, 0);
	let_others_run(utcb);
	CHECK_EVENTS("hH");
}

/* A call, and a wait, of its own it is not in: there is nothing to cancel. */
THREAD(redirect_itself)
{
	const uint32_t nothing = EXCHANGE_CANCEL | EXCHANGE_RESUME;
	struct syscall_result first = exchange_registers(id, nothing, USER_TOP, 0xffffffff), r;

	CHECK_EQUAL(first.error, SYSCALL_OK);
	CHECK(first.value[0] - (uint32_t)redirect_itself < 256);
	CHECK((uint32_t)&first - first.value[1] < 256);
	r = exchange_registers(id, EXCHANGE_IP | EXCHANGE_HALT | EXCHANGE_RESUME, (uint32_t)landing, STACK_TOP);
	CHECK_EQUAL(r.error, SYSCALL_EINVAL);
	event('e');
	exchange_registers(id, nothing | EXCHANGE_IP | EXCHANGE_SP, (uint32_t)landing, STACK_TOP);
	event('!');
}

TEST(self, "exchange/self", "a thread may give itself an instruction and a stack pointer; one that is refused goes on where it was")
{
	START(NEW_SPACE(), redirect_itself, 0, PRIORITY_HELPER);
	target = ID_NIL;
	let_others_run(utcb);
	CHECK_EVENTS("el");
	CHECK_EQUAL(seen_eax, SYSCALL_OK);
	CHECK_EQUAL(seen_esp, STACK_TOP);
}

TEST(halt_timed, "exchange/halt-timed", "a halted thread's timeout ends; it learns that when it is resumed")
{
	struct thread *thread = START(NULL, receive_with_timeout, 1000, PRIORITY_HELPER);

	let_others_run(utcb);
	exchange_registers(thread->id, EXCHANGE_HALT, 0, 0);
	/* Longer than that timeout. */
	for (volatile uint32_t i = 0; i < 1000000; i++)
		;
	let_others_run(utcb);
	check_resumed(utcb, thread->id, "t");
	CHECK_EQUAL(last_tag, TAG_ERROR | ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

TEST(halt_deleted, "exchange/halt-deleted", "a halted thread can be deleted; its number's next owner is not halted")
{
	struct thread *thread = START(NULL, log_argument, 'x', PRIORITY_HELPER);
	uint32_t deleted = thread->id;

	exchange_registers(thread->id, EXCHANGE_HALT, 0, 0);
	CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	/* Numbers come back first in, first out. */
	for (unsigned i = 0; i < 4096; i++) {
		thread = START(NULL, log_argument, 'a', PRIORITY_HELPER);
		if (ID_NUMBER(thread->id) == ID_NUMBER(deleted))
			break;
		thread_stop(thread);
	}
	CHECK_EQUAL(ID_NUMBER(thread->id), ID_NUMBER(deleted));
	let_others_run(utcb);
	CHECK_EVENTS("a");
}

/* ---- arguments and permissions ---------------------------------------------------------------------- */

TEST(arguments, "exchange/arguments", "SYS_EXCHANGE_REGISTERS refuses what is no thread, bit or pointer")
{
	uint32_t id = START(NULL, sleep, 0, PRIORITY_HELPER)->id;

	CHECK_EQUAL(exchange_registers(id ^ 1, 0, 0, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(exchange_registers(ID_NIL, 0, 0, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(exchange_registers(ID_ANY, EXCHANGE_HALT, 0, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(exchange_registers(ID(NUMBER_KERNEL, 1), EXCHANGE_HALT, 0, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_ALL + 1, 0, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_HALT | EXCHANGE_RESUME, 0, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_IP, USER_TOP, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_SP, 0, USER_TOP + 4).error, SYSCALL_EINVAL);
	CHECK_EQUAL(exchange_registers(id, 0, USER_TOP, 0xffffffff).error, SYSCALL_OK);
}

THREAD(overreach)
{
	const uint32_t victims[4] = {creator, pager_id, ID_SIGMA0, target};

	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQUAL(exchange_registers(victims[i], EXCHANGE_HALT, 0, 0).error, SYSCALL_EPERM);
		CHECK_EQUAL(exchange_registers(victims[i], 0, 0, 0).error, SYSCALL_EPERM);
	}
	CHECK_EQUAL(exchange_registers(id, EXCHANGE_RESUME, 0, 0).error, SYSCALL_OK);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(permissions, "exchange/permissions", "a space exchanges registers of its own threads, not of its creator's or siblings'")
{
	target = START(NEW_SPACE(), sleep, 0, PRIORITY_HELPER)->id;
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), overreach, 0, PRIORITY_HELPER)->id));
}
