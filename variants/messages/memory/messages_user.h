/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IPC stub of programs: every message word in the message buffer.
 */
#ifndef MESSAGES_USER_H
#define MESSAGES_USER_H

#include "../interface_user.h"
#include <entry_user.h>

/* As interface_user.h says. */
static inline struct ipc_result ipc(struct utcb *utcb, uint32_t to, uint32_t from, uint32_t tag,
				    uint32_t timeouts, uint32_t word0, uint32_t word1)
{
	struct ipc_result r;

	if (TAG_WORDS(tag) > 0)
		utcb->mr[0] = word0;
	if (TAG_WORDS(tag) > 1)
		utcb->mr[1] = word1;
	__asm__ volatile(ENTER_KERNEL
			 : "+S"(to), "+d"(from), "+c"(timeouts), "+a"(tag)
			 :
			 : "ebx", "edi", "memory", "cc");
	r.from = to;
	r.tag = tag;
	r.word[0] = utcb->mr[0];
	r.word[1] = utcb->mr[1];
	return r;
}

#endif
