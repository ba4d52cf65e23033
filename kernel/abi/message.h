/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages: the tag, the message buffer, typed items, timeouts and errors of the IPC call.
 *
 * The tag travels in a register (see variants/README.md for all registers):
 *
 *   31     20 19 18  17  16   15    14   13      7 6       0
 *  +---------+--+---+---+---+-----+-----+---------+---------+
 *  |  label  |NW| ST| RT| NR| SYS | ERR |  typed  | words+1 |
 *  +---------+--+---+---+---+-----+-----+---------+---------+
 *
 * The fields lie so that one TEST of the tag tells whether a call is a short message with
 * an infinite receive timeout: that is why the word count is stored plus one (0, 1 and 2 words are the
 * codes 1, 2 and 3: no bit above bit 1 is set), and why everything unusual is a bit of the tag
 * instead of a register value to compare.
 */
#ifndef KERNEL_ABI_MESSAGE_H
#define KERNEL_ABI_MESSAGE_H

#define MESSAGE_REGISTER_WORDS 2 /* words 0 and 1 have registers where `messages` uses registers */
#define MESSAGE_WORDS_MAX 126    /* untyped words in one message: every count that a tag can hold is valid */
/* Typed items start at mr[max(words, 2)]; words and typed items together fit the 126 words of the buffer. */

#define TAG_WORDS_MASK 0x0000007f
#define TAG_TYPED_SHIFT 7
#define TAG_TYPED_MASK 0x00003f80
#define TAG_ERROR 0x00004000            /* out: the call failed, TAG_ERROR_CODE tells why. In: must be 0 */
#define TAG_SYSCALL 0x00008000          /* in: not IPC but the system call in bits 6..0 (syscall.h) */
#define TAG_NO_RECEIVE 0x00010000       /* in: the call ends after the send phase */
#define TAG_RECEIVE_TIMEOUT 0x00020000  /* in: the receive timeout in TIMEOUTS bits 15..0 counts */
#define TAG_SEND_TIMEOUT 0x00040000     /* in: the send timeout in TIMEOUTS bits 31..16 counts */
#define TAG_SEND_NOWAIT 0x00080000      /* in: send at once or not at all. Undefined in what is delivered */
#define TAG_LABEL_SHIFT 20              /* 12 bits, delivered unchanged */

/* A tag for `words` untyped words (0..126) and `label` (0..4095). */
#define TAG(words, label) (((words) + 1) | ((label) << TAG_LABEL_SHIFT))
#define TAG_TYPED(typed) ((typed) << TAG_TYPED_SHIFT)
/* Number of untyped words a tag announces; the code 0 also means none. A function, so that `tag` is evaluated once; not for constants. */
#define TAG_WORDS(tag) tag_words(tag)
#define TAG_TYPED_WORDS(tag) (((tag) & TAG_TYPED_MASK) >> TAG_TYPED_SHIFT)
#define TAG_LABEL(tag) ((tag) >> TAG_LABEL_SHIFT)
#define TAG_ERROR_CODE(tag) ((tag) & TAG_WORDS_MASK)

/*
 * Any of these bits takes a message off the fast path: more words than have registers, typed
 * items, a system call, no receive phase, a timeout, a bit that must be 0. TAG_SEND_NOWAIT does not: where the
 * receiver is waiting it makes no difference, and a server's replies have it.
 */
#define TAG_NOT_SHORT                                                                              \
	(0x7c | TAG_TYPED_MASK | TAG_ERROR | TAG_SYSCALL | TAG_NO_RECEIVE | TAG_RECEIVE_TIMEOUT |  \
	 TAG_SEND_TIMEOUT)
/* The same for a message of any number of untyped words. */
#define TAG_NOT_UNTYPED (TAG_NOT_SHORT & ~TAG_WORDS_MASK)
/* What of the sender's tag reaches the receiver. */
#define TAG_DELIVERED (~(TAG_ERROR | TAG_SYSCALL | TAG_NO_RECEIVE | TAG_RECEIVE_TIMEOUT | TAG_SEND_TIMEOUT))

/* Labels of messages that the kernel sends in a thread's name. */
#define LABEL_PAGE_FAULT 0xffe /* word 0: address, bit 0 set for a write; word 1: instruction pointer */
#define LABEL_EXCEPTION 0xffd  /* EXCEPTION_WORDS words, see below */
#define LABEL_INTERRUPT 0xffc  /* no words; the sender is the hardware thread's id */
/* Label of an answer to a fault or exception that has new registers for the thread. */
#define LABEL_REGISTERS 0xffb  /* as many of the same words as are to be changed; the first is ignored */

/* Words of a message about an exception, and of its answer. */
#define EXCEPTION_VECTOR 0 /* vector | error code << 8 */
#define EXCEPTION_IP 1
#define EXCEPTION_FLAGS 2
#define EXCEPTION_SP 3
#define EXCEPTION_EAX 4
#define EXCEPTION_ECX 5
#define EXCEPTION_EDX 6
#define EXCEPTION_EBX 7
#define EXCEPTION_EBP 8
#define EXCEPTION_ESI 9
#define EXCEPTION_EDI 10
#define EXCEPTION_WORDS 11

/*
 * Timeouts, 16 bits each: mantissa (bits 9..0) << exponent (bits 15..10) microseconds; a mantissa of 0 is "do not wait",
 * anything else 10 µs and more. No timeout flag in the tag: wait for ever.
 */
#define TIMEOUT_ZERO 0
#define TIMEOUT_MIN_US 10
#define TIMEOUT_EXPONENT_SHIFT 10
#define TIMEOUT(mantissa, exponent) (((exponent) << TIMEOUT_EXPONENT_SHIFT) | (mantissa))
#define TIMEOUT_MANTISSA(timeout) ((timeout) & 0x3ff)
#define TIMEOUT_EXPONENT(timeout) ((timeout) >> TIMEOUT_EXPONENT_SHIFT & 0x3f)
#define TIMEOUTS(send, receive) (((send) << 16) | (receive))

/* Error codes (TAG_ERROR_CODE): bit 0 is the phase, the rest the reason. */
#define ERROR_IN_RECEIVE 1
#define ERROR_NO_PARTNER (1 << 1)  /* no thread of that id, or of that version any more */
#define ERROR_TIMEOUT (2 << 1)     /* the partner was not ready in time */
#define ERROR_CANCELLED (3 << 1)   /* another thread cancelled the call */
#define ERROR_ABORTED (4 << 1)     /* the partner was deleted while we waited for it */
#define ERROR_OVERFLOW (5 << 1)    /* the message does not fit the receiver's buffers */
#define ERROR_BAD_MESSAGE (6 << 1) /* reserved bit set, words and typed items exceed the buffer, malformed item */
#define ERROR_TRANSFER (7 << 1)    /* the partner left in the midst of a message with strings, or they are not what they were */
#define ERROR_NO_MEMORY (8 << 1)   /* a mapping needs kernel memory that the receiver's quota does not hold */

/*
 * The message buffer (UTCB). One per thread, user-writable, at an address the thread's creator chose; always
 * resident, so that a message between buffers never faults. In every choice of `messages`, word n >= 2 is mr[n].
 */
#define UTCB_SIZE 512
#define UTCB_MR 0          /* 126 message words */
#define UTCB_ACCEPT 504    /* receive window: flexpage that consents to map and grant items; ACCEPT_STRINGS; 0: none */
#define UTCB_USER 508      /* one word for the program's own use */

/*
 * Flexpages: base in bits 31..12, log2 of the size in bits 9..4, rights in bits 2..0.
 * Typed item, two words: flexpage (bit 3 set: grant, clear: map), then the base in the receive window (bits 31..12).
 *
 * With bit 10 set, a flexpage is a range of I/O ports: the first one in bits 27..12, a multiple of the number of ports, whose log2 (0 to
 * 16) is in bits 9..4. Ports are not relocated: the second word of such an item says nothing. READ must be among the rights, the
 * others say nothing. As a receive window it consents to these ports only; FLEXPAGE_EVERYTHING to all memory and all ports.
 */
#define FLEXPAGE_READ 4
#define FLEXPAGE_WRITE 2
#define FLEXPAGE_EXECUTE 1 /* kept for processors that know it; on i386 READ implies it */
#define FLEXPAGE_RIGHTS 7
#define FLEXPAGE_GRANT 8
#define FLEXPAGE(base, log2, rights) ((base) | ((log2) << 4) | (rights))
#define FLEXPAGE_LOG2(page) (((page) >> 4) & 0x3f)
#define FLEXPAGE_BASE(page) ((page) & 0xfffff000u)
#define FLEXPAGE_ALL FLEXPAGE(0, 32, FLEXPAGE_RIGHTS)
#define FLEXPAGE_IO 0x400
#define FLEXPAGE_PORTS(port, log2) (((port) << 12) | FLEXPAGE_IO | ((log2) << 4) | FLEXPAGE_RIGHTS)
#define FLEXPAGE_PORT(page) ((page) >> 12)
#define FLEXPAGE_PORTS_LOG2_MAX 16
#define FLEXPAGE_ALL_PORTS FLEXPAGE_PORTS(0, FLEXPAGE_PORTS_LOG2_MAX)
#define FLEXPAGE_EVERYTHING (FLEXPAGE_ALL | FLEXPAGE_IO) /* receive windows only */

/*
 * Strings. Typed item, two words: length in bytes in bits 31..8, ITEM_STRING in the low byte (no flexpage: those have
 * FLEXPAGE_READ); then the address, of any alignment. The receiver states its buffers in the same form, their lengths being
 * maximal ones, at the end of its message buffer: their number in mr[125] (STRING_BUFFERS), and buffer n in mr[123 - 2n] and
 * mr[124 - 2n] (STRING_BUFFER(n)), if `accept` has the bit ACCEPT_STRINGS. String n of a message goes into buffer n.
 */
#define ITEM_STRING 0x09
#define ITEM_IS_STRING(item) (((item) & 0xff) == ITEM_STRING)
#define STRING(length) (((length) << 8) | ITEM_STRING)
#define STRING_LENGTH(item) ((item) >> 8)
#define STRING_MAX 0x400000 /* the longest: 4 MB */
#define ACCEPT_STRINGS 0x08 /* in `accept`, with a flexpage or without */
#define STRING_BUFFERS 125
#define STRING_BUFFERS_MAX 60 /* more would reach into every message */
#define STRING_BUFFER(n) (STRING_BUFFERS - 2 - 2 * (n))

#ifndef __ASSEMBLER__
#include <stdint.h>

struct utcb {
	uint32_t mr[MESSAGE_WORDS_MAX];
	uint32_t accept;
	uint32_t user;
};
_Static_assert(sizeof(struct utcb) == UTCB_SIZE, "a UTCB is 512 bytes");

static inline uint32_t tag_words(uint32_t tag)
{
	uint32_t code = tag & TAG_WORDS_MASK;

	return code ? code - 1 : 0;
}

/* The timeout of `us` microseconds, rounded up to what ten bits of mantissa can say: by at most one part in 512. */
static inline uint32_t timeout_of_us(uint32_t us)
{
	uint32_t exponent = 0;

	for (; us > 0x3ff; us = us / 2 + us % 2)
		exponent++;
	return TIMEOUT(us, exponent);
}
#endif
#endif
