/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs that try to keep the kernel busy: whatever there is most of, all at once. That it takes no entry long is seen from
 * outside, by tests/model/test-bound.py, which measures all conformance tests; here that it comes out right.
 */
#include "check.h"
#include "pager.h"
#include "runtime.h"

#include <layout.h>

#define BUFFER (RUNTIME_UTCBS + 80 * PAGE_SIZE)
#define CROWD 400

/* Code of many threads at once: they have no stacks, and share a message buffer. */
extern char crowd_receives[], crowd_sends[];
extern volatile uint32_t crowd_partner;
volatile uint32_t crowd_partner;

__asm__(".text\n"
	"crowd_receives: mov crowd_partner, %edx; xor %esi, %esi; xor %eax, %eax; int $0x30\n"
	"1: xor %edx, %edx; xor %esi, %esi; xor %eax, %eax; int $0x30; jmp 1b\n"
	"crowd_sends: mov crowd_partner, %esi; xor %edx, %edx; xor %eax, %eax; int $0x30; jmp 1b\n");

static uint32_t crowd[CROWD];

static void make_crowd(struct utcb *utcb, const char *code, uint32_t priority)
{
	for (unsigned i = 0; i < CROWD; i++) {
		struct syscall_result r = thread_create(SPACE_OWN, (uint32_t)code, 0, ID_NIL, BUFFER, priority);

		CHECK_EQUAL(r.error, SYSCALL_OK);
		crowd[i] = r.value[0];
	}
}

static void end_crowd(struct utcb *utcb)
{
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(thread_delete(crowd[i]), SYSCALL_OK);
}

THREAD(wait_for_nobody)
{
	sleep_forever(utcb);
}

TEST(receivers, "worst/receivers", "hundreds of threads that wait to receive from one that is deleted are told")
{
	struct thread *partner = START(NULL, wait_for_nobody, 0, PRIORITY_HELPER);

	crowd_partner = partner->id;
	make_crowd(utcb, crowd_receives, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(partner), SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

TEST(senders, "worst/senders", "hundreds of threads that wait to send to one that is deleted are told")
{
	struct thread *partner = START(NULL, wait_for_nobody, 0, PRIORITY_HELPER);

	crowd_partner = partner->id;
	make_crowd(utcb, crowd_sends, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(partner), SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

TEST(halted, "worst/halted", "hundreds of ready threads are halted, and others go on")
{
	crowd_partner = ID_NIL;
	make_crowd(utcb, crowd_receives, PRIORITY_HELPER);
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(exchange_registers(crowd[i], EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb);
	end_crowd(utcb);
}

#define SPACES 150

TEST(spaces, "worst/spaces", "with many spaces, others are created, become large and are deleted")
{
	static uint32_t ids[SPACES];

	for (unsigned i = 0; i < SPACES; i++) {
		struct syscall_result r = space_create(1);

		CHECK_EQUAL(r.error, SYSCALL_OK);
		ids[i] = r.value[0];
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQUAL(space_stop(large_space(utcb)), SYSCALL_OK);
	for (unsigned i = 0; i < SPACES; i++)
		CHECK_EQUAL(space_delete(ids[i]), SYSCALL_OK);
}
