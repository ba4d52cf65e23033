/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every choice of `messages` offers to programs: ipc(), an inline function in the choice's messages_user.h.
 */
#ifndef MESSAGES_INTERFACE_USER_H
#define MESSAGES_INTERFACE_USER_H

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
				    uint32_t timeouts, uint32_t word0, uint32_t word1);

#endif
