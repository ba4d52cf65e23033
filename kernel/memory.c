/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <memory.h>
#include <paging.h>
#include <space.h>
#include <string.h>
#include <work.h>

/* A free frame holds the pointer to the next one. */
struct free_frame {
	struct free_frame *next;
};

static struct free_frame *free_frames;

/*
 * The free frame that is given out next with known contents, which is in no list: its first words are `value` already. It is the same for all spaces:
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
	/* Downwards, so that frames are handed out upwards: the same caches sets in every boot. */
	for (uint32_t frame = PHYS_HEAP_END; frame > PHYS_HEAP; frame -= PAGE_SIZE) {
		struct free_frame *f = physical(frame - PAGE_SIZE);

		f->next = free_frames;
		free_frames = f;
	}
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

static void *take_free(void)
{
	struct free_frame *frame = free_frames;

	if (frame)
		free_frames = frame->next;
	return frame;
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
	if ((!free_frames && !spare.words) || (space && !memory_charge(space, 1)))
		return 0;
	return free_frames ? take_free() : take_spare();
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
	struct free_frame *f = frame;

	f->next = free_frames;
	free_frames = f;
	if (space)
		memory_discharge(space, 1);
}

void *frame_next_free(void *frame)
{
	if (!frame && spare.words)
		return spare.words;
	return frame && frame != spare.words ? ((struct free_frame *)frame)->next : free_frames;
}
