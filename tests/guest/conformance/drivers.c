/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Drivers outside the kernel (bench/guest/drivers/): each a thread in a space that has its ports, and no privilege.
 * The second serial line is not in every machine: tests/guest/test-drivers.py boots some that have it, and is its other end.
 */
#include "arguments.h"
#include "check.h"
#include "kernel_info.h"
#include "record.h"
#include "serial.h"
#include "timer.h"

#define PRIORITY_DRIVER 90

static struct thread *start(struct utcb *utcb, const struct driver *driver)
{
	struct thread *thread;

	switch (driver_start(utcb, driver, PRIORITY_DRIVER, &thread)) {
	case DRIVER_RUNS:
		return thread;
	case DRIVER_NO_DEVICE:
		SKIP("this machine has no such device; tests/guest/test-drivers.py boots one that has");
	default:
		FAIL("the kernel, or sigma0, refused something that the driver needs");
	}
}

/* Keeps the watchdog from thinking that everybody waits for each other. */
THREAD(stay_awake)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}

/* ---- the real-time clock ---------------------------------------------------------------------------- */

static volatile uint32_t timer_id, ticks_at[3];

/* Waits for so many ticks, and notes when they were over. */
THREAD(wait_ticks)
{
	struct ipc_result r = ipc_call(utcb, timer_id, TAG(1, TIMER_WAIT), argument, 0);

	CHECK_OK(r);
	CHECK_EQUAL(TAG_LABEL(r.tag), 0);
	ticks_at[argument / 10] = r.word[0];
	event((char)('0' + argument / 10));
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(timer, "drivers/timer", "a driver in an unprivileged space gets its device's interrupts, and serves clients in others")
{
	uint32_t ids[3], first;

	timer_id = start(utcb, &timer_driver)->id;
	START(NULL, stay_awake, 0, PRIORITY_LAST);
	CHECK_EQUAL(TAG_LABEL(ipc_call(utcb, timer_id, TAG(1, 0), 1, 0).tag), DRIVER_REFUSED);
	CHECK_EQUAL(TAG_LABEL(ipc_call(utcb, timer_id, TAG(1, TIMER_WAIT), 0, 0).tag), DRIVER_REFUSED);
	first = ipc_call(utcb, timer_id, TAG(1, TIMER_WAIT), 1, 0).word[0];
	for (uint32_t i = 0; i < 3; i++)
		ids[i] = START(NEW_SPACE(), wait_ticks, 25 - 10 * i, PRIORITY_HELPER)->id;
	for (uint32_t i = 0; i < 3; i++)
		CHECK_OK(ipc_receive(utcb, ids[2 - i]));
	CHECK_EVENTS("012");
	for (uint32_t i = 0; i < 3; i++)
		CHECK(ticks_at[i] - first >= 5 + 10 * i);
	CHECK(ticks_at[2] - first < 1000);
}

TEST(timer_again, "drivers/restarted", "a driver's line and ports are free for its successor when it is deleted")
{
	for (unsigned i = 0; i < 3; i++) {
		struct thread *driver = start(utcb, &timer_driver);
		uint32_t ticks;

		START(NULL, stay_awake, 0, PRIORITY_LAST);
		/* Its successor counts from 0. */
		ticks = ipc_call(utcb, driver->id, TAG(1, TIMER_WAIT), 2, 0).word[0];
		CHECK(ticks >= 2 && ticks < 1000);
		CHECK_EQUAL(space_stop(driver->space), SYSCALL_OK);
	}
}

/* ---- the second serial line ------------------------------------------------------------------------- */

static uint8_t pattern(uint32_t i)
{
	return (uint8_t)(i * 7 + i / 256 + 1);
}

static void write_pattern(struct utcb *utcb, uint32_t serial, uint32_t from, uint32_t n)
{
	struct ipc_result r;

	for (uint32_t i = 0; i < n; i++)
		((uint8_t *)&utcb->mr[2])[i] = pattern(from + i);
	r = ipc_call(utcb, serial, TAG(SERIAL_WORDS(n), SERIAL_WRITE), n, 0);
	CHECK_OK(r);
	CHECK_EQUAL(TAG_LABEL(r.tag), 0);
}

/* Reads n bytes in as many messages as it takes. */
static void read_bytes(struct utcb *utcb, uint32_t serial, uint8_t *to, uint32_t n)
{
	for (uint32_t have = 0; have < n;) {
		struct ipc_result r = ipc_call(utcb, serial, TAG(1, SERIAL_READ), n - have, 0);

		CHECK_OK(r);
		CHECK_EQUAL(TAG_LABEL(r.tag), 0);
		CHECK(r.word[0] > 0 && r.word[0] <= n - have);
		CHECK_EQUAL(r.word[1], 0); /* none lost */
		memcpy(to + have, &utcb->mr[2], r.word[0]);
		have += r.word[0];
	}
}

static volatile uint32_t serial_id;

#define LOOP_BYTES 1500

THREAD(write_all)
{
	for (uint32_t from = 0; from < LOOP_BYTES; from += argument)
		write_pattern(utcb, serial_id, from, LOOP_BYTES - from < argument ? LOOP_BYTES - from : argument);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

static bool on_bochs(void)
{
	return argument_is(argument_find(kernel_info.command_line, "platform"), "bochs");
}

/* A writer and a reader in spaces of their own, writes of `size` bytes. */
static void check_loop(struct utcb *utcb, uint32_t size)
{
	static uint8_t bytes[LOOP_BYTES];
	struct thread *driver, *writer;
	struct ipc_result r;

	if (on_bochs())
		SKIP("a UART of Bochs that is looped back does not interrupt");
	driver = start(utcb, &serial_driver);

	serial_id = driver->id;
	START(NULL, stay_awake, 0, PRIORITY_LAST);
	CHECK_OK(ipc_call(utcb, serial_id, TAG(1, SERIAL_LOOP), 1, 0));
	writer = START(NEW_SPACE(), write_all, size, PRIORITY_HELPER);
	read_bytes(utcb, serial_id, bytes, LOOP_BYTES);
	CHECK_OK(ipc_receive(utcb, writer->id));
	for (uint32_t i = 0; i < LOOP_BYTES; i++)
		CHECK_EQUAL(bytes[i], pattern(i));
	/* By interrupts: one for each 16 bytes that go out, at least, and one at the end of each write. */
	r = ipc_call(utcb, serial_id, TAG(0, SERIAL_COUNT), 0, 0);
	CHECK(r.word[1] >= LOOP_BYTES / size * ((size + 15) / 16 + 1));
	CHECK(r.word[0] >= LOOP_BYTES / size);
	CHECK_OK(ipc_call(utcb, serial_id, TAG(1, SERIAL_LOOP), 0, 0));
}

#define LOOP_SENTENCE "a driver sends and receives by its device's interrupts alone"

TEST(loop_short, "drivers/serial-short", LOOP_SENTENCE)
{
	check_loop(utcb, 5);
}

TEST(loop_long, "drivers/serial-long", LOOP_SENTENCE)
{
	check_loop(utcb, SERIAL_BYTES_MAX);
}

#define LINE_BYTES 64

TEST(line, "drivers/serial-line", LOOP_SENTENCE)
{
	struct thread *driver;
	uint8_t bytes[LINE_BYTES];

	if (!argument_is(argument_find(kernel_info.root_arguments, "line"), "yes"))
		SKIP("nobody is at the other end; tests/guest/test-drivers.py is");
	driver = start(utcb, &serial_driver);
	START(NULL, stay_awake, 0, PRIORITY_LAST);
	/* The other end sends back what it gets, each byte inverted; it sees for itself what Bochs sends, which receives nothing. */
	for (uint32_t round = 0; round < 4; round++) {
		write_pattern(utcb, driver->id, round * LINE_BYTES, LINE_BYTES);
		if (on_bochs())
			continue;
		read_bytes(utcb, driver->id, bytes, LINE_BYTES);
		for (uint32_t i = 0; i < LINE_BYTES; i++)
			CHECK_EQUAL(bytes[i], 0xff & ~pattern(round * LINE_BYTES + i));
	}
}
