/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "sigma0.h"

#include <stddef.h>
#include <syscall_user.h>

#define RANGES 8

bool driver_ports(struct utcb *utcb, uint32_t port, uint32_t log2)
{
	static uint32_t have[RANGES];
	uint32_t ports = FLEXPAGE_PORTS(port, log2);
	unsigned n = 0;

	for (; n < RANGES && have[n]; n++)
		if (have[n] == ports)
			return true;
	if (n == RANGES || !sigma0_ports(utcb, port, log2))
		return false;
	have[n] = ports;
	return true;
}

/* `argument` points to the struct driver, at the same address in all spaces. */
THREAD(driver_main)
{
	const struct driver *driver = (const struct driver *)argument;
	const uint32_t line = ID_INTERRUPT(driver->line);

	utcb->accept = FLEXPAGE_PORTS(driver->port, driver->ports_log2);
	ipc_receive(utcb, creator);
	utcb->accept = 0;
	ipc_send(utcb, creator, TAG(1, 0), driver->begin(), 0);
	for (;;) {
		/* An open receive also acknowledges the interrupt that was taken before. */
		struct ipc_result message = ipc_receive(utcb, ID_ANY);

		if (ipc_failed(message))
			continue;
		if (message.from == line)
			driver->interrupt(utcb);
		else
			driver->request(utcb, &message);
	}
}

/* Gives the driver its ports, and lets it begin. */
static enum driver_state introduce(struct utcb *utcb, const struct driver *driver, const struct thread *thread)
{
	struct ipc_result r;

	utcb->mr[MESSAGE_REGISTER_WORDS] = FLEXPAGE_PORTS(driver->port, driver->ports_log2);
	utcb->mr[MESSAGE_REGISTER_WORDS + 1] = 0;
	r = ipc_call(utcb, thread->id, TAG(0, 0) | TAG_TYPED(2), 0, 0);
	if (ipc_failed(r) || interrupt_attach(driver->line, thread->id) != SYSCALL_OK)
		return DRIVER_FAILED;
	return r.word[0] ? DRIVER_RUNS : DRIVER_NO_DEVICE;
}

enum driver_state driver_start(struct utcb *utcb, const struct driver *driver, uint32_t priority, struct thread **thread)
{
	struct space *space = driver_ports(utcb, driver->port, driver->ports_log2) ? space_start() : NULL;
	enum driver_state state = DRIVER_FAILED;

	*thread = space ? thread_start(space, driver_main, (uint32_t)driver, priority) : NULL;
	if (*thread)
		state = introduce(utcb, driver, *thread);
	if (state != DRIVER_RUNS && space)
		space_stop(space);
	return state;
}
