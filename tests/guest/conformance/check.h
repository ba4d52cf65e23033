/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame of the conformance tests. A test is a function that states the sentence of the interface it checks and
 * registers itself; check.c runs each in a thread of its own with nothing else about, and reports one record.
 */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#include "bytes.h"
#include "ipc.h"
#include "registry.h"
#include "threads.h"

#include <syscall_user.h>

/*
 * Priorities. The test's own thread is above its helpers, which therefore run when it blocks, in the order that the
 * interface lays down. The watchdog is below them all: if it ever runs, the test hangs.
 */
#define PRIORITY_MAIN 200
#define PRIORITY_TEST 100
#define PRIORITY_HELPER 50
#define PRIORITY_LAST 2
#define PRIORITY_WATCHDOG 1

typedef void test_function(struct utcb *utcb);

struct test {
	const char *name;     /* area/what */
	const char *sentence; /* of the interface */
	test_function *run;
};

/* Registers and begins a test. Its thread's message buffer is `utcb`; returning passes it. */
#define TEST(symbol, label, sentence_)                                                                      \
	static void symbol(struct utcb *utcb);                                                              \
	static const struct test symbol##_test = {.name = (label), .sentence = (sentence_), .run = symbol}; \
	static const struct test *const symbol##_entry REGISTRY_SECTION(".tests.table") = &symbol##_test;   \
	static void symbol(struct utcb *utcb __attribute__((unused)))

/*
 * Ends the test, from whatever thread and space. None of them returns. `utcb` is the calling thread's. Of several reports
 * the first counts.
 */
_Noreturn void test_fail(struct utcb *utcb, const char *file, unsigned line, const char *what);
_Noreturn void test_fail_value(struct utcb *utcb, const char *file, unsigned line, const char *what, uint32_t is,
			       uint32_t must_be);
_Noreturn void test_skip(struct utcb *utcb, const char *why);

/* Where `utcb` is in scope: the calling thread's. */
#define CHECK(condition)                                               \
	do {                                                           \
		if (!(condition))                                      \
			test_fail(utcb, __FILE__, __LINE__, #condition); \
	} while (0)
#define CHECK_EQUAL(is, must_be)                                                                   \
	do {                                                                                       \
		uint32_t check_is = (is), check_must_be = (must_be);                               \
		if (check_is != check_must_be)                                                     \
			test_fail_value(utcb, __FILE__, __LINE__, #is, check_is, check_must_be);   \
	} while (0)
#define FAIL(what) test_fail(utcb, __FILE__, __LINE__, what)
#define SKIP(why) test_skip(utcb, why)

/* An IPC result without error; with exactly the error `code`. */
#define CHECK_OK(result) CHECK_EQUAL((result).tag & TAG_ERROR ? TAG_ERROR_CODE((result).tag) : 0, 0)
#define CHECK_ERROR(result, code) CHECK_EQUAL((result).tag & (TAG_ERROR | TAG_WORDS_MASK), TAG_ERROR | (code))

/* ---- helpers --------------------------------------------------------------------------------------- */

/* A thread of `space` (NULL: a new one in the program's own), or the test fails. */
#define START(space, function, argument, priority) start_or_fail(utcb, space, function, argument, priority)
struct thread *start_or_fail(struct utcb *utcb, struct space *space, thread_function *function, uint32_t argument,
			     uint32_t priority);
/* A new space, or the test fails. */
#define NEW_SPACE() new_space_or_fail(utcb)
struct space *new_space_or_fail(struct utcb *utcb);

/* Blocks the caller until all threads of a priority above PRIORITY_LAST are blocked themselves. */
void let_others_run(struct utcb *utcb);
/*
 * For tests in which everybody waits, and timeouts end: a thread that runs meanwhile, so that the watchdog does not think that they hang. It
 * fails the test if that lasts for long.
 */
struct thread *keep_awake(struct utcb *utcb);

/* A new space that is a large one already, with the last of own_pages at HIGH_WINDOW; or the test fails. */
struct space *large_space(struct utcb *utcb);

/*
 * Touches the whole image, so that nothing the calling thread does later is a page fault, at which its pager and then
 * whoever is ready would run. To be called where a test is about the very order in which threads run.
 */
void prepare(void);

/* Receives from nobody: for ever. */
_Noreturn void sleep_forever(struct utcb *utcb);

/* A log of events that threads in all spaces write; cleared before each test. */
void event(char c);
const char *events(void);
/* The log is exactly `order`. */
#define CHECK_EVENTS(order) check_events(utcb, __FILE__, __LINE__, order)
void check_events(struct utcb *utcb, const char *file, unsigned line, const char *order);

/* Memory for the windows of spaces: pages of their own. Cleared before each test. */
#define OWN_PAGES 8
extern char own_pages[OWN_PAGES][4096];
/* Where spaces see such pages: within the reach of a small space; beyond it, so that touching makes it a large one. */
#define LOW_WINDOW 0x00020000
#define HIGH_WINDOW 0x10000000

/* Whether this platform stops an access beyond a segment's limit. */
bool limits_enforced(void);
/* Whether this variant's new spaces are smaller than USER_TOP: their data segments have a lower limit. */
bool spaces_start_small(struct utcb *utcb);

#endif
