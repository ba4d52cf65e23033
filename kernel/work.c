/* SPDX-License-Identifier: BSD-2-Clause */
#include <work.h>

int32_t work_spent;
int32_t work_limit = WORK_PER_ENTRY;
