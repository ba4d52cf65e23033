/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IPC stub of programs: message words 0 and 1 in ebx and edi.
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

	(void)utcb;
	__asm__ volatile(ENTER_KERNEL
			 : "+S"(to), "+d"(from), "+c"(timeouts), "+a"(tag), "+b"(word0), "+D"(word1)
			 :
			 : "memory", "cc");
	r.from = to;
	r.tag = tag;
	r.word[0] = word0;
	r.word[1] = word1;
	return r;
}

#endif
