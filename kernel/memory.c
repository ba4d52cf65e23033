/* SPDX-License-Identifier: BSD-2-Clause */
#include <layout.h>
#include <memory.h>
#include <paging.h>
#include <space.h>
#include <string.h>

/* A free frame holds the pointer to the next one. */
struct free_frame {
	struct free_frame *next;
};

static struct free_frame *free_frames;

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

void *frame_take(struct space *space)
{
	struct free_frame *frame = free_frames;

	if (!frame || (space && !memory_charge(space, 1)))
		return 0;
	free_frames = frame->next;
	return frame;
}

void *frame_allocate_filled(struct space *space, uint32_t value)
{
	void *frame = frame_take(space);

	if (frame)
		fill_words(frame, value, PAGE_SIZE / 4);
	return frame;
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
	return frame ? ((struct free_frame *)frame)->next : free_frames;
}
