/* SPDX-License-Identifier: BSD-2-Clause */
#include "outcome.h"

#define PAGE_MASK 0xfffu
#define VECTOR_FIRST_INTERRUPT 32

/* May `next` come right after it in the program? */
static bool follows(const struct instruction *before, uint32_t next)
{
	switch (before->flow) {
	case FLOW_NEXT:
		return next == instruction_end(before);
	case FLOW_CONDITIONAL:
		return next == instruction_end(before) || next == before->target;
	case FLOW_JUMP:
	case FLOW_CALL:
		return next == before->target;
	case FLOW_INTERRUPT: /* INTO that does nothing */
		return next == instruction_end(before);
	default: /* anywhere */
		return true;
	}
}

static bool same_offset(uint32_t a, uint32_t b)
{
	return ((a ^ b) & PAGE_MASK) == 0;
}

/* Exceptions that come after the instruction, not instead of it. */
static bool is_trap(uint8_t vector)
{
	return vector == 1 || vector == 2 || vector == 3 || vector == 4 || vector >= VECTOR_FIRST_INTERRUPT;
}

/* An exception or interrupt came after `before` had begun: was it carried out? The return address tells. */
static enum outcome outcome_before_handler(const struct arrival *a)
{
	const struct instruction *before = a->before;

	if (!a->has_return)
		return is_trap(a->vector) || !before->has_memory ? OUTCOME_DONE : OUTCOME_FAULTED;
	if (before->flow == FLOW_CONDITIONAL && same_offset(a->return_offset, before->target) &&
	    !same_offset(a->return_offset, instruction_end(before)))
		return OUTCOME_TAKEN;
	if (!same_offset(a->return_offset, before->linear))
		return OUTCOME_DONE;
	/* It returns to the instruction itself: a fault, but for an interrupt that lands on a jump to itself. */
	return is_trap(a->vector) && follows(before, before->linear) ? OUTCOME_DONE : OUTCOME_FAULTED;
}

enum outcome outcome_of(const struct arrival *a, bool *delivered)
{
	const struct instruction *before = a->before;

	*delivered = false;
	if (a->is_handler && before->flow == FLOW_INTERRUPT && before->vector == a->vector)
		return OUTCOME_DONE;
	if (a->is_handler) {
		*delivered = true;
		return outcome_before_handler(a);
	}
	if (a->next->linear == before->linear && before->repeated)
		return OUTCOME_STEP;
	if (follows(before, a->next->linear))
		return before->flow == FLOW_CONDITIONAL && a->next->linear == before->target &&
				       before->target != instruction_end(before)
			       ? OUTCOME_TAKEN
			       : OUTCOME_DONE;
	return a->next->linear == before->linear ? OUTCOME_AGAIN : OUTCOME_LOST;
}
