/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces: page directories, their page tables, threads, and the kernel memory they may use.
 */
#ifndef KERNEL_SPACE_H
#define KERNEL_SPACE_H

#include <ids.h>
#include <spaces.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACES_MAX (1 << SPACE_INDEX_BITS)

struct tcb;

struct space {
	uint32_t id;            /* version << SPACE_INDEX_BITS | index; 0: unused */
	uint32_t version;       /* of the last space with this index */
	uint32_t creator;       /* id of the space that may delete it; 0: the kernel */
	uint32_t *directory;    /* its page directory, as the kernel addresses it */
	uint32_t quota, used;   /* kernel memory, pages */
	struct tcb *threads;    /* circular, or 0 */
	bool privileged;        /* root's and sigma0's: console, interrupts, performance events, halt */
	struct spaces_space spaces;
};

/* Creates an empty space whose kernel memory is at most `quota` pages. 0: no number, or no memory, left. */
struct space *space_create(struct space *creator, uint32_t quota);

/* Frees a space without threads: its page tables, message buffers and directory. */
void space_delete(struct space *space);

/* The space of that id, or 0. */
struct space *space_lookup(uint32_t id);

/* Calls visit(space) for every space that exists. */
void space_for_each(void (*visit)(struct space *space));

/*
 * The page-table entry of `address` (below USER_TOP), or 0 if there is no page table; with `allocate` one is made,
 * and 0 means that quota or memory is used up.
 */
uint32_t *space_entry(struct space *space, uint32_t address, bool allocate);

/* Maps the page of `address` to physical `frame` with PTE_… `flags`. False: no memory for a page table. */
bool space_map_page(struct space *space, uint32_t address, uint32_t frame, uint32_t flags);

/*
 * The kernel address of the message buffer at `address` of `space`: made there if the page is empty. 0: the page is
 * mapped to something else (*error SYSCALL_EINVAL), or memory is used up (SYSCALL_ENOMEM).
 */
struct utcb *space_message_buffer(struct space *space, uint32_t address, uint32_t *error);

#endif
