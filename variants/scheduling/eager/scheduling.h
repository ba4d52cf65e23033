/* SPDX-License-Identifier: BSD-2-Clause
 * help: the ready queue is exact at every IPC: who blocks is taken out, who wakes is put in
 *
 * variants/scheduling/README.md states the interface, which is the same for all choices.
 */
#ifndef SCHEDULING_H
#define SCHEDULING_H

#include "../interface.h"

#endif
