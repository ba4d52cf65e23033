/* SPDX-License-Identifier: BSD-2-Clause
 *
 * null-call: entering the kernel and leaving it again (E1, "kernel-user switch").
 * Unit: ticks per call. To expect: 123 to 180 cycles on a 486 (L3), of which 107 are `int` and `iret` alone.
 */
#include <syscall_user.h>

#include "measure.h"

static uint32_t null_call(const struct client *client)
{
	(void)client;
	thread_my_id();
	return 0;
}

MEASUREMENT(null_call, "null-call", .per = 1, .run = null_call, .expect = "486: 123-180 cycles (L3 null call)");
