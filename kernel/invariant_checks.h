/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What holds between the kernel's entries, for tests. A module that adds state adds what must hold of it: an invariant to
 * abi/invariants.h, and its check here or beside the module, to be called by invariants_check(). This is the one thing that is not done
 * in steps: a check that was interrupted would have seen two states.
 */
#ifndef KERNEL_INVARIANT_CHECKS_H
#define KERNEL_INVARIANT_CHECKS_H

#include <invariants.h>
#include <stdbool.h>
#include <stdint.h>

struct space;
struct tcb;

/*
 * The first invariant that does not hold, or INVARIANTS_HOLD. *where it was seen: the id of the thread (without its version) or space, the
 * address, or the priority; where only a sum is wrong, the sum that was found.
 */
enum invariant invariants_check(const struct tcb *running, uint32_t *where);

/* Parts of it: threads and their queues; spaces, who created them; whose is which frame; the mapping database. */
enum invariant thread_invariants(const struct tcb *running, uint32_t *where);
enum invariant space_invariants(uint32_t *where);
enum invariant frame_invariants(uint32_t *where);
enum invariant mapping_invariants(uint32_t *where);

#endif
