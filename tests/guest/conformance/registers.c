/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Exceptions that are answered with registers. The test's own thread is the handler, and pager, of a thread in a space of its own, which
 * executes a few instructions that leave memory alone.
 */
#include "check.h"
#include "runtime.h"

#include <layout.h>

#define VECTOR_DEBUG 1
#define VECTOR_BREAKPOINT 3
#define VECTOR_INVALID 6
#define VECTOR_STACK 12
#define VECTOR_PROTECTION 13

#define FLAG_CARRY 0x001
#define FLAG_TRAP 0x100
#define FLAG_INTERRUPT 0x200
#define FLAG_DIRECTION 0x400
#define FLAG_ALIGNMENT 0x40000
#define FLAGS_TAKEN 0x40dd5     /* what an answer can change */
#define FLAGS_KERNEL 0x001a7000 /* privilege level, nested task, virtual mode and its interrupts */

#define NOWHERE 0x10000000 /* below USER_TOP, beyond a small space, mapped to nobody */
#define CHILD_UTCB (RUNTIME_UTCBS + 16 * UTCB_SIZE)

extern char registers_begin[], registers_invalid[], registers_after[], registers_steps[], registers_load[], registers_push[];

__asm__(".text\n"
	"registers_begin:\n"
	"	mov $0x0a0a0a0a, %eax\n"
	"	mov $0x0c0c0c0c, %ecx\n"
	"	mov $0x0d0d0d0d, %edx\n"
	"	mov $0x0b0b0b0b, %ebx\n"
	"	mov $0x05050505, %ebp\n"
	"	mov $0x06060606, %esi\n"
	"	mov $0x07070707, %edi\n"
	"	stc\n"
	"registers_invalid:\n"
	"	ud2\n"
	"registers_after:\n"
	"	int3\n"
	"	hlt\n"
	"registers_steps:\n"
	"	inc %eax\n"
	"	inc %eax\n"
	"	inc %eax\n"
	"	int3\n"
	"registers_load:\n"
	"	mov (%ebx), %eax\n" /* two bytes */
	"	int3\n"
	"registers_push:\n"
	"	push %eax\n"
	"	int3\n");

/* A message about an exception: word n of it. */
struct exception {
	uint32_t id;
	uint32_t word[EXCEPTION_WORDS];
};

/* Gives `id` the page of the program's image that it touched. */
static struct ipc_result answer_page_fault(struct utcb *utcb, struct ipc_result r)
{
	uint32_t page = r.word[0] & ~(PAGE_SIZE - 1u);

	utcb->mr[2] = FLEXPAGE(page, PAGE_SHIFT, FLEXPAGE_RIGHTS);
	utcb->mr[3] = page;
	return ipc_call(utcb, r.from, TAG(0, 0) | TAG_TYPED(2), 0, 0);
}

static bool in_image(uint32_t address)
{
	return address >= (uint32_t)program_base && address < (uint32_t)program_memory_end;
}

/* `r` is what the handler received: page faults in the image are answered, the first exception is taken. */
static struct exception take(struct utcb *utcb, struct ipc_result r)
{
	struct exception e;

	while (!ipc_failed(r) && TAG_LABEL(r.tag) == LABEL_PAGE_FAULT && in_image(r.word[0]))
		r = answer_page_fault(utcb, r);
	CHECK_OK(r);
	CHECK_EQUAL(TAG_LABEL(r.tag), LABEL_EXCEPTION);
	CHECK_EQUAL(TAG_WORDS(r.tag), EXCEPTION_WORDS);
	CHECK_EQUAL(TAG_TYPED_WORDS(r.tag), 0);
	e.id = r.from;
	e.word[0] = r.word[0];
	e.word[1] = r.word[1];
	for (unsigned i = 2; i < EXCEPTION_WORDS; i++)
		e.word[i] = utcb->mr[i];
	return e;
}

/* Answers with the first `words` words of `e`, and receives the next message of the thread. */
static struct ipc_result answer(struct utcb *utcb, const struct exception *e, unsigned words)
{
	for (unsigned i = 2; i < EXCEPTION_WORDS; i++)
		utcb->mr[i] = e->word[i];
	return ipc_call(utcb, e->id, TAG(words, LABEL_REGISTERS), e->word[0], e->word[1]);
}

static uint32_t start_child(struct utcb *utcb, struct space *space, const char *at)
{
	struct syscall_result r =
		thread_create(space->id, (uint32_t)at, 0x00123450, thread_my_id(), CHILD_UTCB, PRIORITY_HELPER);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	return r.value[0];
}

static struct exception first_exception(struct utcb *utcb, struct space *space, const char *at)
{
	return take(utcb, ipc_receive(utcb, start_child(utcb, space, at)));
}

#define CHECK_VECTOR(e, vector, at)                                    \
	do {                                                           \
		CHECK_EQUAL((e).word[EXCEPTION_VECTOR] & 0xff, vector); \
		CHECK_EQUAL((e).word[EXCEPTION_IP], (uint32_t)(at));   \
	} while (0)

static void check_begin(struct utcb *utcb, const struct exception *e)
{
	CHECK_VECTOR(*e, VECTOR_INVALID, registers_invalid);
	CHECK_EQUAL(e->word[EXCEPTION_FLAGS] & (FLAGS_TAKEN & ~FLAG_ALIGNMENT) & ~0xd4u, FLAG_CARRY);
	CHECK_EQUAL(e->word[EXCEPTION_FLAGS] & (FLAGS_KERNEL | FLAG_INTERRUPT | 0x8002), FLAG_INTERRUPT | 2);
	CHECK_EQUAL(e->word[EXCEPTION_SP], 0x00123450);
	CHECK_EQUAL(e->word[EXCEPTION_EAX], 0x0a0a0a0a);
	CHECK_EQUAL(e->word[EXCEPTION_ECX], 0x0c0c0c0c);
	CHECK_EQUAL(e->word[EXCEPTION_EDX], 0x0d0d0d0d);
	CHECK_EQUAL(e->word[EXCEPTION_EBX], 0x0b0b0b0b);
	CHECK_EQUAL(e->word[EXCEPTION_EBP], 0x05050505);
	CHECK_EQUAL(e->word[EXCEPTION_ESI], 0x06060606);
	CHECK_EQUAL(e->word[EXCEPTION_EDI], 0x07070707);
}

#define TELL_SENTENCE "a message about an exception has the registers of the thread that met it"

TEST(told_small, "registers/told-small", TELL_SENTENCE)
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_begin);

	check_begin(utcb, &e);
}

TEST(told_large, "registers/told-large", TELL_SENTENCE)
{
	struct exception e = first_exception(utcb, large_space(utcb), registers_begin);

	check_begin(utcb, &e);
}

TEST(told_queued, "registers/told-queued", TELL_SENTENCE)
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_begin);

	/* Its handler receives again only after it has met the exception anew. */
	CHECK_OK(ipc_send(utcb, e.id, TAG(1, LABEL_REGISTERS), 0, 0));
	let_others_run(utcb);
	e = take(utcb, ipc_receive(utcb, ID_ANY));
	check_begin(utcb, &e);
}

/* All registers changed: so many of them as the answer has words are what they were made, the others what they were. */
TEST(answered, "registers/answered", "an answer labelled LABEL_REGISTERS changes as many registers as it has words")
{
	struct exception before, after, new;

	for (unsigned words = 2; words <= EXCEPTION_WORDS; words++) {
		struct space *space = NEW_SPACE();

		before = new = first_exception(utcb, space, registers_begin);
		new.word[EXCEPTION_VECTOR] = 0xffffffff;
		new.word[EXCEPTION_IP] = (uint32_t)registers_after;
		new.word[EXCEPTION_FLAGS] = (before.word[EXCEPTION_FLAGS] ^ FLAG_CARRY) | FLAG_DIRECTION;
		for (unsigned i = EXCEPTION_SP; i < EXCEPTION_WORDS; i++)
			new.word[i] = 0x01000000 * i + 0x1234;
		after = take(utcb, answer(utcb, &new, words));
		CHECK_VECTOR(after, VECTOR_BREAKPOINT, registers_after + 1);
		/* Of the flags the resume flag comes and goes with each exception. */
		before.word[EXCEPTION_FLAGS] &= FLAGS_TAKEN;
		after.word[EXCEPTION_FLAGS] &= FLAGS_TAKEN;
		new.word[EXCEPTION_FLAGS] &= FLAGS_TAKEN;
		for (unsigned i = EXCEPTION_FLAGS; i < EXCEPTION_WORDS; i++)
			if (after.word[i] != (i < words ? new.word[i] : before.word[i]))
				CHECK_EQUAL(i << 16 | words, 0); /* names the word, and the length of the answer */
		space_stop(space);
	}
}

TEST(answered_otherwise, "registers/ignored", "words of an answer with another label, or beyond the registers, are ignored")
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_begin);

	for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++)
		utcb->mr[i] = 0xffffffff;
	e = take(utcb, ipc_call(utcb, e.id, TAG(MESSAGE_WORDS_MAX, LABEL_REGISTERS - 1), 0xffffffff, 0xffffffff));
	check_begin(utcb, &e);
	e = take(utcb, ipc_call(utcb, e.id, TAG(0, LABEL_REGISTERS), 0xffffffff, 0xffffffff));
	check_begin(utcb, &e);
	e = take(utcb, answer(utcb, &e, MESSAGE_WORDS_MAX));
	check_begin(utcb, &e);
}

TEST(flags, "registers/flags", "an answer can change no flag that is not the program's own")
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_begin);

	e.word[EXCEPTION_IP] = (uint32_t)registers_after;
	e.word[EXCEPTION_FLAGS] = ~FLAG_TRAP;
	e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
	CHECK_VECTOR(e, VECTOR_BREAKPOINT, registers_after + 1);
	CHECK_EQUAL(e.word[EXCEPTION_FLAGS] & (FLAGS_TAKEN | FLAGS_KERNEL | FLAG_INTERRUPT),
		    (FLAGS_TAKEN & ~FLAG_TRAP) | FLAG_INTERRUPT);
	e.word[EXCEPTION_IP] = (uint32_t)registers_after;
	e.word[EXCEPTION_FLAGS] = 0;
	e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
	CHECK_VECTOR(e, VECTOR_BREAKPOINT, registers_after + 1);
	CHECK_EQUAL(e.word[EXCEPTION_FLAGS] & (FLAGS_TAKEN | FLAGS_KERNEL | FLAG_INTERRUPT), FLAG_INTERRUPT);
}

TEST(pointers, "registers/pointers", "an instruction or stack pointer where the thread may not be is its own exception")
{
	static const uint32_t bad[] = {USER_TOP, USER_TOP + 1, KERNEL_BASE, TCB_AREA + 0x2000, PHYSICAL_WINDOW + PHYS_KERNEL, 0xffffffff};
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_begin);

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		e.word[EXCEPTION_IP] = bad[i];
		e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
		CHECK_VECTOR(e, VECTOR_PROTECTION, bad[i]);
		CHECK_EQUAL(e.word[EXCEPTION_EAX], 0x0a0a0a0a);
		e.word[EXCEPTION_IP] = (uint32_t)registers_push;
		e.word[EXCEPTION_SP] = bad[i] + 4;
		e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
		if (e.word[EXCEPTION_VECTOR] >> 8 == 0 && (e.word[EXCEPTION_VECTOR] & 0xff) == VECTOR_STACK)
			e.word[EXCEPTION_VECTOR] = VECTOR_PROTECTION; /* where the processor checks the segment's limit */
		CHECK_VECTOR(e, VECTOR_PROTECTION, registers_push);
		CHECK_EQUAL(e.word[EXCEPTION_SP], bad[i] + 4);
	}
	/* Who goes on where nothing is faults there, also from a small space. */
	e.word[EXCEPTION_IP] = NOWHERE;
	CHECK_EQUAL(answer(utcb, &e, EXCEPTION_WORDS).word[0], NOWHERE);
}

TEST(single_step, "registers/single-step", "a handler that sets the trap flag has an exception after each instruction")
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_after);

	e.word[EXCEPTION_IP] = (uint32_t)registers_steps;
	e.word[EXCEPTION_EAX] = 7;
	for (uint32_t i = 1; i <= 3; i++) {
		e.word[EXCEPTION_FLAGS] |= FLAG_TRAP;
		e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
		CHECK_VECTOR(e, VECTOR_DEBUG, registers_steps + i);
		CHECK_EQUAL(e.word[EXCEPTION_EAX], 7 + i);
	}
	e.word[EXCEPTION_IP] = (uint32_t)registers_steps;
	e.word[EXCEPTION_FLAGS] &= ~FLAG_TRAP;
	e = take(utcb, answer(utcb, &e, EXCEPTION_WORDS));
	CHECK_VECTOR(e, VECTOR_BREAKPOINT, registers_steps + 4);
	CHECK_EQUAL(e.word[EXCEPTION_EAX], 13);
}

TEST(page_fault, "registers/page-fault", "a page fault, too, may be answered with registers")
{
	struct exception e = first_exception(utcb, NEW_SPACE(), registers_after);
	struct ipc_result r;

	/* The handler executes the load itself: 0x5a5a5a5a is there. */
	e.word[EXCEPTION_IP] = (uint32_t)registers_load;
	e.word[EXCEPTION_EBX] = 0x00300000;
	r = answer(utcb, &e, EXCEPTION_WORDS);
	CHECK_OK(r);
	CHECK_EQUAL(TAG_LABEL(r.tag), LABEL_PAGE_FAULT);
	CHECK_EQUAL(TAG_WORDS(r.tag), 2);
	CHECK_EQUAL(r.word[0], 0x00300000);
	e.word[EXCEPTION_IP] = (uint32_t)registers_load + 2;
	e.word[EXCEPTION_EAX] = 0x5a5a5a5a;
	e = take(utcb, answer(utcb, &e, EXCEPTION_EAX + 1));
	CHECK_VECTOR(e, VECTOR_BREAKPOINT, registers_load + 3);
	CHECK_EQUAL(e.word[EXCEPTION_EAX], 0x5a5a5a5a);
	CHECK_EQUAL(e.word[EXCEPTION_EBX], 0x00300000);
}

TEST(reply, "registers/reply-and-wait", "a handler of several threads answers one and waits for the next exception, of whomever, in one call")
{
	struct exception e[2] = {first_exception(utcb, NEW_SPACE(), registers_begin),
				 first_exception(utcb, large_space(utcb), registers_begin)};

	for (unsigned i = 0; i < 10; i++) {
		struct exception *next = &e[i % 2];
		const struct exception before = *next;

		next->word[EXCEPTION_EAX]++;
		for (unsigned k = EXCEPTION_FLAGS; k < EXCEPTION_WORDS; k++)
			utcb->mr[k] = next->word[k];
		*next = take(utcb, ipc_reply_wait(utcb, next->id, TAG(EXCEPTION_WORDS, LABEL_REGISTERS), 0, next->word[EXCEPTION_IP]));
		CHECK_VECTOR(*next, VECTOR_INVALID, registers_invalid);
		CHECK_EQUAL(next->id, before.id);
		CHECK_EQUAL(next->word[EXCEPTION_EAX], before.word[EXCEPTION_EAX] + 1);
	}
}
