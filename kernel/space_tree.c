/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which spaces there are, and who created whom: creation, and deletion with all that was created from there.
 */
#include <layout.h>
#include <memory.h>
#include <paging.h>
#include <space.h>
#include <string.h>
#include <syscall.h>
#include <thread.h>
#include <work.h>
#include <x86.h>

#define VERSION_LAST ((1u << (32 - SPACE_INDEX_BITS)) - 1)
#define WORD_BITS 32

static struct space spaces[SPACES_MAX]; /* index 0 is never used: SPACE_OWN */
static uint32_t existing[SPACES_MAX / WORD_BITS]; /* bit i % 32 of word i / 32: index i is in use */

/* Indices that have been used and are free again, first in, first out; then those from fresh_index on. */
static struct space *free_first, *free_last;
static uint32_t fresh_index = 1;

uint32_t space_indices_retired;

/* ---- numbers --------------------------------------------------------------------------------------- */

static struct space *first_unused(void)
{
	if (free_first)
		return free_first;
	return fresh_index < SPACES_MAX ? &spaces[fresh_index] : 0;
}

/* Gives `space`, which is first_unused(), its id. */
static void take_index(struct space *space)
{
	uint32_t index = space - spaces;

	if (space == free_first)
		free_first = space->next;
	else
		fresh_index++;
	space->version++;
	space->id = space->version << SPACE_INDEX_BITS | index;
	existing[index / WORD_BITS] |= 1u << index % WORD_BITS;
}

static void give_index_back(struct space *space)
{
	uint32_t index = space - spaces;

	space->id = 0;
	existing[index / WORD_BITS] &= ~(1u << index % WORD_BITS);
	if (space->version >= VERSION_LAST) {
		space_indices_retired++;
		return;
	}
	space->next = 0;
	if (free_first)
		free_last->next = space;
	else
		free_first = space;
	free_last = space;
}

struct space *space_at(uint32_t index)
{
	return &spaces[index];
}

struct space *space_lookup(uint32_t id)
{
	struct space *space = &spaces[SPACE_INDEX(id)];

	return id && space->id == id ? space : 0;
}

uint32_t space_next(uint32_t index)
{
	uint32_t word = index / WORD_BITS, bits;

	if (index >= SPACES_MAX)
		return SPACES_MAX;
	bits = existing[word] & ~0u << index % WORD_BITS;
	while (!bits) {
		if (++word == SPACES_MAX / WORD_BITS)
			return SPACES_MAX;
		bits = existing[word];
	}
	return word * WORD_BITS + __builtin_ctz(bits);
}

/* ---- creation -------------------------------------------------------------------------------------- */

static void adopt(struct space *creator, struct space *space)
{
	struct space *first = creator->children;

	if (first) {
		space->next = first;
		space->previous = first->previous;
		first->previous->next = space;
		first->previous = space;
	} else {
		creator->children = space->next = space->previous = space;
	}
}

static void disown(struct space *creator, struct space *space)
{
	space->previous->next = space->next;
	space->next->previous = space->previous;
	if (creator->children == space)
		creator->children = space->next == space ? 0 : space->next;
}

/* A directory is empty below USER_TOP and has the same entries beyond as all others. */
static uint32_t *make_directory(struct space *space)
{
	uint32_t *directory = frame_take(space);

	if (!directory)
		return 0;
	clear_words(directory, DIRECTORY_INDEX(USER_TOP));
	copy_words(&directory[DIRECTORY_INDEX(USER_TOP)], &kernel_directory[DIRECTORY_INDEX(USER_TOP)],
		   TABLE_ENTRIES - DIRECTORY_INDEX(USER_TOP));
	return directory;
}

struct space *space_create(struct space *creator, uint32_t quota, uint32_t *error)
{
	struct space *space = first_unused();

	*error = SYSCALL_ENOSPACE;
	if (creator && creator->state != SPACE_ALIVE)
		return 0;
	*error = SYSCALL_ENOIDS;
	if (!space)
		return 0;
	*error = SYSCALL_ENOMEM;
	if (creator && !memory_charge(creator, quota))
		return 0;
	space->quota = quota;
	space->used = 0;
	space->directory = make_directory(space);
	if (!space->directory) {
		if (creator)
			memory_discharge(creator, quota);
		return 0;
	}
	take_index(space);
	space->creator = creator;
	if (creator)
		adopt(creator, space);
	space->state = SPACE_ALIVE;
	spaces_created(space);
	return space;
}

/* ---- deletion -------------------------------------------------------------------------------------- */

static bool delete_threads(struct space *space)
{
	while (space->threads) {
		if (!work_allows() || !thread_delete(space->threads, 0))
			return false;
	}
	return true;
}

/* The space is empty: its index is free, and its creator has its quota back. */
static void bury(struct space *space)
{
	struct space *creator = space->creator;

	if (creator) {
		disown(creator, space);
		memory_discharge(creator, space->quota);
	}
	space->creator = space->deletion = 0;
	space->privileged = false;
	give_index_back(space);
}

/*
 * From the top down, threads are deleted, so that a space whose children are looked at has nobody left who could make more of
 * them, or be about to delete one; from the bottom up, the spaces. Where it is stands in the space that is deleted.
 * A space below it whose own deletion was left in the middle is as good as any other.
 */
bool space_delete(struct space *space)
{
	struct space *at = space->deletion ? space->deletion : space;

	for (;;) {
		struct space *up = at->creator;

		space->deletion = at;
		if (!work_allows())
			return false;
		work_done(WORK_LOOK);
		if (at->state == SPACE_ALIVE)
			at->state = SPACE_DYING;
		if (!delete_threads(at))
			return false;
		if (at->children) {
			at = at->children;
			continue;
		}
		if (!space_clear(at))
			return false;
		bury(at);
		if (at == space)
			return true;
		at = up;
	}
}
