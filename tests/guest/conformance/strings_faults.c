/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Strings in messages: pages missing in the midst, whoever is told of them, and what becomes of two that are locked to each other when
 * one of them is cancelled, deleted or halted.
 */
#include "string_test.h"

#define SOURCE_AT 0x20000000 /* where the sender's string begins, and the receiver's buffer */
#define TARGET_AT 0x24000000
#define RECEIVER_REPORTS 2 /* label of what it tells its creator; the sender's is 1 */

/* What sender and receiver do. */
static struct job {
	uint32_t source, length, target, size;
	uint32_t timeouts;      /* of the receive phase, if not 0 */
	bool mapped;            /* each first gets 4 MB from its creator, at SOURCE_AT or TARGET_AT; the sender then waits for a word */
} job;

struct pair {
	struct space *from, *to;
	struct thread *sender, *receiver;
};

THREAD(send_job)
{
	struct ipc_result r;

	if (job.mapped) {
		utcb->accept = FLEXPAGE(SOURCE_AT, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS);
		ipc_receive(utcb, creator);
		ipc_receive(utcb, creator);
	}
	ipc_put_string(utcb, 0, 0, (const void *)job.source, job.length);
	r = ipc(utcb, argument, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE | TAG_SEND_TIMEOUT, TIMEOUTS(TIMEOUT(1, 6), 0), 0, 0);
	event('s');
	ipc_send(utcb, creator, TAG(1, 1), r.tag, 0);
}

THREAD(receive_job)
{
	struct ipc_result r;
	uint32_t timeout = job.timeouts ? TAG_RECEIVE_TIMEOUT : 0;

	if (job.mapped) {
		utcb->accept = FLEXPAGE(TARGET_AT, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS);
		ipc_receive(utcb, creator);
	}
	utcb->accept = 0;
	ipc_accept_string(utcb, 0, (void *)job.target, job.size);
	r = ipc(utcb, ID_NIL, ID_ANY, TAG(0, 0) | timeout, job.timeouts, 0, 0);
	event('r');
	ipc_send(utcb, creator, TAG(2, RECEIVER_REPORTS), r.tag, ipc_string_length(utcb, 0, 0));
}

/* Starts both; the receiver waits then, the sender has not run. */
static struct pair start_pair(struct utcb *utcb, struct space *from, struct space *to)
{
	struct pair pair = {.from = from, .to = to};

	pair.receiver = START(to, receive_job, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	pair.sender = START(from, send_job, pair.receiver->id, PRIORITY_HELPER);
	return pair;
}

static void check_reports(struct utcb *utcb, uint32_t sender_id, uint32_t receiver_id, uint32_t sender_says, uint32_t receiver_says)
{
	struct ipc_result r;

	if (sender_says != ~0u) {
		r = ipc_receive(utcb, sender_id);
		CHECK_OK(r);
		CHECK_EQUAL(r.word[0] & (TAG_ERROR | TAG_WORDS_MASK), sender_says);
	}
	if (receiver_says == ~0u)
		return;
	r = ipc_receive(utcb, receiver_id);
	CHECK_OK(r);
	if (receiver_says)
		CHECK_EQUAL(r.word[0] & (TAG_ERROR | TAG_WORDS_MASK), receiver_says);
	else
		CHECK_EQUAL(r.word[0] & TAG_ERROR, 0);
	if (!receiver_says)
		CHECK_EQUAL(r.word[1], job.length);
}

#define NO_REPORT (~0u)

static void check_done(struct utcb *utcb, const struct pair *pair)
{
	check_reports(utcb, pair->sender->id, pair->receiver->id, 0, 0);
}

/* ---- who is told ---------------------------------------------------------------------------------------- */

/* A string of three pages less a few bytes, in own_pages[0] to [2], to own_pages[4] to [6]. */
static void small_job(void)
{
	job = (struct job){.source = SOURCE_AT + 5, .length = 3 * PAGE_SIZE - 20, .target = TARGET_AT + 9, .size = 3 * PAGE_SIZE - 9};
	fill_pattern(own_pages[0] + 5, job.length, 3);
}

/* The thread that was in a fault goes on, and the string of small_job() arrives. */
static void check_arrives(struct utcb *utcb, const struct pair *pair, struct thread *faulted)
{
	thread_resume(utcb, faulted);
	check_done(utcb, pair);
	CHECK(is_pattern(own_pages[4] + 9, job.length, 3));
}

/* A space that sees `pages` of own_pages from `first` on at `at`. */
static struct space *space_with(struct utcb *utcb, uint32_t at, uint32_t first, uint32_t pages, uint32_t rights)
{
	struct space *space = NEW_SPACE();

	if (pages)
		space_window(space, at, own_pages[first], pages * PAGE_SIZE, rights);
	return space;
}

/* Starts the transfer of small_job() between two that see the first `source` and `target` pages of it. */
static struct pair start_small(struct utcb *utcb, uint32_t source, uint32_t target, uint32_t target_rights)
{
	small_job();
	return start_pair(utcb, space_with(utcb, SOURCE_AT, 0, source, FLEXPAGE_READ), space_with(utcb, TARGET_AT, 4, target, target_rights));
}

static void check_fault(struct utcb *utcb, struct thread *thread, uint32_t word)
{
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(thread->fault.word, word);
}

TEST(at_sender, "strings/fault-sender",
     "a page missing at the sender is a page fault of the sender; after the answer the string goes on where it was")
{
	struct pair pair = start_small(utcb, 1, 3, FLEXPAGE_RIGHTS);

	check_fault(utcb, pair.sender, SOURCE_AT + PAGE_SIZE);
	CHECK_EQUAL(pair.receiver->fault.label, 0);
	/* What was there has arrived, up to the missing page, and nothing more. */
	CHECK(is_pattern(own_pages[4] + 9, PAGE_SIZE - 5, 3));
	CHECK_EQUAL(own_pages[5][4], 0);
	CHECK_EVENTS("");
	space_window(pair.from, SOURCE_AT + PAGE_SIZE, own_pages[1], 2 * PAGE_SIZE, FLEXPAGE_READ);
	check_arrives(utcb, &pair, pair.sender);
}

TEST(at_receiver, "strings/fault-receiver", "a page missing at the receiver is a write fault of the receiver")
{
	struct pair pair = start_small(utcb, 3, 1, FLEXPAGE_RIGHTS);

	check_fault(utcb, pair.receiver, (TARGET_AT + PAGE_SIZE) | 1);
	CHECK_EQUAL(pair.sender->fault.label, 0);
	CHECK_EVENTS("");
	space_window(pair.to, TARGET_AT + PAGE_SIZE, own_pages[5], 2 * PAGE_SIZE, FLEXPAGE_RIGHTS);
	check_arrives(utcb, &pair, pair.receiver);
}

TEST(read_only, "strings/fault-read-only", "a page that the receiver may not write is a write fault of the receiver")
{
	struct pair pair = start_small(utcb, 3, 3, FLEXPAGE_READ);

	check_fault(utcb, pair.receiver, (TARGET_AT + 9) | 1);
	CHECK_EQUAL(own_pages[4][9], 0);
	pair.to->windows[0].rights = FLEXPAGE_RIGHTS;
	check_arrives(utcb, &pair, pair.receiver);
}

TEST(at_both, "strings/fault-both", "pages missing on both sides are asked for one after the other, of the pager of each")
{
	struct pair pair = start_small(utcb, 0, 0, 0);

	check_fault(utcb, pair.sender, SOURCE_AT + 4);
	space_window(pair.from, SOURCE_AT, own_pages[0], 3 * PAGE_SIZE, FLEXPAGE_READ);
	thread_resume(utcb, pair.sender);
	check_fault(utcb, pair.receiver, (TARGET_AT + 9) | 1);
	space_window(pair.to, TARGET_AT, own_pages[4], 3 * PAGE_SIZE, FLEXPAGE_RIGHTS);
	check_arrives(utcb, &pair, pair.receiver);
}

TEST(nonsense, "strings/fault-nonsense", "an answer that brings no page, or new registers, leads to the same fault again")
{
	struct pair pair;
	struct ipc_result r;

	small_job();
	pair.from = space_with(utcb, SOURCE_AT, 0, 3, FLEXPAGE_READ);
	/* The receiver is a thread of this space, its pager this thread. */
	pair.receiver = thread_start_paged(&own_space, receive_job, 0, PRIORITY_HELPER, thread_my_id());
	CHECK(pair.receiver);
	space_flush(FLEXPAGE(TARGET_AT, PAGE_SHIFT + 2, FLEXPAGE_RIGHTS), 1);
	let_others_run(utcb);
	pair.sender = START(pair.from, send_job, pair.receiver->id, PRIORITY_HELPER);
	r = ipc_receive(utcb, pair.receiver->id);
	for (uint32_t n = 0; n < 4; n++) {
		CHECK_EQUAL(TAG_LABEL(r.tag), LABEL_PAGE_FAULT);
		CHECK_EQUAL(r.word[0], (TARGET_AT + 9) | 1);
		r = ipc_call(utcb, pair.receiver->id, TAG(n % 2 ? 2 : 0, n % 2 ? LABEL_REGISTERS : 0), 0, 0);
	}
	for (uint32_t n = 0; n < 3; n++) {
		CHECK_EQUAL(r.word[0], (TARGET_AT + (n ? n * PAGE_SIZE : 9)) | 1);
		utcb->mr[2] = FLEXPAGE((uint32_t)own_pages[4 + n], PAGE_SHIFT, FLEXPAGE_RIGHTS);
		utcb->mr[3] = TARGET_AT + n * PAGE_SIZE;
		if (n < 2)
			r = ipc_call(utcb, pair.receiver->id, TAG(0, 0) | TAG_TYPED(2), 0, 0);
		else
			CHECK_OK(ipc_send(utcb, pair.receiver->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
	}
	check_done(utcb, &pair);
	CHECK(is_pattern(own_pages[4] + 9, job.length, 3));
}

/* ---- in the midst ------------------------------------------------------------------------------------------ */

/* How far a transfer has come when something happens to it. */
enum stage { COPYING, SENDER_FAULT, RECEIVER_FAULT };

#define LARGE_WORDS (STRING_MAX / 4)

static void give_large(struct utcb *utcb, const struct thread *thread, const char *memory)
{
	utcb->mr[2] = FLEXPAGE((uint32_t)memory, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS);
	utcb->mr[3] = 0;
	CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0));
}

static void sleep_us(struct utcb *utcb, uint32_t us)
{
	ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(us)), 0, 0);
}

/* Looked at is one word of each so many: that of a run differs from all others. */
#define LARGE_SAMPLE 16

static uint32_t run_of_large;

/* Words `from` to `to` of the string have arrived at `target`. */
static bool large_arrived(const char *target, uint32_t from, uint32_t to)
{
	for (uint32_t n = (from + LARGE_SAMPLE - 1) / LARGE_SAMPLE * LARGE_SAMPLE; n < to; n += LARGE_SAMPLE)
		if (((const volatile uint32_t *)(const void *)target)[n - from] != n * 0x9e3779b9u + run_of_large)
			return false;
	return true;
}

static bool large_is_whole(void)
{
	return large_arrived(large_target, 0, LARGE_WORDS);
}

/* A string of 4 MB, whose pages all are there; to copy it takes any machine longer than this thread sleeps. */
static struct pair start_large(struct utcb *utcb)
{
	struct pair pair;

	large_memory(utcb);
	run_of_large += 2;
	for (uint32_t n = 0; n < LARGE_WORDS; n += LARGE_SAMPLE) {
		((volatile uint32_t *)(void *)large_source)[n] = n * 0x9e3779b9u + run_of_large;
		((volatile uint32_t *)(void *)large_target)[n] = 0;
	}
	job.source = SOURCE_AT;
	job.target = TARGET_AT;
	job.length = job.size = STRING_MAX;
	job.mapped = true;
	pair = start_pair(utcb, NEW_SPACE(), NEW_SPACE());
	/* The receiver last: from then on its timeout counts, and 4 MB take long to map. */
	give_large(utcb, pair.sender, large_source);
	give_large(utcb, pair.receiver, large_target);
	let_others_run(utcb);
	return pair;
}

/* The string has begun to arrive, and has not ended. */
static void until_begun(struct utcb *utcb, const struct pair *pair)
{
	volatile uint32_t *target = (volatile uint32_t *)(void *)large_target;

	CHECK_OK(ipc_send(utcb, pair->sender->id, TAG(0, 0), 0, 0));
	while (!target[0])
		sleep_us(utcb, 10);
	CHECK_EVENTS("");
	CHECK_EQUAL(target[LARGE_WORDS - LARGE_SAMPLE], 0);
}

static struct pair bring_to(struct utcb *utcb, enum stage stage)
{
	struct pair pair;

	job = (struct job){0};
	if (stage == COPYING) {
		pair = start_large(utcb);
		until_begun(utcb, &pair);
		return pair;
	}
	pair = start_small(utcb, stage == SENDER_FAULT ? 1 : 3, stage == RECEIVER_FAULT ? 1 : 3, FLEXPAGE_RIGHTS);
	thread_wait_fault(utcb, stage == SENDER_FAULT ? pair.sender : pair.receiver);
	return pair;
}

static void check_cancel(struct utcb *utcb, enum stage stage, bool sender)
{
	struct pair pair = bring_to(utcb, stage);

	CHECK_EQUAL(exchange_registers(sender ? pair.sender->id : pair.receiver->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
	check_reports(utcb, pair.sender->id, pair.receiver->id, TAG_ERROR | (sender ? ERROR_CANCELLED : ERROR_TRANSFER),
		      TAG_ERROR | ERROR_IN_RECEIVE | (sender ? ERROR_TRANSFER : ERROR_CANCELLED));
}

#define CANCELLED "if one of the two is cancelled in the midst, the other's call fails with ERROR_TRANSFER"

TEST(cancel_sender, "strings/cancel-sender", CANCELLED)
{
	check_cancel(utcb, COPYING, true);
}

TEST(cancel_receiver, "strings/cancel-receiver", CANCELLED)
{
	check_cancel(utcb, COPYING, false);
}

TEST(cancel_in_faults, "strings/cancel-in-faults", CANCELLED ", whoever of them waits for a pager")
{
	for (uint32_t n = 0; n < 4; n++)
		check_cancel(utcb, n & 2 ? SENDER_FAULT : RECEIVER_FAULT, n & 1);
}

/* Deletes a thread, or with `whole` its space. */
static void check_delete(struct utcb *utcb, enum stage stage, bool sender, bool whole)
{
	struct pair pair = bring_to(utcb, stage);
	uint32_t sender_id = pair.sender->id, receiver_id = pair.receiver->id;

	if (whole)
		CHECK_EQUAL(space_stop(sender ? pair.from : pair.to), SYSCALL_OK);
	else
		CHECK_EQUAL(thread_stop(sender ? pair.sender : pair.receiver), SYSCALL_OK);
	check_reports(utcb, sender_id, receiver_id, sender ? NO_REPORT : TAG_ERROR | ERROR_ABORTED,
		      sender ? TAG_ERROR | ERROR_IN_RECEIVE | ERROR_ABORTED : NO_REPORT);
}

#define DELETED "if one of the two is deleted in the midst, the other's call fails with ERROR_ABORTED"

TEST(delete_sender, "strings/delete-sender", DELETED)
{
	check_delete(utcb, COPYING, true, false);
}

TEST(delete_receiver, "strings/delete-receiver", DELETED)
{
	check_delete(utcb, COPYING, false, false);
}

TEST(delete_senders_space, "strings/delete-senders-space", DELETED ", also with its space")
{
	check_delete(utcb, COPYING, true, true);
}

TEST(delete_receivers_space, "strings/delete-receivers-space", DELETED ", also with its space")
{
	check_delete(utcb, COPYING, false, true);
}

TEST(delete_in_faults, "strings/delete-in-faults", DELETED ", whoever of them waits for a pager")
{
	for (uint32_t n = 0; n < 4; n++)
		check_delete(utcb, n & 2 ? SENDER_FAULT : RECEIVER_FAULT, n & 1, false);
	check_delete(utcb, SENDER_FAULT, true, true);
	check_delete(utcb, RECEIVER_FAULT, true, true);
}

TEST(halt_sender, "strings/halt-sender", "while the sender is halted nothing is copied; resumed, it goes on")
{
	struct pair pair = bring_to(utcb, COPYING);
	volatile uint32_t *target = (volatile uint32_t *)(void *)large_target;

	CHECK_EQUAL(exchange_registers(pair.sender->id, EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("");
	CHECK_EQUAL(target[LARGE_WORDS - LARGE_SAMPLE], 0);
	CHECK_EQUAL(exchange_registers(pair.sender->id, EXCHANGE_RESUME, 0, 0).error, SYSCALL_OK);
	check_done(utcb, &pair);
	CHECK(large_is_whole());
}

TEST(halt_receiver, "strings/halt-receiver", "a halted receiver is given its strings, and finds them when it is resumed")
{
	struct pair pair = bring_to(utcb, COPYING);

	CHECK_EQUAL(exchange_registers(pair.receiver->id, EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("s");
	CHECK(large_is_whole());
	CHECK_EQUAL(exchange_registers(pair.receiver->id, EXCHANGE_RESUME, 0, 0).error, SYSCALL_OK);
	check_done(utcb, &pair);
}

TEST(halt_in_faults, "strings/halt-in-faults", "threads may be halted while they wait for a pager in the midst of a string")
{
	for (uint32_t n = 0; n < 4; n++) {
		enum stage stage = n & 2 ? SENDER_FAULT : RECEIVER_FAULT;
		struct pair pair = bring_to(utcb, stage);
		uint32_t halted = n & 1 ? pair.sender->id : pair.receiver->id;

		CHECK_EQUAL(exchange_registers(halted, EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
		if (stage == SENDER_FAULT)
			space_window(pair.from, SOURCE_AT + PAGE_SIZE, own_pages[1], 2 * PAGE_SIZE, FLEXPAGE_READ);
		else
			space_window(pair.to, TARGET_AT + PAGE_SIZE, own_pages[5], 2 * PAGE_SIZE, FLEXPAGE_RIGHTS);
		thread_resume(utcb, stage == SENDER_FAULT ? pair.sender : pair.receiver);
		let_others_run(utcb);
		CHECK_EQUAL(exchange_registers(halted, EXCHANGE_RESUME, 0, 0).error, SYSCALL_OK);
		check_done(utcb, &pair);
		CHECK(is_pattern(own_pages[4] + 9, job.length, 3));
	}
}

static volatile uint32_t jumped;

static void jump_target(void)
{
	jumped = jumped + 1;
	for (;;)
		thread_switch(ID_NIL);
}

TEST(new_pointer, "strings/new-instruction-pointer", "a new instruction pointer for the sender counts after its call, which goes on")
{
	struct pair pair = bring_to(utcb, COPYING);

	jumped = 0;
	CHECK_EQUAL(exchange_registers(pair.sender->id, EXCHANGE_IP, (uint32_t)jump_target, 0).error, SYSCALL_OK);
	check_reports(utcb, pair.sender->id, pair.receiver->id, NO_REPORT, 0);
	CHECK(large_is_whole());
	sleep_us(utcb, 100);
	CHECK_EQUAL(jumped, 1);
	CHECK_EVENTS("r");
}

/* ---- others meanwhile ---------------------------------------------------------------------------------------- */

/* Keeps the watchdog from thinking that nothing goes on any more. */
THREAD(busy)
{
	for (;;)
		__asm__ volatile("");
}

TEST(timeouts_over, "strings/timeouts", "once a string has begun, the timeouts of both phases are over")
{
	struct pair pair;

	job = (struct job){.timeouts = TIMEOUTS(0, TIMEOUT(100, 6))};
	pair = start_large(utcb);
	until_begun(utcb, &pair);
	CHECK_EQUAL(exchange_registers(pair.sender->id, EXCHANGE_HALT, 0, 0).error, SYSCALL_OK);
	START(NULL, busy, 0, PRIORITY_LAST);
	sleep_us(utcb, 12000);
	CHECK_EVENTS("");
	CHECK_EQUAL(exchange_registers(pair.sender->id, EXCHANGE_RESUME, 0, 0).error, SYSCALL_OK);
	check_done(utcb, &pair);
	CHECK(large_is_whole());
}

THREAD(send_word)
{
	event('o');
	CHECK_OK(ipc_send(utcb, argument, TAG(1, 0), 7, 0));
	event('O');
}

TEST(nobody_between, "strings/nobody-between", "nobody else's message reaches the receiver in the midst of a string")
{
	struct pair pair = bring_to(utcb, COPYING);
	struct thread *other = START(NULL, send_word, pair.receiver->id, PRIORITY_TEST - 1);

	CHECK(other);
	sleep_us(utcb, 10);
	CHECK_EVENTS("o");
	/* Nor does it wait for this thread: with no time to wait it fails. */
	CHECK_ERROR(ipc(utcb, pair.receiver->id, ID_NIL, TAG(1, 0) | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, 0, 0), ERROR_TIMEOUT);
	check_done(utcb, &pair);
	CHECK(large_is_whole());
}

TEST(flushed, "strings/flushed", "pages that are taken away in the midst are missing from then on")
{
	struct pair pair = bring_to(utcb, COPYING);
	uint32_t at, offset;

	space_flush(FLEXPAGE((uint32_t)large_target, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS), 0);
	thread_wait_fault(utcb, pair.receiver);
	at = pair.receiver->fault.word & ~1u;
	CHECK_EQUAL(pair.receiver->fault.word & 1, 1);
	CHECK(at >= TARGET_AT && at < TARGET_AT + STRING_MAX);
	offset = at - TARGET_AT;
	CHECK(large_arrived(large_target, 0, offset / 4));
	/* The rest goes elsewhere: no page that was there before is written any more. */
	offset &= ~(PAGE_SIZE - 1u);
	space_window(pair.to, TARGET_AT + offset, large_target + STRING_MAX + PAGE_SIZE, PAGE_SIZE, FLEXPAGE_RIGHTS);
	space_window(pair.to, TARGET_AT + offset + PAGE_SIZE, large_target + offset + PAGE_SIZE, STRING_MAX - offset - PAGE_SIZE,
		     FLEXPAGE_RIGHTS);
	thread_resume(utcb, pair.receiver);
	check_done(utcb, &pair);
	CHECK(large_arrived(large_target + STRING_MAX + PAGE_SIZE + (at - TARGET_AT - offset), (at - TARGET_AT) / 4,
			    (offset + PAGE_SIZE) / 4));
	CHECK(large_arrived(large_target + offset + PAGE_SIZE, (offset + PAGE_SIZE) / 4, LARGE_WORDS));
}

/* ---- pagers that cannot help ----------------------------------------------------------------------------------- */

TEST(circles, "strings/pager-circles",
     "who waits for a pager that waits for it, or is itself, blocks only those who asked for it, and can be cancelled")
{
	struct pair pair;

	/* Both in the program's own space, where no page of either is. */
	small_job();
	space_flush(FLEXPAGE(SOURCE_AT, PAGE_SHIFT + 2, FLEXPAGE_RIGHTS), 1);
	space_flush(FLEXPAGE(TARGET_AT, PAGE_SHIFT + 2, FLEXPAGE_RIGHTS), 1);
	/* The receiver is its sender's pager. */
	pair.receiver = START(NULL, receive_job, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	pair.sender = thread_start_paged(&own_space, send_job, pair.receiver->id, PRIORITY_HELPER, pair.receiver->id);
	CHECK(pair.sender);
	let_others_run(utcb);
	CHECK_EVENTS("");
	CHECK_EQUAL(exchange_registers(pair.receiver->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
	check_reports(utcb, pair.sender->id, pair.receiver->id, TAG_ERROR | ERROR_TRANSFER,
		      TAG_ERROR | ERROR_IN_RECEIVE | ERROR_CANCELLED);
	/* The sender's pager is nobody; then the sender is deleted. */
	pair.receiver = START(NULL, receive_job, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	pair.sender = thread_start_paged(&own_space, send_job, pair.receiver->id, PRIORITY_HELPER, ID_NIL);
	CHECK(pair.sender);
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(pair.sender), SYSCALL_OK);
	check_reports(utcb, 0, pair.receiver->id, NO_REPORT, TAG_ERROR | ERROR_IN_RECEIVE | ERROR_ABORTED);
}

/* A pager that takes a fault and never answers. */
THREAD(silent_pager)
{
	ipc_receive(utcb, ID_ANY);
	sleep_forever(utcb);
}

TEST(pager_deleted, "strings/pager-deleted", "a pager that is deleted leaves its client in the midst of its string until that is cancelled")
{
	struct thread *pager = START(NULL, silent_pager, 0, PRIORITY_HELPER);
	struct pair pair;

	small_job();
	space_flush(FLEXPAGE(TARGET_AT, PAGE_SHIFT + 2, FLEXPAGE_RIGHTS), 1);
	pair.receiver = thread_start_paged(&own_space, receive_job, 0, PRIORITY_HELPER, pager->id);
	CHECK(pair.receiver);
	let_others_run(utcb);
	pair.sender = START(space_with(utcb, SOURCE_AT, 0, 3, FLEXPAGE_READ), send_job, pair.receiver->id, PRIORITY_HELPER);
	let_others_run(utcb);
	CHECK_EQUAL(thread_stop(pager), SYSCALL_OK);
	let_others_run(utcb);
	CHECK_EVENTS("");
	CHECK_EQUAL(exchange_registers(pair.receiver->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
	check_reports(utcb, pair.sender->id, pair.receiver->id, TAG_ERROR | ERROR_TRANSFER,
		      TAG_ERROR | ERROR_IN_RECEIVE | ERROR_CANCELLED);
}
