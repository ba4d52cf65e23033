/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Grant and flush: who got a page from whom, however deep, and what is left of it.
 */
#include "check.h"

#include <layout.h>

#define TARGET 0x20000000 /* where the receivers of these tests get pages */
#define OWN(n, rights) FLEXPAGE((uint32_t)own_pages[n], PAGE_SHIFT, rights)
#define AT_TARGET(rights) FLEXPAGE(TARGET, PAGE_SHIFT, rights)
#define WRITE_ONLY FLEXPAGE_WRITE

/* What the keeper of a page is told to do with it: the label of a message. */
enum order { LOOK, CHANGE, PASS, GRANT, FLUSH, FLUSH_OWN, DENY, DENY_OWN };

static void give(struct utcb *utcb, uint32_t item, uint32_t base)
{
	utcb->mr[MESSAGE_REGISTER_WORDS] = item;
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = base;
}

static struct ipc_result send_item(struct utcb *utcb, uint32_t to, uint32_t item, uint32_t base)
{
	give(utcb, item, base);
	return ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE, 0, 0, 0);
}

static uint32_t obey(struct utcb *utcb, enum order order, uint32_t other)
{
	volatile uint32_t *page = (volatile uint32_t *)TARGET;

	switch (order) {
	case LOOK:
		return *page;
	case CHANGE:
		return ++*page;
	case PASS:
		return send_item(utcb, other, AT_TARGET(FLEXPAGE_RIGHTS), TARGET).tag;
	case GRANT:
		return send_item(utcb, other, AT_TARGET(FLEXPAGE_RIGHTS) | FLEXPAGE_GRANT, TARGET).tag;
	case FLUSH:
	case FLUSH_OWN:
		return space_flush(AT_TARGET(FLEXPAGE_RIGHTS), order == FLUSH_OWN);
	default:
		return space_flush(AT_TARGET(WRITE_ONLY), order == DENY_OWN);
	}
}

/* Takes a page, then obeys its creator. */
THREAD(keeper)
{
	struct ipc_result r;

	utcb->accept = FLEXPAGE_ALL;
	r = ipc_receive(utcb, ID_ANY);
	utcb->accept = argument;
	r = ipc_reply_wait(utcb, creator, TAG(0, 0), 0, 0);
	for (;;) {
		uint32_t result = TAG_TYPED_WORDS(r.tag) ? 0 : obey(utcb, (enum order)TAG_LABEL(r.tag), r.word[0]);

		r = ipc_reply_wait(utcb, creator, TAG(1, 0), result, 0);
	}
}

/* A keeper in a space of its own, waiting for its page. */
static struct thread *new_keeper(struct utcb *utcb)
{
	struct thread *thread = START(NEW_SPACE(), keeper, FLEXPAGE_ALL, PRIORITY_HELPER);

	let_others_run(utcb);
	return thread;
}

/* `from` (NULL: the caller) maps or grants its page to a new keeper. */
static struct thread *give_on(struct utcb *utcb, struct thread *from, uint32_t item)
{
	struct thread *to = new_keeper(utcb);

	if (from) {
		struct ipc_result r = ipc_call(utcb, from->id, TAG(1, item & FLEXPAGE_GRANT ? GRANT : PASS), to->id, 0);

		CHECK_OK(r);
		CHECK_EQUAL(r.word[0] & TAG_ERROR, 0);
	} else {
		CHECK_OK(send_item(utcb, to->id, item, TARGET));
	}
	CHECK_OK(ipc_receive(utcb, to->id));
	return to;
}

static uint32_t tell(struct utcb *utcb, struct thread *thread, enum order order)
{
	struct ipc_result r = ipc_call(utcb, thread->id, TAG(1, order), 0, 0);

	CHECK_OK(r);
	return r.word[0];
}

/* The keeper faults when it looks, or writes: word as of the fault. It is of no use afterwards. */
static void check_lost(struct utcb *utcb, struct thread *thread, enum order order)
{
	ipc_send(utcb, thread->id, TAG(1, order), 0, 0);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(thread->fault.word, TARGET | (order == CHANGE));
}

static void check_keeps(struct utcb *utcb, struct thread *thread)
{
	CHECK_EQUAL(tell(utcb, thread, LOOK), *(volatile uint32_t *)own_pages[0]);
}

TEST(all_derived, "flush/derived", "flush takes a page from all who have it from the flusher, directly or not; it stays the flusher's")
{
	struct thread *chain[3] = {0}, *sibling;

	*(volatile uint32_t *)own_pages[0] = 0x11;
	sibling = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	for (unsigned i = 0; i < 3; i++)
		chain[i] = give_on(utcb, i ? chain[i - 1] : NULL, OWN(0, FLEXPAGE_RIGHTS));
	for (unsigned i = 0; i < 3; i++)
		check_keeps(utcb, chain[i]);
	/* From the middle: only what is below. */
	CHECK_EQUAL(tell(utcb, chain[1], FLUSH), SYSCALL_OK);
	check_lost(utcb, chain[2], LOOK);
	check_keeps(utcb, chain[1]);
	check_keeps(utcb, chain[0]);
	check_keeps(utcb, sibling);
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_RIGHTS), false), SYSCALL_OK);
	check_lost(utcb, chain[1], LOOK);
	check_lost(utcb, chain[0], LOOK);
	check_lost(utcb, sibling, LOOK);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 0x11);
}

TEST(own_too, "flush/own", "flush gives up the own page too if it is told to")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	struct thread *second = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS));

	CHECK_EQUAL(tell(utcb, first, FLUSH_OWN), SYSCALL_OK);
	check_lost(utcb, second, LOOK);
	check_lost(utcb, first, LOOK);
}

TEST(rights, "flush/rights", "a flush may take the right to write alone, from others or also from the own page")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	struct thread *second = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS));

	*(volatile uint32_t *)own_pages[0] = 5;
	/* A right that is ignored takes nothing. */
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_EXECUTE), true), SYSCALL_OK);
	CHECK_EQUAL(tell(utcb, second, CHANGE), 6);
	CHECK_EQUAL(tell(utcb, first, DENY), SYSCALL_OK);
	check_keeps(utcb, second);
	CHECK_EQUAL(tell(utcb, first, CHANGE), 7);
	check_lost(utcb, second, CHANGE);
	CHECK_EQUAL(tell(utcb, first, DENY_OWN), SYSCALL_OK);
	check_keeps(utcb, first);
	check_lost(utcb, first, CHANGE);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 7);
}

TEST(granted, "flush/grant", "a granted page leaves its giver, and what was derived from it stays and follows its new owner")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS)), *child, *heir;

	*(volatile uint32_t *)own_pages[0] = 0x21;
	child = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS));
	heir = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS) | FLEXPAGE_GRANT);
	check_lost(utcb, first, LOOK);
	check_keeps(utcb, heir);
	check_keeps(utcb, child);
	CHECK_EQUAL(tell(utcb, heir, FLUSH), SYSCALL_OK);
	check_lost(utcb, child, LOOK);
	/* And whoever the giver had it from takes it from the new owner. */
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_RIGHTS), false), SYSCALL_OK);
	check_lost(utcb, heir, LOOK);
}

/* Maps a page over what `thread`, which has one, has. */
static void map_over(struct utcb *utcb, struct thread *thread, uint32_t item)
{
	give(utcb, item, TARGET);
	CHECK_OK(ipc(utcb, thread->id, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0, 0));
}

TEST(mapped_again, "flush/map-again", "a page can be mapped again after a flush, and with more rights where it still is")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_READ)), *second;

	*(volatile uint32_t *)own_pages[0] = 1;
	second = give_on(utcb, first, OWN(0, FLEXPAGE_READ));
	map_over(utcb, first, OWN(0, FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, first, CHANGE), 2);
	check_keeps(utcb, second);
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_RIGHTS), false), SYSCALL_OK);
	*(volatile uint32_t *)own_pages[0] = 8;
	map_over(utcb, first, OWN(0, FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, first, CHANGE), 9);
	check_lost(utcb, second, LOOK);
}

TEST(replaced, "flush/replace", "what is mapped over a page takes the old one from those who had it from there")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	struct thread *second = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS));

	*(volatile uint32_t *)own_pages[1] = 0x99;
	map_over(utcb, first, OWN(1, FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, first, LOOK), 0x99);
	check_lost(utcb, second, LOOK);
}

TEST(middle_deleted, "flush/space-deleted", "when a space is deleted, all that its pages were mapped on to is gone with it")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	struct thread *middle = give_on(utcb, first, OWN(0, FLEXPAGE_RIGHTS));
	struct thread *last = give_on(utcb, middle, OWN(0, FLEXPAGE_RIGHTS));

	CHECK_EQUAL(space_stop(middle->space), SYSCALL_OK);
	check_keeps(utcb, first);
	check_lost(utcb, last, LOOK);
}

TEST(bad_arguments, "flush/arguments", "SYS_FLUSH refuses what is no flexpage; progress that a program makes up harms nobody")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));

	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, 0), false), SYSCALL_EINVAL);
	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[0], 11, FLEXPAGE_RIGHTS), false), SYSCALL_EINVAL);
	CHECK_EQUAL(space_flush(FLEXPAGE((uint32_t)own_pages[0], 33, FLEXPAGE_RIGHTS), false), SYSCALL_EINVAL);
	CHECK_EQUAL(space_flush(FLEXPAGE(0x1000, 13, FLEXPAGE_RIGHTS), false), SYSCALL_EINVAL);
	CHECK_EQUAL(space_flush(FLEXPAGE(KERNEL_BASE, PAGE_SHIFT, FLEXPAGE_RIGHTS), true), SYSCALL_EINVAL);
	CHECK_EQUAL(space_flush(FLEXPAGE(0x80000000, 31, FLEXPAGE_RIGHTS), true), SYSCALL_EINVAL);
	for (uint32_t progress = 1; progress; progress <<= 1) {
		CHECK_EQUAL(syscall5(SYS_FLUSH, OWN(0, FLEXPAGE_RIGHTS), 0, 1, progress, 0).error, SYSCALL_OK);
		CHECK_EQUAL(syscall5(SYS_FLUSH, OWN(0, FLEXPAGE_RIGHTS), 0, 1, ~progress, 0).error, SYSCALL_OK);
	}
	check_keeps(utcb, first);
}

TEST(buffers_remain, "flush/message-buffers", "a flush of the whole own space leaves the message buffers")
{
	struct thread *first = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));

	CHECK_EQUAL(space_flush(FLEXPAGE_ALL, false), SYSCALL_OK);
	/* Its code is gone, and comes again from its pager; its page is not. */
	check_lost(utcb, first, LOOK);
	CHECK_EQUAL(utcb->mr[MESSAGE_REGISTER_WORDS], OWN(0, FLEXPAGE_RIGHTS));
}

/* ---- many pages, in many kernel entries -------------------------------------------------------------- */

#define MANY_LOG2 8 /* pages, all of one frame */
#define MANY (1u << MANY_LOG2)
#define MANY_BASE 0x20400000
#define COPY_BASE 0x20800000

static volatile uint32_t counter;
static volatile bool counting;

THREAD(count)
{
	while (counting) {
		counter++;
		thread_switch(ID_NIL);
	}
	sleep_forever(utcb);
}

/* Takes a fan of mappings of one frame, then offers all of them at once to whoever asks. */
THREAD(fan)
{
	struct ipc_result r;

	utcb->accept = FLEXPAGE(MANY_BASE, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS);
	for (unsigned i = 0; i < MANY; i++)
		CHECK_OK(ipc_receive(utcb, creator));
	r = ipc_receive(utcb, creator);
	give(utcb, FLEXPAGE(MANY_BASE, PAGE_SHIFT + MANY_LOG2, FLEXPAGE_RIGHTS), 0);
	r = ipc(utcb, r.word[0], creator, TAG(0, 0) | TAG_TYPED(2), 0, 0, 0);
	CHECK_OK(r);
	(void)*(volatile uint32_t *)(MANY_BASE + argument);
	FAIL("a flushed page could be read");
}

THREAD(copy)
{
	uint32_t sum = 0;

	utcb->accept = FLEXPAGE(COPY_BASE, PAGE_SHIFT + MANY_LOG2, FLEXPAGE_RIGHTS);
	CHECK_OK(ipc_receive(utcb, ID_ANY));
	for (unsigned i = 0; i < MANY; i++)
		sum += *(volatile uint32_t *)(COPY_BASE + i * PAGE_SIZE);
	CHECK_EQUAL(sum, 3 * MANY);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
	sleep_forever(utcb);
}

static struct thread *make_fan(struct utcb *utcb, uint32_t touched)
{
	struct thread *thread = START(NEW_SPACE(), fan, touched, PRIORITY_HELPER);

	*(volatile uint32_t *)own_pages[0] = 3;
	let_others_run(utcb);
	for (unsigned i = 0; i < MANY; i++)
		CHECK_OK(send_item(utcb, thread->id, OWN(0, FLEXPAGE_RIGHTS), i * PAGE_SIZE));
	return thread;
}

TEST(large_item, "flush/large-item", "an item of many pages arrives whole, once, in one message; so does its flush")
{
	struct thread *source = make_fan(utcb, (MANY - 1) * PAGE_SIZE);
	struct thread *target = START(NEW_SPACE(), copy, 0, PRIORITY_HELPER);

	CHECK_OK(ipc_send(utcb, source->id, TAG(1, 0), target->id, 0));
	CHECK_OK(ipc_receive(utcb, target->id));
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_RIGHTS), false), SYSCALL_OK);
	ipc_send(utcb, source->id, TAG(0, 0), 0, 0);
	thread_wait_fault(utcb, source);
	CHECK_EQUAL(thread_stop(target), SYSCALL_OK);
}

/* Receives pages, each in a 4 MB region of its own: each costs two page frames of kernel memory. */
THREAD(collector)
{
	utcb->accept = FLEXPAGE_ALL;
	for (;;)
		ipc_receive(utcb, ID_ANY);
}

#define REGIONS 128 /* of 4 MB with 1024 pages each to look at: some five million instructions, or time slices of 1 ms */

/* The other thread counts how often it is its turn. A flush in one piece would let it run once, at its end. */
TEST(preempted, "flush/preempted", "interrupts are served in the middle of a long flush, and others run")
{
	struct thread *self = START(NULL, collector, 0, PRIORITY_HELPER), *many = make_fan(utcb, 0);
	uint32_t before;

	let_others_run(utcb);
	for (unsigned i = 0; i < REGIONS; i++)
		CHECK_OK(send_item(utcb, self->id, OWN(1, FLEXPAGE_RIGHTS), TARGET + i * SUPERPAGE_SIZE));
	counting = true;
	counter = 0;
	START(NULL, count, 0, PRIORITY_TEST - 1);
	schedule(thread_my_id(), PRIORITY_TEST - 1, 1000);
	thread_switch(ID_NIL); /* the next time slice is the short one */
	before = counter;
	CHECK_EQUAL(space_flush(FLEXPAGE_ALL, false), SYSCALL_OK);
	CHECK(counter - before >= 2);
	counting = false;
	(void)many;
}

/* ---- quotas ------------------------------------------------------------------------------------------ */

static unsigned map_until_refused(struct utcb *utcb, struct thread *thread)
{
	for (unsigned i = 0; i < 64; i++) {
		struct ipc_result r = send_item(utcb, thread->id, OWN(0, FLEXPAGE_RIGHTS), TARGET + i * SUPERPAGE_SIZE);

		if (!(r.tag & TAG_ERROR))
			continue;
		CHECK_ERROR(r, ERROR_NO_MEMORY);
		return i;
	}
	FAIL("the quota has no end");
}

TEST(quota, "flush/quota", "a space whose quota is used up is mapped nothing new, keeps what it has, and harms nobody else")
{
	struct thread *poor = START(NEW_SPACE(), collector, 0, PRIORITY_HELPER), *other;
	unsigned mapped;

	let_others_run(utcb);
	mapped = map_until_refused(utcb, poor);
	CHECK(mapped > 4 && mapped < SPACE_QUOTA / 2);
	CHECK_EQUAL(map_until_refused(utcb, poor), mapped);
	CHECK_OK(send_item(utcb, poor->id, OWN(1, FLEXPAGE_RIGHTS), TARGET));
	other = give_on(utcb, NULL, OWN(0, FLEXPAGE_RIGHTS));
	check_keeps(utcb, other);
	CHECK_EQUAL(space_flush(OWN(0, FLEXPAGE_RIGHTS), false), SYSCALL_OK);
	check_lost(utcb, other, LOOK);
	CHECK_EQUAL(map_until_refused(utcb, poor), mapped);
}
