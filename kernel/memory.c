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

void *frame_allocate(struct space *space)
{
	return frame_allocate_filled(space, 0);
}

void *frame_allocate_filled(struct space *space, uint32_t value)
{
	struct free_frame *frame = free_frames;

	if (!frame || (space && space->used >= space->quota))
		return 0;
	free_frames = frame->next;
	if (space)
		space->used++;
	fill_words(frame, value, PAGE_SIZE / 4);
	return frame;
}

void frame_free(struct space *space, void *frame)
{
	struct free_frame *f = frame;

	f->next = free_frames;
	free_frames = f;
	if (space)
		space->used--;
}
