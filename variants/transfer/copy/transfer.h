/* SPDX-License-Identifier: BSD-2-Clause
 * help: long messages are copied twice: into a kernel buffer, and after an address-space switch out of it
 *
 * variants/transfer/README.md states the interface, which is the same for all choices.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "../interface.h"

/*
 * The buffer. Twice through it is what a kernel entry may copy; and source, buffer and target fit the 8 KB cache of a 486 together,
 * so that the second copy reads what the first has just written.
 */
#define TRANSFER_PIECE 2048
#define TRANSFER_WORK(size) (2 * COPY_WORK(size) + 60)

#include <copy.h>

#endif
