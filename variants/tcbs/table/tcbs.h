/* SPDX-License-Identifier: BSD-2-Clause
 * help: a table of pointers, indexed by thread number, leads to TCBs anywhere in kernel memory
 *
 * variants/tcbs/README.md states the interface.
 */
#ifndef TCBS_H
#define TCBS_H

#include <ids.h>
#include <stdint.h>

struct tcb;

extern struct tcb *tcb_table[NUMBERS];

static inline struct tcb *tcb_of_number(uint32_t number)
{
	return tcb_table[number];
}

#include "../interface.h"

#endif
