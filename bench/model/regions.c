/* SPDX-License-Identifier: BSD-2-Clause */
#include "regions.h"

#include <inttypes.h>
#include <string.h>

static const char *const id_names[] = {"open", "sample", "control", "warm-up"};
static const char *const miss_names[] = {"", "cold", "capacity", "conflict", "flushed", "unfetched"};
_Static_assert(sizeof(miss_names) / sizeof(miss_names[0]) == MISS_KINDS, "every kind of miss has a name");
static const char *const who_names[2] = {"kernel", "user"};

void regions_init(struct regions *r, FILE *out, struct memory *memory)
{
	*r = (struct regions){.out = out, .memory = memory};
}

static const char *id_name(unsigned id)
{
	return id < sizeof(id_names) / sizeof(id_names[0]) ? id_names[id] : "other";
}

static void unpaired(struct regions *r, const char *what, unsigned id)
{
	r->unpaired++;
	fprintf(stderr, "model: region mark: %s %u (%s), open is %u (%s)\n", what, id, id_name(id), r->id, id_name(r->id));
}

static void begin(struct regions *r, unsigned id, uint64_t now)
{
	if (r->id)
		unpaired(r, "begin of", id);
	if (id == REGION_WARM_UP && r->last_id != REGION_WARM_UP && r->last_id)
		r->group++;
	r->id = r->last_id = id;
	r->samples += id == REGION_SAMPLE;
	r->from = now;
	r->before = *memory_counts(r->memory);
	memset(r->instructions, 0, sizeof(r->instructions));
	memset(r->clocks, 0, sizeof(r->clocks));
	memset(r->by_cause, 0, sizeof(r->by_cause));
	r->exceptions = r->interrupts = r->restarts = r->unknown = 0;
	memory_region_reset(r->memory);
}

/* ---- one line ------------------------------------------------------------------------------------ */

/* Object members are separated where they begin: `first` says whether one is still missing. */
static void member(FILE *out, bool *first, const char *name)
{
	fprintf(out, "%s\"%s\":", *first ? "" : ",", name);
	*first = false;
}

/* {"cold":1,…} of an array by kind of miss; zeros are left out. False, and nothing written, if all are 0. */
static bool write_kinds(FILE *out, bool *first, const char *name, const uint64_t *now, const uint64_t *before)
{
	bool none = true;

	for (unsigned kind = 1; kind < MISS_KINDS; kind++) {
		if (now[kind] == before[kind])
			continue;
		if (none) {
			member(out, first, name);
			fputc('{', out);
		}
		member(out, &none, miss_names[kind]);
		fprintf(out, "%" PRIu64, now[kind] - before[kind]);
	}
	if (!none)
		fputc('}', out);
	return !none;
}

typedef const uint64_t by_kind[ACCESS_KINDS][MISS_KINDS];

static void write_cache(FILE *out, const char *name, by_kind *now, by_kind *before)
{
	static const char *const access_names[ACCESS_KINDS] = {"code", "read", "write", "walk"};

	fprintf(out, ",\"%s\":{", name);
	for (unsigned who = 0; who < 2; who++) {
		bool first = true;

		fprintf(out, "%s\"%s\":{", who ? "," : "", who_names[who]);
		for (unsigned access = 0; access < ACCESS_KINDS; access++)
			write_kinds(out, &first, access_names[access], now[who][access], before[who][access]);
		fputc('}', out);
	}
	fputc('}', out);
}

static void write_tlb(FILE *out, const struct memory_counts *now, const struct memory_counts *before)
{
	static const char *const names[2] = {"data", "code"};

	fprintf(out, ",\"tlb\":{");
	for (unsigned who = 0; who < 2; who++) {
		bool first = true;

		fprintf(out, "%s\"%s\":{", who ? "," : "", who_names[who]);
		for (unsigned code = 0; code < 2; code++)
			write_kinds(out, &first, names[code], now->tlb_misses[who][code], before->tlb_misses[who][code]);
		fputc('}', out);
	}
	fputc('}', out);
}

static void write_causes(const struct regions *r)
{
	bool first = true;

	fprintf(r->out, ",\"clocks\":{");
	for (unsigned cause = 0; cause < CAUSES; cause++)
		if (r->by_cause[cause]) {
			member(r->out, &first, cause_names[cause]);
			fprintf(r->out, "%" PRIu64, r->by_cause[cause]);
		}
	fputc('}', r->out);
}

static void write_region(const struct regions *r, uint64_t now)
{
	const struct memory_counts *counts = memory_counts(r->memory);
	struct memory_touched touched = memory_touched(r->memory);

	fprintf(r->out, "{\"type\":\"region\",\"region\":%u,\"group\":%u,\"id\":\"%s\",\"cycles\":%" PRIu64, r->count,
		r->group, id_name(r->id), now - r->from);
	fprintf(r->out,
		",\"instructions\":{\"kernel\":%" PRIu64 ",\"user\":%" PRIu64 "},\"cycles_in\":{\"kernel\":%" PRIu64
		",\"user\":%" PRIu64 "}",
		r->instructions[0], r->instructions[1], r->clocks[0], r->clocks[1]);
	write_causes(r);
	write_cache(r->out, "l1", counts->l1_misses, r->before.l1_misses);
	write_cache(r->out, "l2", counts->l2_misses, r->before.l2_misses);
	write_cache(r->out, "l3", counts->l3_misses, r->before.l3_misses);
	write_tlb(r->out, counts, &r->before);
	fprintf(r->out,
		",\"flushes\":%" PRIu64 ",\"invlpgs\":%" PRIu64 ",\"write_backs\":%" PRIu64 ",\"dirty_walks\":%" PRIu64,
		counts->flushes - r->before.flushes, counts->invlpgs - r->before.invlpgs,
		counts->write_backs - r->before.write_backs,
		counts->dirty_walks[0] + counts->dirty_walks[1] - r->before.dirty_walks[0] - r->before.dirty_walks[1]);
	fprintf(r->out, ",\"exceptions\":%u,\"interrupts\":%u,\"restarts\":%u,\"unknown\":%u", r->exceptions, r->interrupts,
		r->restarts, r->unknown);
	fprintf(r->out,
		",\"lines\":%" PRIu32 ",\"code_lines\":%" PRIu32 ",\"data_lines\":%" PRIu32 ",\"pages\":%" PRIu32
		",\"code_pages\":%" PRIu32 ",\"data_pages\":%" PRIu32 "}\n",
		touched.lines, touched.code_lines, touched.data_lines, touched.pages, touched.code_pages,
		touched.data_pages);
}

static void end(struct regions *r, unsigned id, uint64_t now)
{
	if (!r->id || (id != REGION_OPEN && id != r->id)) {
		unpaired(r, "end of", id);
		r->id = 0;
		return;
	}
	write_region(r, now);
	r->count++;
	r->id = 0;
}

void regions_mark(struct regions *r, unsigned mark, uint64_t now)
{
	if (mark & REGION_END_BIT)
		end(r, mark & ~(unsigned)REGION_END_BIT, now);
	else
		begin(r, mark, now);
}

void regions_add(struct regions *r, const struct charge *charge, bool user, unsigned count)
{
	if (!r->id)
		return;
	r->instructions[user] += count;
	r->clocks[user] += charge->clocks;
	r->unknown += charge->unknown;
	for (unsigned cause = 0; cause < CAUSES; cause++)
		r->by_cause[cause] += charge->by_cause[cause];
}
