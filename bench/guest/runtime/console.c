/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include <syscall_user.h>

#include "bytes.h"
#include "console.h"

void console_bytes(const char *bytes, size_t n)
{
	while (n > 0) {
		uint32_t count = n < 8 ? n : 8;
		uint32_t words[2] = {0, 0};

		memcpy(words, bytes, count);
		console_write(count, words[0], words[1]);
		bytes += count;
		n -= count;
	}
}

void console_string(const char *s)
{
	console_bytes(s, strlen(s));
}
