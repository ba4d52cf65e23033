/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The main program of conformance.bin. Arguments: only=<names or beginnings of names with a *, separated by commas>.
 */
#include "check.h"
#include "arguments.h"
#include "kernel_info.h"
#include "record.h"
#include "runtime.h"
#include "text.h"

#include <exit.h>
#include <invariants.h>

/* Messages to the main thread. */
#define LABEL_ENDED 1 /* the test has ended */
#define LABEL_IDLE 2  /* from the watchdog */

enum outcome { PENDING, PASSED, FAILED, SKIPPED };

#define SENTENCE(name, sentence) sentence,

/* Of the section that TEST fills, from program.ld. */
extern const struct test *const tests_begin[], *const tests_end[];

static uint32_t main_id;
static const struct test *volatile current;
static volatile enum outcome outcome;
static char why[240];
static char event_log[64];
static volatile uint32_t event_count;

char own_pages[OWN_PAGES][4096] __attribute__((aligned(4096)));

/* ---- ending a test --------------------------------------------------------------------------------- */

_Noreturn void sleep_forever(struct utcb *utcb)
{
	for (;;)
		ipc_receive(utcb, ID_NIL);
}

static _Noreturn void end(struct utcb *utcb, enum outcome how)
{
	outcome = how;
	ipc_send(utcb, main_id, TAG(0, LABEL_ENDED), 0, 0);
	sleep_forever(utcb);
}

/* "file.c:12: " without the folders. */
static void place(struct text *text, const char *file, unsigned line)
{
	const char *name = file;

	for (; *file; file++) {
		if (*file == '/')
			name = file + 1;
	}
	text_begin(text, why, sizeof(why));
	text_string(text, name);
	text_char(text, ':');
	text_unsigned(text, line);
	text_string(text, ": ");
}

_Noreturn void test_fail(struct utcb *utcb, const char *file, unsigned line, const char *what)
{
	struct text text;

	if (outcome != PENDING)
		sleep_forever(utcb);
	place(&text, file, line);
	text_string(&text, what);
	end(utcb, FAILED);
}

_Noreturn void test_fail_value(struct utcb *utcb, const char *file, unsigned line, const char *what, uint32_t is,
			       uint32_t must_be)
{
	struct text text;

	if (outcome != PENDING)
		sleep_forever(utcb);
	place(&text, file, line);
	text_string(&text, what);
	text_string(&text, " is 0x");
	text_hex(&text, is, 8);
	text_string(&text, ", must be 0x");
	text_hex(&text, must_be, 8);
	end(utcb, FAILED);
}

_Noreturn void test_skip(struct utcb *utcb, const char *reason)
{
	struct text text;

	text_begin(&text, why, sizeof(why));
	text_string(&text, reason);
	end(utcb, SKIPPED);
}

/* ---- helpers --------------------------------------------------------------------------------------- */

struct thread *start_or_fail(struct utcb *utcb, struct space *space, thread_function *function, uint32_t argument,
			     uint32_t priority)
{
	struct thread *thread = thread_start(space ? space : &own_space, function, argument, priority);

	if (!thread)
		test_fail_value(utcb, "thread_start", 0, "system call error", threads_error, SYSCALL_OK);
	return thread;
}

struct space *new_space_or_fail(struct utcb *utcb)
{
	struct space *space = space_start();

	if (!space)
		test_fail_value(utcb, "space_start", 0, "system call error", threads_error, SYSCALL_OK);
	return space;
}

THREAD(touch_high)
{
	*(volatile uint32_t *)HIGH_WINDOW = 1;
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

struct space *large_space(struct utcb *utcb)
{
	struct space *space = NEW_SPACE();

	space_window(space, HIGH_WINDOW, own_pages[OWN_PAGES - 1], sizeof(own_pages[0]), FLEXPAGE_RIGHTS);
	ipc_receive(utcb, START(space, touch_high, 0, PRIORITY_HELPER)->id);
	return space;
}

THREAD(last_thread)
{
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

void let_others_run(struct utcb *utcb)
{
	struct thread *last = START(NULL, last_thread, 0, PRIORITY_LAST);

	ipc_receive(utcb, last->id);
	thread_stop(last);
}

#define AWAKE_SPINS 100000000u

THREAD(stay_awake)
{
	for (uint32_t i = 0; i < AWAKE_SPINS; i++)
		__asm__ volatile("" ::: "memory");
	FAIL("everybody waits, and no timeout ends");
}

struct thread *keep_awake(struct utcb *utcb)
{
	return START(NULL, stay_awake, 0, PRIORITY_LAST);
}

void prepare(void)
{
	for (volatile char *page = program_base; page < (volatile char *)program_memory_end; page += 4096)
		(void)*page;
}

void event(char c)
{
	if (event_count < sizeof(event_log) - 1)
		event_log[event_count++] = c;
}

const char *events(void)
{
	return event_log;
}

void check_events(struct utcb *utcb, const char *file, unsigned line, const char *order)
{
	struct text text;

	if (same_string(event_log, order) || outcome != PENDING)
		return;
	place(&text, file, line);
	text_string(&text, "order of events '");
	text_string(&text, event_log);
	text_string(&text, "', must be '");
	text_string(&text, order);
	text_string(&text, "'");
	end(utcb, FAILED);
}

bool limits_enforced(void)
{
	/* QEMU without virtualisation does not check them, whatever processor it names. */
	struct argument platform = argument_find(kernel_info.command_line, "platform");

	return !argument_is(platform, "tcg") && !argument_is(platform, "i486") && !argument_is(platform, "pentium");
}

static volatile uint32_t fresh_limit;

THREAD(read_limit)
{
	uint32_t selector, limit;

	__asm__("mov %%ds, %0" : "=r"(selector));
	__asm__("lsl %1, %0" : "=r"(limit) : "r"(selector) : "cc");
	fresh_limit = limit;
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

bool spaces_start_small(struct utcb *utcb)
{
	struct space *space = NEW_SPACE();

	fresh_limit = 0;
	ipc_receive(utcb, START(space, read_limit, 0, PRIORITY_HELPER)->id);
	space_stop(space);
	return fresh_limit < 0xbfffffff;
}

/* ---- running --------------------------------------------------------------------------------------- */

THREAD(test_main)
{
	current->run(utcb);
	if (outcome != PENDING)
		sleep_forever(utcb);
	end(utcb, PASSED);
}

/* Nothing else is ready: nobody can end the test any more. */
THREAD(watchdog)
{
	for (;;)
		ipc_call(utcb, creator, TAG(0, LABEL_IDLE), 0, 0);
}

static void hung(const struct thread *thread)
{
	struct text text;

	text_begin(&text, why, sizeof(why));
	text_string(&text, "hangs: every thread is blocked");
	if (thread->fault.label) {
		text_string(&text, thread->fault.label == LABEL_EXCEPTION ? ", the test's by exception " :
									    ", the test's by a page fault at ");
		text_hex(&text, thread->fault.word, 8);
		text_string(&text, ", ip ");
		text_hex(&text, thread->fault.ip, 8);
	}
	text_string(&text, "; events '");
	text_string(&text, event_log);
	text_string(&text, "'");
	outcome = FAILED;
}

static void report(const struct test *test)
{
	static const char *const results[] = {"fail", "pass", "fail", "skip"};
	char reason[600];
	struct text text;

	text_begin(&text, reason, sizeof(reason));
	if (outcome != PASSED)
		text_string(&text, why);
	if (outcome == FAILED) {
		text_string(&text, " -- the interface: ");
		text_string(&text, test->sentence);
	}
	record_begin("test");
	record_string("name", test->name);
	record_string("result", results[outcome]);
	record_string("why", reason);
	record_end();
}

/* The kernel's own data are as they have to be, after this test like after any; or it fails. */
static void check_kernel(const char *when)
{
	static const char *const sentences[] = {"", INVARIANTS(SENTENCE)};
	struct syscall_result r = kernel_check();
	struct text text;

	if (r.error == SYSCALL_OK && r.value[0] == INVARIANTS_HOLD)
		return;
	text_begin(&text, why, sizeof(why));
	text_string(&text, "the kernel is damaged ");
	text_string(&text, when);
	text_string(&text, ", at 0x");
	text_hex(&text, r.value[1], 8);
	text_string(&text, ": it does not hold that ");
	text_string(&text, r.error || r.value[0] >= INVARIANTS_END ? "SYS_CHECK works" : sentences[r.value[0]]);
	outcome = FAILED;
}

/* Whether the test did not fail. */
static bool run(struct utcb *utcb, const struct test *test, uint32_t watchdog_id)
{
	struct thread *thread;

	current = test;
	outcome = PENDING;
	why[0] = '\0';
	event_count = 0;
	memset(event_log, 0, sizeof(event_log));
	memset(own_pages, 0, sizeof(own_pages));
	/* The watchdog waits for an answer if it has barked; otherwise it is ready as it is. */
	ipc(utcb, watchdog_id, ID_NIL, TAG(0, 0) | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT, 0, 0, 0);
	thread = thread_start(&own_space, test_main, 0, PRIORITY_TEST);
	if (!thread) {
		struct text text;

		place(&text, "thread_start", threads_error);
		text_string(&text, "no thread for the test");
		outcome = FAILED;
	} else if (ipc_receive(utcb, ID_ANY).from == watchdog_id && outcome == PENDING) {
		hung(thread);
	}
	check_kernel("at its end");
	threads_reset();
	check_kernel("after its threads and spaces were deleted");
	report(test);
	return outcome != FAILED;
}

static bool run_selected(struct utcb *utcb)
{
	struct argument only = argument_find(kernel_info.root_arguments, "only");
	struct thread *dog = thread_start(&own_space, watchdog, 0, PRIORITY_WATCHDOG);
	uint32_t selected = 0;
	bool passed = true;

	if (!dog) {
		record_note("no thread for the watchdog");
		return false;
	}
	threads_keep();
	for (const struct test *const *test = tests_begin; test < tests_end; test++) {
		if (!argument_selects(only, (*test)->name))
			continue;
		selected++;
		passed &= run(utcb, *test, dog->id);
	}
	return passed && selected > 0;
}

uint32_t program_main(struct utcb *utcb, uint32_t id)
{
	bool passed;

	main_id = id;
	record_boot("conformance");
	passed = pager_start() == SYSCALL_OK;
	schedule(id, PRIORITY_MAIN, -1u);
	if (passed)
		passed = run_selected(utcb);
	else
		record_note("no thread for the pager");
	record_complete();
	return passed ? EXIT_PASSED : EXIT_FAILED;
}
