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
struct utcb;

enum space_state {
	SPACE_ALIVE,
	SPACE_DYING,    /* is being deleted: gets no threads, and creates no spaces */
	SPACE_SWEEPING, /* has no threads, and is nobody's loaded directory */
};

struct space {
	uint32_t id;            /* version << SPACE_INDEX_BITS | index; 0: unused */
	uint32_t version;       /* of the last space with this index */
	struct space *creator;  /* may delete it, and is charged its quota; 0: the kernel */
	struct space *children; /* the first that it created; or 0 */
	struct space *next, *previous; /* of the same creator, circular; next also in the queue of free indices */
	struct space *deletion; /* which space of those below it its deletion has come to; 0: has not begun */
	uint32_t *directory;    /* its page directory, as the kernel addresses it */
	uint32_t *tables;       /* where that has pages of 4 MB, the entries with their page tables; or 0: it has none */
	uint32_t scanned_table; /* index of a page table that is being looked through for a page of 4 MB; 0: none, or it has changed */
	uint32_t quota, used;   /* kernel memory, pages: memory.h */
	struct tcb *threads;    /* circular, or 0 */
	uint32_t thread_count;
	enum space_state state;
	uint32_t sweep;         /* page number that its deletion has come to */
	struct mapping_space mappings;
	struct fpu_frame *fpu_frames; /* where a thread's floating-point state finds room (fpu_area.h); or 0 */
	struct ports ports;
	bool privileged;        /* root's and sigma0's: console, interrupts, performance events, halt */
	struct spaces_space spaces;
};

/*
 * Creates an empty space whose kernel memory is at most `quota` pages, which are taken from the creator's quota (0: the kernel is
 * the creator, and does not count them). 0: *error says why (SYSCALL_ENOMEM, SYSCALL_ENOIDS, SYSCALL_ENOSPACE: the creator
 * is being deleted).
 */
struct space *space_create(struct space *creator, uint32_t quota, uint32_t *error);

/*
 * Deletes a space, all threads in it, and all spaces that it created, likewise. False: this entry's work is used up, and it has to be
 * called again; as long as it is not, what is left is dying, and its quota taken.
 */
bool space_delete(struct space *space);

/*
 * Takes all that a space without threads has: flushes its pages, frees page tables, message buffers and directory. False: this
 * entry's work is used up.
 */
bool space_clear(struct space *space);

/* The space with that index. It exists, or its id is 0. */
struct space *space_at(uint32_t index);

/* The least index of a space that exists, from `index` on; SPACES_MAX: there is none. */
uint32_t space_next(uint32_t index);

/* Indices given up for good because their versions are used up. */
extern uint32_t space_indices_retired;

/* The space of that id, or 0. */
struct space *space_lookup(uint32_t id);

/* How many pages, at least, from that of `address` on the space certainly has not: to the end of a page table that is not there. */
uint32_t space_pages_missing(const struct space *space, uint32_t address);

/* While booting: maps the page of `address` to physical `frame` with PTE_… `flags`. False: no memory for a page table. */
bool space_map_page(struct space *space, uint32_t address, uint32_t frame, uint32_t flags);

/*
 * What the mapping database does to pages. Addresses are those of pages below USER_TOP, or beyond it of ports (ports.h); rights
 * FLEXPAGE_READ, which every mapped page has, and FLEXPAGE_WRITE; 0: no page. Message buffers count as none.
 */
uint32_t space_page_rights(const struct space *space, uint32_t address);

/* What the program of a space may do to `address` (below USER_TOP), message buffers included: rights as above. */
uint32_t space_memory_rights(const struct space *space, uint32_t address);

/* Sees to it that `address` has a page table, and nothing of the kernel's. */
enum mapping_result space_page_prepare(struct space *space, uint32_t address);

/* Maps the frame behind page `source` of `from` at `target` of `to`, which was prepared. */
void space_page_copy(struct space *to, uint32_t target, const struct space *from, uint32_t source, uint32_t rights);

/* Leaves no more than `rights` to a mapped page. */
void space_page_restrict(struct space *space, uint32_t address, uint32_t rights);

/* The page table of directory entry `index`, which is not empty; also where there is a page of 4 MB instead. */
uint32_t *space_table(const struct space *space, uint32_t index);

/*
 * To be called when a large flexpage has been mapped to all of the page table of `address`: uses a page of 4 MB instead, if the processor has
 * those, and if all entries are there, with the same rights, and their frames are one after the other and begin at a multiple
 * of 4 MB. The page table stays, and is kept up to date; the first change of an entry puts it back into use. *scanned, 0 at
 * first, is this function's. False: this entry's work is used up, and it has to be called again.
 */
bool space_promote(struct space *space, uint32_t address, uint16_t *scanned);

/*
 * The kernel address of the message buffer at `address` of `space`, in *utcb: made there if the page is empty. After that, threads
 * can run in the space. MAPPING_REFUSED: the page is mapped to something else.
 */
enum mapping_result space_message_buffer(struct space *space, uint32_t address, struct utcb **utcb);

#endif
