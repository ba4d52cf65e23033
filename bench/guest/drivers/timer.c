/* SPDX-License-Identifier: BSD-2-Clause
 *
 * MC146818: an index port and a data port. Once it has interrupted, it does so again only after its register C was read.
 */
#include "timer.h"

#define LINE 8
#define PORT 0x70
#define DATA 0x71

#define REGISTER_A 0x0a
#define REGISTER_B 0x0b
#define REGISTER_C 0x0c
#define A_DIVIDER 0x20 /* 32768 Hz, and the oscillator on */
#define B_24_HOURS 0x02
#define B_PERIODIC 0x40
#define C_PERIODIC 0x40
#define RATE 6 /* TIMER_HZ */

#define CLIENTS 8

static uint32_t ticks;
static struct client {
	uint32_t id; /* ID_NIL: none */
	uint32_t due;
} clients[CLIENTS];

static uint8_t read_register(uint8_t index)
{
	out8(PORT, index);
	return in8(DATA);
}

static void write_register(uint8_t index, uint8_t value)
{
	out8(PORT, index);
	out8(DATA, value);
}

void timer_begin(uint32_t rate)
{
	write_register(REGISTER_A, (uint8_t)(A_DIVIDER | rate));
	write_register(REGISTER_B, (read_register(REGISTER_B) & B_24_HOURS) | B_PERIODIC);
	read_register(REGISTER_C);
}

bool timer_period_ended(void)
{
	return read_register(REGISTER_C) & C_PERIODIC;
}

static bool begin(void)
{
	ticks = 0;
	for (struct client *client = clients; client < clients + CLIENTS; client++)
		client->id = ID_NIL;
	timer_begin(RATE);
	return true;
}

static void interrupt(struct utcb *utcb)
{
	if (!timer_period_ended())
		return;
	ticks++;
	for (struct client *client = clients; client < clients + CLIENTS; client++) {
		if (client->id == ID_NIL || client->due != ticks)
			continue;
		driver_answer(utcb, client->id, TAG(1, 0), ticks, 0);
		client->id = ID_NIL;
	}
}

static void request(struct utcb *utcb, const struct ipc_result *message)
{
	for (struct client *client = clients; client < clients + CLIENTS; client++) {
		if (client->id != ID_NIL || TAG_LABEL(message->tag) != TIMER_WAIT || !message->word[0])
			continue;
		*client = (struct client){message->from, ticks + message->word[0]};
		return;
	}
	driver_answer(utcb, message->from, TAG(0, DRIVER_REFUSED), 0, 0);
}

const struct driver timer_driver = {LINE, PORT, 1, begin, interrupt, request};
