/* SPDX-License-Identifier: BSD-2-Clause
 * help: each IPC makes the receiver ready and enters the dispatcher, which picks from the ready queue
 *
 * variants/switching/README.md states the interface.
 */
#ifndef SWITCHING_H
#define SWITCHING_H

#include "../interface.h"

#endif
