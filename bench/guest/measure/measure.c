/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The main program of bench.bin: runs the measurements that its arguments select and reports their samples.
 * Arguments: only=<names or beginnings of names with a *, separated by commas>, samples=<1 to SAMPLES_MAX>.
 */
#include <exit.h>
#include <syscall_user.h>

#include "arguments.h"
#include "clock.h"
#include "kernel_info.h"
#include "measure.h"
#include "record.h"
#include "runtime.h"
#include "text.h"

/* Of the section that MEASUREMENT fills, from program.ld. */
extern const struct measurement *const benchmarks_begin[], *const benchmarks_end[];

/* Shared by all spaces: written by the client, read by the main thread. */
static struct client client;
static int32_t samples[SAMPLES_MAX];
static int32_t control_before[CONTROL_SAMPLES], control_after[CONTROL_SAMPLES], warm_up[WARM_UPS];
static uint32_t sample_count;
static volatile uint32_t failed_tag;
static volatile uint32_t end_stamp;

static uint32_t nothing(const struct client *c)
{
	(void)c;
	return 0;
}

/* What is done before each region, and no part of it. */
static void prepare(void)
{
	const struct measurement *m = client.measurement;
	uint32_t tag = m->prepare ? m->prepare(&client) : 0;

	if (tag & TAG_ERROR)
		failed_tag = tag;
}

/* Where program.ld puts it next to what is measured. */
#define SERIES_CODE __attribute__((section(".text.series"), aligned(64)))

/*
 * One series per region id, because a mark's id is a constant in the code; the code is the same otherwise. `end` ends the
 * region, unless that happens elsewhere; `now` is the time when it ended.
 */
#define SERIES(name, id, end, now)                                                               \
	static SERIES_CODE __attribute__((noinline)) void name(region_function *run, int32_t *to,        \
							       uint32_t n)                               \
	{                                                                                        \
		for (uint32_t i = 0; i < n; i++) {                                               \
			uint32_t begin, tag;                                                     \
                                                                                                 \
			prepare();                                                               \
			begin = clock_read();                                                    \
			REGION_BEGIN(id);                                                        \
			tag = run(&client);                                                      \
			end;                                                                     \
			to[i] = (int32_t)(now - begin);                                          \
			if (tag & TAG_ERROR)                                                     \
				failed_tag = tag;                                                \
		}                                                                                \
	}

#define SERIES_HERE(name, id) SERIES(name, id, REGION_END(id), clock_read())
#define SERIES_ELSEWHERE(name, id) SERIES(name, id, (void)0, end_stamp)

SERIES_HERE(series_sample, REGION_SAMPLE)
SERIES_HERE(series_control, REGION_CONTROL)
SERIES_HERE(series_warm_up, REGION_WARM_UP)
SERIES_ELSEWHERE(elsewhere_sample, REGION_SAMPLE)
SERIES_ELSEWHERE(elsewhere_control, REGION_CONTROL)
SERIES_ELSEWHERE(elsewhere_warm_up, REGION_WARM_UP)

SERIES_CODE void region_end_here(void)
{
	REGION_END(REGION_OPEN);
	end_stamp = clock_read();
}

typedef void series_function(region_function *run, int32_t *to, uint32_t n);

static const struct series {
	series_function *here, *elsewhere;
} sample_series = {series_sample, elsewhere_sample}, control_series = {series_control, elsewhere_control},
  warm_up_series = {series_warm_up, elsewhere_warm_up};

static void run_series(const struct series *series, region_function *run, int32_t *to, uint32_t n)
{
	(client.measurement->ends_elsewhere ? series->elsewhere : series->here)(run, to, n);
}

/* Faults in whatever the series write to. */
static void touch(int32_t *values, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		*(volatile int32_t *)&values[i] = 0;
}

/* `count` regions of `m`, or as many as it allows. */
static uint32_t at_most(const struct measurement *m, uint32_t count)
{
	return m->samples_max && m->samples_max < count ? m->samples_max : count;
}

THREAD(client_main)
{
	const struct measurement *m = client.measurement;
	region_function *control = m->control ? m->control : nothing;

	client.utcb = utcb;
	touch(samples, sample_count);
	touch(control_before, CONTROL_SAMPLES);
	touch(control_after, CONTROL_SAMPLES);
	run_series(&warm_up_series, control, warm_up, WARM_UPS);
	run_series(&warm_up_series, m->run, warm_up, at_most(m, WARM_UPS));
	run_series(&control_series, control, control_before, CONTROL_SAMPLES);
	run_series(&sample_series, m->run, samples, at_most(m, sample_count));
	run_series(&control_series, control, control_after, CONTROL_SAMPLES);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
}

/* Sorts in place; n is small. */
static int32_t median(int32_t *values, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		int32_t value = values[i];
		uint32_t k = i;

		for (; k > 0 && values[k - 1] > value; k--)
			values[k] = values[k - 1];
		values[k] = value;
	}
	return values[n / 2];
}

/* A note `name: text`, with a number behind it. */
static void note(const char *name, const char *text, uint32_t number)
{
	char buffer[200];
	struct text t;

	text_begin(&t, buffer, sizeof(buffer));
	text_string(&t, name);
	text_string(&t, ": ");
	text_string(&t, text);
	text_unsigned(&t, number);
	record_note(buffer);
}

static void report(const struct measurement *m)
{
	uint32_t regions = at_most(m, sample_count), n = clock_exists() ? regions : 0;
	int32_t overhead = median(control_before, CONTROL_SAMPLES);
	int32_t moved = median(control_after, CONTROL_SAMPLES) - overhead;

	record_begin("bench");
	record_string("name", m->name);
	record_string("unit", "ticks");
	record_number("per", (int32_t)m->per);
	record_number("n", (int32_t)n);
	record_number("regions", (int32_t)regions);
	record_number("overhead", overhead);
	record_string("expect", m->expect);
	record_end();
	for (uint32_t i = 0; i < n; i++)
		samples[i] -= overhead;
	for (uint32_t from = 0; from < n; from += RECORD_VALUES_MAX) {
		record_begin("values");
		record_string("name", m->name);
		record_number("from", (int32_t)from);
		record_numbers("v", samples + from, n - from < RECORD_VALUES_MAX ? n - from : RECORD_VALUES_MAX);
		record_end();
	}
	if (moved < 0)
		moved = -moved;
	if (moved > 2 && moved > overhead / 50)
		note(m->name, "overhead not stable, differs afterwards by ticks: ", (uint32_t)moved);
}

/* False: the kernel refused something that the measurement needs. */
static bool measure(struct utcb *utcb, const struct measurement *m)
{
	struct thread *thread;

	failed_tag = 0;
	client = (struct client){.parameter = m->parameter, .space = &own_space, .measurement = m};
	thread = m->setup && !m->setup(&client) ? NULL
						 : thread_start(client.space, client_main, 0, PRIORITY_MEASURED);
	if (thread)
		ipc_receive(utcb, thread->id);
	threads_reset();
	if (!thread) {
		note(m->name, "no thread or space; system call error ", threads_error);
		return false;
	}
	if (failed_tag) {
		note(m->name, "an IPC failed with error ", TAG_ERROR_CODE(failed_tag));
		return false;
	}
	report(m);
	return true;
}

/* A region does not fault, but for pages that the pager has: anything else is a defect, and would only hang. */
static void end_on_fault(const struct thread *thread)
{
	char buffer[160];
	struct text text;

	text_begin(&text, buffer, sizeof(buffer));
	text_string(&text, thread->fault.label == LABEL_EXCEPTION ? "exception " : "page fault at ");
	text_hex(&text, thread->fault.word, 8);
	text_string(&text, " in a measured thread, ip ");
	text_hex(&text, thread->fault.ip, 8);
	record_note(buffer);
	machine_halt(EXIT_FAILED);
}

static bool run_selected(struct utcb *utcb)
{
	struct argument only = argument_find(kernel_info.root_arguments, "only");
	uint32_t selected = 0;
	bool passed = true;

	for (const struct measurement *const *m = benchmarks_begin; m < benchmarks_end; m++) {
		if (!argument_selects(only, (*m)->name))
			continue;
		selected++;
		passed &= measure(utcb, *m);
	}
	if (selected == 0)
		record_note("the argument only= selects no benchmark");
	return passed && selected > 0;
}

uint32_t program_main(struct utcb *utcb, uint32_t id)
{
	bool passed;

	record_boot("bench");
	if (!argument_number(kernel_info.root_arguments, "samples", 1, SAMPLES_MAX, SAMPLES_DEFAULT, &sample_count)) {
		note("samples=", "not a number from 1 to ", SAMPLES_MAX);
		record_complete();
		return EXIT_FAILED;
	}
	if (!clock_exists())
		record_note("no time stamp counter: the regions run, and there are no samples");
	unexpected_fault = end_on_fault;
	passed = pager_start() == SYSCALL_OK;
	schedule(id, PRIORITY_MAIN, -1u);
	/* A tick inside a region would be measured with it. */
	if (interrupt_control(0, INTERRUPT_MASK) != SYSCALL_OK)
		record_note("the timer cannot be masked: some samples hold a tick");
	if (passed)
		passed = run_selected(utcb);
	else
		note("pager", "not started; system call error ", threads_error);
	record_complete();
	return passed ? EXIT_PASSED : EXIT_FAILED;
}
