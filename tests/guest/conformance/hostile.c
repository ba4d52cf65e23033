/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program may have any state it can load, and execute any instruction: it harms nobody but itself.
 */
#include "check.h"

#include <layout.h>

/* ---- a server that must not notice ----------------------------------------------------------------- */

/* Uses memory that only its space has, by all data segment registers and by string instructions, before each answer. */
THREAD(careful_server)
{
	volatile uint32_t *own = (volatile uint32_t *)LOW_WINDOW;
	struct ipc_result r;

	for (uint32_t i = 0; i < 16; i++)
		own[i] = id + i;
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		uint32_t by_fs, by_gs, n = 16;
		volatile uint32_t *from = own, *to = own + 16;

		__asm__ volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
		__asm__ volatile("movl %%fs:4(%1), %0" : "=r"(by_fs) : "r"(own));
		__asm__ volatile("movl %%gs:8(%1), %0" : "=r"(by_gs) : "r"(own));
		CHECK_EQUAL(by_fs, id + 1);
		CHECK_EQUAL(by_gs, id + 2);
		for (uint32_t i = 0; i < 16; i++)
			CHECK_EQUAL(own[16 + i], id + i);
		r = ipc_reply_wait(utcb, r.from, TAG(TAG_WORDS(r.tag), 0), r.word[0], r.word[1]);
		/* Who called may want no answer. */
		while (ipc_failed(r))
			r = ipc_receive(utcb, ID_ANY);
	}
}

static volatile uint32_t server_id;

static void start_server(struct utcb *utcb, struct space *space)
{
	space_window(space, LOW_WINDOW, own_pages[2], PAGE_SIZE, FLEXPAGE_RIGHTS);
	server_id = START(space, careful_server, 0, PRIORITY_HELPER)->id;
	let_others_run(utcb);
}

/* Runs `attack` in a small and in a large space, against a server in its own, another small and a large space. */
static void attack_servers(struct utcb *utcb, thread_function *attack)
{
	for (unsigned i = 0; i < 6; i++) {
		struct space *space = i & 1 ? large_space(utcb) : NEW_SPACE();
		struct space *server_space = i < 2 ? space : i < 4 ? NEW_SPACE() : large_space(utcb);

		start_server(utcb, server_space);
		CHECK_OK(ipc_receive(utcb, START(space, attack, 0, PRIORITY_HELPER)->id));
		/* And the same by a decent client. */
		CHECK_EQUAL(ipc_call(utcb, server_id, TAG(2, 0), 7, 8).word[1], 8);
		space_stop(space);
		if (server_space != space)
			space_stop(server_space);
	}
}

/* Kernel entries in a state that C has no words for: `before` and `after` are assembler text around them. */
#define ODD_CALL(before, after)                                                                      \
	do {                                                                                         \
		utcb->mr[0] = 1;                                                                     \
		utcb->mr[1] = 2;                                                                     \
		__asm__ volatile(before "\n\t" ENTER_KERNEL "\n\t" after                             \
				 : "+S"(to), "+d"(from), "+a"(tag), "+b"(word0), "+D"(word1), "+c"(other) \
				 :                                                                   \
				 : "memory", "cc");                                                  \
	} while (0)

/* The registers of a call of the server with `words` words, for ODD_CALL. */
#define CALL_REGISTERS(words)                                                                  \
	uint32_t to = server_id, from = server_id, tag = TAG(words, 0), word0 = 1, word1 = 2

/* ---- segment registers ----------------------------------------------------------------------------- */

#define SET_SEGMENTS "mov %%ecx, %%fs; mov %%ecx, %%gs; mov %%ecx, %%es; mov %%ecx, %%ds"

/* What the program does with such segments itself is a fault; the kernel gives it usable ones back. */
static void call_with_segments(struct utcb *utcb, uint32_t selector, uint32_t words)
{
	CALL_REGISTERS(words);
	uint32_t other = selector;

	ODD_CALL(SET_SEGMENTS, "");
	CHECK_EQUAL(tag & ~TAG_SEND_NOWAIT, TAG(words, 0));
	CHECK_EQUAL(to, server_id);
}

THREAD(attack_by_segments)
{
	static const uint8_t null_selectors[4] = {0, 1, 2, 3};
	uint32_t code;

	__asm__("mov %%cs, %0" : "=r"(code));
	for (unsigned i = 0; i < 4; i++) {
		for (uint32_t words = 0; words < 12; words += 2)
			call_with_segments(utcb, null_selectors[i], words);
	}
	for (uint32_t words = 0; words < 12; words += 2)
		call_with_segments(utcb, code, words);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(segments, "hostile/segments", "whatever selectors a program leaves in its segment registers, others find their own")
{
	attack_servers(utcb, attack_by_segments);
}

/* A fault on a selector that the kernel left behind would be repaired without a word: so the selectors themselves are looked at. */
static void check_own_segments(struct utcb *utcb)
{
	uint16_t ds, es, ss;

	__asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%ss, %2" : "=r"(ds), "=r"(es), "=r"(ss));
	CHECK_EQUAL(ds, ss);
	CHECK_EQUAL(es, ss);
}

THREAD(call_and_look)
{
	uint32_t server = argument;

	for (uint32_t words = 0; words < 12; words += 2) {
		CHECK_OK(ipc_call(utcb, server, TAG(words, 0), 1, 2)); /* by the fast path, if there is one */
		check_own_segments(utcb);
	}
	thread_my_id();
	check_own_segments(utcb);
	ipc_call(utcb, thread_my_id(), TAG(0, 0), 0, 0); /* fails */
	check_own_segments(utcb);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(segments_kept, "hostile/segments-kept", "a program that left its segment registers alone finds them so after every call")
{
	struct space *server = NEW_SPACE();

	start_server(utcb, server);
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), call_and_look, server_id, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(server, call_and_look, server_id, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(large_space(utcb), call_and_look, server_id, PRIORITY_HELPER)->id));
}

static const volatile uint32_t magic = 0x600dda7a;

/* Each selector that a program may load gives it its own memory, and no more of it than the one it was given. */
THREAD(try_selectors)
{
	uint32_t own, own_limit;

	__asm__("mov %%ds, %0" : "=r"(own));
	__asm__("lsl %1, %0" : "=r"(own_limit) : "r"(own) : "cc");
	for (uint32_t selector = 4; selector < 0x400; selector++) {
		uint8_t readable;
		uint32_t value, limit;

		__asm__("verr %w1; sete %0" : "=q"(readable) : "r"(selector) : "cc");
		if (!readable)
			continue;
		__asm__ volatile("mov %1, %%fs; movl %%fs:(%2), %0; mov %3, %%fs"
				 : "=&r"(value)
				 : "r"(selector), "r"(&magic), "r"(own));
		CHECK_EQUAL(value, magic);
		__asm__("lsl %1, %0" : "=r"(limit) : "r"(selector) : "cc");
		CHECK(limit <= own_limit);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(selectors, "hostile/selectors", "no selector that a program can load reaches beyond its own space")
{
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), try_selectors, 0, PRIORITY_HELPER)->id));
	CHECK_OK(ipc_receive(utcb, START(large_space(utcb), try_selectors, 0, PRIORITY_HELPER)->id));
}

/* ---- flags ----------------------------------------------------------------------------------------- */

#define SET_FLAGS(flags) "pushfl; orl $" #flags ", (%%esp); popfl"
#define CLEAR_FLAGS(flags) "pushfl; andl $~(" #flags "), (%%esp); popfl"

#define CALL_WITH_FLAGS(flags, words)                                    \
	do {                                                             \
		CALL_REGISTERS(words);                                   \
		uint32_t other = 0;                                      \
		ODD_CALL(SET_FLAGS(flags), CLEAR_FLAGS(flags));          \
		CHECK_EQUAL(tag & ~TAG_SEND_NOWAIT, TAG(words, 0));     \
		CHECK_EQUAL(to, server_id);                              \
		tag = TAG_SYSCALL | SYS_THREAD_SWITCH;                   \
		to = ID_NIL;                                             \
		ODD_CALL(SET_FLAGS(flags), CLEAR_FLAGS(flags));          \
		CHECK_EQUAL(tag, SYSCALL_OK);                            \
		tag = TAG_SYSCALL | SYS_MY_ID;                           \
		ODD_CALL(SET_FLAGS(flags), CLEAR_FLAGS(flags));          \
		CHECK_EQUAL(to, id);                                     \
	} while (0)

/* Nested task, direction, alignment check, I/O privilege level, the identification and virtual-interrupt bits. */
THREAD(attack_by_flags)
{
	for (uint32_t words = 0; words <= MESSAGE_WORDS_MAX; words += words < 8 ? 1 : 59) {
		CALL_WITH_FLAGS(0x00004000, words);
		CALL_WITH_FLAGS(0x00000400, words);
		CALL_WITH_FLAGS(0x00040000, words);
		CALL_WITH_FLAGS(0x00003000, words);
		CALL_WITH_FLAGS(0x00380000, words);
		CALL_WITH_FLAGS(0x00000cd5, words);
		CALL_WITH_FLAGS(0x0027fcd5 & ~0x100, words);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(flags, "hostile/flags", "whatever flags a program sets before it enters the kernel, neither kernel nor others notice")
{
	attack_servers(utcb, attack_by_flags);
}

THREAD(call_backwards)
{
	for (unsigned round = 0; round < 4; round++) {
		CALL_REGISTERS(MESSAGE_WORDS_MAX);
		uint32_t other = 0;

		for (unsigned n = 2; n < MESSAGE_WORDS_MAX; n++)
			utcb->mr[n] = round << 8 | n;
		ODD_CALL(SET_FLAGS(0x400), CLEAR_FLAGS(0x400));
		CHECK_EQUAL(tag & ~TAG_SEND_NOWAIT, TAG(MESSAGE_WORDS_MAX, 0));
		for (unsigned n = 2; n < MESSAGE_WORDS_MAX; n++)
			CHECK_EQUAL(utcb->mr[n], round << 8 | n);
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

THREAD(check_words)
{
	struct ipc_result r = ipc_receive(utcb, ID_ANY);

	for (unsigned round = 0;; round++) {
		for (unsigned n = 2; n < MESSAGE_WORDS_MAX; n++)
			CHECK_EQUAL(utcb->mr[n], round << 8 | n);
		r = ipc_reply_wait(utcb, r.from, TAG(MESSAGE_WORDS_MAX, 0), 1, 2);
	}
}

TEST(direction, "hostile/direction", "a message is copied forward, whatever the sender's direction flag")
{
	server_id = START(NEW_SPACE(), check_words, 0, PRIORITY_HELPER)->id;
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), call_backwards, 0, PRIORITY_HELPER)->id));
}

/* ---- stack and start ------------------------------------------------------------------------------- */

/* Of threads that start without thread_start. */
#define STACK ((uint32_t)own_pages[OWN_PAGES - 2] + PAGE_SIZE)

static uint32_t kept_esp;

THREAD(attack_by_stack)
{
	static const uint32_t stacks[] = {0, 1, 3, 4, 0x1000, SUPERPAGE_SIZE, 0x80000001, USER_TOP, SLOT_REGION + 64,
					  TCB_AREA + 0x8000, PHYSICAL_WINDOW, 0xfffffffd, 0xffffffff};

	for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		for (uint32_t words = 0; words < 10; words += 3) {
			CALL_REGISTERS(words);
			uint32_t other = stacks[i];

			utcb->mr[0] = 1;
			utcb->mr[1] = 2;
			/* ENTER_KERNEL would use the stack. */
			__asm__ volatile("push %%ebp; mov %%esp, %6; mov %%ecx, %%esp; int %7; mov %6, %%esp; pop %%ebp"
					 : "+S"(to), "+d"(from), "+a"(tag), "+b"(word0), "+D"(word1), "+c"(other),
					   "+m"(kept_esp)
					 : "i"(SYSCALL_VECTOR)
					 : "memory", "cc");
			CHECK_EQUAL(tag & ~TAG_SEND_NOWAIT, TAG(words, 0));
			CHECK_EQUAL(to, server_id);
		}
	}
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(stack, "hostile/stack", "the kernel does not use a program's stack, and gives back whatever was in its pointer")
{
	attack_servers(utcb, attack_by_stack);
}

TEST(wild_start, "hostile/wild-start", "a thread that starts where there is nothing faults there; its pager is told")
{
	static const uint32_t addresses[] = {0, 4, LOW_WINDOW, SUPERPAGE_SIZE - 4, SUPERPAGE_SIZE, 0x7ffffffe, USER_TOP - 2};

	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct space *space = NEW_SPACE();
		struct thread *thread = thread_start_raw(space, addresses[i], STACK, 0, PRIORITY_HELPER);

		CHECK(thread != NULL);
		thread_wait_fault(utcb, thread);
		CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
		CHECK_EQUAL(thread->fault.word, addresses[i]);
		CHECK_EQUAL(thread->fault.ip, addresses[i]);
		space_stop(space);
	}
}

TEST(wild_stack, "hostile/wild-stack", "a thread whose stack is nowhere faults when it uses it")
{
	static const uint8_t code[] = {0x50, 0xf4}; /* push %eax; hlt */
	static const uint32_t pointers[] = {0, 2, 0x1000, LOW_WINDOW, SUPERPAGE_SIZE, 0x80000000, USER_TOP};

	for (unsigned i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		struct space *space = NEW_SPACE();
		struct thread *thread = thread_start_raw(space, (uint32_t)code, pointers[i], 0, PRIORITY_HELPER);

		CHECK(thread != NULL);
		thread_wait_fault(utcb, thread);
		CHECK_EQUAL(thread->fault.ip, (uint32_t)code);
		if (pointers[i] >= 4) {
			CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
			CHECK_EQUAL(thread->fault.word, (pointers[i] - 4) | 1);
		}
		space_stop(space);
	}
}

/*
 * A call whose instruction is the last in memory: the kernel would have to return to where nothing can be. With
 * small spaces, that is also the end of a slot.
 */
enum call { CALL_NOBODY, CALL_NULL, CALL_SERVER, CALLS };

static uint32_t put_call_at_end(char *page, enum call call)
{
	uint8_t code[] = {0xb8, 0, 0, 0, 0,    /* mov $destination, %eax */
			  0x89, 0xc2,          /* mov %eax, %edx */
			  0xbe, 0, 0, 0, 0,    /* mov $tag, %esi */
			  0xcd, SYSCALL_VECTOR};
	uint32_t to = call == CALL_SERVER ? server_id : ID_NIL;
	uint32_t tag = call == CALL_NULL ? TAG_SYSCALL | SYS_MY_ID : TAG(0, 0) | (call == CALL_NOBODY ? TAG_NO_RECEIVE : 0);

	memcpy(code + 1, &to, 4);
	memcpy(code + 8, &tag, 4);
	memcpy(page + PAGE_SIZE - sizeof(code), code, sizeof(code));
	return sizeof(code);
}

static struct thread *call_at(struct utcb *utcb, uint32_t end, enum call call)
{
	struct space *space = NEW_SPACE();
	struct thread *thread;
	uint32_t length;

	start_server(utcb, NEW_SPACE());
	length = put_call_at_end(own_pages[1], call);
	space_window(space, end - PAGE_SIZE, own_pages[1], PAGE_SIZE, FLEXPAGE_RIGHTS);
	thread = thread_start_raw(space, end - length, STACK, 0, PRIORITY_HELPER);
	CHECK(thread != NULL);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.ip, end);
	return thread;
}

TEST(end_of_slot, "hostile/end-of-slot", "a call by the last instruction below 4 MB returns to the first byte beyond")
{
	for (enum call call = CALL_NOBODY; call < CALLS; call++) {
		struct thread *thread = call_at(utcb, SUPERPAGE_SIZE, call);

		CHECK_EQUAL(thread->fault.label, LABEL_PAGE_FAULT);
		CHECK_EQUAL(thread->fault.word, SUPERPAGE_SIZE);
	}
}

TEST(end_of_memory, "hostile/end-of-memory", "a call by the last instruction below USER_TOP returns to an exception")
{
	for (enum call call = CALL_NOBODY; call < CALLS; call++) {
		struct thread *thread = call_at(utcb, USER_TOP, call);

		CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
		CHECK_EQUAL(thread->fault.word & 0xff, 13);
	}
}

/* ---- random calls ---------------------------------------------------------------------------------- */

static uint32_t random_state;

static uint32_t random_word(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8 ^ random_state << 16;
}

/* Half of all values are such as a kernel might trip over. */
static uint32_t random_argument(void)
{
	const uint32_t odd[] = {0, 1, 0xffffffff, 0x7fffffff, 0x80000000, server_id, pager_id, ID_SIGMA0, thread_my_id(),
				USER_TOP, KERNEL_BASE, TCB_AREA, PHYSICAL_WINDOW, LOW_WINDOW, HIGH_WINDOW,
				(uint32_t)own_pages, FLEXPAGE_ALL, 0x00010e00, 0xfffff000, 4095};
	uint32_t n = random_word();

	return n & 1 ? random_word() : odd[(n >> 1) % (sizeof(odd) / sizeof(odd[0]))] + ((n >> 16 & 7) == 0);
}

static uint32_t random_tag(void)
{
	/* Never for ever: whoever blocks is no longer hostile. */
	return (random_word() & ~TAG_SYSCALL) | TAG_SEND_TIMEOUT | TAG_RECEIVE_TIMEOUT;
}

/* Does not end itself. Spaces that it makes are deleted with its own. */
static uint32_t random_system_call(void)
{
	for (;;) {
		uint32_t number = random_word() % (SYS_COUNT + 2);

		if (number != SYS_THREAD_DELETE && number != SYS_THREAD_SWITCH)
			return number;
	}
}

THREAD(call_at_random)
{
	random_state = argument;
	for (unsigned i = 0; i < 1500; i++) {
		for (unsigned n = 0; n < 8; n++)
			utcb->mr[random_word() % MESSAGE_WORDS_MAX] = random_argument();
		utcb->accept = random_argument();
		if (i % 2)
			ipc(utcb, random_argument(), random_argument(), random_tag(), 0, random_argument(),
			    random_argument());
		else
			syscall5(random_system_call(), random_argument(), random_argument(), random_argument(),
				 random_argument(), random_argument());
		/* It may have lowered itself below everybody. */
		if (schedule(id, -1u, -1u).value[0] < PRIORITY_HELPER)
			break;
	}
}

TEST(random_calls, "hostile/random", "random calls by a program get results or error codes, and disturb nobody")
{
	for (uint32_t seed = 1; seed <= 8; seed++) {
		struct space *server = NEW_SPACE(), *space = seed & 1 ? large_space(utcb) : NEW_SPACE();

		start_server(utcb, server);
		START(space, call_at_random, seed, PRIORITY_HELPER);
		let_others_run(utcb);
		CHECK_EQUAL(ipc_call(utcb, server_id, TAG(2, 0), 7, 8).word[1], 8);
		space_stop(space);
		space_stop(server);
	}
}
