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

static inline struct string read_string(const struct utcb *utcb, unsigned place, uint32_t *item)
{
	*item = *(const volatile uint32_t *)&utcb->mr[place];
	return (struct string){STRING_LENGTH(*item), *(const volatile uint32_t *)&utcb->mr[place + 1]};
}

static inline bool is_within_reach(struct string string)
{
	return string.address <= USER_TOP && string.length <= USER_TOP - string.address;
}

/* How many buffers the receiver states beyond its first `used` message words. */
static unsigned buffers_stated(const struct utcb *utcb, unsigned used)
{
	uint32_t count = *(const volatile uint32_t *)&utcb->mr[STRING_BUFFERS];

	if (!(utcb->accept & ACCEPT_STRINGS) || !count || count > STRING_BUFFERS_MAX || STRING_BUFFER(count - 1) < used)
		return 0;
	return count;
}

/* The string whose item is at mr[place] of `from`, and buffer `n` of `to`, which has it: 0, if the one fits the other. */
static inline uint32_t read_both(const struct utcb *from, unsigned place, const struct utcb *to, unsigned n, struct string *string,
				 struct string *buffer)
{
	uint32_t item;

	*string = read_string(from, place, &item);
	if (!ITEM_IS_STRING(item) || !is_within_reach(*string) || string->length > STRING_MAX)
		return ERROR_BAD_MESSAGE;
	*buffer = read_string(to, STRING_BUFFER(n), &item);
	return ITEM_IS_STRING(item) && is_within_reach(*buffer) && string->length <= buffer->length ? 0 : ERROR_OVERFLOW;
}

uint32_t strings_check(struct tcb *from, const struct utcb *to, unsigned first, unsigned count)
{
	unsigned stated = buffers_stated(to, first + count);
	struct string string, buffer;

	for (; from->string_done < count; from->string_done += 2) {
		unsigned place = first + from->string_done;
		uint32_t error;

		if (!work_allows())
			return MAPPING_UNFINISHED;
		work_done(WORK_SKIP);
		if (!ITEM_IS_STRING(from->utcb->mr[place]))
			continue;
		work_done(WORK_LOOK);
		/* A malformed string is one whether there is a buffer or not: so it is looked at first. */
		error = read_both(from->utcb, place, to, from->string, &string, &buffer);
		if (error)
			return error;
		if (from->string++ >= stated)
			return ERROR_OVERFLOW;
	}
	from->string = 0;
	from->string_done = 0;
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

/* The longest piece that may be copied now: whole only by an entry that has done nothing else. */
static uint32_t piece_allowed(void)
{
	if (work_allows_after(WORK_STRING))
		return TRANSFER_PIECE;
	return work_allows_after(WORK_BEFORE_PIECE) ? TRANSFER_PIECE / 2 : TRANSFER_PIECE / 4;
}

static uint32_t copy_piece(struct tcb *from, uint32_t source, struct tcb *to, uint32_t target, uint32_t size,
			   struct missing_page *missing)
{
	if (size > piece_allowed())
		size = piece_allowed();
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
	struct string string, buffer;
	uint32_t error;

	if (from->string >= buffers_stated(to->utcb, place + 2))
		return ERROR_OVERFLOW;
	error = read_both(from->utcb, place, to->utcb, from->string, &string, &buffer);
	if (error)
		return error;
	if (!work_allows())
		return MAPPING_UNFINISHED;
	work_done(WORK_STRING);
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
