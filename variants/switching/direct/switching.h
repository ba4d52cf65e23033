/* SPDX-License-Identifier: BSD-2-Clause
 * help: the sender of a message switches straight to the receiver, unless that is outranked
 *
 * variants/switching/README.md states the interface.
 */
#ifndef SWITCHING_H
#define SWITCHING_H

#include "../interface.h"

#endif
