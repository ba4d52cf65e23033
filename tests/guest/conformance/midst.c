/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages with flexpages that are left in the midst: who sent another one instead, or receives in another way, begins anew.
 *
 * A message of ITEMS flexpages takes hundreds of kernel entries. That a thread is in its midst is seen from its pages: the first item is
 * there, and nobody has sent or received anything. So each test tries with several delays, and what comes too early or too late is
 * no trial. On a machine that never comes at the right time the tests are skipped.
 */
#include "check.h"
#include "runtime.h"
#include "string_test.h"

#define TARGET 0x20000000   /* where the long message goes */
#define OTHER 0x30000000    /* where the short one goes, and what is received in another window */
#define NOWHERE 0x38000000  /* where nobody looks */
#define WINDOW_LOG2 24
#define ITEMS 32
#define ITEM_LOG2 18
#define ITEM_SIZE (1u << ITEM_LOG2)
#define SHORT_ITEMS 3       /* of one page each */
#define TRIES 9
#define FIRST_DELAY 100     /* µs; twice as long each time */
#define NEVER "the message was never found in its midst"

#define WINDOW(at) FLEXPAGE(at, WINDOW_LOG2, FLEXPAGE_RIGHTS)

#define LABEL_LONG 1
#define LABEL_SHORT 2
#define MARK 0x6d61726b              /* in all pages of the long message */
#define SHORT_MARK(n) (0x100u + (n)) /* in those of the short one */

static volatile uint32_t receiver, other_receiver;
static volatile bool queued;            /* the receiver waits until it is told; senders queue meanwhile */
static volatile bool sent;              /* the long message, or it failed */
static volatile bool found_in_midst;
static volatile uint32_t received;      /* messages … */
static volatile uint32_t first_tag;     /* … and the first one's */
static volatile uint32_t send_timeout;  /* µs; 0: none */
static char stack[THREAD_STACK] __attribute__((aligned(16)));

static volatile uint32_t *word_at(uint32_t address)
{
	return (volatile uint32_t *)address;
}

static struct utcb *my_buffer(void)
{
	return (struct utcb *)thread_of(thread_my_id())->utcb;
}

/* ---- messages -------------------------------------------------------------------------------------- */

static void put_item(struct utcb *utcb, unsigned n, const void *memory, uint32_t log2, uint32_t base)
{
	utcb->mr[MESSAGE_REGISTER_WORDS + 2 * n] = FLEXPAGE((uint32_t)memory, log2, FLEXPAGE_RIGHTS);
	utcb->mr[MESSAGE_REGISTER_WORDS + 2 * n + 1] = base;
}

/* ITEMS flexpages to TARGET, or to the same places in another window. */
static struct ipc_result send_long(struct utcb *utcb, uint32_t to)
{
	uint32_t tag = TAG(0, LABEL_LONG) | TAG_TYPED(2 * ITEMS) | TAG_NO_RECEIVE;

	for (unsigned n = 0; n < ITEMS; n++)
		put_item(utcb, n, large_source, ITEM_LOG2, TARGET + n * ITEM_SIZE);
	if (!send_timeout)
		return ipc(utcb, to, ID_NIL, tag, 0, 0, 0);
	return ipc(utcb, to, ID_NIL, tag | TAG_SEND_TIMEOUT, TIMEOUTS(timeout_of_us(send_timeout), 0), 0, 0);
}

static struct ipc_result send_short(struct utcb *utcb, uint32_t to)
{
	for (unsigned n = 0; n < SHORT_ITEMS; n++)
		put_item(utcb, n, own_pages[1 + n], PAGE_SHIFT, OTHER + n * PAGE_SIZE);
	return ipc_send(utcb, to, TAG(0, LABEL_SHORT) | TAG_TYPED(2 * SHORT_ITEMS), 0, 0);
}

/* Other pages, with 0 in them, in the places that are looked at. */
static void send_nothing(struct utcb *utcb, uint32_t to)
{
	put_item(utcb, 0, own_pages[0], PAGE_SHIFT, TARGET + ITEM_SIZE);
	for (unsigned n = 0; n < SHORT_ITEMS; n++)
		put_item(utcb, 1 + n, own_pages[0], PAGE_SHIFT, OTHER + n * PAGE_SIZE);
	CHECK_OK(ipc_send(utcb, to, TAG(0, 0) | TAG_TYPED(2 * (1 + SHORT_ITEMS)), 0, 0));
}

/* Some of the long message has been transferred, and not all of it. */
static bool in_midst(void)
{
	return !sent && !received && *word_at(TARGET + ITEM_SIZE) == MARK;
}

static void receive_and_note(struct utcb *utcb)
{
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	if (!received++)
		first_tag = r.tag;
}

/* ---- threads --------------------------------------------------------------------------------------- */

THREAD(receive_all)
{
	utcb->accept = FLEXPAGE_ALL;
	ipc_receive(utcb, creator);
	if (queued)
		ipc_receive(utcb, creator);
	for (;;)
		receive_and_note(utcb);
}

THREAD(receive_one_nowhere)
{
	utcb->accept = WINDOW(NOWHERE);
	ipc_receive(utcb, ID_ANY);
	sleep_forever(utcb);
}

static _Noreturn void receive_elsewhere(struct utcb *utcb)
{
	utcb->accept = WINDOW(OTHER);
	receive_and_note(utcb);
	sleep_forever(utcb);
}

THREAD(send_both)
{
	struct ipc_result r = send_long(utcb, receiver);

	found_in_midst = ipc_failed(r) && in_midst();
	sent = true;
	send_short(utcb, receiver);
	sleep_forever(utcb);
}

/* The pager of the next: answers its fault by the long message. */
THREAD(answer_long)
{
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	send_long(utcb, r.from);
	sleep_forever(utcb);
}

THREAD(fault_and_receive)
{
	(void)*word_at(TARGET);
	receive_elsewhere(utcb);
}

/* Where senders and receivers are sent. */
static void send_short_instead(void)
{
	struct utcb *utcb = my_buffer();

	send_short(utcb, receiver);
	sleep_forever(utcb);
}

static void send_short_to_both(void)
{
	struct utcb *utcb = my_buffer();

	send_short(utcb, other_receiver);
	send_short(utcb, receiver);
	sleep_forever(utcb);
}

static void receive_elsewhere_instead(void)
{
	receive_elsewhere(my_buffer());
}

static void redirect(struct utcb *utcb, uint32_t thread, void (*to)(void), uint32_t cancel)
{
	uint32_t top = (uint32_t)stack + sizeof(stack) - 16;

	CHECK_EQUAL(exchange_registers(thread, EXCHANGE_IP | EXCHANGE_SP | cancel, (uint32_t)to, top).error, SYSCALL_OK);
}

/* ---- trials ---------------------------------------------------------------------------------------- */

/* Memory for both messages; nothing of them has been transferred or sent. */
static void prepare_trial(struct utcb *utcb)
{
	prepare();
	large_memory(utcb);
	for (uint32_t offset = 0; offset < ITEM_SIZE; offset += PAGE_SIZE)
		*(volatile uint32_t *)(large_source + offset) = MARK;
	for (unsigned n = 0; n < SHORT_ITEMS; n++)
		*word_at((uint32_t)own_pages[1 + n]) = SHORT_MARK(n);
	queued = sent = found_in_midst = false;
	received = first_tag = send_timeout = 0;
}

static void start_receiver(struct utcb *utcb, bool queue)
{
	queued = queue;
	receiver = START(NULL, receive_all, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	send_nothing(utcb, receiver);
	let_others_run(utcb);
	CHECK_EQUAL(*word_at(TARGET + ITEM_SIZE), 0);
	CHECK_EQUAL(*word_at(OTHER), 0);
}

/* The receiver takes the message of a sender that queues. */
static struct thread *start_queued_sender(struct utcb *utcb)
{
	struct thread *sender = START(NULL, send_both, 0, PRIORITY_HELPER + 1);

	CHECK_OK(ipc_send(utcb, receiver, TAG(0, 0), 0, 0));
	return sender;
}

static void end_trial(struct utcb *utcb, struct thread *sender)
{
	CHECK_EQUAL(thread_stop(sender), SYSCALL_OK);
	CHECK_EQUAL(thread_stop(thread_of(receiver)), SYSCALL_OK);
	CHECK_EQUAL(space_flush(WINDOW(TARGET), 1), SYSCALL_OK);
	CHECK_EQUAL(space_flush(WINDOW(OTHER), 1), SYSCALL_OK);
	CHECK_EQUAL(space_flush(WINDOW(NOWHERE), 1), SYSCALL_OK);
}

/* Others run meanwhile. Is the long message in its midst then? */
static bool wait_for_midst(struct utcb *utcb, unsigned try)
{
	struct thread *awake = keep_awake(utcb);

	ipc(utcb, ID_NIL, ID_NIL, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, TIMEOUTS(0, timeout_of_us(FIRST_DELAY << try)), 0, 0);
	CHECK_EQUAL(thread_stop(awake), SYSCALL_OK);
	return in_midst();
}

/* The short message, and no other, is received: all of it. */
static void check_short(struct utcb *utcb)
{
	let_others_run(utcb);
	CHECK_EQUAL(received, 1);
	CHECK_EQUAL(first_tag, TAG(0, LABEL_SHORT) | TAG_TYPED(2 * SHORT_ITEMS));
	for (unsigned n = 0; n < SHORT_ITEMS; n++)
		CHECK_EQUAL(*word_at(OTHER + n * PAGE_SIZE), SHORT_MARK(n));
}

/* The long message is received, all of it in the window OTHER. */
static void check_long_elsewhere(struct utcb *utcb)
{
	let_others_run(utcb);
	CHECK_EQUAL(received, 1);
	CHECK_EQUAL(first_tag, TAG(0, LABEL_LONG) | TAG_TYPED(2 * ITEMS));
	for (uint32_t offset = 0; offset < ITEMS * ITEM_SIZE; offset += PAGE_SIZE)
		CHECK_EQUAL(*word_at(OTHER + offset), MARK);
}

typedef bool trial_function(struct utcb *utcb, unsigned try);

/* Until one finds the message in its midst. */
static void try_until_found(struct utcb *utcb, trial_function *trial)
{
	for (unsigned try = 0; try < TRIES; try++)
		if (trial(utcb, try))
			return;
	SKIP(NEVER);
}

/* ---- the sender sends another message -------------------------------------------------------------- */

static bool try_redirect(struct utcb *utcb, unsigned try, void (*to)(void), uint32_t cancel)
{
	struct thread *sender;
	bool found;

	prepare_trial(utcb);
	start_receiver(utcb, false);
	sender = START(NULL, send_both, 0, PRIORITY_HELPER);
	found = wait_for_midst(utcb, try);
	if (found) {
		redirect(utcb, sender->id, to, cancel);
		check_short(utcb);
	} else {
		let_others_run(utcb);
	}
	end_trial(utcb, sender);
	return found;
}

static bool trial_redirected(struct utcb *utcb, unsigned try)
{
	return try_redirect(utcb, try, send_short_instead, 0);
}

TEST(redirected, "midst/redirected", "who is sent elsewhere in the midst of a message with flexpages sends its next message from the beginning")
{
	try_until_found(utcb, trial_redirected);
}

static bool trial_cancelled(struct utcb *utcb, unsigned try)
{
	return try_redirect(utcb, try, send_short_instead, EXCHANGE_CANCEL);
}

TEST(cancelled, "midst/cancelled", "the same with its call cancelled besides, which it does not wait in")
{
	try_until_found(utcb, trial_cancelled);
}

static bool trial_between(struct utcb *utcb, unsigned try)
{
	struct thread *other = START(NULL, receive_one_nowhere, 0, PRIORITY_HELPER);
	bool found;

	other_receiver = other->id;
	found = try_redirect(utcb, try, send_short_to_both, 0);
	CHECK_EQUAL(thread_stop(other), SYSCALL_OK);
	return found;
}

TEST(between, "midst/between", "the same if it sends flexpages to somebody else before")
{
	try_until_found(utcb, trial_between);
}

static bool trial_out_of_queue(struct utcb *utcb, unsigned try)
{
	struct thread *sender;
	bool found;

	prepare_trial(utcb);
	start_receiver(utcb, true);
	sender = start_queued_sender(utcb);
	found = wait_for_midst(utcb, try);
	if (found) {
		CHECK_EQUAL(exchange_registers(sender->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
		check_short(utcb);
		CHECK(sent && found_in_midst);
	} else {
		let_others_run(utcb);
	}
	end_trial(utcb, sender);
	return found;
}

TEST(out_of_queue, "midst/out-of-queue", "a send that is cancelled while its flexpages are received leaves nothing to the sender's next message")
{
	try_until_found(utcb, trial_out_of_queue);
}

static bool trial_timeout(struct utcb *utcb, unsigned try)
{
	struct thread *sender;

	prepare_trial(utcb);
	start_receiver(utcb, true);
	send_timeout = FIRST_DELAY << try;
	sender = start_queued_sender(utcb);
	let_others_run(utcb);
	if (found_in_midst)
		check_short(utcb);
	end_trial(utcb, sender);
	return found_in_midst;
}

TEST(timeout, "midst/timeout", "a send whose timeout ends while its flexpages are received leaves nothing to the sender's next message")
{
	try_until_found(utcb, trial_timeout);
}

/* ---- the receiver receives in another way ------------------------------------------------------------ */

static bool trial_receiver(struct utcb *utcb, unsigned try)
{
	struct thread *sender;
	bool found;

	prepare_trial(utcb);
	start_receiver(utcb, true);
	sender = start_queued_sender(utcb);
	found = wait_for_midst(utcb, try);
	if (found) {
		redirect(utcb, receiver, receive_elsewhere_instead, 0);
		check_long_elsewhere(utcb);
	} else {
		let_others_run(utcb);
	}
	end_trial(utcb, sender);
	return found;
}

TEST(elsewhere, "midst/receiver", "who is sent elsewhere in the midst of receiving flexpages receives the message, if at all, from its beginning")
{
	try_until_found(utcb, trial_receiver);
}

static bool trial_fault(struct utcb *utcb, unsigned try)
{
	struct thread *pager, *faulting;
	bool found;

	prepare_trial(utcb);
	start_receiver(utcb, false);
	pager = START(NULL, answer_long, 0, PRIORITY_HELPER);
	faulting = thread_start_paged(&own_space, fault_and_receive, 0, PRIORITY_HELPER, pager->id);
	CHECK(faulting);
	found = wait_for_midst(utcb, try);
	if (found) {
		CHECK_EQUAL(exchange_registers(faulting->id, EXCHANGE_CANCEL, 0, 0).error, SYSCALL_OK);
		check_long_elsewhere(utcb);
	} else {
		let_others_run(utcb);
	}
	CHECK_EQUAL(thread_stop(faulting), SYSCALL_OK);
	end_trial(utcb, pager);
	return found;
}

TEST(fault, "midst/fault", "an answer to a fault that is cancelled in its midst is, to who receives it then, a message from its beginning")
{
	try_until_found(utcb, trial_fault);
}

/* ---- a receive phase that has not begun -------------------------------------------------------------- */

/* Where a thread is sent: notes its tag register, and ends by a fault. Two bytes before it, that is cleared. */
extern const char landing[];
extern volatile uint32_t landed_with;
volatile uint32_t landed_with;
__asm__("	.pushsection .text\n"
	"	xor %eax, %eax\n"
	"landing:\n"
	"	mov %eax, landed_with\n"
	"	ud2\n"
	"	.popsection");

THREAD(call_and_receive_all)
{
	utcb->accept = FLEXPAGE_ALL;
	ipc(utcb, creator, ID_ANY, TAG(0, 0), 0, 0, 0);
	FAIL("it went on where it was");
}

/* `queued`: it is sent elsewhere while it still waits to send. */
static void check_moved(struct utcb *utcb, bool queued)
{
	struct thread *sender;

	prepare_trial(utcb);
	landed_with = 1;
	receiver = START(NULL, call_and_receive_all, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
	sender = START(NULL, send_both, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	if (!queued)
		CHECK_EQUAL(ipc_receive(utcb, receiver).from, receiver);
	CHECK_EQUAL(exchange_registers(receiver, EXCHANGE_IP, (uint32_t)landing, 0).error, SYSCALL_OK);
	if (queued)
		CHECK_EQUAL(ipc_receive(utcb, receiver).from, receiver);
	let_others_run(utcb);
	CHECK_EQUAL(landed_with, TAG_ERROR | ERROR_CANCELLED | ERROR_IN_RECEIVE);
	CHECK(!sent);
	end_trial(utcb, sender);
}

#define MOVED_SENTENCE "who is sent elsewhere before it receives what takes long goes on there, with its call cancelled"

TEST(about_to_receive, "midst/about-to-receive", MOVED_SENTENCE)
{
	check_moved(utcb, false);
}

TEST(queued_to_send, "midst/queued-to-send", MOVED_SENTENCE)
{
	check_moved(utcb, true);
}
