/* SPDX-License-Identifier: BSD-2-Clause
 *
 * 16550 UART. The interrupt controller sees edges, so every interrupt is served until the UART has no reason left: another one
 * meanwhile would not be told.
 */
#include "serial.h"

#define LINE 3
#define PORT 0x2f8
#define DATA (PORT + 0)
#define ENABLE (PORT + 1)
#define REASON (PORT + 2) /* read */
#define FIFO (PORT + 2)   /* written */
#define LINE_CONTROL (PORT + 3)
#define MODEM_CONTROL (PORT + 4)
#define LINE_STATUS (PORT + 5)
#define MODEM_STATUS (PORT + 6)
#define SCRATCH (PORT + 7)

#define ENABLE_RECEIVED 0x01
#define ENABLE_EMPTY 0x02
#define REASON_NONE 0x01
#define REASON_MASK 0x0e
#define REASON_MODEM 0x00
#define REASON_EMPTY 0x02
#define REASON_LINE 0x06
/* The other reasons: bytes received, or waiting for long. */
#define FIFO_CLEAR 0x07
#define FIFO_SIZE 16
#define LINE_DIVISOR 0x80
#define LINE_8N1 0x03
#define MODEM_READY 0x0b /* with the output that lets interrupts through */
#define MODEM_LOOP 0x10
#define STATUS_RECEIVED 0x01
#define STATUS_LOST 0x02

#define REASONS_MAX 64 /* in one interrupt: a UART that never has enough is left alone, not waited for */

static struct {
	uint8_t bytes[SERIAL_BYTES_MAX];
	uint32_t sent, count;
	uint32_t client; /* ID_NIL: none */
} writing;

static struct {
	uint8_t bytes[4 * SERIAL_BYTES_MAX]; /* a ring */
	uint32_t taken, count;               /* modulo its size: the first byte, and behind the last */
	uint32_t lost;
	uint32_t client, wanted;
} reading;

static uint32_t interrupts, empties;

static bool begin(void)
{
	writing.client = reading.client = ID_NIL;
	reading.taken = reading.count = reading.lost = interrupts = empties = 0;
	out8(SCRATCH, 0x5a);
	if (in8(SCRATCH) != 0x5a)
		return false;
	out8(ENABLE, 0);
	out8(LINE_CONTROL, LINE_DIVISOR);
	out8(DATA, 1); /* 115200 / 1 baud */
	out8(DATA + 1, 0);
	out8(LINE_CONTROL, LINE_8N1);
	out8(FIFO, FIFO_CLEAR);
	out8(MODEM_CONTROL, MODEM_READY);
	out8(ENABLE, ENABLE_RECEIVED);
	return true;
}

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Answers who reads, if there is something to read. */
static void serve_reader(struct utcb *utcb)
{
	uint8_t *to = (uint8_t *)&utcb->mr[2];
	uint32_t n = min(reading.wanted, reading.count - reading.taken);

	if (reading.client == ID_NIL || !n)
		return;
	for (uint32_t i = 0; i < n; i++)
		to[i] = reading.bytes[reading.taken++ % sizeof(reading.bytes)];
	driver_answer(utcb, reading.client, TAG(SERIAL_WORDS(n), 0), n, reading.lost);
	reading.client = ID_NIL;
}

static void receive(void)
{
	uint8_t status;

	while ((status = in8(LINE_STATUS)) & STATUS_RECEIVED) {
		uint8_t byte = in8(DATA);

		reading.lost += (status & STATUS_LOST) != 0;
		if (reading.count - reading.taken == sizeof(reading.bytes))
			reading.lost++;
		else
			reading.bytes[reading.count++ % sizeof(reading.bytes)] = byte;
	}
}

/* The UART has nothing left to send: gets more, or the writer is told. */
static void send(struct utcb *utcb)
{
	uint32_t end = min(writing.count, writing.sent + FIFO_SIZE);

	empties++;
	if (writing.client == ID_NIL)
		return;
	if (writing.sent == writing.count) {
		out8(ENABLE, ENABLE_RECEIVED);
		driver_answer(utcb, writing.client, TAG(0, 0), 0, 0);
		writing.client = ID_NIL;
		return;
	}
	while (writing.sent < end)
		out8(DATA, writing.bytes[writing.sent++]);
}

static void interrupt(struct utcb *utcb)
{
	uint8_t reason;

	interrupts++;
	for (unsigned n = 0; n < REASONS_MAX && !((reason = in8(REASON)) & REASON_NONE); n++) {
		switch (reason & REASON_MASK) {
		case REASON_EMPTY:
			send(utcb);
			break;
		case REASON_MODEM:
			in8(MODEM_STATUS);
			break;
		case REASON_LINE:
			reading.lost += (in8(LINE_STATUS) & STATUS_LOST) != 0;
			break;
		default:
			receive();
		}
	}
	serve_reader(utcb);
}

/* False: refused. */
static bool start_writing(struct utcb *utcb, const struct ipc_result *message)
{
	const uint8_t *from = (const uint8_t *)&utcb->mr[2];
	uint32_t n = message->word[0];

	if (writing.client != ID_NIL || n - 1 >= SERIAL_BYTES_MAX || TAG_WORDS(message->tag) < SERIAL_WORDS(n))
		return false;
	for (uint32_t i = 0; i < n; i++)
		writing.bytes[i] = from[i];
	writing.sent = 0;
	writing.count = n;
	writing.client = message->from;
	/* Nothing is being sent, so the UART wants bytes at once: the first go in answer to that interrupt. */
	out8(ENABLE, ENABLE_RECEIVED | ENABLE_EMPTY);
	return true;
}

static bool start_reading(struct utcb *utcb, const struct ipc_result *message)
{
	if (reading.client != ID_NIL || !message->word[0])
		return false;
	reading.client = message->from;
	reading.wanted = min(message->word[0], SERIAL_BYTES_MAX);
	serve_reader(utcb);
	return true;
}

static void request(struct utcb *utcb, const struct ipc_result *message)
{
	bool done = false;

	switch (TAG_LABEL(message->tag)) {
	case SERIAL_WRITE:
		done = start_writing(utcb, message);
		break;
	case SERIAL_READ:
		done = start_reading(utcb, message);
		break;
	case SERIAL_LOOP:
		out8(MODEM_CONTROL, MODEM_READY | (message->word[0] ? MODEM_LOOP : 0));
		driver_answer(utcb, message->from, TAG(0, 0), 0, 0);
		return;
	case SERIAL_COUNT:
		driver_answer(utcb, message->from, TAG(2, 0), interrupts, empties);
		return;
	}
	if (!done)
		driver_answer(utcb, message->from, TAG(0, DRIVER_REFUSED), 0, 0);
}

const struct driver serial_driver = {LINE, PORT, 3, begin, interrupt, request};
