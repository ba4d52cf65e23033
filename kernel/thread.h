/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads: numbers and versions, creation and deletion.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <mapping.h>
#include <stdbool.h>
#include <stdint.h>

struct space;
struct tcb;

/* What a new thread starts with. */
struct thread_start {
	uint32_t ip, sp;
	uint32_t pager;    /* id */
	uint32_t utcb;     /* address of its message buffer in its space, 512-byte aligned */
	uint32_t priority; /* 0..255 */
	uint32_t creator;  /* id, passed in edx */
};

/* Not an error code, but that this entry's work is used up: the call is to be made again. */
#define THREAD_UNFINISHED MAPPING_UNFINISHED

/*
 * Creates a thread in `space`. It is ready, but not queued. 0: *error says why
 * (SYSCALL_EINVAL, SYSCALL_ENOMEM, SYSCALL_ENOIDS, THREAD_UNFINISHED).
 */
struct tcb *thread_create(struct space *space, const struct thread_start *start, uint32_t *error);

/*
 * Deletes a thread: whoever waits for it is told; its id is never used again. False: this entry's work is used up, and it has to be
 * called again; meanwhile the thread does not run, unless it is `running`, which deletes itself, and nobody finds it.
 */
bool thread_delete(struct tcb *tcb, const struct tcb *running);

/* The thread of that id, or 0. Kernel and hardware threads, and those that are being deleted, are not found. */
struct tcb *thread_lookup(uint32_t id);

/* The same, and those that are being deleted. */
struct tcb *thread_lookup_dying(uint32_t id);

/* Makes the hardware threads of the interrupt lines. False: no memory. */
bool thread_create_hardware(void);

/* Makes the idle thread, number 0. */
struct tcb *thread_create_idle(void);

#endif
