/* SPDX-License-Identifier: BSD-2-Clause */
#include <tables.h>

struct hot hot __attribute__((section(".hot"), aligned(4096)));
