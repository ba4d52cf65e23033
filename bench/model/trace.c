/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

#include <inttypes.h>

#include "decode.h"

#define ACCESSES_SHOWN 24

static void write_accesses(FILE *out, const struct data_access *accesses, size_t count)
{
	fprintf(out, ",\"accesses\":[");
	for (size_t k = 0; k < count && k < ACCESSES_SHOWN; k++)
		fprintf(out, "%s[\"%s\",\"%08" PRIx32 "\",\"%08" PRIx32 "\",%u]", k ? "," : "",
			accesses[k].write ? "write" : "read", accesses[k].linear, accesses[k].physical, accesses[k].size);
	fprintf(out, "]");
}

static void write_charge(FILE *out, const struct charge *c)
{
	const char *separator = "";

	fprintf(out, ",\"clocks\":%" PRIu32 ",\"pipe\":\"%c\",\"why\":{", c->clocks, c->pipe ? c->pipe : ' ');
	for (unsigned cause = 0; cause < CAUSES; cause++)
		if (c->by_cause[cause]) {
			fprintf(out, "%s\"%s\":%" PRIu32, separator, cause_names[cause], c->by_cause[cause]);
			separator = ",";
		}
	fprintf(out, "},\"misses\":{\"data_tlb\":%u,\"code_tlb\":%u,\"data_l1\":%u,\"code_l1\":%u,\"data_l2\":%u,\"code_l2\":%u}",
		c->tlb_misses[0], c->tlb_misses[1], c->l1_misses[0], c->l1_misses[1], c->l2_misses[0], c->l2_misses[1]);
}

void trace_instruction(FILE *out, const struct execution *e, const struct charge *charge, const char *note)
{
	char text[96];

	decode_text(e->i, text, sizeof(text));
	fprintf(out, "{\"type\":\"instruction\",\"linear\":\"%08" PRIx32 "\",\"physical\":\"%08" PRIx32
		"\",\"user\":%s,\"length\":%u,\"text\":\"%s\"", e->i->linear, e->i->physical, e->i->user ? "true" : "false",
		e->i->length, text);
	write_charge(out, charge);
	write_accesses(out, e->accesses, e->access_count);
	fprintf(out, ",\"note\":\"%s\"}\n", note ? note : charge->unknown ? "not in the timing table" : "");
}

void trace_delivery(FILE *out, const char *note, const struct data_access *accesses, size_t count,
		    const struct charge *charge)
{
	fprintf(out, "{\"type\":\"delivery\",\"text\":\"%s\"", note);
	write_charge(out, charge);
	write_accesses(out, accesses, count);
	fprintf(out, "}\n");
}
