/* SPDX-License-Identifier: BSD-2-Clause */
#include <items.h>
#include <mapping.h>
#include <message.h>
#include <scheduling.h>
#include <string_transfer.h>
#include <tcb.h>
#include <work.h>

static unsigned first_item(uint32_t tag)
{
	unsigned words = TAG_WORDS(tag);

	return words > MESSAGE_REGISTER_WORDS ? words : MESSAGE_REGISTER_WORDS;
}

void items_wait_for_source(struct tcb *tcb)
{
	tcb->wait = ID_NIL;
	tcb->blocked = BLOCKED_TRANSFER;
	scheduling_wait_ended(tcb);
	scheduling_blocked(tcb);
}

/*
 * The first string is the next item: if all of them fit, `from` and `to` are locked to each other. A receiver that is running
 * does not wait yet, and then the message's first piece is left to its sender.
 */
static uint32_t lock(struct tcb *from, struct tcb *to, uint32_t tag)
{
	uint32_t error = strings_check(from, to->utcb, first_item(tag), TAG_TYPED_WORDS(tag));

	if (error)
		return error;
	to->source = from->id;
	if (tcb_is_ready(to))
		return MAPPING_UNFINISHED;
	items_wait_for_source(to);
	return 0;
}

static uint32_t transfer_string(struct tcb *from, struct tcb *to, uint32_t tag, struct missing_page *missing)
{
	unsigned place = first_item(tag) + 2 * from->item;
	uint32_t error = to->source == from->id ? 0 : lock(from, to, tag);

	if (!error)
		error = string_transfer(from, to, place, missing);
	if (error)
		return error;
	from->string++;
	from->string_done = 0;
	return 0;
}

static uint32_t transfer_flexpage(struct tcb *from, struct tcb *to, uint32_t tag)
{
	unsigned place = first_item(tag) + 2 * from->item;
	const uint32_t item[] = {from->utcb->mr[place], from->utcb->mr[place + 1]};
	uint32_t window = to->fault ? FLEXPAGE_EVERYTHING : to->utcb->accept & ~(uint32_t)ACCEPT_STRINGS;
	uint32_t error;

	work_done(WORK_ITEM);
	error = mapping_transfer(from->space, to->space, item[0], item[1], window, &from->progress);

	if (error)
		return error;
	from->progress = (struct mapping_progress){0};
	if (!to->fault) {
		to->utcb->mr[place] = item[0];
		to->utcb->mr[place + 1] = item[1];
	}
	return 0;
}

/* Who waits for the answer to a fault is given no strings, as it is given no words. */
static uint32_t transfer_rest(struct tcb *from, struct tcb *to, uint32_t tag, struct missing_page *missing)
{
	for (; from->item < TAG_TYPED_WORDS(tag) / 2; from->item++) {
		uint32_t error = 0;

		if (!ITEM_IS_STRING(from->utcb->mr[first_item(tag) + 2 * from->item]))
			error = transfer_flexpage(from, to, tag);
		else if (!to->fault)
			error = transfer_string(from, to, tag, missing);
		if (error)
			return error;
	}
	return 0;
}

uint32_t items_transfer(struct tcb *from, struct tcb *to, uint32_t tag, struct missing_page *missing)
{
	uint32_t error;

	if (to->source != from->id && (to->offered != from->id || from->offered_to != to->id)) {
		from->item = from->string = 0;
		from->progress = (struct mapping_progress){0};
		from->string_done = 0;
	}
	error = transfer_rest(from, to, tag, missing);
	if (to->source == from->id)
		return error;
	to->offered = error == MAPPING_UNFINISHED ? from->id : ID_NIL;
	if (error != MAPPING_UNFINISHED)
		return error;
	from->offered_to = to->id;
	if (to->wait != ID_NIL) {
		/* Off the fast path, which would not notice that another message comes between. */
		to->blocked = BLOCKED_RECEIVING;
		to->partner = to->wait;
		to->wait = ID_NIL;
	}
	return error;
}
