/* SPDX-License-Identifier: BSD-2-Clause */
#include <fpu_area.h>
#include <memory.h>
#include <space.h>
#include <string.h>

static uint32_t area_size, all_used;

void fpu_area_init(uint32_t size)
{
	uint32_t count = PAGE_SIZE / size;

	area_size = size;
	all_used = count < 32 ? (1u << count) - 1 : ~0u;
}

static void list_insert(struct space *space, struct fpu_frame *frame)
{
	frame->previous = 0;
	frame->next = space->fpu_frames;
	if (frame->next)
		frame->next->previous = frame;
	space->fpu_frames = frame;
}

static void list_remove(struct space *space, struct fpu_frame *frame)
{
	if (frame->next)
		frame->next->previous = frame->previous;
	if (frame->previous)
		frame->previous->next = frame->next;
	else
		space->fpu_frames = frame->next;
}

bool fpu_area_ready(const struct space *space)
{
	return space->fpu_frames || frame_ready(0);
}

void *fpu_area_allocate(struct space *space)
{
	struct fpu_frame *frame = space->fpu_frames;
	uint32_t n = 0;

	if (!frame) {
		frame = frame_allocate(space);
		if (!frame)
			return 0;
		list_insert(space, frame);
	}
	while (frame->used & 1u << n)
		n++;
	frame->used |= 1u << n;
	if (frame->used == all_used)
		list_remove(space, frame);
	/* Without the frame's own data, which are cleared in no area but the last. */
	clear_words(&frame->areas[n * area_size], (area_size - 16) / 4);
	return &frame->areas[n * area_size];
}

void fpu_area_free(struct space *space, void *area)
{
	uint32_t offset = (uint32_t)(uintptr_t)area & (PAGE_SIZE - 1);
	struct fpu_frame *frame = (struct fpu_frame *)((char *)area - offset);

	if (frame->used == all_used)
		list_insert(space, frame);
	frame->used &= ~(1u << offset / area_size);
	if (frame->used)
		return;
	list_remove(space, frame);
	frame_free(space, frame);
}
