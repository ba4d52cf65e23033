/* SPDX-License-Identifier: BSD-2-Clause */
#include <wakeup_queue.h>

/* heap[1 … count]; nobody is due before its parent, heap[place / 2]. */
static struct wakeup *heap[WAKEUPS_MAX + 1];
static uint32_t count;

static void put(struct wakeup *wakeup, uint32_t place)
{
	heap[place] = wakeup;
	wakeup->place = place;
}

/* Finds `wakeup` its place, from `place` towards the root. */
static void rise(struct wakeup *wakeup, uint32_t place)
{
	while (place > 1 && wakeup->due < heap[place / 2]->due) {
		put(heap[place / 2], place);
		place /= 2;
	}
	put(wakeup, place);
}

/* Finds `wakeup` its place, from `place` towards the leaves. */
static void sink(struct wakeup *wakeup, uint32_t place)
{
	uint32_t child;

	while ((child = place * 2) <= count) {
		if (child < count && heap[child + 1]->due < heap[child]->due)
			child++;
		if (wakeup->due <= heap[child]->due)
			break;
		put(heap[child], place);
		place = child;
	}
	put(wakeup, place);
}

void wakeup_insert(struct wakeup *wakeup, uint64_t due)
{
	wakeup_remove(wakeup);
	wakeup->due = due;
	rise(wakeup, ++count);
}

void wakeup_remove(struct wakeup *wakeup)
{
	uint32_t place = wakeup->place;
	struct wakeup *last;

	if (!place)
		return;
	wakeup->place = 0;
	last = heap[count--];
	if (last == wakeup)
		return;
	if (place > 1 && last->due < heap[place / 2]->due)
		rise(last, place);
	else
		sink(last, place);
}

struct wakeup *wakeup_first(void)
{
	return count ? heap[1] : 0;
}

struct wakeup *wakeup_take_due(uint64_t now)
{
	struct wakeup *first = wakeup_first();

	if (!first || first->due > now)
		return 0;
	wakeup_remove(first);
	return first;
}

bool wakeup_queue_is_sound(void)
{
	for (uint32_t place = 1; place <= count; place++)
		if (heap[place]->place != place || (place > 1 && heap[place]->due < heap[place / 2]->due))
			return false;
	return true;
}

bool wakeup_is_sound(const struct wakeup *wakeup)
{
	return !wakeup->place || (wakeup->place <= count && heap[wakeup->place] == wakeup);
}
