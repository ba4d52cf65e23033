/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernel memory: whose quota pays for what; and deletion of spaces with all that was created from there.
 */
#include "check.h"
#include "pager.h"
#include "runtime.h"

#include <layout.h>

extern char thread_entry[]; /* runtime/start.S */

#define BUFFER (RUNTIME_UTCBS + 64 * PAGE_SIZE) /* a page of message buffers in spaces made here */
#define DIRECTORY 1
#define FIRST_THREAD 3 /* page table, message buffers' page, TCB */

/* The largest quota that the caller's space can still give. */
static uint32_t quota_left(void)
{
	uint32_t low = 0, high = 1u << 20;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;
		struct syscall_result r = space_create(middle);

		if (r.error == SYSCALL_OK) {
			space_delete(r.value[0]);
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

/* A thread that faults at once, and stays so. */
static struct syscall_result idle_thread(uint32_t space)
{
	return thread_create(space, 0, 0, ID_NIL, BUFFER, 1);
}

static uint32_t new_space(struct utcb *utcb, uint32_t quota)
{
	struct syscall_result r = space_create(quota);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	return r.value[0];
}

TEST(carved, "quotas/carved", "a child's quota is taken from its creator's, and given back when it is gone")
{
	uint32_t left = quota_left(), first, second;

	CHECK(left > 64);
	CHECK_EQUAL(space_create(left + 1).error, SYSCALL_ENOMEM);
	first = new_space(utcb, left - 10);
	CHECK_EQUAL(quota_left(), 10);
	CHECK_EQUAL(space_create(11).error, SYSCALL_ENOMEM);
	second = new_space(utcb, 10);
	CHECK_EQUAL(quota_left(), 0);
	CHECK_EQUAL(space_delete(first), SYSCALL_OK);
	CHECK_EQUAL(quota_left(), left - 10);
	CHECK_EQUAL(space_delete(second), SYSCALL_OK);
	CHECK_EQUAL(quota_left(), left);
}

TEST(absurd, "quotas/absurd", "a quota beyond all measure is refused, and one without room for a directory")
{
	static const uint32_t quotas[] = {0, 1u << 20, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

	for (unsigned i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++)
		CHECK_EQUAL(space_create(quotas[i]).error, SYSCALL_ENOMEM);
}

/* How many threads `space` can get. */
static uint32_t fill_with_threads(struct utcb *utcb, uint32_t space, uint32_t *ids, uint32_t max)
{
	uint32_t n = 0;
	struct syscall_result r = {0};

	while (n < max && (r = idle_thread(space)).error == SYSCALL_OK)
		ids[n++] = r.value[0];
	CHECK(n == max || r.error == SYSCALL_ENOMEM);
	return n;
}

TEST(rent, "quotas/threads", "what threads cost does not depend on whose numbers they get, and comes back with each of them")
{
	uint32_t ids[16], more[16], left = quota_left();
	uint32_t poor = new_space(utcb, DIRECTORY + FIRST_THREAD - 1), rich = new_space(utcb, DIRECTORY + FIRST_THREAD + 1);
	uint32_t n;

	CHECK_EQUAL(fill_with_threads(utcb, poor, ids, 16), 0);
	n = fill_with_threads(utcb, rich, ids, 16);
	CHECK(n >= 2 && n < 16);
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < n; i++)
			CHECK_EQUAL(thread_delete(ids[i]), SYSCALL_OK);
		CHECK_EQUAL(fill_with_threads(utcb, poor, more, 16), 0);
		CHECK_EQUAL(fill_with_threads(utcb, rich, ids, 16), n);
	}
	CHECK_EQUAL(thread_delete(ids[n / 2]), SYSCALL_OK);
	CHECK_EQUAL(fill_with_threads(utcb, rich, ids, 16), 1);
	CHECK_EQUAL(space_delete(rich), SYSCALL_OK);
	CHECK_EQUAL(space_delete(poor), SYSCALL_OK);
	CHECK_EQUAL(quota_left(), left);
}

/* ---- what mappings cost ------------------------------------------------------------------------------ */

#define REGION 0x20000000 /* 4 MB where nobody has anything; others follow */
#define PAGE_PRICE 170    /* so many mappings cost a page */

/* Accepts whatever comes; asked without an item, tells how much of its space's quota is left. */
THREAD(tell_quota)
{
	struct ipc_result r;

	prepare();
	utcb->accept = FLEXPAGE_EVERYTHING;
	r = ipc_receive(utcb, creator);
	for (;;)
		r = ipc_reply_wait(utcb, r.from, TAG(1, 0), TAG_TYPED_WORDS(r.tag) ? 0 : quota_left(), 0);
}

/* Maps an own page to `count` pages of `to`, from `at` on; what that has cost. */
static uint32_t price(struct utcb *utcb, uint32_t to, uint32_t at, unsigned count)
{
	uint32_t before = ipc_call(utcb, to, TAG(0, 0), 0, 0).word[0];

	for (unsigned n = 0; n < count; n++) {
		utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_RIGHTS);
		utcb->mr[MESSAGE_REGISTER_WORDS + 1] = at + n * PAGE_SIZE;
		CHECK_OK(ipc_call(utcb, to, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	}
	return before - ipc_call(utcb, to, TAG(0, 0), 0, 0).word[0];
}

TEST(mappings, "quotas/mappings", "a mapping in a further 4 MB region costs two pages, and 170 mappings one")
{
	uint32_t to = START(NEW_SPACE(), tell_quota, 0, PRIORITY_HELPER)->id, first;

	/* Whether the first needs a further page of nodes depends on how many the image took. */
	first = price(utcb, to, REGION, 1);
	CHECK(first == 2 || first == 3);
	CHECK_EQUAL(price(utcb, to, REGION, 10), 0);
	CHECK_EQUAL(price(utcb, to, REGION + SUPERPAGE_SIZE, PAGE_PRICE) + price(utcb, to, REGION + 2 * SUPERPAGE_SIZE, PAGE_PRICE), 6);
	CHECK_EQUAL(price(utcb, to, REGION + SUPERPAGE_SIZE, PAGE_PRICE), 0);
}

/* ---- spaces of spaces ------------------------------------------------------------------------------ */

#define LEVELS 6
#define LEVEL_PAGES 10 /* that a space with one thread of the image and a stack uses, and some */
static volatile uint32_t level_space[LEVELS + 1], level_thread[LEVELS + 1], report_to;
static volatile uint32_t level_wide; /* how many idle threads, and empty spaces, each level makes besides */

static uint32_t start_level(uint32_t space, uint32_t level, thread_function *function)
{
	uint32_t *stack = (uint32_t *)(void *)(own_pages[level - 1] + sizeof(own_pages[0]));
	struct syscall_result r;

	*--stack = level;
	*--stack = (uint32_t)function;
	r = thread_create(space, (uint32_t)thread_entry, (uint32_t)stack, pager_id, BUFFER, PRIORITY_HELPER);
	level_thread[level] = r.value[0];
	return r.error;
}

/* In a space of its own: makes another, and so on. The last one says that all are there. */
THREAD(nest)
{
	uint32_t level = argument;

	for (uint32_t i = 0; i < level_wide; i++)
		CHECK_EQUAL(space_create(1).error, SYSCALL_OK);
	if (level < LEVELS) {
		struct syscall_result r = space_create((LEVELS - level) * (LEVEL_PAGES + level_wide));

		CHECK_EQUAL(r.error, SYSCALL_OK);
		level_space[level + 1] = r.value[0];
		CHECK_EQUAL(start_level(r.value[0], level + 1, nest), SYSCALL_OK);
	} else {
		ipc_send(utcb, report_to, TAG(0, 0), 0, 0);
	}
	sleep_forever(utcb);
}

/* Spaces in spaces, level_space[1] to [LEVELS], a thread in each. */
static void make_levels(struct utcb *utcb, uint32_t wide)
{
	report_to = thread_my_id();
	level_wide = wide;
	prepare();
	level_space[1] = new_space(utcb, LEVELS * (LEVEL_PAGES + wide));
	CHECK_EQUAL(start_level(level_space[1], 1, nest), SYSCALL_OK);
	CHECK_OK(ipc_receive(utcb, ID_ANY));
}

static void check_levels_gone(struct utcb *utcb)
{
	for (unsigned level = 1; level <= LEVELS; level++) {
		CHECK_EQUAL(thread_delete(level_thread[level]), SYSCALL_ENOTHREAD);
		CHECK_EQUAL(space_delete(level_space[level]), SYSCALL_ENOSPACE);
		CHECK_ERROR(ipc(utcb, level_thread[level], ID_NIL, TAG(0, 0) | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, 0, 0),
			    ERROR_NO_PARTNER);
	}
}

TEST(tree, "quotas/tree", "with a space, all that were created from there are deleted, their threads too, and all quotas are whole")
{
	uint32_t left = quota_left();

	for (uint32_t wide = 0; wide < 9; wide += 4) {
		make_levels(utcb, wide);
		for (unsigned level = 2; level <= LEVELS; level++)
			CHECK_EQUAL(space_delete(level_space[level]), SYSCALL_EPERM);
		CHECK_EQUAL(space_delete(level_space[1]), SYSCALL_OK);
		check_levels_gone(utcb);
		CHECK_EQUAL(quota_left(), left);
	}
}

/* ---- deletion left in the middle -------------------------------------------------------------------- */

static volatile uint32_t victim, victim_error;

THREAD(delete_victim)
{
	victim_error = space_delete(victim);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* So that sleeping is not taken for the test's end. */
THREAD(burn)
{
	for (;;)
		;
}

static uint32_t quota_left_awake(struct utcb *utcb)
{
	START(NULL, burn, 0, PRIORITY_LAST);
	return quota_left();
}

/* Fails with an error after about so much time. */
static void sleep_us(struct utcb *utcb, uint32_t us)
{
	CHECK_ERROR(ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0),
		    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
}

#define CROWD 24 /* idle threads of the space that takes long to delete */

static void make_crowd(struct utcb *utcb, uint32_t space)
{
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(idle_thread(space).error, SYSCALL_OK);
}

/* Begins to delete a large victim in a thread that is stopped before it is done. Whether that came about. */
static bool leave_deletion(struct utcb *utcb, uint32_t after_us)
{
	struct thread *deleter;

	make_levels(utcb, 4);
	victim = new_space(utcb, 2 * CROWD);
	make_crowd(utcb, victim);
	victim_error = ~0u;
	deleter = START(NULL, delete_victim, 0, PRIORITY_HELPER);
	sleep_us(utcb, after_us);
	thread_stop(deleter);
	CHECK_EQUAL(space_delete(level_space[1]), SYSCALL_OK);
	return victim_error == ~0u;
}

TEST(left, "quotas/left", "a deletion whose thread is deleted is finished by the next; until then the space is closed")
{
	uint32_t left = quota_left_awake(utcb);
	unsigned middle = 0;

	for (uint32_t us = 10; us < 150; us += 10) {
		bool unfinished = leave_deletion(utcb, us);
		uint32_t error = idle_thread(victim).error;

		bool taken = quota_left() < left;

		/* It may not have begun, or have been done but for saying so. */
		if (unfinished && space_delete(victim) == SYSCALL_OK && error == SYSCALL_ENOSPACE) {
			middle++;
			CHECK(taken);
		}
		CHECK_EQUAL(space_delete(victim), SYSCALL_ENOSPACE);
		CHECK_EQUAL(quota_left(), left);
	}
	CHECK(middle > 0);
}

/* Two threads delete the same space; both come back, one of them perhaps too late. */
TEST(two_deleters, "quotas/two-deleters", "several threads may delete one space at a time: one of them succeeds")
{
	uint32_t left = quota_left_awake(utcb), other_error;
	struct thread *deleter;

	for (uint32_t us = 10; us < 60; us += 10) {
		victim = new_space(utcb, 2 * CROWD);
		make_crowd(utcb, victim);
		victim_error = ~0u;
		deleter = START(NULL, delete_victim, 0, PRIORITY_HELPER);
		sleep_us(utcb, us);
		other_error = space_delete(victim);
		CHECK_OK(ipc_receive(utcb, ID_ANY));
		thread_stop(deleter);
		CHECK(other_error == SYSCALL_OK ? victim_error == SYSCALL_ENOSPACE : victim_error == SYSCALL_OK);
		CHECK_EQUAL(quota_left(), left);
	}
}

/* At level 1: deletes the space of level 2 while its own is deleted. */
THREAD(delete_below)
{
	struct syscall_result r = space_create(2 * CROWD);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	for (unsigned i = 0; i < CROWD; i++)
		CHECK_EQUAL(idle_thread(r.value[0]).error, SYSCALL_OK);
	ipc_send(utcb, report_to, TAG(0, 0), 0, 0);
	space_delete(r.value[0]);
	sleep_forever(utcb);
}

TEST(inner, "quotas/deleter-deleted", "a space may be deleted whose own thread is deleting another: nothing is left of either")
{
	uint32_t left = quota_left_awake(utcb);

	report_to = thread_my_id();
	for (uint32_t us = 10; us < 120; us += 10) {
		level_space[1] = new_space(utcb, 2 * CROWD + 2 * LEVEL_PAGES);
		CHECK_EQUAL(start_level(level_space[1], 1, delete_below), SYSCALL_OK);
		CHECK_OK(ipc_receive(utcb, ID_ANY));
		sleep_us(utcb, us);
		CHECK_EQUAL(space_delete(level_space[1]), SYSCALL_OK);
		CHECK_EQUAL(quota_left(), left);
	}
}

/* Makes spaces and threads as fast as it can, for ever. */
THREAD(multiply)
{
	for (;;) {
		struct syscall_result r = space_create(DIRECTORY + FIRST_THREAD);

		if (r.error == SYSCALL_OK)
			idle_thread(r.value[0]);
		r = idle_thread(SPACE_OWN);
		if (r.error == SYSCALL_OK)
			thread_delete(r.value[0]);
	}
}

TEST(growing, "quotas/growing", "a space that goes on creating while it is deleted is deleted all the same")
{
	uint32_t left = quota_left_awake(utcb);

	for (unsigned i = 0; i < 6; i++) {
		level_space[1] = new_space(utcb, 120);
		CHECK_EQUAL(start_level(level_space[1], 1, multiply), SYSCALL_OK);
		sleep_us(utcb, 100 + 100 * i);
		CHECK_EQUAL(space_delete(level_space[1]), SYSCALL_OK);
		CHECK_EQUAL(quota_left(), left);
	}
}

/* ---- threads --------------------------------------------------------------------------------------- */

static volatile uint32_t deleted_id;

THREAD(delete_thread)
{
	victim_error = thread_delete(deleted_id);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static volatile uint32_t aborted;

THREAD(wait_for_deleted)
{
	struct ipc_result r = ipc_receive(utcb, deleted_id);

	if (r.tag == (TAG_ERROR | ERROR_ABORTED | ERROR_IN_RECEIVE))
		aborted++;
}

/* Many threads, so that to look at each number takes several kernel entries. */
TEST(thread_left, "quotas/thread-left", "a thread's deletion that is left in the middle is finished by the next, or with its space")
{
	uint32_t crowd = new_space(utcb, 200), left = quota_left_awake(utcb);

	while (idle_thread(crowd).error == SYSCALL_OK)
		;
	for (uint32_t us = 10; us < 60; us += 10) {
		struct space *space = NEW_SPACE();
		struct thread *deleter, *partner;

		deleted_id = thread_create(space->id, 0, 0, ID_NIL, BUFFER, 1).value[0];
		partner = START(NULL, wait_for_deleted, 0, PRIORITY_HELPER);
		let_others_run(utcb);
		aborted = 0;
		deleter = START(NULL, delete_thread, 0, PRIORITY_HELPER);
		sleep_us(utcb, us);
		thread_stop(deleter);
		if (us % 20)
			thread_delete(deleted_id);
		else
			space_stop(space);
		CHECK_EQUAL(thread_delete(deleted_id), SYSCALL_ENOTHREAD);
		let_others_run(utcb);
		CHECK_EQUAL(aborted, 1);
		thread_stop(partner);
		if (us % 20)
			space_stop(space);
		CHECK_EQUAL(quota_left(), left);
	}
	CHECK_EQUAL(space_delete(crowd), SYSCALL_OK);
}
