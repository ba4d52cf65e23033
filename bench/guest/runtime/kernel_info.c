/* SPDX-License-Identifier: BSD-2-Clause */
#include <syscall_user.h>

#include "bytes.h"
#include "kernel_info.h"

struct kernel_info kernel_info;

#define TERMINATE(string) ((string)[sizeof(string) - 1] = '\0')

void kernel_info_load(void)
{
	uint32_t size = sizeof(kernel_info);

	for (uint32_t offset = 0; offset < size; offset += 8) {
		struct syscall_result r = kernel_info_read(offset);
		uint32_t words[2] = {r.value[1], r.value[2]};
		uint32_t count = size - offset < 8 ? size - offset : 8;

		if (r.error)
			break;
		memcpy((char *)&kernel_info + offset, words, count);
	}
	TERMINATE(kernel_info.kernel_map);
	TERMINATE(kernel_info.cpu_vendor);
	TERMINATE(kernel_info.variant);
	TERMINATE(kernel_info.build);
	TERMINATE(kernel_info.command_line);
	TERMINATE(kernel_info.root_arguments);
}
