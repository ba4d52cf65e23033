/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Device drivers as programs. A driver is a thread in a space of its own, which has the image, the driver's ports and nothing
 * else; its device's interrupts are messages among those of its clients. A driver never waits for its device but by an IPC.
 *
 * Only the root program's threads can start one: it takes the ports from sigma0 and attaches the driver to its line.
 */
#ifndef GUEST_DRIVER_H
#define GUEST_DRIVER_H

#include "ipc.h"
#include "threads.h"
#include <port_io.h>

/* Label of an answer: the request was not understood, or the driver is busy with another client's. 0: done. */
#define DRIVER_REFUSED 1

struct driver {
	uint32_t line;             /* of its interrupts */
	uint32_t port, ports_log2; /* 2^ports_log2 ports from `port` */
	bool (*begin)(void);       /* sets the device up. False: there is none */
	void (*interrupt)(struct utcb *utcb);
	void (*request)(struct utcb *utcb, const struct ipc_result *message); /* a client's; it waits for the answer */
};

enum driver_state { DRIVER_RUNS, DRIVER_NO_DEVICE, DRIVER_FAILED };

/*
 * Starts a driver with `priority`, below the caller's. DRIVER_RUNS: *thread is its thread, whose space space_stop() deletes.
 * DRIVER_NO_DEVICE; DRIVER_FAILED: the kernel or sigma0 refused something.
 */
enum driver_state driver_start(struct utcb *utcb, const struct driver *driver, uint32_t priority, struct thread **thread);

/* The program's space has these ports, or gets them from sigma0, now or in an earlier call. False: they are not to be had. */
bool driver_ports(struct utcb *utcb, uint32_t port, uint32_t log2);

/* Answers a client, who waits. */
static inline void driver_answer(struct utcb *utcb, uint32_t to, uint32_t tag, uint32_t word0, uint32_t word1)
{
	ipc(utcb, to, ID_NIL, tag | TAG_NO_RECEIVE | TAG_SEND_NOWAIT, 0, word0, word1);
}

#endif
