/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces: what one cannot do to another, and how a small one becomes large.
 */
#include "check.h"

#include <layout.h>

#define FAULT_WORD(address, write) ((address) | (write))
#define GENERAL_PROTECTION 13

static uint32_t read_word(uint32_t address)
{
	return *(volatile uint32_t *)address;
}

static void write_word(uint32_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static void see_page(struct space *space, uint32_t at, unsigned page, uint32_t rights)
{
	space_window(space, at, own_pages[page], sizeof(own_pages[0]), rights);
}

/* Which access a hostile thread tries, and where; what it got. */
enum access { READ, WRITE, EXECUTE };
static volatile uint32_t target;
static volatile enum access access;
static volatile uint32_t stolen;

#define NOTHING_STOLEN 0x0badcafe

THREAD(try_access)
{
	switch (access) {
	case READ:
		stolen = read_word(target);
		break;
	case WRITE:
		write_word(target, 0xdeadbeef);
		stolen = 0;
		break;
	case EXECUTE:
		((void (*)(void))target)();
		stolen = 0;
		break;
	}
	FAIL("the access went through");
}

/* The same, with the processor handed over by a call: another way from space to space than starting. */
THREAD(try_when_called)
{
	prepare();
	ipc_receive(utcb, ID_ANY);
	try_access(utcb, id, creator, argument);
}

THREAD(hand_over)
{
	prepare();
	ipc_call(utcb, argument, TAG(0, 0), 0, 0);
}

/* An access of a thread in `space`, which a thread in `caller` (NULL: nobody) hands the processor. */
struct attack {
	struct space *space, *caller;
	enum access how;
	uint32_t address;
};

/* The thread that tried, in its fault; the caller looks at that. */
static struct thread *tried(struct utcb *utcb, struct attack attack)
{
	struct thread *thread, *caller = NULL;

	target = attack.address;
	access = attack.how;
	stolen = NOTHING_STOLEN;
	thread = START(attack.space, attack.caller ? try_when_called : try_access, 0, PRIORITY_HELPER);
	if (attack.caller) {
		let_others_run(utcb);
		caller = START(attack.caller, hand_over, thread->id, PRIORITY_HELPER);
	}
	thread_wait_fault(utcb, thread);
	if (caller)
		thread_stop(caller);
	CHECK_EQUAL(stolen, NOTHING_STOLEN);
	return thread;
}

static void page_faults(struct utcb *utcb, struct attack attack)
{
	struct thread *thread = tried(utcb, attack);

	CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(thread->fault.word, FAULT_WORD(attack.address, attack.how == WRITE));
	thread_stop(thread);
}

/* Beyond USER_TOP nobody can map anything: no page fault, an exception. */
static void is_forbidden(struct utcb *utcb, struct attack attack)
{
	struct thread *thread = tried(utcb, attack);

	CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
	CHECK_EQUAL(thread->fault.word & 0xff, GENERAL_PROTECTION);
	thread_stop(thread);
}

static void check_page_fault(struct utcb *utcb, struct space *space, enum access how, uint32_t address)
{
	page_faults(utcb, (struct attack){space, NULL, how, address});
}

static void check_forbidden(struct utcb *utcb, struct space *space, enum access how, uint32_t address)
{
	is_forbidden(utcb, (struct attack){space, NULL, how, address});
}

THREAD(touch_high)
{
	write_word(HIGH_WINDOW, 1);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* ---- isolation ------------------------------------------------------------------------------------- */

#define EXCHANGES 100u

THREAD(exchange_words)
{
	for (uint32_t i = 0; i < EXCHANGES; i++) {
		write_word(argument, id + i);
		ipc_call(utcb, creator, TAG(0, 0), 0, 0);
		CHECK_EQUAL(read_word(argument), id + i);
	}
	ipc_send(utcb, creator, TAG(1, 0), 1, 0);
}

static void own_memory(struct utcb *utcb, uint32_t at_0, uint32_t at_1)
{
	const uint32_t at[2] = {at_0, at_1};
	uint32_t waiting[2];

	for (unsigned i = 0; i < 2; i++) {
		struct space *space = NEW_SPACE();

		see_page(space, at[i], i, FLEXPAGE_RIGHTS);
		START(space, exchange_words, at[i], PRIORITY_HELPER);
	}
	/* Both have written before either reads: what is left of the one in the TLB would be in the other's way. */
	for (unsigned n = 0; n < EXCHANGES; n++) {
		for (unsigned i = 0; i < 2; i++)
			waiting[i] = ipc_receive(utcb, ID_ANY).from;
		for (unsigned i = 0; i < 2; i++)
			ipc_send(utcb, waiting[i], TAG(0, 0), 0, 0);
	}
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQUAL(ipc_receive(utcb, ID_ANY).word[0], 1);
}

#define OWN_SENTENCE "what two spaces have at one address are two things"

TEST(own_memory_small, "spaces/own-memory-small", OWN_SENTENCE)
{
	own_memory(utcb, LOW_WINDOW, LOW_WINDOW);
}

TEST(own_memory_large, "spaces/own-memory-large", OWN_SENTENCE)
{
	own_memory(utcb, HIGH_WINDOW, HIGH_WINDOW);
}

TEST(own_memory_mixed, "spaces/own-memory-mixed", OWN_SENTENCE)
{
	own_memory(utcb, LOW_WINDOW, HIGH_WINDOW);
}

TEST(not_mapped, "spaces/not-mapped", "an address where a space has nothing is a page fault, whatever others have there")
{
	struct space *rich = NEW_SPACE(), *poor = NEW_SPACE();
	struct thread *owner;

	see_page(rich, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
	owner = START(rich, exchange_words, LOW_WINDOW, PRIORITY_HELPER);
	ipc_receive(utcb, owner->id);
	for (enum access how = READ; how <= EXECUTE; how++) {
		check_page_fault(utcb, poor, how, LOW_WINDOW);
		check_page_fault(utcb, poor, how, LOW_WINDOW + 0x1000);
		check_page_fault(utcb, poor, how, 0);
		check_page_fault(utcb, poor, how, SUPERPAGE_SIZE - 4);
	}
}

TEST(not_mapped_large, "spaces/not-mapped-large", "an address where a large space has nothing is a page fault")
{
	struct space *space = large_space(utcb);

	for (enum access how = READ; how <= EXECUTE; how++) {
		check_page_fault(utcb, space, how, LOW_WINDOW);
		check_page_fault(utcb, space, how, SUPERPAGE_SIZE);
		check_page_fault(utcb, space, how, HIGH_WINDOW + 0x1000);
		check_page_fault(utcb, space, how, USER_TOP - 4);
	}
}

TEST(read_only, "spaces/read-only", "a page mapped without the right to write cannot be written, and can be read")
{
	struct space *space = NEW_SPACE();

	*(volatile uint32_t *)own_pages[0] = 77;
	see_page(space, LOW_WINDOW, 0, FLEXPAGE_READ);
	check_page_fault(utcb, space, WRITE, LOW_WINDOW);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 77);
	see_page(space, HIGH_WINDOW, 0, FLEXPAGE_READ);
	check_page_fault(utcb, space, WRITE, HIGH_WINDOW);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 77);
}

static const uint32_t kernel_addresses[] = {
	USER_TOP, KERNEL_BASE, TCB_AREA + 0x8000, WINDOW_AREA, PHYSICAL_WINDOW, PHYSICAL_WINDOW + 0x100000,
	PHYSICAL_WINDOW + 0xfffffc, 0xfffffffc,
};

static void attack_kernel(struct utcb *utcb, struct space *space)
{
	for (unsigned i = 0; i < sizeof(kernel_addresses) / sizeof(kernel_addresses[0]); i++) {
		for (enum access how = READ; how <= EXECUTE; how++)
			check_forbidden(utcb, space, how, kernel_addresses[i]);
	}
}

#define KERNEL_SENTENCE "no program reads, writes or executes anything from USER_TOP on"

TEST(kernel_from_small, "spaces/kernel-from-small", KERNEL_SENTENCE)
{
	attack_kernel(utcb, NEW_SPACE());
}

TEST(kernel_from_large, "spaces/kernel-from-large", KERNEL_SENTENCE)
{
	attack_kernel(utcb, large_space(utcb));
}

static void fill_windows(struct utcb *utcb, struct space **spaces, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		spaces[i] = NEW_SPACE();
		see_page(spaces[i], LOW_WINDOW, i, FLEXPAGE_RIGHTS);
		ipc_receive(utcb, START(spaces[i], exchange_words, LOW_WINDOW, PRIORITY_HELPER)->id);
	}
}

/* Every attack from a new space, one after the other in one place: the first makes a small space a large one. */
static void reach_past_the_limit(struct utcb *utcb, struct space *caller)
{
	/* Forward into the next slots, and backward, around the end of the linear address space. */
	static const uint32_t steps[] = {SUPERPAGE_SIZE, 2 * SUPERPAGE_SIZE, 3 * SUPERPAGE_SIZE};

	for (unsigned i = 0; i < 6; i++) {
		for (enum access how = READ; how <= EXECUTE; how++) {
			struct attack attack = {NEW_SPACE(), caller, how, LOW_WINDOW + steps[i % 3]};

			if (i < 3) {
				page_faults(utcb, attack);
			} else {
				attack.address = LOW_WINDOW - steps[i % 3];
				is_forbidden(utcb, attack);
			}
			space_stop(attack.space);
		}
	}
}

TEST(past_the_limit, "spaces/past-the-limit", "a program in a small space that reaches past its slot does not reach another's")
{
	struct space *place, *spaces[3];

	if (!limits_enforced() && spaces_start_small(utcb))
		SKIP("this platform does not enforce segment limits");
	/* The first attackers are where this one was, before their victims; the others behind them. */
	place = NEW_SPACE();
	fill_windows(utcb, spaces, 3);
	space_stop(place);
	reach_past_the_limit(utcb, NULL);
	NEW_SPACE();
	reach_past_the_limit(utcb, NULL);
	for (unsigned i = 0; i < 3; i++)
		CHECK(read_word((uint32_t)own_pages[i]) != 0xdeadbeef);
}

TEST(past_the_limit_called, "spaces/past-the-limit-called", "nor if it got the processor from a call by a large one")
{
	struct space *place, *large, *spaces[3];

	if (!limits_enforced() && spaces_start_small(utcb))
		SKIP("this platform does not enforce segment limits");
	place = NEW_SPACE();
	fill_windows(utcb, spaces, 3);
	large = large_space(utcb);
	space_stop(place);
	reach_past_the_limit(utcb, large);
}

TEST(small_from_large, "spaces/small-from-large", "a large space sees nothing of the region where small spaces are")
{
	struct space *small[3];
	struct space *large = large_space(utcb);

	if (!limits_enforced() && spaces_start_small(utcb))
		SKIP("this platform does not enforce segment limits");
	fill_windows(utcb, small, 3);
	for (uint32_t base = SLOT_REGION; base < SLOT_REGION_END; base += 8 * SUPERPAGE_SIZE)
		check_forbidden(utcb, large, READ, base + LOW_WINDOW);
	for (uint32_t base = SLOT_REGION; base < SLOT_REGION + 8 * SUPERPAGE_SIZE; base += SUPERPAGE_SIZE) {
		for (enum access how = READ; how <= EXECUTE; how++)
			check_forbidden(utcb, large, how, base + LOW_WINDOW);
	}
}

/* ---- growing --------------------------------------------------------------------------------------- */

THREAD(grow_in_the_middle)
{
	volatile uint32_t local[16];

	for (uint32_t i = 0; i < 16; i++)
		local[i] = i * 3;
	write_word(LOW_WINDOW, 0x1111);
	utcb->mr[5] = 0x5555;
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	write_word(HIGH_WINDOW + 8, 0x2222);
	CHECK_EQUAL(read_word(LOW_WINDOW), 0x1111);
	CHECK_EQUAL(utcb->mr[5], 0x5555);
	for (uint32_t i = 0; i < 16; i++)
		CHECK_EQUAL(local[i], i * 3);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	CHECK_EQUAL(read_word(LOW_WINDOW), 0x1111);
	CHECK_EQUAL(read_word(HIGH_WINDOW + 8), 0x2222);
	CHECK_EQUAL(thread_my_id(), id);
	ipc_send(utcb, creator, TAG(1, 0), 1, 0);
}

TEST(grow, "spaces/grow", "a small space that touches memory beyond 4 MB becomes a large one without its program noticing")
{
	struct space *space = NEW_SPACE();
	struct thread *thread;

	see_page(space, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
	see_page(space, HIGH_WINDOW, 1, FLEXPAGE_RIGHTS);
	thread = START(space, grow_in_the_middle, 0, PRIORITY_HELPER);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_OK(ipc_call(utcb, thread->id, TAG(0, 0), 0, 0));
	CHECK_EQUAL(read_word((uint32_t)own_pages[0]), 0x1111);
	CHECK_EQUAL(read_word((uint32_t)own_pages[1] + 8), 0x2222);
	CHECK_EQUAL(ipc_call(utcb, thread->id, TAG(0, 0), 0, 0).word[0], 1);
}

/* Uses its memory by way of all four data segment registers. */
static uint32_t read_by_segments(uint32_t address)
{
	uint32_t a, b, c, d;

	__asm__ volatile("movl (%1), %0" : "=r"(a) : "r"(address));
	__asm__ volatile("movl %%es:(%1), %0" : "=r"(b) : "r"(address));
	__asm__ volatile("movl %%fs:(%1), %0" : "=r"(c) : "r"(address));
	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(d) : "r"(address));
	return a == b && b == c && c == d ? a : 0xffffffff;
}

/* Looks at its memory at every message. */
THREAD(watch_memory)
{
	struct ipc_result r;

	/* A null FS or GS, as they are at first, faults when used, and then the kernel loads it; QEMU's translator lets it through. */
	if (!limits_enforced())
		__asm__ volatile("mov %%ds, %%eax\n\tmov %%eax, %%fs\n\tmov %%eax, %%gs" : : : "eax");
	write_word(LOW_WINDOW, id);
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		CHECK_EQUAL(read_by_segments(LOW_WINDOW), id);
		r = ipc_reply_wait(utcb, r.from, TAG(1, 0), 1, 0);
	}
}

TEST(grow_with_others, "spaces/grow-others", "when a space becomes large, its blocked threads go on in the large one")
{
	struct space *space = NEW_SPACE();
	struct thread *watcher;

	see_page(space, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
	see_page(space, HIGH_WINDOW, 1, FLEXPAGE_RIGHTS);
	watcher = START(space, watch_memory, 0, PRIORITY_HELPER);
	CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
	ipc_receive(utcb, START(space, touch_high, 0, PRIORITY_HELPER)->id);
	CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
	see_page(space, LOW_WINDOW + 0x1000, 2, FLEXPAGE_RIGHTS);
	ipc_receive(utcb, START(space, touch_high, 0, PRIORITY_HELPER)->id);
	CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
}

TEST(segments_after_switches, "spaces/segments", "after any switch all four data segment registers reach the thread's own space")
{
	struct space *spaces[4] = {NEW_SPACE(), NEW_SPACE(), large_space(utcb), large_space(utcb)};
	struct thread *watchers[4];

	for (unsigned i = 0; i < 4; i++) {
		see_page(spaces[i], LOW_WINDOW, i, FLEXPAGE_RIGHTS);
		watchers[i] = START(spaces[i], watch_memory, 0, PRIORITY_HELPER);
	}
	for (unsigned i = 0; i < 32; i++) {
		CHECK_OK(ipc_call(utcb, watchers[i % 4]->id, TAG(0, 0), 0, 0));
		CHECK_OK(ipc_call(utcb, watchers[i / 4 % 4]->id, TAG(0, 0), 0, 0));
	}
}

/* ---- deletion -------------------------------------------------------------------------------------- */

TEST(delete_loaded, "spaces/delete-loaded",
     "a large space can be deleted while small ones run on its page directory, which is not used after that")
{
	struct space *small = NEW_SPACE();
	struct thread *watcher;

	see_page(small, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
	watcher = START(small, watch_memory, 0, PRIORITY_HELPER);
	for (unsigned i = 0; i < 20; i++) {
		struct space *large = large_space(utcb), *next;

		CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
		ipc_receive(utcb, START(large, touch_high, 0, PRIORITY_HELPER)->id);
		CHECK_EQUAL(space_stop(large), SYSCALL_OK);
		CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
		/* Takes the memory that became free. */
		next = large_space(utcb);
		CHECK_OK(ipc_call(utcb, watcher->id, TAG(0, 0), 0, 0));
		CHECK_EQUAL(space_stop(next), SYSCALL_OK);
	}
}

TEST(delete_running, "spaces/delete-threads", "deleting a space deletes its threads, ready, blocked and queued")
{
	struct space *space = NEW_SPACE();
	struct thread *threads[3];
	uint32_t ids[3];

	see_page(space, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
	threads[0] = START(space, watch_memory, 0, PRIORITY_HELPER);
	threads[1] = START(space, exchange_words, LOW_WINDOW, PRIORITY_HELPER);
	let_others_run(utcb);
	threads[2] = START(space, watch_memory, 0, PRIORITY_HELPER);
	for (unsigned i = 0; i < 3; i++)
		ids[i] = threads[i]->id;
	CHECK_EQUAL(space_stop(space), SYSCALL_OK);
	for (unsigned i = 0; i < 3; i++)
		CHECK_ERROR(ipc_send(utcb, ids[i], TAG(0, 0), 0, 0), ERROR_NO_PARTNER);
	CHECK_ERROR(ipc(utcb, ID_NIL, ID_ANY, TAG(0, 0) | TAG_RECEIVE_TIMEOUT, 0, 0, 0),
		    ERROR_TIMEOUT | ERROR_IN_RECEIVE);
	let_others_run(utcb);
}

#define MANY 140 /* more than there are slots for small spaces */

TEST(many, "spaces/many", "there may be more spaces than slots for small ones: nothing shows which are small")
{
	static uint32_t ids[MANY];
	struct space *last;
	unsigned n = 0;

	while (n < MANY) {
		struct syscall_result r = space_create(1);

		if (r.error == SYSCALL_ENOIDS || r.error == SYSCALL_ENOMEM)
			break;
		CHECK_EQUAL(r.error, SYSCALL_OK);
		ids[n++] = r.value[0];
	}
	last = space_start();
	if (last) {
		see_page(last, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
		CHECK_OK(ipc_call(utcb, START(last, watch_memory, 0, PRIORITY_HELPER)->id, TAG(0, 0), 0, 0));
	}
	for (unsigned i = 0; i < n; i++)
		CHECK_EQUAL(space_delete(ids[i]), SYSCALL_OK);
	CHECK(n > 100);
}

TEST(churn, "spaces/churn", "a deleted space gives everything back that it took: spaces can come and go for ever")
{
	for (unsigned i = 0; i < 1500; i++) {
		struct space *space = i % 3 ? NEW_SPACE() : large_space(utcb);

		see_page(space, LOW_WINDOW, 0, FLEXPAGE_RIGHTS);
		CHECK_OK(ipc_call(utcb, START(space, watch_memory, 0, PRIORITY_HELPER)->id, TAG(0, 0), 0, 0));
		CHECK_EQUAL(space_stop(space), SYSCALL_OK);
	}
}

THREAD(leave_traces)
{
	for (uint32_t i = 0; i < PAGE_SIZE / 4; i++)
		write_word(((uint32_t)utcb & ~(PAGE_SIZE - 1)) + 4 * i, 0x7ace0000 + i);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

THREAD(look_for_traces)
{
	for (uint32_t i = 0; i < PAGE_SIZE / 4; i++)
		CHECK_EQUAL(read_word(((uint32_t)utcb & ~(PAGE_SIZE - 1)) + 4 * i), 0);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(clean_buffers, "spaces/clean-buffers", "the page with a new space's message buffers holds nothing that others left")
{
	for (unsigned i = 0; i < 8; i++) {
		struct space *space = NEW_SPACE();

		ipc_receive(utcb, START(space, leave_traces, 0, PRIORITY_HELPER)->id);
		space_stop(space);
		space = NEW_SPACE();
		ipc_receive(utcb, START(space, look_for_traces, 0, PRIORITY_HELPER)->id);
		space_stop(space);
	}
}
