/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mappings in messages: with the receiver's consent, and with no more rights than the sender has.
 */
#include "check.h"

#include <layout.h>

#define TARGET 0x20000000 /* where the receivers of these tests accept pages */
#define AT_ONCE (TAG_SEND_TIMEOUT | TAG_NO_RECEIVE)

static volatile uint32_t window;   /* that the receiver accepts */
static volatile uint32_t expected; /* first word of the page it gets */
static volatile uint32_t expected_at;

/* Waits for a message with a mapping, then looks at the page. */
THREAD(accept_page)
{
	struct ipc_result r;

	utcb->accept = window;
	r = ipc_receive(utcb, creator);
	CHECK_OK(r);
	CHECK_EQUAL(TAG_TYPED_WORDS(r.tag), 2);
	CHECK_EQUAL(*(volatile uint32_t *)expected_at, expected);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	*(volatile uint32_t *)expected_at = ~expected;
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

/* Sends `page` as a typed item to a waiting thread. */
static struct ipc_result send_page(struct utcb *utcb, uint32_t to, uint32_t page, uint32_t base)
{
	utcb->mr[MESSAGE_REGISTER_WORDS] = page;
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = base;
	return ipc(utcb, to, ID_NIL, TAG(0, 0) | TAG_TYPED(2) | AT_ONCE, 0, 0, 0);
}

static struct thread *receiver(struct utcb *utcb, uint32_t accept, uint32_t at, uint32_t value)
{
	struct thread *thread;

	window = accept;
	expected_at = at;
	expected = value;
	thread = START(NEW_SPACE(), accept_page, 0, PRIORITY_HELPER);
	let_others_run(utcb);
	return thread;
}

#define OWN_PAGE(n, rights) FLEXPAGE((uint32_t)own_pages[n], PAGE_SHIFT, rights)

TEST(share, "map/share", "a mapped page is the same memory in both spaces")
{
	struct thread *thread = receiver(utcb, FLEXPAGE_ALL, TARGET, 0x51);

	*(volatile uint32_t *)own_pages[0] = 0x51;
	CHECK_OK(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET));
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_OK(ipc_send(utcb, thread->id, TAG(0, 0), 0, 0));
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], ~0x51u);
}

TEST(into_window, "map/window", "a page goes where the receiver's window and the sender's base say")
{
	struct thread *thread = receiver(utcb, FLEXPAGE(TARGET, PAGE_SHIFT + 2, FLEXPAGE_RIGHTS),
					 TARGET + 3 * PAGE_SIZE, 0x52);

	*(volatile uint32_t *)own_pages[0] = 0x52;
	/* Of the base only what is inside the window counts. */
	CHECK_OK(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), 0x70003000));
	CHECK_OK(ipc_receive(utcb, thread->id));
}

TEST(consent, "map/consent", "without a receive window there is no mapping: the sender fails, the receiver waits on")
{
	struct thread *thread = receiver(utcb, 0, TARGET, 0);

	CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET), ERROR_OVERFLOW);
	CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET), ERROR_OVERFLOW);
}

THREAD(open_window)
{
	utcb->accept = FLEXPAGE_ALL;
}

THREAD(wait_as_started)
{
	ipc_receive(utcb, creator);
}

TEST(no_consent_at_first, "map/no-consent-at-first", "a new thread has no receive window, whoever had its message buffer before")
{
	struct space *space = NEW_SPACE();
	struct thread *thread = START(space, open_window, 0, PRIORITY_HELPER);
	uint32_t buffer = thread->utcb;

	let_others_run(utcb);
	thread_stop(thread);
	thread = START(space, wait_as_started, 0, PRIORITY_HELPER);
	CHECK_EQUAL(thread->utcb, buffer);
	let_others_run(utcb);
	CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET), ERROR_OVERFLOW);
}

TEST(too_large, "map/too-large", "a flexpage larger than the receive window is refused")
{
	struct thread *thread = receiver(utcb, FLEXPAGE(TARGET, PAGE_SHIFT, FLEXPAGE_RIGHTS), TARGET, 0);
	uint32_t two = (uint32_t)own_pages[0] & PAGE_SIZE ? (uint32_t)own_pages[1] : (uint32_t)own_pages[0];

	CHECK_ERROR(send_page(utcb, thread->id, FLEXPAGE(two, PAGE_SHIFT + 1, FLEXPAGE_RIGHTS), TARGET),
		    ERROR_OVERFLOW);
}

TEST(odd_windows, "map/odd-windows", "a receive window that is no flexpage admits nothing: the sender fails, the receiver waits on")
{
	static const uint32_t windows[] = {
		FLEXPAGE(TARGET, 0, FLEXPAGE_RIGHTS),
		FLEXPAGE(TARGET, PAGE_SHIFT - 1, FLEXPAGE_RIGHTS),
		FLEXPAGE(TARGET + PAGE_SIZE, PAGE_SHIFT + 1, FLEXPAGE_RIGHTS),
		FLEXPAGE(TARGET, 31, FLEXPAGE_RIGHTS),
		FLEXPAGE(TARGET, 32, FLEXPAGE_RIGHTS),
		FLEXPAGE(0, 33, FLEXPAGE_RIGHTS),
		FLEXPAGE(0, 63, FLEXPAGE_RIGHTS),
		FLEXPAGE_RIGHTS,
		FLEXPAGE_GRANT,
		FLEXPAGE_ALL_PORTS,
		FLEXPAGE_ALL_PORTS + PAGE_SIZE,
		FLEXPAGE_PORTS(0x10000, 0),
		FLEXPAGE(TARGET, PAGE_SHIFT, FLEXPAGE_RIGHTS) | FLEXPAGE_IO,
		FLEXPAGE(0, 33, FLEXPAGE_RIGHTS) | FLEXPAGE_IO,
	};
	struct space *space = NEW_SPACE();

	for (unsigned i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct thread *thread;

		window = windows[i];
		thread = START(space, accept_page, 0, PRIORITY_HELPER);
		let_others_run(utcb);
		CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET), ERROR_OVERFLOW);
		CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS) | FLEXPAGE_GRANT, 0), ERROR_OVERFLOW);
		thread_stop(thread);
	}
}

TEST(malformed, "map/malformed", "flexpages that are too small, misaligned, without rights or not the program's are refused")
{
	struct thread *thread = receiver(utcb, FLEXPAGE_ALL, TARGET, 0);
	const uint32_t bad[] = {
		FLEXPAGE((uint32_t)own_pages[0], 0, FLEXPAGE_RIGHTS),
		FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT - 1, FLEXPAGE_RIGHTS),
		FLEXPAGE((uint32_t)own_pages[0], 33, FLEXPAGE_RIGHTS),
		FLEXPAGE((uint32_t)own_pages[0], 63, FLEXPAGE_RIGHTS),
		FLEXPAGE((uint32_t)own_pages[0] | PAGE_SIZE, PAGE_SHIFT + 1, FLEXPAGE_RIGHTS),
		FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, 0),
		FLEXPAGE((uint32_t)own_pages[0], PAGE_SHIFT, FLEXPAGE_WRITE),
		FLEXPAGE(USER_TOP, PAGE_SHIFT, FLEXPAGE_RIGHTS),
		FLEXPAGE(KERNEL_BASE, PAGE_SHIFT, FLEXPAGE_RIGHTS),
		FLEXPAGE(TCB_AREA, SUPERPAGE_SHIFT, FLEXPAGE_RIGHTS),
		FLEXPAGE(PHYSICAL_WINDOW, PAGE_SHIFT, FLEXPAGE_RIGHTS),
		FLEXPAGE(0xfffff000u, PAGE_SHIFT, FLEXPAGE_RIGHTS),
		FLEXPAGE(0x80000000u, 31, FLEXPAGE_RIGHTS),
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERROR(send_page(utcb, thread->id, bad[i], TARGET), ERROR_BAD_MESSAGE);
	/* To where the kernel is. */
	for (uint32_t base = USER_TOP; base != 0; base += 0x08000000)
		CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), base), ERROR_BAD_MESSAGE);
}

static volatile uint32_t heir_id;

/* Has a page read-only, and offers it to its creator's other child with all rights. */
THREAD(pass_with_more_rights)
{
	(void)*(volatile uint32_t *)LOW_WINDOW;
	CHECK_OK(send_page(utcb, heir_id, FLEXPAGE(LOW_WINDOW, PAGE_SHIFT, FLEXPAGE_RIGHTS), TARGET));
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

THREAD(heir)
{
	utcb->accept = FLEXPAGE_ALL;
	CHECK_OK(ipc_receive(utcb, ID_ANY));
	CHECK_EQUAL(*(volatile uint32_t *)TARGET, 0x53);
	*(volatile uint32_t *)TARGET = 0;
	FAIL("the page could be written");
}

TEST(rights_shrink, "map/rights", "rights only shrink: who cannot write a page cannot give the right to write it")
{
	struct space *space = NEW_SPACE();
	struct thread *thread = START(NEW_SPACE(), heir, 0, PRIORITY_HELPER);

	*(volatile uint32_t *)own_pages[0] = 0x53;
	space_window(space, LOW_WINDOW, own_pages[0], PAGE_SIZE, FLEXPAGE_READ);
	heir_id = thread->id;
	let_others_run(utcb);
	START(space, pass_with_more_rights, 0, PRIORITY_HELPER);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
	CHECK_EQUAL(thread->fault.word, TARGET | 1);
	CHECK_EQUAL(*(volatile uint32_t *)own_pages[0], 0x53);
}

THREAD(offer_buffers)
{
	CHECK_OK(send_page(utcb, heir_id, FLEXPAGE((uint32_t)utcb & ~(PAGE_SIZE - 1), PAGE_SHIFT, FLEXPAGE_RIGHTS),
			   TARGET));
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(buffers_stay, "map/message-buffers", "message buffers are the kernel's: they are not given away")
{
	struct thread *thread = START(NEW_SPACE(), heir, 0, PRIORITY_HELPER);

	heir_id = thread->id;
	let_others_run(utcb);
	START(NEW_SPACE(), offer_buffers, 0, PRIORITY_HELPER);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.word, TARGET);
}

TEST(over_buffers, "map/over-message-buffers", "nothing is mapped over a thread's message buffer")
{
	struct thread *thread = receiver(utcb, FLEXPAGE_ALL, TARGET, 0);

	CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), thread->utcb & ~(PAGE_SIZE - 1)),
		    ERROR_BAD_MESSAGE);
}

/* Grows its space by what it is given, not by touching. */
THREAD(grow_by_message)
{
	volatile uint32_t local = 0x1234;

	utcb->accept = FLEXPAGE_ALL;
	*(volatile uint32_t *)LOW_WINDOW = 0x77;
	CHECK_OK(ipc_receive(utcb, creator));
	CHECK_EQUAL(local, 0x1234);
	CHECK_EQUAL(*(volatile uint32_t *)LOW_WINDOW, 0x77);
	CHECK_EQUAL(*(volatile uint32_t *)TARGET, 0x54);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(grow, "map/grow", "a small space that is mapped a page beyond 4 MB becomes a large one without its program noticing")
{
	struct space *space = NEW_SPACE();
	struct thread *thread;

	space_window(space, LOW_WINDOW, own_pages[1], PAGE_SIZE, FLEXPAGE_RIGHTS);
	thread = START(space, grow_by_message, 0, PRIORITY_HELPER);
	*(volatile uint32_t *)own_pages[0] = 0x54;
	let_others_run(utcb);
	CHECK_OK(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET));
	CHECK_OK(ipc_receive(utcb, thread->id));
}

/* Page directory, a page table, the message buffers' page, the TCB; two pages of the mapping database's shadow, one of nodes. */
#define QUOTA_WITHOUT_TARGET 7

TEST(out_of_quota, "map/quota", "a mapping that needs more kernel memory than the receiver's quota holds fails")
{
	struct syscall_result space = space_create(QUOTA_WITHOUT_TARGET);
	struct space poor = {.used = true, .id = space.value[0]};
	struct thread *thread;

	CHECK_EQUAL(space.error, SYSCALL_OK);
	window = FLEXPAGE_ALL;
	thread = thread_start(&poor, accept_page, 0, PRIORITY_HELPER);
	CHECK(thread != NULL);
	let_others_run(utcb);
	CHECK_ERROR(send_page(utcb, thread->id, OWN_PAGE(0, FLEXPAGE_RIGHTS), TARGET), ERROR_NO_MEMORY);
	CHECK_EQUAL(space_stop(&poor), SYSCALL_OK);
}
