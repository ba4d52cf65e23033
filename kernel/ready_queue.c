/* SPDX-License-Identifier: BSD-2-Clause */
#include <ready_queue.h>
#include <tcb.h>

#define WORD_BITS 32

struct ready_links ready_lists[PRIORITIES];
uint32_t ready_bitmap[PRIORITIES / WORD_BITS];
uint32_t ready_bitmap_summary;
uint32_t ready_highest;

void ready_queue_init(void)
{
	for (unsigned p = 0; p < PRIORITIES; p++)
		ready_lists[p].next = ready_lists[p].previous = &ready_lists[p];
}

static unsigned highest_bit(uint32_t word)
{
	return WORD_BITS - 1 - __builtin_clz(word);
}

static void update_highest(void)
{
	unsigned word;

	if (!ready_bitmap_summary) {
		ready_highest = 0;
		return;
	}
	word = highest_bit(ready_bitmap_summary);
	ready_highest = word * WORD_BITS + highest_bit(ready_bitmap[word]);
}

static void insert_between(struct tcb *tcb, struct ready_links *previous, struct ready_links *next)
{
	unsigned p = tcb->priority;

	tcb->ready.previous = previous;
	tcb->ready.next = next;
	previous->next = &tcb->ready;
	next->previous = &tcb->ready;
	ready_bitmap[p / WORD_BITS] |= 1u << p % WORD_BITS;
	ready_bitmap_summary |= 1u << p / WORD_BITS;
	if (p > ready_highest)
		ready_highest = p;
}

/* The list of priority `p` has become empty. */
static void mark_empty(unsigned p)
{
	ready_bitmap[p / WORD_BITS] &= ~(1u << p % WORD_BITS);
	if (!ready_bitmap[p / WORD_BITS])
		ready_bitmap_summary &= ~(1u << p / WORD_BITS);
	update_highest();
}

/* Takes `tcb` out, if it is queued, and leaves its own links as they are. */
static inline void take_out(const struct tcb *tcb)
{
	const struct ready_links *links = &tcb->ready;

	if (!ready_is_queued(links))
		return;
	links->previous->next = links->next;
	links->next->previous = links->previous;
	if (links->next == links->previous && links->next == &ready_lists[tcb->priority])
		mark_empty(tcb->priority);
}

void ready_insert_tail(struct tcb *tcb)
{
	struct ready_links *list = &ready_lists[tcb->priority];

	take_out(tcb);
	insert_between(tcb, list->previous, list);
}

void ready_insert_head(struct tcb *tcb)
{
	struct ready_links *list = &ready_lists[tcb->priority];

	if (list->next == &tcb->ready)
		return; /* as whoever is dispatched, or preempted, mostly is */
	take_out(tcb);
	insert_between(tcb, list, list->next);
}

void ready_remove(struct tcb *tcb)
{
	take_out(tcb);
	tcb->ready.next = tcb->ready.previous = 0;
}

struct tcb *ready_first(void)
{
	struct ready_links *first;

	if (!ready_bitmap_summary)
		return 0;
	first = ready_lists[ready_highest].next;
	return (struct tcb *)((char *)first - offsetof(struct tcb, ready));
}

/* ---- invariants ------------------------------------------------------------------------------------ */

bool ready_queue_is_sound(uint32_t *priority)
{
	for (*priority = 0; *priority < PRIORITIES; ++*priority) {
		struct ready_links *links = &ready_lists[*priority];

		do {
			if (links->next->previous != links)
				return false;
			links = links->next;
			if (links != &ready_lists[*priority] &&
			    ((struct tcb *)((char *)links - offsetof(struct tcb, ready)))->priority != *priority)
				return false;
		} while (links != &ready_lists[*priority]);
	}
	return true;
}

bool ready_summary_is_sound(uint32_t *priority)
{
	uint32_t highest = 0;

	for (*priority = 0; *priority < PRIORITIES; ++*priority) {
		bool filled = ready_lists[*priority].next != &ready_lists[*priority];
		bool marked = ready_bitmap[*priority / WORD_BITS] & 1u << *priority % WORD_BITS;
		bool summed = ready_bitmap_summary & 1u << *priority / WORD_BITS;

		if (filled != marked || summed != (ready_bitmap[*priority / WORD_BITS] != 0))
			return false;
		if (filled)
			highest = *priority;
	}
	return highest == ready_highest;
}
