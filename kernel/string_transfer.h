/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Strings in messages: what items and buffers may say, and the pieces that are copied. How a piece gets from one space into another
 * is the choice of the axis `transfer`.
 */
#ifndef KERNEL_STRING_TRANSFER_H
#define KERNEL_STRING_TRANSFER_H

#include <stdint.h>

struct missing_page;
struct tcb;
struct utcb;

/*
 * Do the strings among the `count` typed words from mr[first] on of the sender's buffer fit the receiver's, `to`? Returns 0, ERROR_BAD_MESSAGE,
 * ERROR_OVERFLOW, or MAPPING_UNFINISHED, when the work of this entry is used up: from->string strings in from->string_done of these words have been
 * looked at, both 0 at first and at the end. Programs can change both buffers at any time, so this is no promise: string_transfer looks again.
 */
uint32_t strings_check(struct tcb *from, const struct utcb *to, unsigned first, unsigned count);

/*
 * Copies string number from->string of the message of `from`, whose item is at mr[place], into the receiver's buffer of that number, from
 * byte from->string_done on. Returns 0 when it is there, and its item in the receiver's message buffer tells length and address; an
 * ERROR_… code as above; or MAPPING_UNFINISHED, when the work of this entry is used up or a page is missing.
 */
uint32_t string_transfer(struct tcb *from, struct tcb *to, unsigned place, struct missing_page *missing);

#endif
