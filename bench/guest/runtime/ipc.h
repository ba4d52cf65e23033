/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The usual forms of the one IPC call.
 */
#ifndef GUEST_IPC_H
#define GUEST_IPC_H

#include <ids.h>
#include <messages_user.h>
#include <stdbool.h>

/* Sends to `to` and waits for its answer. */
static inline struct ipc_result ipc_call(struct utcb *utcb, uint32_t to, uint32_t tag, uint32_t word0, uint32_t word1)
{
	return ipc(utcb, to, to, tag, 0, word0, word1);
}

/* Sends to `to`, waiting until it receives. The result has no message. */
static inline struct ipc_result ipc_send(struct utcb *utcb, uint32_t to, uint32_t tag, uint32_t word0, uint32_t word1)
{
	return ipc(utcb, to, ID_NIL, tag | TAG_NO_RECEIVE, 0, word0, word1);
}

/* Receives from `from`, or from anybody (ID_ANY). */
static inline struct ipc_result ipc_receive(struct utcb *utcb, uint32_t from)
{
	return ipc(utcb, ID_NIL, from, TAG(0, 0), 0, 0, 0);
}

/* Answers `to` (ID_NIL: nobody), if it is waiting, and receives from anybody. */
static inline struct ipc_result ipc_reply_wait(struct utcb *utcb, uint32_t to, uint32_t tag, uint32_t word0,
					       uint32_t word1)
{
	return ipc(utcb, to, ID_ANY, tag | TAG_SEND_NOWAIT, 0, word0, word1);
}

static inline bool ipc_failed(struct ipc_result result)
{
	return result.tag & TAG_ERROR;
}

#endif
