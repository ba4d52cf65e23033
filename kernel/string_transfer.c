/* SPDX-License-Identifier: BSD-2-Clause */
#include <items.h>
#include <layout.h>
#include <mapping.h>
#include <message.h>
#include <space.h>
#include <string_transfer.h>
#include <tcb.h>
#include <transfer.h>
#include <work.h>

/* Both lie in memory that programs write: each is read once, and what was read is checked and used. */
struct string {
	uint32_t length, address;
};

static bool read_string(const struct utcb *utcb, unsigned place, struct string *string)
{
	uint32_t item = *(const volatile uint32_t *)&utcb->mr[place];

	string->length = STRING_LENGTH(item);
	string->address = *(const volatile uint32_t *)&utcb->mr[place + 1];
	return ITEM_IS_STRING(item) && string->address <= USER_TOP && string->length <= USER_TOP - string->address;
}

/* Buffer `n` that the receiver states beyond its first `used` message words. False: there is none. */
static bool read_buffer(const struct utcb *utcb, unsigned n, unsigned used, struct string *buffer)
{
	uint32_t count = *(const volatile uint32_t *)&utcb->mr[STRING_BUFFERS];

	return (utcb->accept & ACCEPT_STRINGS) && count <= STRING_BUFFERS_MAX && n < count &&
	       STRING_BUFFER(count - 1) >= used && read_string(utcb, STRING_BUFFER(n), buffer);
}

/* String `n` of a message whose items end before mr[end]. */
static uint32_t read_both(const struct utcb *from, unsigned place, const struct utcb *to, unsigned n, unsigned end,
			  struct string *string, struct string *buffer)
{
	if (!read_string(from, place, string) || string->length > STRING_MAX)
		return ERROR_BAD_MESSAGE;
	if (!read_buffer(to, n, end, buffer) || string->length > buffer->length)
		return ERROR_OVERFLOW;
	return 0;
}

uint32_t strings_check(const struct utcb *from, const struct utcb *to, unsigned first, unsigned count)
{
	struct string string, buffer;
	unsigned n = 0;

	for (unsigned place = first; place < first + count; place += 2) {
		uint32_t error;

		work_done(WORK_SKIP);
		if (!ITEM_IS_STRING(from->mr[place]))
			continue;
		work_done(WORK_LOOK);
		error = read_both(from, place, to, n++, first + count, &string, &buffer);
		if (error)
			return error;
	}
	return 0;
}

/*
 * How many of `size` bytes (at most a page) at `address` are in pages with `rights`: up to the first that is not.
 */
static uint32_t resident(const struct space *space, uint32_t address, uint32_t size, uint32_t rights)
{
	uint32_t rest = PAGE_SIZE - address % PAGE_SIZE;

	if ((space_memory_rights(space, address) & rights) != rights)
		return 0;
	if (size <= rest || (space_memory_rights(space, address + rest) & rights) == rights)
		return size;
	return rest;
}

static uint32_t copy_piece(struct tcb *from, uint32_t source, struct tcb *to, uint32_t target, uint32_t size,
			   struct missing_page *missing)
{
	if (size > TRANSFER_PIECE)
		size = TRANSFER_PIECE;
	size = resident(from->space, source, size, FLEXPAGE_READ);
	if (!size) {
		*missing = (struct missing_page){from, source & ~1u};
		return 0;
	}
	size = resident(to->space, target, size, FLEXPAGE_READ | FLEXPAGE_WRITE);
	if (!size) {
		*missing = (struct missing_page){to, target | 1};
		return 0;
	}
	transfer_bytes(from->space, source, to->space, target, size);
	work_done(TRANSFER_WORK(size));
	return size;
}

uint32_t string_transfer(struct tcb *from, struct tcb *to, unsigned place, struct missing_page *missing)
{
	unsigned end = place + 2;
	struct string string, buffer;
	uint32_t error = read_both(from->utcb, place, to->utcb, from->string, end, &string, &buffer);

	if (error)
		return error;
	if (!work_allows())
		return MAPPING_UNFINISHED;
	work_done(WORK_LOOK);
	while (from->string_done < string.length) {
		uint32_t done = from->string_done;
		uint32_t size;

		if (!work_allows())
			return MAPPING_UNFINISHED;
		size = copy_piece(from, string.address + done, to, buffer.address + done, string.length - done, missing);
		if (!size)
			return MAPPING_UNFINISHED;
		from->string_done += size;
	}
	to->utcb->mr[place] = STRING(string.length);
	to->utcb->mr[place + 1] = buffer.address;
	return 0;
}
