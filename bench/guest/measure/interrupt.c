/* SPDX-License-Identifier: BSD-2-Clause
 *
 * interrupt/…: what a driver outside the kernel costs. A device's interrupt comes while a program runs in another space; the
 * driver, which waits for it, has the message (deliver); it acknowledges by waiting for the next one, and the program
 * goes on (return).
 * Feeds no table of the paper's, which states that interrupts are messages and gives no figure. Unit: ticks per interrupt. To
 * expect: an entry and an exit by the C path, the interrupt controllers' ports, and a switch to the driver's space: some 450
 * instructions; more than twice that.
 *
 * The device is the real-time clock, the one that every machine has and that needs nobody to act on it. It has been made to
 * interrupt while its line is masked, so that the interrupt is there at the moment at which the program unmasks the line: in the
 * same instruction's return, always. The control unmasks the line with nothing behind it.
 */
#include <stddef.h>
#include <syscall_user.h>

#include "measure.h"
#include "timer.h"

#define LINE 8
#define OTHER_LINE 9 /* nobody's */
#define RATE 3       /* 8192 Hz */
#define SPIN 1000    /* steps between two looks at the clock */
#define LOOKS_MAX 100000
#define PRIORITY_DRIVER (PRIORITY_MEASURED + 1)

static volatile bool ends_in_driver;
static volatile uint32_t spins; /* how many times SPIN steps are longer than a period of the clock; 0: it does not tick */
static uint32_t clock_id;

static void spin(void)
{
	for (uint32_t i = 0; i < SPIN; i++)
		__asm__ volatile("");
}

/* How many spins it takes until the clock has ticked. */
static uint32_t spins_to_tick(void)
{
	uint32_t n = 0;

	while (n < LOOKS_MAX && !timer_period_ended()) {
		spin();
		n++;
	}
	return n;
}

/* The driver's other half: lets the clock tick once more for whoever asks. So neither driver nor client uses ports in the region. */
THREAD(clock)
{
	struct ipc_result r;
	uint32_t n = LOOKS_MAX;

	if (driver_ports(utcb, timer_driver.port, timer_driver.ports_log2)) {
		timer_begin(RATE);
		spins_to_tick();
		n = spins_to_tick();
	}
	spins = n < LOOKS_MAX ? 2 * n + 2 : 0;
	r = ipc_receive(utcb, ID_ANY);
	for (;;) {
		timer_period_ended();
		r = ipc_reply_wait(utcb, r.from, TAG(0, 0), 0, 0);
	}
}

THREAD(driver)
{
	for (ipc_receive(utcb, ID_INTERRUPT(LINE));; ipc_call(utcb, ID_INTERRUPT(LINE), TAG(0, 0), 0, 0))
		if (ends_in_driver)
			region_end_here();
}

static bool setup(struct client *client)
{
	struct space *space = space_start();
	struct thread *other = thread_start(client->space, clock, 0, PRIORITY_MEASURED);
	struct thread *thread = space ? thread_start(space, driver, 0, PRIORITY_DRIVER) : NULL;

	if (!other || !thread)
		return false;
	clock_id = other->id;
	ends_in_driver = client->measurement->ends_elsewhere;
	/* The clock begins to tick before the first region does. */
	threads_error = interrupt_control(LINE, INTERRUPT_MASK);
	if (threads_error == SYSCALL_OK)
		threads_error = interrupt_attach(LINE, thread->id);
	return threads_error == SYSCALL_OK;
}

/* The clock has ticked, and its line is masked. */
static uint32_t let_tick(const struct client *client)
{
	struct ipc_result r;

	interrupt_control(LINE, INTERRUPT_MASK);
	r = ipc_call(client->utcb, clock_id, TAG(0, 0), 0, 0);
	for (uint32_t n = 0; n < spins; n++)
		spin();
	return spins ? r.tag : TAG_ERROR | ERROR_TIMEOUT;
}

static uint32_t unmask(const struct client *client)
{
	(void)client;
	interrupt_control(LINE, INTERRUPT_UNMASK);
	return 0;
}

static uint32_t unmask_nothing(const struct client *client)
{
	(void)client;
	interrupt_control(OTHER_LINE, INTERRUPT_UNMASK);
	return 0;
}

static uint32_t unmask_nothing_stamp(const struct client *client)
{
	unmask_nothing(client);
	region_end_here();
	return 0;
}

MEASUREMENT(deliver, "interrupt/deliver", .per = 1, .setup = setup, .prepare = let_tick, .run = unmask,
	    .control = unmask_nothing_stamp, .ends_elsewhere = true,
	    .expect = "some 450 instructions: the C path, the interrupt controllers, a switch to another space");
MEASUREMENT(return_, "interrupt/return", .per = 1, .setup = setup, .prepare = let_tick, .run = unmask, .control = unmask_nothing,
	    .expect = "some 1,100 instructions: the same, the driver's next IPC, and back");
