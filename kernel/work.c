/* SPDX-License-Identifier: BSD-2-Clause */
#include <work.h>

int32_t work_left;
