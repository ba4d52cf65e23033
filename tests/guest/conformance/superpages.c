/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flexpages of 4 MB, which the kernel may map by a page of that size where the processor has such: that it does, and that no
 * program can tell.
 */
#include "check.h"
#include "kernel_info.h"
#include "sigma0.h"

#include <layout.h>

#define CPU_FEATURE_PSE (1u << 3)

#define OWN_AT 0x40000000  /* where the program has its 4 MB */
#define TARGET 0x50000000  /* where others get them */
#define PAGES (SUPERPAGE_SIZE / PAGE_SIZE)
#define MIDDLE 517         /* some page among them */

#define OWN(rights) FLEXPAGE(OWN_AT, SUPERPAGE_SHIFT, rights)
#define READ_ONLY (FLEXPAGE_RIGHTS & ~FLEXPAGE_WRITE)

static volatile uint32_t *word_at(uint32_t base, uint32_t page)
{
	return (volatile uint32_t *)(base + page * PAGE_SIZE + page % 1000 * 4);
}

/*
 * How many pages of 4 MB the kernel uses for programs. That the hardware has them so is what
 * tests/model/test-processor-plugin.py looks at.
 */
static uint32_t superpages(void)
{
	return kernel_info_read(offsetof(struct kernel_info, superpages)).value[1];
}

static uint32_t before;

/* There are `more` of them than when the test began, if the processor has any. */
static void check_superpages(struct utcb *utcb, unsigned line, uint32_t more)
{
	uint32_t expected = kernel_info.cpu_features & CPU_FEATURE_PSE ? before + more : 0;

	if (superpages() != expected)
		test_fail_value(utcb, __FILE__, line, "pages of 4 MB", superpages(), expected);
}

#define CHECK_SUPERPAGES(more) check_superpages(utcb, __LINE__, (more))

/* The program's own space has 4 MB of memory at OWN_AT, each page with its number in it. */
static void own_memory(struct utcb *utcb)
{
	static bool have;
	uint32_t base = kernel_info.memory_top & ~(SUPERPAGE_SIZE - 1u);

	while (!have && base > kernel_info.memory_bottom) {
		base -= SUPERPAGE_SIZE;
		have = sigma0_memory(utcb, base, SUPERPAGE_SHIFT, OWN_AT);
	}
	CHECK(have);
	for (uint32_t page = 0; page < PAGES; page++)
		*word_at(OWN_AT, page) = page ^ 0x5a5a0000;
	before = superpages();
}

static struct ipc_result send_item(struct utcb *utcb, uint32_t to, uint32_t item, uint32_t base)
{
	utcb->mr[MESSAGE_REGISTER_WORDS] = item;
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = base;
	return ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | TAG_NO_RECEIVE, 0, 0, 0);
}

/* What a user is told: the label; words 0 and 1. */
enum order { LOOK, CHANGE, LOOK_ALL, PASS, FLUSH };

static uint32_t look_all(void)
{
	for (uint32_t page = 0; page < PAGES; page++)
		if (*word_at(TARGET, page) != (page ^ 0x5a5a0000))
			return page;
	return PAGES;
}

static uint32_t obey(struct utcb *utcb, const struct ipc_result *r)
{
	switch (TAG_LABEL(r->tag)) {
	case LOOK:
		return *word_at(TARGET, r->word[0]);
	case CHANGE:
		return ++*word_at(TARGET, r->word[0]);
	case LOOK_ALL:
		return look_all();
	case PASS:
		return send_item(utcb, r->word[0], r->word[1], TARGET).tag;
	default:
		return space_flush(r->word[0], 1);
	}
}

/* Takes pages at TARGET from anybody, and obeys its creator. */
THREAD(user)
{
	utcb->accept = FLEXPAGE_ALL;
	for (;;) {
		struct ipc_result r = ipc_receive(utcb, ID_ANY);

		if (TAG_TYPED_WORDS(r.tag))
			continue;
		ipc_send(utcb, creator, TAG(1, 0), obey(utcb, &r), 0);
	}
}

static struct thread *new_user(struct utcb *utcb)
{
	struct thread *thread = START(NEW_SPACE(), user, 0, PRIORITY_HELPER);

	let_others_run(utcb);
	return thread;
}

/* A user with the item at TARGET. */
static struct thread *user_with(struct utcb *utcb, uint32_t item)
{
	struct thread *thread = new_user(utcb);

	CHECK_OK(send_item(utcb, thread->id, item, TARGET));
	let_others_run(utcb);
	return thread;
}

static uint32_t tell(struct utcb *utcb, struct thread *thread, enum order order, uint32_t word0, uint32_t word1)
{
	struct ipc_result r = ipc_call(utcb, thread->id, TAG(2, order), word0, word1);

	CHECK_OK(r);
	return r.word[0];
}

/* A user with the item at TARGET, which sees all of it: 4 MB. */
static struct thread *user_that_sees(struct utcb *utcb, uint32_t item)
{
	struct thread *thread = user_with(utcb, item);

	CHECK_EQUAL(tell(utcb, thread, LOOK_ALL, 0, 0), PAGES);
	return thread;
}

/* The user faults there, when it looks or writes. It is of no use afterwards. */
static void check_fault(struct utcb *utcb, struct thread *thread, enum order order, uint32_t page)
{
	CHECK_OK(ipc_send(utcb, thread->id, TAG(2, order), page, 0));
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(thread->fault.word, (uint32_t)word_at(TARGET, page) | (order == CHANGE));
}

#define PAGE_AT(base, page, rights) FLEXPAGE((base) + (page) * PAGE_SIZE, PAGE_SHIFT, rights)

TEST(map, "superpages/map", "4 MB that are 4 MB of memory in one piece, at multiples of 4 MB, are mapped as any others, and may be one page")
{
	struct thread *thread;

	own_memory(utcb);
	thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, MIDDLE, 0), (MIDDLE ^ 0x5a5a0000) + 1);
	CHECK_EQUAL(*word_at(OWN_AT, MIDDLE), (MIDDLE ^ 0x5a5a0000) + 1);
	CHECK_EQUAL(space_stop(thread->space), SYSCALL_OK);
	CHECK_SUPERPAGES(0);
}

TEST(own, "superpages/own", "sigma0 gives 4 MB in one piece")
{
	own_memory(utcb);
	CHECK(superpages() >= 1 || !(kernel_info.cpu_features & CPU_FEATURE_PSE));
}

/* The pages of 4 MB that a test asks about, one user each. */
#define PLACES 3
static const uint32_t places[PLACES] = {0, MIDDLE, PAGES - 1};

TEST(read_only, "superpages/read-only", "4 MB without the right to write cannot be written, anywhere")
{
	own_memory(utcb);
	for (unsigned i = 0; i < PLACES; i++) {
		struct thread *thread = user_that_sees(utcb, OWN(READ_ONLY));

		CHECK_SUPERPAGES(1);
		check_fault(utcb, thread, CHANGE, places[i]);
		space_stop(thread->space);
	}
}

TEST(flush_one, "superpages/flush-one", "a flush of one page of 4 MB takes that page, and no other")
{
	own_memory(utcb);
	for (unsigned i = 0; i < PLACES; i++) {
		struct thread *thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));

		CHECK_EQUAL(space_flush(PAGE_AT(OWN_AT, places[i], FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
		CHECK_SUPERPAGES(0);
		for (uint32_t page = 0; page < PAGES; page += 3)
			if (page != places[i])
				CHECK_EQUAL(tell(utcb, thread, LOOK, page, 0), page ^ 0x5a5a0000);
		check_fault(utcb, thread, LOOK, places[i]);
		space_stop(thread->space);
	}
}

TEST(flush_itself, "superpages/flush-itself", "who flushes a page of its own 4 MB has it no more from then on, but all others")
{
	struct thread *thread;

	own_memory(utcb);
	thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, thread, FLUSH, PAGE_AT(TARGET, MIDDLE, FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, MIDDLE - 1, 0), ((MIDDLE - 1) ^ 0x5a5a0000) + 1);
	check_fault(utcb, thread, LOOK, MIDDLE);
}

TEST(deny_one, "superpages/deny-one", "a flush of the right to write one page of 4 MB leaves it to be read, and the others to be written")
{
	struct thread *thread;

	own_memory(utcb);
	thread = user_with(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, thread, CHANGE, MIDDLE, 0), (MIDDLE ^ 0x5a5a0000) + 1);
	CHECK_EQUAL(tell(utcb, thread, FLUSH, PAGE_AT(TARGET, MIDDLE, FLEXPAGE_WRITE), 0), SYSCALL_OK);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, thread, LOOK, MIDDLE, 0), (MIDDLE ^ 0x5a5a0000) + 1);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, 0, 0), 0x5a5a0001);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, MIDDLE + 1, 0), ((MIDDLE + 1) ^ 0x5a5a0000) + 1);
	check_fault(utcb, thread, CHANGE, MIDDLE);
}

TEST(flush_all, "superpages/flush-all", "a flush of 4 MB takes all of them")
{
	own_memory(utcb);
	for (unsigned i = 0; i < PLACES; i++) {
		struct thread *thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));

		CHECK_EQUAL(space_flush(OWN(FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
		CHECK_SUPERPAGES(0);
		check_fault(utcb, thread, LOOK, places[i]);
		space_stop(thread->space);
	}
	CHECK_EQUAL(*word_at(OWN_AT, MIDDLE), MIDDLE ^ 0x5a5a0000);
}

TEST(replaced, "superpages/replaced", "another page mapped to the middle of 4 MB is there alone")
{
	struct thread *thread;

	own_memory(utcb);
	*(volatile uint32_t *)own_pages[0] = 0x77;
	((volatile uint32_t *)own_pages[0])[MIDDLE] = 0x78;
	thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_OK(send_item(utcb, thread->id, FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_RIGHTS), TARGET + MIDDLE * PAGE_SIZE));
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, thread, LOOK, MIDDLE, 0), 0x78);
	CHECK_EQUAL(tell(utcb, thread, LOOK_ALL, 0, 0), MIDDLE);
	CHECK_EQUAL(tell(utcb, thread, LOOK, MIDDLE + 1, 0), (MIDDLE + 1) ^ 0x5a5a0000);
	/* All of it once more: one page again. */
	CHECK_OK(send_item(utcb, thread->id, OWN(FLEXPAGE_RIGHTS), TARGET));
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(tell(utcb, thread, LOOK_ALL, 0, 0), PAGES);
}

TEST(hole, "superpages/hole", "4 MB of which a page is missing are mapped without it")
{
	struct thread *thread, *next;

	own_memory(utcb);
	thread = user_with(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, thread, FLUSH, PAGE_AT(TARGET, PAGES - 1, FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS)) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, next, LOOK, PAGES - 2, 0), (PAGES - 2) ^ 0x5a5a0000);
	check_fault(utcb, next, LOOK, PAGES - 1);
}

TEST(mixed_rights, "superpages/mixed-rights", "4 MB of which a page is read-only are mapped with the rights that each page has")
{
	struct thread *thread, *next;

	own_memory(utcb);
	thread = user_with(utcb, OWN(FLEXPAGE_RIGHTS));
	CHECK_EQUAL(tell(utcb, thread, FLUSH, PAGE_AT(TARGET, MIDDLE, FLEXPAGE_WRITE), 0), SYSCALL_OK);
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS)) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, next, CHANGE, MIDDLE - 1, 0), ((MIDDLE - 1) ^ 0x5a5a0000) + 1);
	check_fault(utcb, next, CHANGE, MIDDLE);
	/* Those that follow from it have no more. */
	CHECK_OK(send_item(utcb, thread->id, OWN(FLEXPAGE_RIGHTS), TARGET));
	CHECK_SUPERPAGES(1);
}

TEST(more_rights, "superpages/more-rights", "4 MB mapped again gain the rights they lack")
{
	struct thread *thread;

	own_memory(utcb);
	thread = user_that_sees(utcb, OWN(READ_ONLY));
	CHECK_OK(send_item(utcb, thread->id, OWN(FLEXPAGE_RIGHTS), TARGET));
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, 0, 0), 0x5a5a0001);
	CHECK_EQUAL(tell(utcb, thread, CHANGE, PAGES - 1, 0), ((PAGES - 1) ^ 0x5a5a0000) + 1);
	CHECK_EQUAL(tell(utcb, thread, FLUSH, FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_WRITE), 0), SYSCALL_OK);
	check_fault(utcb, thread, CHANGE, MIDDLE);
}

TEST(part, "superpages/part", "of 4 MB a part can be mapped on, and granted")
{
	struct thread *thread, *next;

	own_memory(utcb);
	thread = user_with(utcb, OWN(FLEXPAGE_RIGHTS));
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, PAGE_AT(TARGET, 0, FLEXPAGE_RIGHTS)) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(tell(utcb, next, CHANGE, 0, 0), 0x5a5a0001);
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, PAGE_AT(TARGET, 0, FLEXPAGE_RIGHTS) | FLEXPAGE_GRANT) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, next, CHANGE, 0, 0), 0x5a5a0002);
	CHECK_EQUAL(tell(utcb, thread, LOOK, 1, 0), 0x5a5a0001);
	check_fault(utcb, thread, LOOK, 0);
}

TEST(grant, "superpages/grant", "4 MB granted are the receiver's, and the granter's no more")
{
	struct thread *thread, *next;

	own_memory(utcb);
	thread = user_that_sees(utcb, OWN(FLEXPAGE_RIGHTS));
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS) | FLEXPAGE_GRANT) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(tell(utcb, next, LOOK_ALL, 0, 0), PAGES);
	CHECK_EQUAL(space_flush(PAGE_AT(OWN_AT, MIDDLE, FLEXPAGE_RIGHTS), 0), SYSCALL_OK);
	CHECK_SUPERPAGES(0);
	check_fault(utcb, next, LOOK, MIDDLE);
	check_fault(utcb, thread, LOOK, MIDDLE - 1);
}

TEST(elsewhere, "superpages/elsewhere", "4 MB of memory in pieces, or not at a multiple of 4 MB, are mapped page by page")
{
	struct thread *thread = new_user(utcb), *next;

	own_memory(utcb);
	/* Two halves, exchanged. */
	CHECK_OK(send_item(utcb, thread->id, FLEXPAGE(OWN_AT, SUPERPAGE_SHIFT - 1, FLEXPAGE_RIGHTS), TARGET + SUPERPAGE_SIZE / 2));
	CHECK_OK(send_item(utcb, thread->id, FLEXPAGE(OWN_AT + SUPERPAGE_SIZE / 2, SUPERPAGE_SHIFT - 1, FLEXPAGE_RIGHTS), TARGET));
	CHECK_SUPERPAGES(0);
	next = new_user(utcb);
	CHECK_EQUAL(tell(utcb, thread, PASS, next->id, FLEXPAGE(TARGET, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS)) & TAG_ERROR, 0);
	CHECK_SUPERPAGES(0);
	CHECK_EQUAL(tell(utcb, next, LOOK, 0, 0), *(volatile uint32_t *)(OWN_AT + SUPERPAGE_SIZE / 2));
	CHECK_EQUAL(tell(utcb, next, LOOK, PAGES / 2, 0), *(volatile uint32_t *)(OWN_AT + PAGES / 2 % 1000 * 4));
}

static volatile uint32_t look_result;

THREAD(looker)
{
	look_result = look_all();
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(pager, "superpages/pager", "a pager may answer a fault with 4 MB")
{
	struct space *space = NEW_SPACE();

	own_memory(utcb);
	space_window(space, TARGET, (const void *)OWN_AT, SUPERPAGE_SIZE, READ_ONLY);
	space->windows[0].large = true;
	CHECK_OK(ipc_receive(utcb, START(space, looker, 0, PRIORITY_HELPER)->id));
	CHECK_SUPERPAGES(1);
	CHECK_EQUAL(look_result, PAGES);
}
