/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's check of itself (SYS_CHECK) finds what is wrong with a state that was damaged in one place, says which invariant that is, and
 * where it was seen. Every invariant is damaged.
 */
#include "invariants_rig.h"

#include "../../../variants/scheduling/eager/scheduling.c"

static bool found[INVARIANTS_END];
static uint32_t where;

static enum invariant check(void)
{
	enum invariant violated;

	where = 0xdeadbeef;
	violated = invariants_check(rig_running, &where);
	found[violated] = true;
	return violated;
}

/* The state is damaged; it is not mended. */
#define IS_FOUND(invariant, at)                       \
	do {                                          \
		assert_int_equal(check(), invariant); \
		assert_int_equal(where, at);          \
	} while (0)

/* `place` may be damaged so without anybody noticing: it means nothing. */
#define DOES_NOT_MATTER(place, damaged)                     \
	do {                                                \
		__typeof__(place) whole = (place);          \
		(place) = (damaged);                        \
		assert_int_equal(check(), INVARIANTS_HOLD); \
		(place) = whole;                            \
	} while (0)

/* Damages `place`, sees that found, and mends it. */
#define FINDS(place, damaged, invariant, at)                \
	do {                                                \
		__typeof__(place) whole = (place);          \
		uint32_t seen = (at);                       \
		(place) = (damaged);                        \
		IS_FOUND(invariant, seen);                  \
		(place) = whole;                            \
		assert_int_equal(check(), INVARIANTS_HOLD); \
	} while (0)

/* Where something about a thread is seen. */
static uint32_t number_of(const struct tcb *tcb)
{
	return ID(ID_NUMBER(tcb->id), 0);
}

static uint32_t nobody(void)
{
	return ID(NUMBER_LAST, 7);
}

static void what_is_sound(void **state)
{
	(void)state;
	assert_int_equal(check(), INVARIANTS_HOLD);
}

/* ---- queues ---------------------------------------------------------------------------------------- */

static void ready_lists_(void **state)
{
	(void)state;
	FINDS(rig_ready->ready.previous, &ready_lists[100], INVARIANT_READY_LISTS, 100);
	FINDS(rig_running->ready.next, &ready_lists[100], INVARIANT_READY_LISTS, 100);
	FINDS(ready_lists[255].previous, &rig_low->ready, INVARIANT_READY_LISTS, 255);
	FINDS(rig_low->priority, 51, INVARIANT_READY_LISTS, 50);
}

static void ready_summary(void **state)
{
	(void)state;
	FINDS(ready_bitmap[1], 0, INVARIANT_READY_SUMMARY, 32);
	FINDS(ready_bitmap[3], 1u << 5, INVARIANT_READY_SUMMARY, 100);
	FINDS(ready_bitmap[1], ready_bitmap[1] | 1u << 31, INVARIANT_READY_SUMMARY, 63);
	FINDS(ready_bitmap_summary, ready_bitmap_summary & ~(1u << 3), INVARIANT_READY_SUMMARY, 96);
	FINDS(ready_bitmap_summary, ready_bitmap_summary | 1u << 7, INVARIANT_READY_SUMMARY, 224);
	FINDS(ready_highest, 99, INVARIANT_READY_SUMMARY, PRIORITIES);
	FINDS(ready_highest, 120, INVARIANT_READY_SUMMARY, PRIORITIES);
}

static void wakeups(void **state)
{
	(void)state;
	FINDS(rig_asleep->wakeup.due, 999, INVARIANT_WAKEUPS, 0);
	FINDS(rig_open->wakeup.place, 2, INVARIANT_WAKEUPS, 0);
	FINDS(rig_asleep->wakeup.place, 0, INVARIANT_WAKEUPS, 0);
}

static void in_the_queues(void **state)
{
	(void)state;
	FINDS(rig_first->wakeup.place, 2, INVARIANT_THREAD_QUEUED, number_of(rig_first));
	FINDS(rig_first->wakeup.place, 3, INVARIANT_THREAD_QUEUED, number_of(rig_first));
	wakeup_insert(&rig_low->wakeup, 3000);
	IS_FOUND(INVARIANT_THREAD_QUEUED, number_of(rig_low));
	rig_start(0);
	ready_remove(rig_ready);
	IS_FOUND(INVARIANT_THREAD_QUEUED, number_of(rig_ready));
	rig_start(0);
	ready_insert_tail(rig_server);
	IS_FOUND(INVARIANT_THREAD_QUEUED, number_of(rig_server));
	rig_start(0);
	ready_insert_tail(rig_halted);
	IS_FOUND(INVARIANT_THREAD_QUEUED, number_of(rig_halted));
}

/* ---- threads --------------------------------------------------------------------------------------- */

static void thread_id(void **state)
{
	uint32_t at = number_of(rig_low);

	(void)state;
	FINDS(rig_low->id, rig_low->id + 1, INVARIANT_THREAD_ID, at);
	FINDS(rig_low->id, rig_ready->id, INVARIANT_THREAD_ID, at);
	FINDS(rig_low->number.last_id, rig_low->id + 1, INVARIANT_THREAD_ID, at);
	FINDS(rig_low->space, 0, INVARIANT_THREAD_ID, at);
	FINDS(rig_low->space, rig_space(RIG_SIBLING + 1), INVARIANT_THREAD_ID, at);
}

static void thread_state(void **state)
{
	uint32_t at = number_of(rig_open);

	(void)state;
	FINDS(rig_open->wait, ID_ANY, INVARIANT_THREAD_STATE, at);
	FINDS(rig_open->partner, nobody(), INVARIANT_THREAD_STATE, at);
	FINDS(rig_open->partner, rig_low->id ^ 1, INVARIANT_THREAD_STATE, at);
	FINDS(rig_open->partner, ID_INTERRUPT(2), INVARIANT_THREAD_STATE, at);
	FINDS(rig_open->blocked, BLOCKED_INACTIVE, INVARIANT_THREAD_STATE, at);
	FINDS(rig_server->wait, nobody(), INVARIANT_THREAD_STATE, number_of(rig_server));
	FINDS(rig_server->halted, true, INVARIANT_THREAD_STATE, number_of(rig_server));
	FINDS(rig_asleep->blocked, BLOCKED_SENDING, INVARIANT_THREAD_STATE, number_of(rig_asleep));
	FINDS(rig_faulting->partner, nobody(), INVARIANT_THREAD_STATE, number_of(rig_faulting));
	FINDS(rig_halted->blocked, BLOCKED_NOT, INVARIANT_THREAD_STATE, number_of(rig_halted));
	FINDS(rig_gone->blocked, BLOCKED_NOT, INVARIANT_THREAD_STATE, ID(ID_NUMBER(rig_gone->number.last_id), 0));
}

static void thread_lock(void **state)
{
	uint32_t source = number_of(rig_source), target = number_of(rig_target);

	(void)state;
	FINDS(rig_source->send_pending, false, INVARIANT_THREAD_LOCK, target);
	FINDS(tcb_registers(rig_source)->esi, rig_open->id, INVARIANT_THREAD_LOCK, source);
	FINDS(rig_target->source, rig_low->id, INVARIANT_THREAD_LOCK, source);
	FINDS(rig_target->source, ID_NIL, INVARIANT_THREAD_LOCK, source);
	FINDS(rig_target->blocked, BLOCKED_HALTED, INVARIANT_THREAD_LOCK, target);
	FINDS(rig_halted->blocked, BLOCKED_PARTNER, INVARIANT_THREAD_LOCK, number_of(rig_halted));
	FINDS(rig_low->send_pending, true, INVARIANT_THREAD_LOCK, number_of(rig_low));
}

static void urgency(void **state)
{
	(void)state;
	FINDS(rig_low->urgency, 51, INVARIANT_URGENCY, number_of(rig_low));
	FINDS(rig_low->urgency, URGENCY_HOLDER, INVARIANT_URGENCY, number_of(rig_low));
	FINDS(rig_low->holds, 1, INVARIANT_URGENCY, number_of(rig_low));
	FINDS(rig_server->urgency, rig_server->priority, INVARIANT_URGENCY, number_of(rig_server));
	DOES_NOT_MATTER(rig_server->priority, 121); /* while others queue to send to it, and it is in no ready list */
}

static void send_queue(void **state)
{
	uint32_t at = number_of(rig_server);

	(void)state;
	FINDS(rig_second->send_previous, rig_second, INVARIANT_SEND_QUEUE, at);
	FINDS(rig_first->send_next, rig_line, INVARIANT_SEND_QUEUE, at);
	FINDS(rig_second->partner, rig_low->id, INVARIANT_SEND_QUEUE, at);
	FINDS(rig_second->partner, nobody(), INVARIANT_SEND_QUEUE, at);
	FINDS(rig_line->blocked, BLOCKED_INACTIVE, INVARIANT_SEND_QUEUE, at);
	/* Somebody who sends, and is in nobody's queue. */
	rig_second->send_previous->send_next = rig_second->send_next;
	rig_second->send_next->send_previous = rig_second->send_previous;
	IS_FOUND(INVARIANT_SEND_QUEUE, 2);
}

static void numbers(void **state)
{
	uint32_t in_use = thread_numbers_end() - NUMBER_FIRST - 1;

	(void)state;
	FINDS(thread_numbers_retired, 1, INVARIANT_NUMBERS, in_use);
	FINDS(free_first, 0, INVARIANT_NUMBERS, in_use);
	FINDS(free_first->free_next, free_first, INVARIANT_NUMBERS, in_use);
}

/* ---- spaces ---------------------------------------------------------------------------------------- */

static void space_threads(void **state)
{
	struct space *child = rig_space(RIG_CHILD);

	(void)state;
	FINDS(child->thread_count, child->thread_count + 1, INVARIANT_SPACE_THREADS, child->id);
	FINDS(child->threads, 0, INVARIANT_SPACE_THREADS, child->id);
	FINDS(rig_low->space_previous, rig_low, INVARIANT_SPACE_THREADS, child->id);
	FINDS(rig_low->space, rig_space(RIG_ROOT), INVARIANT_SPACE_THREADS, child->id);
	DOES_NOT_MATTER(rig_gone->space_next, rig_gone); /* it is no thread any more */
}

static void space_tree(void **state)
{
	struct space *root = rig_space(RIG_ROOT), *child = rig_space(RIG_CHILD), *sibling = rig_space(RIG_SIBLING);

	(void)state;
	FINDS(child->creator, rig_space(RIG_SIGMA0), INVARIANT_SPACE_TREE, root->id);
	FINDS(child->previous, child, INVARIANT_SPACE_TREE, root->id);
	FINDS(sibling->id, sibling->id + 1, INVARIANT_SPACE_TREE, root->id);
	FINDS(root->id, root->id + 1, INVARIANT_SPACE_TREE, root->id + 1);
	/* The last one that was looked at: only then is it seen. */
	FINDS(child->children, 0, INVARIANT_SPACE_TREE, sibling->id);
}

/* ---- the mapping database -------------------------------------------------------------------------- */

static void mappings(void **state)
{
	struct mapping *root = mapping_find(rig_space(RIG_SIGMA0), RIG_PAGE), *node = mapping_find(rig_space(RIG_CHILD), RIG_PAGE);

	(void)state;
	FINDS(node->page, node->page + PAGE_SIZE, INVARIANT_MAPPING_PAGE, RIG_PAGE | RIG_CHILD);
	FINDS(space_table(rig_space(RIG_CHILD), DIRECTORY_INDEX(RIG_PAGE))[0], RIG_PAGE | PTE_PRESENT | PTE_USER, INVARIANT_MAPPING_PAGE,
	      RIG_PAGE | RIG_CHILD);
	FINDS(node->links[MAPPING_ALL].previous, node, INVARIANT_MAPPING_LIST, RIG_PAGE | RIG_SIGMA0);
	FINDS(node->links[MAPPING_ALL].previous, 0, INVARIANT_MAPPING_LIST, RIG_PAGE | RIG_SIGMA0);
	FINDS(root->links[MAPPING_WRITABLE].next, 0, INVARIANT_MAPPING_WRITABLE, RIG_PAGE | RIG_SIGMA0);
	/* A node that no page leads to: more are seen in lists than there are. */
	FINDS(rig_space(RIG_CHILD)->mappings.tables[DIRECTORY_INDEX(RIG_PAGE)][0], 0, INVARIANT_MAPPING_LIST, 1);
}

/* ---- frames ---------------------------------------------------------------------------------------- */

static void a_frame_of_nobody(void **state)
{
	void *frame = frame_allocate(0);

	(void)state;
	IS_FOUND(INVARIANT_FRAME_OWNER, physical_of(frame));
	frame_free(0, frame);
	assert_int_equal(check(), INVARIANTS_HOLD);
	/* The same where it was its space's. */
	FINDS(rig_space(RIG_CHILD)->ports.maps[1], 0, INVARIANT_QUOTA, rig_space(RIG_CHILD)->id);
}

static void a_frame_of_two(void **state)
{
	struct space *child = rig_space(RIG_CHILD), *sibling = rig_space(RIG_SIBLING);
	uint32_t *buffers = space_table(child, 0), large = DIRECTORY_INDEX(RIG_LARGE);
	uint32_t free_one = physical_of(frame_free_at(0));

	(void)state;
	/* Where within a space is said of its page tables; elsewhere it is what was looked at before. */
	FINDS(buffers[1], free_one | PTE_PRESENT | PTE_KERNEL_OWNED, INVARIANT_FRAME_OWNER, 0x1000);
	FINDS(buffers[1], RIG_PAGE | PTE_PRESENT | PTE_KERNEL_OWNED, INVARIANT_FRAME_OWNER, 0x1000);
	FINDS(buffers[5], physical_of(buffers) | PTE_PRESENT | PTE_KERNEL_OWNED, INVARIANT_FRAME_OWNER, 0x5000);
	FINDS(space_table(child, large)[3], RIG_LARGE | PTE_PRESENT | PTE_WRITE | PTE_USER, INVARIANT_FRAME_OWNER, RIG_LARGE + 3 * PAGE_SIZE);
	FINDS(child->mappings.tables[5], (void *)child->ports.maps[1], INVARIANT_FRAME_OWNER, 5 << SUPERPAGE_SHIFT);
	FINDS(sibling->directory, child->directory, INVARIANT_FRAME_OWNER, rig_space(RIG_GRANDCHILD)->id);
	FINDS(child->ports.maps[0], child->ports.maps[1], INVARIANT_FRAME_OWNER, RIG_PAGE);
	FINDS(rig_low->fpu, (void *)rig_low->utcb, INVARIANT_FRAME_OWNER, RIG_PAGE);
	FINDS(rig_low->fpu, (void *)child->mappings.slabs, INVARIANT_FRAME_OWNER, RIG_PAGE);
	FINDS(rig_low->fpu, (void *)rig_low, INVARIANT_FRAME_OWNER, RIG_PAGE);
	FINDS(tcb_table[NUMBER_INTERRUPT_0], (struct tcb *)frame_free_at(0), INVARIANT_FRAME_OWNER, 0);
	/* Free twice. */
	frame_free(0, frame_free_at(1));
	IS_FOUND(INVARIANT_FRAME_OWNER, 0);
}

static void quota(void **state)
{
	struct space *root = rig_space(RIG_ROOT), *child = rig_space(RIG_CHILD), *grandchild = rig_space(RIG_GRANDCHILD);

	(void)state;
	FINDS(child->used, child->used + 1, INVARIANT_QUOTA, child->id);
	FINDS(child->used, child->used - 1, INVARIANT_QUOTA, child->id);
	FINDS(child->quota, child->used - 1, INVARIANT_QUOTA, root->id); /* of which it is a part, too */
	FINDS(grandchild->quota, grandchild->quota + 1, INVARIANT_QUOTA, child->id);
	FINDS(root->quota, root->used - 1, INVARIANT_QUOTA, root->id);
	DOES_NOT_MATTER(rig_ready->fpu, 0); /* another thread's is in the same frame */
	rig_ready->fpu = 0;
	FINDS(rig_low->fpu, 0, INVARIANT_QUOTA, child->id);
}

static void every_invariant(void **state)
{
	(void)state;
	for (unsigned invariant = INVARIANTS_HOLD; invariant < INVARIANTS_END; invariant++)
		if (!found[invariant])
			fail_msg("nothing here violates invariant %u of abi/invariants.h", invariant);
}

#define AFRESH(test) cmocka_unit_test_setup(test, rig_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AFRESH(what_is_sound), AFRESH(ready_lists_),	  AFRESH(ready_summary), AFRESH(wakeups),	AFRESH(in_the_queues),
		AFRESH(thread_id),     AFRESH(thread_state),	  AFRESH(thread_lock),	 AFRESH(urgency),	AFRESH(send_queue),
		AFRESH(numbers),       AFRESH(space_threads),	  AFRESH(space_tree),	 AFRESH(mappings),	AFRESH(a_frame_of_nobody),
		AFRESH(quota),	       AFRESH(a_frame_of_two), cmocka_unit_test(every_invariant),
	};

	return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
