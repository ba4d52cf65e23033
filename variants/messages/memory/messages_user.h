/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The IPC stub of programs: every message word in the message buffer.
 */
#ifndef MESSAGES_USER_H
#define MESSAGES_USER_H

#include <entry_user.h>
#include <ids.h>
#include <message.h>

struct ipc_result {
	uint32_t from;    /* the true id of the sender, where a message was received */
	uint32_t tag;     /* of the message received; TAG_ERROR: the call failed */
	uint32_t word[2]; /* words 0 and 1 of the message, as many as the tag announces */
};

/*
 * One IPC call: send to `to` (ID_NIL: no send phase), then receive from `from` (ID_ANY: anybody; ID_NIL: nobody,
 * that is, sleep) unless the tag says TAG_NO_RECEIVE. Words from 2 on are in utcb->mr before and after. `timeouts`
 * counts as far as the tag's timeout flags are set.
 */
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
