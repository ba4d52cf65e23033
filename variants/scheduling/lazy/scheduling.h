/* SPDX-License-Identifier: BSD-2-Clause
 * help: blocked threads stay in the ready queue until a scheduler scan meets them
 *
 * variants/scheduling/README.md states the interface, which is the same for all choices.
 */
#ifndef SCHEDULING_H
#define SCHEDULING_H

#include "../interface.h"

bool scheduling_leaves_scan(const struct tcb *first);
bool scheduling_is_scan(const struct tcb *tcb);
void scheduling_set_heir(const struct tcb *tcb);
bool scheduling_is_heir(const struct tcb *next);
bool scheduling_still_waits(const struct tcb *tcb);

#endif
