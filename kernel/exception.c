/* SPDX-License-Identifier: BSD-2-Clause */
#include <exception.h>
#include <items.h>
#include <message.h>
#include <messages.h>
#include <tcb.h>
#include <x86.h>

/* Where word `word` of a message is in `tcb`, EXCEPTION_FLAGS apart; 0: nowhere. */
static uint32_t *register_of(struct tcb *tcb, unsigned word)
{
	struct registers *registers = tcb_registers(tcb);

	switch (word) {
	case EXCEPTION_IP:
		return &tcb->frame.eip;
	case EXCEPTION_SP:
		return &tcb->frame.esp;
	case EXCEPTION_EAX:
		return &registers->eax;
	case EXCEPTION_ECX:
		return &registers->ecx;
	case EXCEPTION_EDX:
		return &registers->edx;
	case EXCEPTION_EBX:
		return &registers->ebx;
	case EXCEPTION_EBP:
		return &registers->ebp;
	case EXCEPTION_ESI:
		return &registers->esi;
	case EXCEPTION_EDI:
		return &registers->edi;
	default:
		return 0;
	}
}

void exception_tell(struct tcb *tcb, struct tcb *to)
{
	to->utcb->mr[EXCEPTION_FLAGS] = tcb->frame.eflags & ~EFLAGS_SPARE;
	for (unsigned word = EXCEPTION_SP; word < EXCEPTION_WORDS; word++)
		to->utcb->mr[word] = *register_of(tcb, word);
}

/*
 * Pointers are not looked at: where a program may not be, it faults, as if it had jumped there. Of the flags those are taken that
 * it could change itself, and that matter to nobody else.
 */
void exception_answer(struct tcb *tcb, struct tcb *from, unsigned words)
{
	items_forget(tcb);
	if (words > EXCEPTION_IP)
		tcb->frame.eip = messages_word(from, EXCEPTION_IP);
	if (words > EXCEPTION_FLAGS)
		tcb->frame.eflags = (tcb->frame.eflags & ~EFLAGS_USER) | (from->utcb->mr[EXCEPTION_FLAGS] & EFLAGS_USER);
	for (unsigned word = EXCEPTION_SP; word < words && word < EXCEPTION_WORDS; word++)
		*register_of(tcb, word) = from->utcb->mr[word];
}
