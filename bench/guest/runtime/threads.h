/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads and address spaces of a root program, and the pager that serves them.
 *
 * All spaces share the program's image at its own addresses, bss included: functions, flags and sample buffers are
 * the same everywhere. A space gets further memory as windows: pages of the program's own memory that appear
 * elsewhere. What a thread touches beside these is a fault that the pager keeps.
 */
#ifndef GUEST_THREADS_H
#define GUEST_THREADS_H

#include <message.h>
#include <stdbool.h>
#include <stdint.h>

#define THREADS_MAX 24
#define THREAD_STACK 4096
#define SPACES_MAX 12
#define SPACE_QUOTA 32    /* pages of kernel memory: enough for a space with a few threads and windows */
#define SPACE_UTCBS 32    /* message buffers in a space: as many bits as a mask has */
#define WINDOWS_MAX 3

#define PRIORITY_PAGER 250

/*
 * Page-aligned memory of the program that a space sees at `at`, mapped page by page when touched. The
 * program's own space sees free memory in windows at its own addresses (`at` is `memory`).
 */
struct window {
	uint32_t at;     /* page-aligned */
	uint32_t size;   /* bytes, whole pages; 0: no window */
	uint32_t rights; /* FLEXPAGE_… */
	const char *memory;
	bool large;      /* where it has 4 MB, these are mapped at once: takes long, but the kernel may use a page of 4 MB */
};

struct space {
	bool used;
	uint32_t id;        /* SPACE_OWN: the program's own */
	uint32_t utcbs;     /* bit n: message buffer n is taken */
	struct window windows[WINDOWS_MAX];
};

/* A fault or exception that the pager did not answer; the thread stays blocked in it. */
struct fault {
	uint32_t label; /* LABEL_PAGE_FAULT, LABEL_EXCEPTION; 0: none so far */
	uint32_t word;  /* address and write bit; or vector and error code */
	uint32_t ip;
};

struct thread {
	bool used;
	uint32_t id;
	struct space *space;
	uint32_t utcb;               /* address of its message buffer */
	volatile struct fault fault;
	uint32_t waiting;            /* id of the thread that waits for the fault, or ID_NIL */
};

/* A thread's function. When it returns, the thread deletes itself. */
typedef void thread_function(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument);

/* The head of such a function, for those that do not use all of it. */
#define THREAD(name)                                                                                           \
	static void name(struct utcb *utcb __attribute__((unused)), uint32_t id __attribute__((unused)),       \
			 uint32_t creator __attribute__((unused)), uint32_t argument __attribute__((unused)))

/* The program's own space, and the pager's thread. */
extern struct space own_space;
extern uint32_t pager_id;

/*
 * Called by the pager, in its thread, for a fault that nobody waits for. A program that expects no faults
 * reports and ends here.
 */
extern void (*unexpected_fault)(const struct thread *thread);

/* Starts the pager. Once, before all below. Returns a SYSCALL_… code. */
uint32_t pager_start(void);

/*
 * A new, empty space: it sees the image and its windows. NULL: no descriptor is left, or the kernel refused; see
 * threads_error.
 */
struct space *space_start(void);
/* Adds a window to a space. False: it has WINDOWS_MAX already. */
bool space_window(struct space *space, uint32_t at, const void *memory, uint32_t size, uint32_t rights);
/* Deletes a space and its threads. Returns the kernel's code. */
uint32_t space_stop(struct space *space);

/*
 * Starts `function` in a thread of `space` with a stack of THREAD_STACK bytes. `priority` must be below the caller's,
 * so that the thread is known to the pager before it runs. NULL: no descriptor is left, or the kernel refused.
 */
struct thread *thread_start(struct space *space, thread_function *function, uint32_t argument, uint32_t priority);
/* The same with a pager of its own, a thread's id. The runtime's pager knows nothing of its faults. */
struct thread *thread_start_paged(struct space *space, thread_function *function, uint32_t argument, uint32_t priority,
				  uint32_t pager);
/*
 * The first with registers as given, nothing put on a stack, and the message buffer at `utcb` (0: a free one).
 */
struct thread *thread_start_raw(struct space *space, uint32_t ip, uint32_t sp, uint32_t utcb, uint32_t priority);
/* Deletes a thread, if it still is there, and frees its descriptor. Returns the kernel's code. */
uint32_t thread_stop(struct thread *thread);
/* Ends the calling thread. */
void thread_end(void);

/* Frees all threads and spaces but the pager and those started before threads_keep. */
void threads_reset(void);
/* What exists now outlasts threads_reset. */
void threads_keep(void);

/* The descriptor of a thread by its id, or NULL. */
struct thread *thread_of(uint32_t id);

/* Waits until `thread` is in a fault that the pager does not answer. */
void thread_wait_fault(struct utcb *utcb, struct thread *thread);
/* Answers that fault with an empty message: the thread tries again. */
void thread_resume(struct utcb *utcb, struct thread *thread);

/* SYSCALL_… code of the last call here that failed. */
extern uint32_t threads_error;

#endif
