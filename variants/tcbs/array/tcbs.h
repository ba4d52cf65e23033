/* SPDX-License-Identifier: BSD-2-Clause
 * help: TCBs with their kernel stacks are a sparse virtual array, indexed by thread number
 *
 * variants/tcbs/README.md states the interface.
 */
#ifndef TCBS_H
#define TCBS_H

#include <layout.h>
#include <tcb.h>

_Static_assert(TCB_AREA_END - TCB_AREA >= NUMBERS << TCB_BLOCK_SHIFT, "the area has an address for every number's block");

static inline struct tcb *tcb_of_number(uint32_t number)
{
	return (struct tcb *)(TCB_AREA + (number << TCB_BLOCK_SHIFT) + TCB_OFFSET);
}

#include "../interface.h"

#endif
