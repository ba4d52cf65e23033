/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What became of an instruction. The emulator says only which instruction begins next: whether the one before was carried out,
 * faulted, or is repeated, and whether an exception or interrupt came between, follows from where that one stands.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "instruction.h"

/* Of the instruction before. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_TAKEN,     /* done, a conditional branch taken */
	OUTCOME_STEP,      /* a string instruction goes on: nothing to account for yet */
	OUTCOME_AGAIN,     /* the emulator began it anew; it has not been carried out */
	OUTCOME_FAULTED,   /* an exception came instead, and it will be begun anew or never */
	OUTCOME_LOST,      /* none of the above can explain what is executed next */
};

/* What is known when the next instruction begins. */
struct arrival {
	const struct instruction *before, *next;
	bool is_handler;       /* `next` is the first instruction of a handler in the interrupt table */
	uint8_t vector;        /* then: whose */
	bool has_return;       /* then: the return address below is known */
	uint32_t return_offset; /* within its segment, of which only the offset in the page counts: bases are whole pages */
};

/* `delivered`: an exception or interrupt lies between the two; INT reaching its own handler is none. */
enum outcome outcome_of(const struct arrival *a, bool *delivered);

#endif
