/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"
#include "bytes.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct argument argument_find(const char *line, const char *key)
{
	size_t key_length = strlen(key);

	while (*line) {
		size_t length = 0;

		while (is_blank(*line))
			line++;
		while (line[length] && !is_blank(line[length]))
			length++;
		if (length > key_length && line[key_length] == '=' && memcmp(line, key, key_length) == 0)
			return (struct argument){line + key_length + 1, length - key_length - 1};
		line += length;
	}
	return (struct argument){NULL, 0};
}

bool argument_is(struct argument argument, const char *word)
{
	return argument.value && strlen(word) == argument.length &&
	       memcmp(argument.value, word, argument.length) == 0;
}

bool argument_number(const char *line, const char *key, uint32_t least, uint32_t most, uint32_t otherwise,
		     uint32_t *number)
{
	struct argument argument = argument_find(line, key);

	*number = argument.value ? 0 : otherwise;
	if (!argument.value)
		return true;
	for (size_t i = 0; i < argument.length; i++) {
		uint32_t digit = (uint32_t)(argument.value[i] - '0');

		if (digit > 9 || *number > (0xffffffffu - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return argument.length > 0 && *number >= least && *number <= most;
}

/* Whether one item of a list, `length` bytes, selects `name`. */
static bool item_selects(const char *item, size_t length, const char *name)
{
	size_t name_length = strlen(name);

	if (length > 0 && item[length - 1] == '*')
		return length - 1 <= name_length && memcmp(item, name, length - 1) == 0;
	return length == name_length && memcmp(item, name, length) == 0;
}

bool argument_selects(struct argument list, const char *name)
{
	size_t begin = 0;

	if (!list.value)
		return true;
	for (size_t i = 0; i <= list.length; i++) {
		if (i < list.length && list.value[i] != ',')
			continue;
		if (i > begin && item_selects(list.value + begin, i - begin, name))
			return true;
		begin = i + 1;
	}
	return false;
}
