/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Offsets and sizes for the assembler, taken from the C structures: the build turns each line
 * `->NAME value` of this file's assembly into a #define in offsets.h.
 */
#include <descriptors.h>
#include <tcb.h>

#define OFFSET(name, type, field) __asm__ volatile(".ascii \"->" #name " %c0 \"" : : "i"(offsetof(type, field)))

void offsets(void);

void offsets(void)
{
	OFFSET(TCB_ID, struct tcb, id);
	OFFSET(TCB_WAIT, struct tcb, wait);
	OFFSET(TCB_BLOCKED, struct tcb, blocked);
	OFFSET(TCB_SEND_PENDING, struct tcb, send_pending);
	OFFSET(TCB_URGENCY, struct tcb, urgency);
	OFFSET(TCB_PRIORITY, struct tcb, priority);
	OFFSET(TCB_READY_NEXT, struct tcb, ready.next);
	OFFSET(TCB_READY_PREVIOUS, struct tcb, ready.previous);
	OFFSET(READY_NEXT, struct ready_links, next);
	OFFSET(READY_PREVIOUS, struct ready_links, previous);
	OFFSET(TCB_UTCB, struct tcb, utcb);
	OFFSET(REGISTERS_EDI, struct registers, edi);
	OFFSET(REGISTERS_ESI, struct registers, esi);
	OFFSET(REGISTERS_EBX, struct registers, ebx);
	OFFSET(REGISTERS_EAX, struct registers, eax);
	OFFSET(TSS_ESP0, struct tss, esp0);
	TABLES_OFFSETS;
	SPACES_OFFSETS;
}
