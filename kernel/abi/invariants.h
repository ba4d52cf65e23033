/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What SYS_CHECK finds violated, if anything: INVARIANT_… in the order in which they are looked at, each with its sentence.
 */
#ifndef KERNEL_ABI_INVARIANTS_H
#define KERNEL_ABI_INVARIANTS_H

#define INVARIANTS(X)                                                                                          \
	X(READY_LISTS, "a ready list leads forth and back through threads of its priority")                    \
	X(READY_SUMMARY, "bitmap and highest priority say which ready lists are not empty")                    \
	X(WAKEUPS, "nobody in the wakeup queue is due before its parent, and each knows its place")            \
	X(THREAD_ID, "a thread's id names it")                                                                 \
	X(THREAD_STATE, "a thread waits for at most one thing, and for somebody who exists")                   \
	X(THREAD_LOCK, "two threads in the midst of a message with strings are locked to each other")          \
	X(THREAD_QUEUED, "threads are in the ready and wakeup queues as `scheduling` says")                    \
	X(URGENCY, "a thread's urgency is its priority, or beyond if others queue for it or it holds something") \
	X(SEND_QUEUE, "in a thread's send queue are those, and only those, who wait to send to it")            \
	X(NUMBERS, "every thread number that was used is in use, free, or retired")                            \
	X(SPACE_THREADS, "a space's threads are in its list, and counted")                                     \
	X(SPACE_TREE, "every space is its creator's child, and nobody else's")                                 \
	X(FRAME_OWNER, "every frame of kernel memory is free or has one owner")                                \
	X(QUOTA, "what a space has used is its frames, its threads' rent and its children's quotas, within its own") \
	X(MAPPING_PAGE, "a mapping node is its page's, with the page's rights")                                   \
	X(MAPPING_LIST, "the nodes of a frame are one list in depth-first order that leads forth and back")    \
	X(MAPPING_WRITABLE, "those that can be written are a list of their own in the same order, the root first")

#ifndef __ASSEMBLER__
#define INVARIANT_NAME(name, sentence) INVARIANT_##name,
enum invariant { INVARIANTS_HOLD, INVARIANTS(INVARIANT_NAME) INVARIANTS_END };
#undef INVARIANT_NAME
#endif
#endif
