/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <memory.h>
#include <paging.h>
#include <space.h>
#include <string.h>
#include <work.h>

/* Numbers of the free frames, the next to be given out last: which are free is known without a look at them, each of them another page. */
static uint16_t free_frames[MEMORY_FRAMES];
static uint32_t free_count;

_Static_assert(MEMORY_FRAMES <= UINT16_MAX, "a frame's number has 16 bits");

/*
 * The free frame that is given out next with known contents, which is not among those: its first words are `value` already. It is the same for all spaces:
 * a call that was interrupted while it filled it, and is never made again, leaves it to the next.
 */
static struct {
	uint32_t *words; /* 0: no frame has been chosen */
	uint32_t filled;
	uint32_t value;
} spare;

#define FRAME_WORDS (PAGE_SIZE / 4)
#define FILL_STEP (FRAME_WORDS / 4)

void memory_init(void)
{
	/* Downwards, so that frames are handed out upwards: the same cache sets in every boot. */
	for (uint32_t number = MEMORY_FRAMES; number > 0; number--)
		free_frames[free_count++] = (uint16_t)(number - 1);
}

bool memory_charge(struct space *space, uint32_t pages)
{
	if (pages > space->quota - space->used)
		return false;
	space->used += pages;
	return true;
}

void memory_discharge(struct space *space, uint32_t pages)
{
	space->used -= pages;
}

static void *frame_of_number(uint32_t number)
{
	return physical(PHYS_HEAP + number * PAGE_SIZE);
}

static void *take_free(void)
{
	return free_count ? frame_of_number(free_frames[--free_count]) : 0;
}

/* There is a spare frame, and none of its words has another value than this. False: there is no frame. */
static bool choose_spare(uint32_t value)
{
	if (!spare.words)
		spare.words = take_free();
	else if (spare.value == value)
		return true;
	spare.filled = 0;
	spare.value = value;
	return spare.words;
}

static void fill_spare(uint32_t words)
{
	fill_words(spare.words + spare.filled, spare.value, words);
	spare.filled += words;
}

static void *take_spare(void)
{
	void *frame = spare.words;

	spare.words = 0;
	return frame;
}

bool frame_ready(uint32_t value)
{
	if (!choose_spare(value))
		return true;
	while (spare.filled < FRAME_WORDS) {
		if (!work_allows())
			return false;
		work_done(FILL_STEP);
		fill_spare(FILL_STEP);
	}
	return work_allows();
}

void *frame_take(struct space *space)
{
	if (!frames_free() || (space && !memory_charge(space, 1)))
		return 0;
	return free_count ? take_free() : take_spare();
}

void *frame_allocate_filled(struct space *space, uint32_t value)
{
	if (!choose_spare(value) || (space && !memory_charge(space, 1)))
		return 0;
	fill_spare(FRAME_WORDS - spare.filled);
	return take_spare();
}

void *frame_allocate(struct space *space)
{
	return frame_allocate_filled(space, 0);
}

void frame_free(struct space *space, void *frame)
{
	free_frames[free_count++] = (uint16_t)((physical_of(frame) - PHYS_HEAP) / PAGE_SIZE);
	if (space)
		memory_discharge(space, 1);
}

uint32_t frames_free(void)
{
	return free_count + (spare.words ? 1 : 0);
}

void *frame_free_at(uint32_t n)
{
	if (spare.words && n-- == 0)
		return spare.words;
	return frame_of_number(free_frames[free_count - 1 - n]);
}
