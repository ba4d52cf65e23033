/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the emulator does not say: faults, restarts, interrupts and repetitions, told from the control flow; regions and their
 * records; and the timing table's mistakes.
 */
#include <unistd.h>

#include "outcome.h"
#include "processor_rig.h"
#include "regions.h"

#define HANDLER 0xf0100800u

static struct rig *rig;

/* Decodes at CODE_AT the one instruction `text`. */
#define INSTRUCTION(to, text)                                                                 \
	do {                                                                                  \
		const uint8_t *begin, *end;                                                   \
		ASSEMBLE(text, begin, end);                                                   \
		assert_true(decode(rig->timing, begin, (size_t)(end - begin), CODE_AT, CODE_AT, true, to)); \
	} while (0)

/* What became of `before` if the instruction at `linear` is next and is no handler. */
static enum outcome then(const struct instruction *before, uint32_t linear)
{
	struct instruction next = {.linear = linear, .length = 1};
	bool delivered;
	enum outcome outcome = outcome_of(&(struct arrival){.before = before, .next = &next}, &delivered);

	assert_false(delivered);
	return outcome;
}

/* The same if the handler of `vector` is next, which will return to `offset`. */
static enum outcome then_handler(const struct instruction *before, uint8_t vector, uint32_t offset)
{
	struct instruction next = {.linear = HANDLER, .length = 1};
	bool delivered;
	enum outcome outcome = outcome_of(&(struct arrival){before, &next, true, vector, true, offset}, &delivered);

	assert_true(delivered);
	return outcome;
}

static void plain_flow(void **state)
{
	struct instruction i;

	(void)state;
	INSTRUCTION(&i, "mov (%%eax), %%ebx");
	assert_int_equal(then(&i, CODE_AT + 2), OUTCOME_DONE);
	assert_int_equal(then(&i, CODE_AT), OUTCOME_AGAIN);
	assert_int_equal(then(&i, CODE_AT + 3), OUTCOME_LOST);
	INSTRUCTION(&i, "jz 1f; nop; 1:");
	assert_int_equal(then(&i, CODE_AT + 2), OUTCOME_DONE);
	assert_int_equal(then(&i, CODE_AT + 3), OUTCOME_TAKEN);
	assert_int_equal(then(&i, CODE_AT + 4), OUTCOME_LOST);
	INSTRUCTION(&i, "call 1f; nop; 1:");
	assert_int_equal(then(&i, CODE_AT + 6), OUTCOME_DONE);
	assert_int_equal(then(&i, CODE_AT + 5), OUTCOME_LOST);
	INSTRUCTION(&i, "ret");
	assert_int_equal(then(&i, 0x12345678), OUTCOME_DONE);
	INSTRUCTION(&i, "rep movsl");
	assert_int_equal(then(&i, CODE_AT), OUTCOME_STEP);
	assert_int_equal(then(&i, CODE_AT + 2), OUTCOME_DONE);
	INSTRUCTION(&i, "1: jmp 1b");
	assert_int_equal(then(&i, CODE_AT), OUTCOME_DONE);
}

/* The program's segment begins at some page: only the offset in the page is compared. */
static void interrupted_flow(void **state)
{
	struct instruction i;
	uint32_t offset = CODE_AT - 0x100000;

	(void)state;
	INSTRUCTION(&i, "mov (%%eax), %%ebx");
	assert_int_equal(then_handler(&i, 14, offset), OUTCOME_FAULTED);
	assert_int_equal(then_handler(&i, 14, offset + 2), OUTCOME_DONE); /* the next one could not be fetched */
	assert_int_equal(then_handler(&i, 0x20, offset + 2), OUTCOME_DONE);
	INSTRUCTION(&i, "jz 1f; nop; 1:");
	assert_int_equal(then_handler(&i, 0x20, offset + 2), OUTCOME_DONE);
	assert_int_equal(then_handler(&i, 0x20, offset + 3), OUTCOME_TAKEN);
	INSTRUCTION(&i, "ret");
	assert_int_equal(then_handler(&i, 0x20, 0x456), OUTCOME_DONE);
	INSTRUCTION(&i, "1: jmp 1b");
	assert_int_equal(then_handler(&i, 0x20, offset), OUTCOME_DONE);
	assert_int_equal(then_handler(&i, 14, offset), OUTCOME_FAULTED);
	INSTRUCTION(&i, "int $0x30");
	assert_int_equal(then_handler(&i, 13, offset), OUTCOME_FAULTED); /* a gate it may not use */
}

/* INT that reaches its own handler is an instruction like others. */
static void software_interrupt(void **state)
{
	struct instruction i, next = {.linear = HANDLER, .length = 1};
	bool delivered = true;

	(void)state;
	INSTRUCTION(&i, "int $0x30");
	assert_int_equal(i.vector, 0x30);
	assert_int_equal(outcome_of(&(struct arrival){&i, &next, true, 0x30, true, CODE_AT + 2}, &delivered), OUTCOME_DONE);
	assert_false(delivered);
}

static void marks(void **state)
{
	struct instruction i;

	(void)state;
	INSTRUCTION(&i, "cmp $0x554b0001, %%eax");
	assert_true(i.marker);
	assert_int_equal(i.marker_id, REGION_SAMPLE);
	INSTRUCTION(&i, "cmp $0x554b8001, %%eax");
	assert_true(i.marker);
	assert_int_equal(i.marker_id, REGION_END_BIT | REGION_SAMPLE);
	INSTRUCTION(&i, "cmp $0x544b0001, %%eax");
	assert_false(i.marker);
	INSTRUCTION(&i, "cmp $0x554b0001, %%ebx");
	assert_false(i.marker);
}

/* ---- regions ------------------------------------------------------------------------------------- */

static char *all_of(FILE *file, char *to, size_t size)
{
	size_t n;

	rewind(file);
	n = fread(to, 1, size - 1, file);
	to[n] = '\0';
	return to;
}

static void region_records(void **state)
{
	FILE *out = tmpfile();
	struct charge charge = {.clocks = 5, .by_cause = {[CAUSE_BASE] = 4, [CAUSE_AGI] = 1}};
	struct regions r;
	char text[8192];

	(void)state;
	regions_init(&r, out, rig->memory);
	regions_add(&r, &charge, true, 1); /* outside: not counted */
	regions_mark(&r, REGION_WARM_UP, 100);
	regions_mark(&r, REGION_END_BIT | REGION_WARM_UP, 110);
	regions_mark(&r, REGION_SAMPLE, 200);
	regions_add(&r, &charge, true, 1);
	regions_add(&r, &charge, false, 1);
	regions_mark(&r, REGION_END_BIT, 210);
	regions_mark(&r, REGION_WARM_UP, 300);
	regions_mark(&r, REGION_END_BIT | REGION_WARM_UP, 310);
	regions_mark(&r, REGION_WARM_UP, 400);
	regions_mark(&r, REGION_END_BIT | REGION_WARM_UP, 410);
	assert_int_equal(r.unpaired, 0);
	assert_int_equal(r.count, 4);
	all_of(out, text, sizeof(text));
	assert_non_null(strstr(text, "{\"type\":\"region\",\"region\":0,\"group\":0,\"id\":\"warm-up\",\"cycles\":10,"));
	assert_non_null(strstr(text, "{\"type\":\"region\",\"region\":1,\"group\":0,\"id\":\"sample\",\"cycles\":10,"
				     "\"instructions\":{\"kernel\":1,\"user\":1},\"cycles_in\":{\"kernel\":5,\"user\":5},"
				     "\"clocks\":{\"base\":8,\"agi\":2}"));
	assert_non_null(strstr(text, "\"region\":2,\"group\":1,\"id\":\"warm-up\""));
	assert_non_null(strstr(text, "\"region\":3,\"group\":1,\"id\":\"warm-up\"")); /* one benchmark's */
	fclose(out);
}

static void unpaired_marks(void **state)
{
	FILE *out = tmpfile();
	struct regions r;

	(void)state;
	regions_init(&r, out, rig->memory);
	regions_mark(&r, REGION_END_BIT | REGION_SAMPLE, 1);
	assert_int_equal(r.unpaired, 1);
	regions_mark(&r, REGION_SAMPLE, 2);
	regions_mark(&r, REGION_SAMPLE, 3);
	assert_int_equal(r.unpaired, 2);
	regions_mark(&r, REGION_END_BIT | REGION_CONTROL, 4);
	assert_int_equal(r.unpaired, 3);
	assert_int_equal(r.count, 0);
	fclose(out);
}

/* ---- the timing table ---------------------------------------------------------------------------- */

/* What timing_load says of a table with this row, "" if nothing. */
static const char *complaint(const char *rows)
{
	static char error[256];
	char path[] = "/tmp/timing-XXXXXX";
	int file = mkstemp(path);
	struct timing *timing;

	assert_true(file >= 0);
	assert_int_equal(write(file, rows, strlen(rows)), (ssize_t)strlen(rows));
	close(file);
	error[0] = '\0';
	timing = timing_load(path, rig->machine, error, sizeof(error));
	unlink(path);
	assert_true(!timing == !!error[0]);
	timing_free(timing);
	return error[0] ? strchr(error, ':') + 1 : "";
}

static void table_mistakes(void **state)
{
	(void)state;
	assert_string_equal(complaint("mov,\"r,r\",,1,1,UV,X,\n"), "");
	assert_non_null(strstr(complaint("# a\nmov,r,r,,1,1,UV,X,\n"), "2: not 8 comma-separated columns"));
	assert_non_null(strstr(complaint("mov,r,,one,1,UV,X,\n"), "1: \"one\" is not a clock count"));
	assert_non_null(strstr(complaint("mov,r,,7+3,1,UV,X,\n"), "is not a clock count"));
	assert_non_null(strstr(complaint("mov,r,sometimes,1,1,UV,X,\n"), "no condition is called \"sometimes\""));
	assert_non_null(strstr(complaint("mov,r,,1,1,VU,X,\n"), "no pairing class is called \"VU\""));
	assert_non_null(strstr(complaint("mov,r,,1,1,UV,,\n"), "mov has no source"));
	assert_non_null(strstr(complaint("mov,r|m,,1,1,UV,X,\nmov,m,,1,1,UV,X,\n"), "2: a second row for mov m"));
	assert_non_null(strstr(complaint("mov,\"r,,1,1,UV,X,\n"), "columns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_flow),	  cmocka_unit_test(interrupted_flow), cmocka_unit_test(software_interrupt),
		cmocka_unit_test(marks),	  cmocka_unit_test(region_records),   cmocka_unit_test(unpaired_marks),
		cmocka_unit_test(table_mistakes),
	};
	int failed;

	rig = rig_new("i486dx50");
	failed = cmocka_run_group_tests_name("control flow, regions, table", tests, NULL, NULL);
	rig_free(rig);
	return failed != 0;
}
