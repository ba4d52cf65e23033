/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "timing.h"

#define BUCKETS 256
#define LINE_MAX_LENGTH 1024

enum column { MNEMONIC, OPERANDS, CONDITION, I486, PENTIUM, PAIRING, SOURCE, NOTE, COLUMNS };
static const char header[] = "mnemonic,operands,condition,i486,pentium,pairing,source,note";

struct timing {
	struct timing_form **forms;
	size_t count;
	struct timing_form *buckets[BUCKETS];
};

/* Where reading is, for messages. */
struct reading {
	const char *path;
	unsigned line;
	const struct machine *machine;
	enum column column; /* of the machine's clocks */
	char *error;
	size_t error_size;
};

static const char *const condition_names[CONDITIONS] = {
	"",     "taken", "not-taken", "same",      "inner",  "outer", "n=0",
	"n=1",  "n>1",   "permitted", "bitmap",    "hit",    "miss",
};

const char *condition_name(enum condition condition)
{
	return condition_names[condition];
}

__attribute__((format(printf, 2, 3))) static bool complain(const struct reading *r, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(r->error, r->error_size, "%s:%u: ", r->path, r->line);

	if (used < 0 || (size_t)used >= r->error_size)
		return false;
	va_start(arguments, format);
	vsnprintf(r->error + used, r->error_size - (size_t)used, format, arguments);
	va_end(arguments);
	return false;
}

static unsigned hash(const char *mnemonic, const char *operands)
{
	unsigned h = 5381;

	for (; *mnemonic; mnemonic++)
		h = h * 33 + (unsigned char)*mnemonic;
	for (; *operands; operands++)
		h = h * 33 + (unsigned char)*operands;
	return h % BUCKETS;
}

static struct timing_form *find(const struct timing *timing, const char *mnemonic, const char *operands)
{
	struct timing_form *form = timing->buckets[hash(mnemonic, operands)];

	while (form && (strcmp(form->mnemonic, mnemonic) != 0 || strcmp(form->operands, operands) != 0))
		form = form->next;
	return form;
}

const struct timing_form *timing_find(const struct timing *timing, const char *mnemonic, const char *operands)
{
	return find(timing, mnemonic, operands);
}

const struct timing_form *timing_form(const struct timing *timing, size_t index)
{
	return index < timing->count ? timing->forms[index] : NULL;
}

unsigned timing_clocks(const struct timing_form *form, enum condition condition, unsigned count)
{
	const struct clocks *c = &form->clocks[condition];

	if (!c->given && condition == CONDITION_ONE)
		c = &form->clocks[CONDITION_MORE];
	if (!c->given)
		c = &form->clocks[CONDITION_ALWAYS];
	return c->fixed + c->each * count;
}

/* Splits a line of comma-separated values in place; quoted ones may hold commas. False: not COLUMNS of them. */
static bool split(char *line, char *fields[COLUMNS])
{
	unsigned n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *at = line;; at++) {
		if (n == COLUMNS)
			return false;
		if (*at == '"') {
			fields[n++] = ++at;
			at += strcspn(at, "\"");
			if (*at != '"')
				return false;
			*at++ = '\0';
		} else {
			fields[n++] = at;
			at += strcspn(at, ",");
		}
		if (*at == '\0')
			return n == COLUMNS;
		if (*at != ',')
			return false;
		*at = '\0';
	}
}

static bool parse_clocks(const struct reading *r, const char *text, struct clocks *to)
{
	char *end;
	unsigned long fixed, each = 0;

	if (*text == '@') {
		/* A machine without cycles has no clocks to give. */
		fixed = machine_is(r->machine, "cycles", "none") ? 0 : (unsigned long)machine_number(r->machine, text + 1);
		end = "";
	} else {
		errno = 0;
		fixed = strtoul(text, &end, 10);
		if (end == text || errno)
			return complain(r, "\"%s\" is not a clock count; write 7, 12+3n, @key or -", text);
		if (*end == '+') {
			char *number = end + 1;

			each = strtoul(number, &end, 10);
			if (end == number || *end++ != 'n')
				return complain(r, "\"%s\" is not a clock count; a count per repetition is written 12+3n",
						text);
		}
	}
	if (*end || fixed > 60000 || each > 60000)
		return complain(r, "\"%s\" is not a clock count of 0 to 60000", text);
	*to = (struct clocks){(uint16_t)fixed, (uint16_t)each, true};
	return true;
}

static bool parse_condition(const struct reading *r, const char *text, enum condition *to)
{
	for (*to = 0; *to < CONDITIONS; ++*to)
		if (strcmp(condition_names[*to], text) == 0)
			return true;
	return complain(r, "no condition is called \"%s\"", text);
}

static bool parse_pairing(const struct reading *r, const char *text, enum pairing *to)
{
	static const char *const names[] = {"NP", "UV", "PU", "PV"};

	for (*to = 0; *to <= PAIRING_V; ++*to)
		if (strcmp(names[*to], text) == 0)
			return true;
	return complain(r, "no pairing class is called \"%s\"; there are UV, PU, PV and NP", text);
}

static bool add_form(struct timing *timing, struct timing_form *form)
{
	unsigned bucket = hash(form->mnemonic, form->operands);
	struct timing_form **forms = realloc(timing->forms, (timing->count + 1) * sizeof(*forms));

	if (!forms)
		return false;
	timing->forms = forms;
	forms[timing->count++] = form;
	form->next = timing->buckets[bucket];
	timing->buckets[bucket] = form;
	return true;
}

static struct timing_form *find_or_add(struct timing *timing, const struct reading *r, char **fields,
				       const char *mnemonic, const char *operands)
{
	struct timing_form *form = find(timing, mnemonic, operands);

	if (form)
		return form;
	form = calloc(1, sizeof(*form));
	if (!form)
		return NULL;
	snprintf(form->mnemonic, sizeof(form->mnemonic), "%s", mnemonic);
	snprintf(form->operands, sizeof(form->operands), "%s", operands);
	form->line = r->line;
	form->source = strdup(fields[SOURCE]);
	if (!form->source || !add_form(timing, form)) {
		free((char *)form->source);
		free(form);
		return NULL;
	}
	return form;
}

/* One mnemonic and operand form of a row. */
static bool take(struct timing *timing, const struct reading *r, char **fields, const char *mnemonic,
		 const char *operands)
{
	struct timing_form *form;
	enum condition condition;
	enum pairing pairing;
	struct clocks clocks;

	if (strcmp(fields[r->column], "-") == 0)
		return true;
	if (strlen(mnemonic) >= sizeof(form->mnemonic) || strlen(operands) >= sizeof(form->operands))
		return complain(r, "name too long: %s %s", mnemonic, operands);
	if (!parse_condition(r, fields[CONDITION], &condition) || !parse_pairing(r, fields[PAIRING], &pairing) ||
	    !parse_clocks(r, fields[r->column], &clocks))
		return false;
	form = find_or_add(timing, r, fields, mnemonic, operands);
	if (!form)
		return complain(r, "out of memory");
	if (form->clocks[condition].given)
		return complain(r, "a second row for %s %s %s; the first of this form is in line %u", mnemonic, operands,
				fields[CONDITION], form->line);
	form->pairing = pairing;
	form->clocks[condition] = clocks;
	return true;
}

/* A row names one or more mnemonics and forms, separated by '|'. */
static bool take_row(struct timing *timing, const struct reading *r, char **fields)
{
	char *mnemonics = fields[MNEMONIC], *mnemonic;

	if (*fields[SOURCE] == '\0')
		return complain(r, "%s has no source", fields[MNEMONIC]);
	while ((mnemonic = strsep(&mnemonics, "|"))) {
		char copy[LINE_MAX_LENGTH], *operands = copy, *form;

		snprintf(copy, sizeof(copy), "%s", fields[OPERANDS]);
		while ((form = strsep(&operands, "|")))
			if (!take(timing, r, fields, mnemonic, form))
				return false;
	}
	return true;
}

static bool read_table(struct timing *timing, struct reading *r, FILE *file)
{
	char line[LINE_MAX_LENGTH], *fields[COLUMNS];

	while (fgets(line, sizeof(line), file)) {
		r->line++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (strncmp(line, header, sizeof(header) - 1) == 0)
			continue;
		if (!split(line, fields))
			return complain(r, "not %d comma-separated columns: %s", COLUMNS, header);
		if (!take_row(timing, r, fields))
			return false;
	}
	return ferror(file) ? complain(r, "cannot read on: %s", strerror(errno)) : true;
}

struct timing *timing_load(const char *path, const struct machine *machine, char *error, size_t error_size)
{
	struct reading r = {path, 0, machine, machine_is(machine, "cycles", "pentium") ? PENTIUM : I486, error, error_size};
	struct timing *timing = calloc(1, sizeof(*timing));
	FILE *file = timing ? fopen(path, "r") : NULL;
	bool good;

	if (!file) {
		snprintf(error, error_size, "%s: cannot open: %s", path, strerror(errno));
		free(timing);
		return NULL;
	}
	good = read_table(timing, &r, file);
	fclose(file);
	if (good)
		return timing;
	timing_free(timing);
	return NULL;
}

void timing_free(struct timing *timing)
{
	for (size_t i = 0; timing && i < timing->count; i++) {
		free((char *)timing->forms[i]->source);
		free(timing->forms[i]);
	}
	if (timing)
		free(timing->forms);
	free(timing);
}
