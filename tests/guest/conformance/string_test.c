/* SPDX-License-Identifier: BSD-2-Clause */
#include "string_test.h"
#include "kernel_info.h"

char *large_source, *large_target;
struct plan plan;

void large_memory(struct utcb *utcb)
{
	/* Both are whole page tables' worth, so that they can be given away as one flexpage. */
	uint32_t bottom = (kernel_info.memory_bottom + SUPERPAGE_SIZE - 1) & ~(SUPERPAGE_SIZE - 1);

	if (large_source)
		return;
	CHECK(kernel_info.memory_top - bottom >= LARGE_STRIDE + LARGE_SIZE);
	CHECK(kernel_info.reserved_bottom == kernel_info.reserved_top || kernel_info.reserved_bottom - bottom >= LARGE_STRIDE + LARGE_SIZE);
	CHECK(space_window(&own_space, bottom, (const char *)bottom, LARGE_STRIDE + LARGE_SIZE, FLEXPAGE_RIGHTS));
	large_source = (char *)bottom;
	large_target = (char *)bottom + LARGE_STRIDE;
}

static void state_buffers(struct utcb *utcb)
{
	utcb->accept = plan.accept;
	for (uint32_t n = 0; n < plan.count && n < PLAN_BUFFERS; n++)
		ipc_accept_string(utcb, n, (void *)plan.buffer[n].address, plan.buffer[n].length);
}

static void note_result(const struct utcb *utcb, const struct ipc_result *r)
{
	plan.tag = r->tag;
	plan.from = r->from;
	for (unsigned n = 0; n < MESSAGE_REGISTER_WORDS; n++)
		plan.word[n] = r->word[n];
	plan.utcb = *utcb;
	plan.taken++;
}

void taker(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument)
{
	uint32_t to = ID_NIL;

	(void)id;
	(void)creator;
	(void)argument;
	for (;;) {
		struct ipc_result r = ipc_reply_wait(utcb, to, TAG(0, 0), 0, 0);

		to = ipc_failed(r) ? ID_NIL : r.from;
		if (!ipc_failed(r) && !TAG_TYPED_WORDS(r.tag) && !TAG_WORDS(r.tag))
			state_buffers(utcb);
		else
			note_result(utcb, &r);
	}
}

void take_as(struct utcb *utcb, const struct thread *thread, uint32_t count, uint32_t address, uint32_t length)
{
	plan.count = count;
	plan.buffer[0].address = address;
	plan.buffer[0].length = length;
	CHECK_OK(ipc_call(utcb, thread->id, TAG(0, 0), 0, 0));
}

struct ipc_result call_with(struct utcb *utcb, uint32_t to, uint32_t words, uint32_t items)
{
	return ipc_call(utcb, to, TAG(words, 0) | TAG_TYPED(2 * items), 1, 2);
}

struct ipc_result call_with_string(struct utcb *utcb, uint32_t to, const void *address, uint32_t length)
{
	ipc_put_string(utcb, 0, 0, address, length);
	return call_with(utcb, to, 0, 1);
}

void fill_pattern(char *memory, uint32_t length, uint32_t seed)
{
	for (uint32_t n = 0; n < length; n++)
		memory[n] = (char)pattern_byte(seed, n);
}

bool is_pattern(const char *memory, uint32_t length, uint32_t seed)
{
	for (uint32_t n = 0; n < length; n++)
		if ((uint8_t)memory[n] != pattern_byte(seed, n))
			return false;
	return true;
}
