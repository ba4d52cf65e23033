/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Strings in messages.
 */
#ifndef GUEST_IPC_STRINGS_H
#define GUEST_IPC_STRINGS_H

#include <message.h>

/* Where typed item `n` of a message of `words` words is: an index of mr. */
static inline uint32_t ipc_item(uint32_t words, uint32_t n)
{
	return (words > MESSAGE_REGISTER_WORDS ? words : MESSAGE_REGISTER_WORDS) + 2 * n;
}

/* Typed item `n` of a message of `words` words to be sent is the string of `length` bytes at `address`. */
static inline void ipc_put_string(struct utcb *utcb, uint32_t words, uint32_t n, const void *address, uint32_t length)
{
	utcb->mr[ipc_item(words, n)] = STRING(length);
	utcb->mr[ipc_item(words, n) + 1] = (uint32_t)address;
}

/*
 * The next message may have strings: states buffer `n`, and that there are no more. In this order: ipc_accept_string(utcb, 0, …),
 * (utcb, 1, …). Holds until a message comes, or is sent, that reaches to the end of the message buffer.
 */
static inline void ipc_accept_string(struct utcb *utcb, uint32_t n, void *address, uint32_t length)
{
	utcb->mr[STRING_BUFFER(n)] = STRING(length);
	utcb->mr[STRING_BUFFER(n) + 1] = (uint32_t)address;
	utcb->mr[STRING_BUFFERS] = n + 1;
	utcb->accept |= ACCEPT_STRINGS;
}

/* The next message may have no strings. */
static inline void ipc_accept_no_strings(struct utcb *utcb)
{
	utcb->accept &= ~(uint32_t)ACCEPT_STRINGS;
}

/* How long the string is that arrived as typed item `n` of a message of `words` words; it is in the buffer of its number. */
static inline uint32_t ipc_string_length(const struct utcb *utcb, uint32_t words, uint32_t n)
{
	return STRING_LENGTH(utcb->mr[ipc_item(words, n)]);
}

#endif
