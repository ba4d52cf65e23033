/* SPDX-License-Identifier: BSD-2-Clause */
#include <fpu.h>
#include <holder.h>
#include <ports.h>
#include <tcb.h>

struct tcb *holder;

void holder_take(struct tcb *current, uint8_t what)
{
	holder = current;
	current->holds |= what;
	tcb_update_urgency(current);
}

void holder_drop(uint8_t what)
{
	struct tcb *tcb = holder;

	if (!tcb)
		return;
	tcb->holds &= ~what;
	tcb_update_urgency(tcb);
	if (!tcb->holds)
		holder = 0;
}

void holder_leave(void)
{
	if (holder->holds & HOLDS_FPU)
		fpu_leave();
	if (holder->holds & HOLDS_PORTS)
		ports_withdraw();
	holder_drop(holder->holds);
}
