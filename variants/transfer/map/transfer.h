/* SPDX-License-Identifier: BSD-2-Clause
 * help: long messages are copied once, into a window through which the sender's space temporarily sees the receiver's
 *
 * variants/transfer/README.md states the interface, which is the same for all choices.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "../interface.h"

/* As much as a kernel entry may copy. */
#define TRANSFER_PIECE 4096
#define TRANSFER_WORK(size) (COPY_WORK(size) + 80)

#include <copy.h>

#endif
