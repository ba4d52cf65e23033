/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The second serial line's driver: 115200 baud, 8 bits, no parity. (The first is the kernel's console.) Each byte comes and goes in
 * answer to an interrupt.
 */
#ifndef GUEST_DRIVER_SERIAL_H
#define GUEST_DRIVER_SERIAL_H

#include "driver.h"

/* Bytes are packed into words 2 and on, the first one lowest; at most so many in one message. */
#define SERIAL_BYTES_MAX 256
#define SERIAL_WORDS(bytes) (2 + ((bytes) + 3) / 4)

/* Requests: one of each kind can be under way. */
#define SERIAL_WRITE 1 /* word 0: so many bytes to send. Answered when the UART has taken them all */
#define SERIAL_READ 2  /* word 0: how many are wanted at most. Answered as soon as there is one: word 0 how many, word 1 how many were lost */
#define SERIAL_LOOP 3  /* word 0: 1: what is sent is received, the line is cut off; 0: no longer */
#define SERIAL_COUNT 4 /* answer: word 0 how many interrupts there have been, word 1 how many of them wanted bytes to send */

extern const struct driver serial_driver;

#endif
