/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Floating-point state belongs to its thread: whatever other threads and spaces do, and however one thread comes to run after another.
 */
#include "arguments.h"
#include "check.h"
#include "kernel_info.h"

#include <layout.h>

#define CPU_FEATURE_FXSR 0x01000000
#define CPU_FEATURE_SSE 0x02000000

#define VECTOR_NO_FPU 7
#define VECTOR_X87 16
#define VECTOR_SIMD 19

#define X87_REGISTERS 8
#define XMM_REGISTERS 8
#define CONTROL_INITIAL 0x037f
#define CONTROL_DIVIDE 0x037b /* division by zero is an exception */
#define CONTROL_SINGLE 0x007f
#define MXCSR_INITIAL 0x1f80
#define MXCSR_DIVIDE 0x1d80

/* What FNSAVE stores. */
struct x87_image {
	uint32_t control, status, tags, ip, cs, data, ds;
	uint8_t registers[80];
};

struct state {
	uint64_t x87[X87_REGISTERS];
	uint32_t xmm[XMM_REGISTERS][4];
};

static bool has_sse(void)
{
	return (kernel_info.cpu_features & CPU_FEATURE_FXSR) && (kernel_info.cpu_features & CPU_FEATURE_SSE);
}

/* ---- the instructions ------------------------------------------------------------------------------- */

static __attribute__((noinline)) void x87_load_registers(const struct state *s)
{
	__asm__ volatile("fninit");
	for (unsigned i = 0; i < X87_REGISTERS; i++)
		__asm__ volatile("fildll %0" : : "m"(s->x87[i]));
}

/* All registers are in use before and after. */
static __attribute__((noinline)) void x87_read_registers(struct state *s)
{
	for (unsigned i = X87_REGISTERS; i > 0; i--)
		__asm__ volatile("fistpll %0" : "=m"(s->x87[i - 1]));
	for (unsigned i = 0; i < X87_REGISTERS; i++)
		__asm__ volatile("fildll %0" : : "m"(s->x87[i]));
}

static __attribute__((noinline)) void cpuid_sse_load_registers(const struct state *s)
{
	__asm__ volatile("movups (%0), %%xmm0; movups 16(%0), %%xmm1; movups 32(%0), %%xmm2; movups 48(%0), %%xmm3;"
			 "movups 64(%0), %%xmm4; movups 80(%0), %%xmm5; movups 96(%0), %%xmm6; movups 112(%0), %%xmm7"
			 :
			 : "r"(s->xmm), "m"(*s));
}

static __attribute__((noinline)) void cpuid_sse_read_registers(struct state *s)
{
	__asm__ volatile("movups %%xmm0, (%1); movups %%xmm1, 16(%1); movups %%xmm2, 32(%1); movups %%xmm3, 48(%1);"
			 "movups %%xmm4, 64(%1); movups %%xmm5, 80(%1); movups %%xmm6, 96(%1); movups %%xmm7, 112(%1)"
			 : "=m"(*s)
			 : "r"(s->xmm));
}

static __attribute__((noinline)) uint32_t cpuid_sse_read_control(void)
{
	uint32_t value;

	__asm__ volatile("stmxcsr %0" : "=m"(value));
	return value;
}

static __attribute__((noinline)) void cpuid_sse_load_control(uint32_t value)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(value));
}

/* 1 / 0, which is an exception if MXCSR says so. */
static __attribute__((noinline)) void cpuid_sse_divide(void)
{
	static const uint32_t one[4] __attribute__((aligned(16))) = {0x3f800000};

	__asm__ volatile("movups %0, %%xmm0; xorps %%xmm1, %%xmm1; divss %%xmm1, %%xmm0" : : "m"(one));
}

static __attribute__((noinline)) void x87_load_control(uint16_t control)
{
	__asm__ volatile("fninit; fldcw %0" : : "m"(control));
}

static __attribute__((noinline)) uint16_t x87_read_control(void)
{
	uint16_t control;

	__asm__ volatile("fnstcw %0" : "=m"(control));
	return control;
}

static __attribute__((noinline)) void x87_save(struct x87_image *image)
{
	__asm__ volatile("fnsave %0" : "=m"(*image));
}

/* 1 / 0: the exception is pending then, and comes at the next instruction that waits. */
static __attribute__((noinline)) void x87_divide(void)
{
	__asm__ volatile("fld1; fldz; fdivrp");
}

static __attribute__((noinline)) void x87_wait(void)
{
	__asm__ volatile("fwait");
}

/* ---- patterns --------------------------------------------------------------------------------------- */

/* What thread `who` has in its registers in round `round`. */
static void make_state(struct state *s, uint32_t who, uint32_t round)
{
	for (unsigned i = 0; i < X87_REGISTERS; i++)
		s->x87[i] = ((uint64_t)(who * 64 + i + 1) << 32) + (who ^ round) * 0x1234567;
	for (unsigned i = 0; i < XMM_REGISTERS; i++)
		for (unsigned k = 0; k < 4; k++)
			s->xmm[i][k] = who << 24 | round << 8 | i << 4 | k;
}

static void load_state(uint32_t who, uint32_t round)
{
	struct state s;

	make_state(&s, who, round);
	x87_load_registers(&s);
	if (has_sse())
		cpuid_sse_load_registers(&s);
}

static bool holds_state(uint32_t who, uint32_t round)
{
	struct state s, is;

	make_state(&s, who, round);
	is = s;
	x87_read_registers(&is);
	if (has_sse())
		cpuid_sse_read_registers(&is);
	for (unsigned i = 0; i < sizeof(s) / sizeof(uint32_t); i++)
		if (((uint32_t *)&s)[i] != ((uint32_t *)&is)[i])
			return false;
	return true;
}

THREAD(use_x87)
{
	x87_load_control(CONTROL_SINGLE);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* Skips the test where programs have no floating-point unit: there its instructions are exception 7. */
static void need_unit(struct utcb *utcb)
{
	struct thread *thread = START(NULL, use_x87, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	if (thread->fault.label == LABEL_EXCEPTION && thread->fault.word == VECTOR_NO_FPU)
		SKIP("there is no floating-point unit");
	CHECK_OK(ipc_receive(utcb, thread->id));
	thread_stop(thread);
}

/* ---- IPC -------------------------------------------------------------------------------------------- */

#define SERVERS 6
#define ROUNDS 12

/* Each time it is called it must find what it left. Odd ones do not look at once, but when they are called again. */
THREAD(server)
{
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	for (uint32_t round = 0;; round++) {
		if (round)
			CHECK(holds_state(argument, round));
		load_state(argument, round + 1);
		r = ipc_reply_wait(utcb, r.from, TAG(1, 0), argument, 0);
	}
}

static volatile uint32_t server_ids[SERVERS];

/* Calls all servers in turn; argument 0: without using the unit itself. */
THREAD(client)
{
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		if (argument)
			load_state(argument, round);
		for (unsigned i = 0; i < SERVERS; i++) {
			struct ipc_result r = ipc_call(utcb, server_ids[i], TAG(1, 0), 0, 0);

			CHECK_OK(r);
			CHECK_EQUAL(r.word[0], i + 1);
			CHECK(!argument || holds_state(argument, round));
		}
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* Six servers, two in the client's space, two in another small one, two in a large one; below the client by `lower`. */
static void check_calls(struct utcb *utcb, uint32_t who, uint32_t lower)
{
	struct space *spaces[3] = {NULL, NEW_SPACE(), large_space(utcb)};

	need_unit(utcb);
	for (unsigned i = 0; i < SERVERS; i++)
		server_ids[i] = START(spaces[i % 3], server, i + 1, PRIORITY_HELPER - lower)->id;
	let_others_run(utcb);
	CHECK_OK(ipc_receive(utcb, START(spaces[0], client, who, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(spaces[1], client, who, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(spaces[2], client, who, PRIORITY_HELPER)->id));
}

#define KEPT_SENTENCE "floating-point registers are their thread's: IPC neither changes nor passes them"

TEST(kept_by_server, "fpu/ipc-servers", KEPT_SENTENCE)
{
	check_calls(utcb, 0, 0);
}

TEST(kept_by_all, "fpu/ipc-all", KEPT_SENTENCE)
{
	check_calls(utcb, 9, 0);
}

TEST(kept_by_lower, "fpu/ipc-lower", KEPT_SENTENCE)
{
	check_calls(utcb, 9, 1);
}

/* ---- preemption ------------------------------------------------------------------------------------- */

#define SPINNERS 5
#define CHANGES 40

static volatile uint32_t last_spinner, changes;

THREAD(spin)
{
	for (uint32_t round = 1; changes < CHANGES; round = (round + 1) & 0xffff) {
		load_state(argument, round);
		if (last_spinner != argument) {
			last_spinner = argument;
			changes = changes + 1;
		}
		for (unsigned i = 0; i < 20; i++)
			CHECK(holds_state(argument, round));
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(preempted, "fpu/preempted", "floating-point registers outlast preemption")
{
	struct space *spaces[3] = {NULL, NEW_SPACE(), large_space(utcb)};
	uint32_t ids[SPINNERS];

	need_unit(utcb);
	last_spinner = changes = 0;
	for (unsigned i = 0; i < SPINNERS; i++) {
		ids[i] = START(spaces[i % 3], spin, i + 1, PRIORITY_HELPER)->id;
		schedule(ids[i], -1u, 1000);
	}
	for (unsigned i = 0; i < SPINNERS; i++)
		CHECK_OK(ipc_receive(utcb, ids[i]));
}

/* ---- initial state ---------------------------------------------------------------------------------- */

THREAD(check_initial)
{
	struct x87_image image;
	struct state s;

	if (has_sse()) {
		CHECK_EQUAL(cpuid_sse_read_control(), MXCSR_INITIAL);
		cpuid_sse_read_registers(&s);
		for (unsigned i = 0; i < XMM_REGISTERS; i++)
			CHECK_EQUAL(s.xmm[i][0] | s.xmm[i][1] | s.xmm[i][2] | s.xmm[i][3], 0);
	}
	x87_save(&image);
	CHECK_EQUAL(image.control & 0xffff, CONTROL_INITIAL);
	CHECK_EQUAL(image.status & 0xffff, 0);
	CHECK_EQUAL(image.tags & 0xffff, 0xffff);
	/* Not where another thread was: 0; or the kernel's, where the processor cannot be given another one. */
	CHECK(image.ip == 0 || image.ip >= USER_TOP);
	CHECK(image.data == 0 || image.data >= USER_TOP);
	for (unsigned i = 0; i < sizeof(image.registers); i++)
		CHECK_EQUAL(image.registers[i], 0);
	load_state(argument, 7);
	if (has_sse())
		cpuid_sse_load_control(MXCSR_DIVIDE);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(initial, "fpu/initial", "a new thread's floating-point registers are 0 and not in use, whoever used them before")
{
	struct space *space = NEW_SPACE();
	struct thread *thread;

	need_unit(utcb);
	load_state(9, 1);
	/* More than have room in a page of the kernel's; deleted threads' state must not come back either. */
	for (uint32_t round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 10; i++)
			CHECK_OK(ipc_receive(utcb, START(i % 2 ? space : NULL, check_initial, i, PRIORITY_HELPER)->id));
		CHECK(holds_state(9, 1));
		for (unsigned i = 0; i < 6; i++) {
			thread = START(i % 2 ? space : NULL, check_initial, i, PRIORITY_HELPER);
			CHECK_OK(ipc_receive(utcb, thread->id));
			CHECK(holds_state(9, 1)); /* so that the kernel has kept the thread's somewhere */
			thread_stop(thread);
		}
		space_stop(space);
		space = NEW_SPACE();
	}
}

THREAD(keep_control)
{
	x87_load_control(CONTROL_SINGLE);
	if (has_sse())
		cpuid_sse_load_control(MXCSR_DIVIDE);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	CHECK_EQUAL(x87_read_control(), CONTROL_SINGLE);
	CHECK(!has_sse() || cpuid_sse_read_control() == MXCSR_DIVIDE);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(control, "fpu/control", "rounding, precision and masks of exceptions are the thread's own")
{
	struct thread *thread = START(NEW_SPACE(), keep_control, 0, PRIORITY_HELPER);

	need_unit(utcb);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(x87_read_control(), CONTROL_INITIAL);
	CHECK(!has_sse() || cpuid_sse_read_control() == MXCSR_INITIAL);
	x87_load_control(CONTROL_DIVIDE);
	CHECK_OK(ipc_call(utcb, thread->id, TAG(0, 0), 0, 0));
	CHECK_EQUAL(x87_read_control(), CONTROL_DIVIDE);
}

/* ---- exceptions ------------------------------------------------------------------------------------- */

/* argument: calls its creator between the division and its exception. */
THREAD(divide)
{
	x87_load_control(CONTROL_DIVIDE);
	x87_divide();
	if (argument)
		ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	x87_wait();
	event('n');
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

THREAD(use_and_wait)
{
	x87_load_control(CONTROL_DIVIDE);
	x87_wait();
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static void check_x87_exception(struct utcb *utcb, struct thread *thread)
{
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
	CHECK_EQUAL(thread->fault.word, VECTOR_X87);
	CHECK_EVENTS("");
}

TEST(x87_exception, "fpu/x87-exception", "an exception of the unit is exception 16 of the thread whose instruction it was")
{
	struct space *space = NEW_SPACE();
	struct thread *thread = START(space, divide, 0, PRIORITY_HELPER);

	need_unit(utcb);
	check_x87_exception(utcb, thread);
	/* Pending, while others use the unit, wait for it, and come and go. */
	thread = START(space, divide, 1, PRIORITY_HELPER);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_OK(ipc_receive(utcb, START(space, use_and_wait, 0, PRIORITY_HELPER)->id));
	load_state(9, 1);
	CHECK(holds_state(9, 1));
	x87_wait();
	CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0), 0, 0));
	check_x87_exception(utcb, thread);
	CHECK(holds_state(9, 1));
	/* Deleted with it: nobody's any more. */
	thread = START(space, divide, 1, PRIORITY_HELPER);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	CHECK_OK(ipc_receive(utcb, START(space, use_and_wait, 0, PRIORITY_HELPER)->id));
	CHECK(holds_state(9, 1));
}

THREAD(divide_sse)
{
	cpuid_sse_load_control(MXCSR_DIVIDE);
	cpuid_sse_divide();
	event('n');
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(sse_exception, "fpu/sse-exception", "an SSE instruction's exception is exception 19 of its thread")
{
	struct argument platform = argument_find(kernel_info.command_line, "platform");
	struct thread *thread;

	if (!has_sse())
		SKIP("the processor has no SSE");
	if (argument_is(platform, "tcg"))
		SKIP("QEMU's translator has no exceptions of SSE");
	thread = START(NEW_SPACE(), divide_sse, 0, PRIORITY_HELPER);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
	CHECK_EQUAL(thread->fault.word, VECTOR_SIMD);
	CHECK_EVENTS("");
}

/* ---- memory ----------------------------------------------------------------------------------------- */

THREAD(use_when_told)
{
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	load_state(argument, 1);
	CHECK(holds_state(argument, 1));
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
}

static struct thread *start_told(struct utcb *utcb, struct space *space, uint32_t who)
{
	struct thread *thread = START(space, use_when_told, who, PRIORITY_HELPER);

	CHECK_OK(ipc_receive(utcb, thread->id));
	return thread;
}

#define BUFFERS 0x00200000 /* where nothing else of the space lies, in its first 4 MB */

/* Threads, each with its message buffer in a page of its own, until there is no memory: how many. They never run. */
static unsigned fill(struct utcb *utcb, struct space *space, uint32_t *next)
{
	for (unsigned n = 0; n < 2 * SPACE_QUOTA; n++, *next += 4096) {
		struct syscall_result r = thread_create(space->id, 0, 0, ID_NIL, *next, 0);

		if (r.error) {
			CHECK_EQUAL(r.error, SYSCALL_ENOMEM);
			return n;
		}
		CHECK_EQUAL(thread_delete(r.value[0]), SYSCALL_OK);
	}
	FAIL("the quota has no end");
}

TEST(no_memory, "fpu/memory", "without memory for its state, a thread's first use of the unit is exception 7, and harms nobody")
{
	struct space *poor = NEW_SPACE();
	struct thread *first, *second;
	uint32_t next = BUFFERS;

	need_unit(utcb);
	load_state(9, 1);
	first = start_told(utcb, poor, 1);
	second = start_told(utcb, poor, 2);
	/* The first has its state's page before there is no more; deleted, it gives it back, and perhaps its TCB's. */
	CHECK_OK(ipc_call(utcb, first->id, TAG(0, 0), 0, 0));
	CHECK(fill(utcb, poor, &next) > 4);
	CHECK_EQUAL(fill(utcb, poor, &next), 0);
	CHECK_EQUAL(thread_stop(first), SYSCALL_OK);
	CHECK(fill(utcb, poor, &next) > 0);
	CHECK_EQUAL(fill(utcb, poor, &next), 0);
	for (unsigned again = 0; again < 3; again++) {
		if (again)
			thread_resume(utcb, second);
		else
			CHECK_OK(ipc_send(utcb, second->id, TAG(0, 0), 0, 0));
		thread_wait_fault(utcb, second);
		CHECK_EQUAL(second->fault.label, LABEL_EXCEPTION);
		CHECK_EQUAL(second->fault.word, VECTOR_NO_FPU);
		CHECK(holds_state(9, 1));
	}
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), use_and_wait, 0, PRIORITY_HELPER)->id));
	CHECK(holds_state(9, 1));
}

TEST(freed, "fpu/freed", "a deleted thread's state is memory of its space again")
{
	struct space *space = NEW_SPACE();

	need_unit(utcb);
	for (unsigned i = 0; i < 4 * SPACE_QUOTA; i++) {
		struct thread *thread = START(space, use_x87, i, PRIORITY_HELPER);

		CHECK_OK(ipc_receive(utcb, thread->id));
		CHECK_EQUAL(thread_stop(thread), SYSCALL_OK);
	}
}

/* ---- no unit ---------------------------------------------------------------------------------------- */

TEST(absent, "fpu/absent", "where there is no floating-point unit, its instructions are exception 7")
{
	struct thread *thread = START(NEW_SPACE(), use_x87, 0, PRIORITY_HELPER);

	if (!kernel_info.cpu_features || (kernel_info.cpu_features & 1))
		SKIP("there is a floating-point unit, or the processor does not tell");
	for (unsigned i = 0; i < 2; i++) {
		thread_wait_fault(utcb, thread);
		CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
		CHECK_EQUAL(thread->fault.word, VECTOR_NO_FPU);
		thread_resume(utcb, thread);
	}
}
