/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Between threads.c and pager.c.
 */
#ifndef GUEST_PAGER_H
#define GUEST_PAGER_H

#include "threads.h"

/* The pager's thread. */
void pager_main(struct utcb *utcb, uint32_t id, uint32_t creator, uint32_t argument);

/* A thread's descriptor by its place in the table, NULL if that is free or does not exist; and back. */
struct thread *thread_at(uint32_t index);
uint32_t thread_index(const struct thread *thread);

#endif
