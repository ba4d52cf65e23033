/* SPDX-License-Identifier: BSD-2-Clause */
#include <ids.h>
#include <syscall.h>
#include <thread_numbers.h>

#define VERSION_LAST ((1u << ID_VERSION_BITS) - 1)

uint32_t thread_numbers_retired;

static struct thread_number *free_first, *free_last;
static uint32_t fresh = NUMBER_FIRST;

static struct thread_number *take_fresh(struct space *space, uint32_t *error)
{
	struct thread_number *number;

	*error = SYSCALL_ENOIDS;
	if (fresh > NUMBER_LAST)
		return 0;
	*error = SYSCALL_ENOMEM;
	number = thread_numbers_place(fresh, space);
	if (!number)
		return 0;
	number->last_id = ID(fresh, 0);
	fresh++;
	return number;
}

struct thread_number *thread_numbers_take(struct space *space, uint32_t *error)
{
	struct thread_number *number = free_first;

	if (number)
		free_first = number->free_next;
	else
		number = take_fresh(space, error);
	if (number)
		number->last_id = ID(ID_NUMBER(number->last_id), ID_VERSION(number->last_id) + 1);
	return number;
}

void thread_numbers_give_back(struct thread_number *number)
{
	if (ID_VERSION(number->last_id) >= VERSION_LAST) {
		thread_numbers_retired++;
		return;
	}
	number->free_next = 0;
	if (free_first)
		free_last->free_next = number;
	else
		free_first = number;
	free_last = number;
}

uint32_t thread_numbers_end(void)
{
	return fresh;
}

bool thread_numbers_are_sound(uint32_t in_use)
{
	uint32_t free = 0;

	for (struct thread_number *number = free_first; number && free <= fresh; number = number->free_next)
		free++;
	return in_use + free + thread_numbers_retired == fresh - NUMBER_FIRST;
}
