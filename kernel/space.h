/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces: page directories, their page tables, threads, and the kernel memory they may use.
 */
#ifndef KERNEL_SPACE_H
#define KERNEL_SPACE_H

#include <ids.h>
#include <mapping_nodes.h>
#include <ports.h>
#include <spaces.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACES_MAX (1 << SPACE_INDEX_BITS)

struct fpu_frame;
struct tcb;

enum space_state {
	SPACE_ALIVE,
	SPACE_DYING,    /* is being deleted: gets no threads */
	SPACE_SWEEPING, /* has no threads, and is nobody's loaded directory */
};

struct space {
	uint32_t id;            /* version << SPACE_INDEX_BITS | index; 0: unused */
	uint32_t version;       /* of the last space with this index */
	uint32_t creator;       /* id of the space that may delete it; 0: the kernel */
	uint32_t *directory;    /* its page directory, as the kernel addresses it */
	uint32_t quota, used;   /* kernel memory, pages */
	struct tcb *threads;    /* circular, or 0 */
	enum space_state state;
	uint32_t sweep;         /* page number that its deletion has come to */
	struct mapping_space mappings;
	struct fpu_frame *fpu_frames; /* where a thread's floating-point state finds room (fpu_area.h); or 0 */
	struct ports ports;
	bool privileged;        /* root's and sigma0's: console, interrupts, performance events, halt */
	struct spaces_space spaces;
};

/* Creates an empty space whose kernel memory is at most `quota` pages. 0: no number, or no memory, left. */
struct space *space_create(struct space *creator, uint32_t quota);

/*
 * Frees a space without threads: flushes its pages, frees page tables, message buffers and directory. False: this entry's work is
 * used up, and it has to be called again.
 */
bool space_delete(struct space *space);

/* The space with that index, which exists. */
struct space *space_at(uint32_t index);

/* The space of that id, or 0. */
struct space *space_lookup(uint32_t id);

/* Calls visit(space) for every space that exists. */
void space_for_each(void (*visit)(struct space *space));

/* How many pages, at least, from that of `address` on the space certainly has not: to the end of a page table that is not there. */
uint32_t space_pages_missing(const struct space *space, uint32_t address);

/* Maps the page of `address` to physical `frame` with PTE_… `flags`. False: no memory for a page table. */
bool space_map_page(struct space *space, uint32_t address, uint32_t frame, uint32_t flags);

/*
 * What the mapping database does to pages. Addresses are those of pages below USER_TOP, or beyond it of ports (ports.h); rights
 * FLEXPAGE_READ, which every mapped page has, and FLEXPAGE_WRITE; 0: no page. Message buffers count as none.
 */
uint32_t space_page_rights(const struct space *space, uint32_t address);

/* Sees to it that `address` has a page table, and nothing of the kernel's. */
enum mapping_result space_page_prepare(struct space *space, uint32_t address);

/* Maps the frame behind page `source` of `from` at `target` of `to`, which was prepared. */
void space_page_copy(struct space *to, uint32_t target, const struct space *from, uint32_t source, uint32_t rights);

/* Leaves no more than `rights` to a mapped page. */
void space_page_restrict(struct space *space, uint32_t address, uint32_t rights);

/*
 * The kernel address of the message buffer at `address` of `space`: made there if the page is empty. 0: the page is
 * mapped to something else (*error SYSCALL_EINVAL), or memory is used up (SYSCALL_ENOMEM).
 */
struct utcb *space_message_buffer(struct space *space, uint32_t address, uint32_t *error);

#endif
