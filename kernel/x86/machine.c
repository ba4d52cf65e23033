/* SPDX-License-Identifier: BSD-2-Clause */
#include <exit.h>
#include <machine.h>
#include <paging.h>
#include <string.h>
#include <x86.h>

/* ---- serial port: 16550 ---------------------------------------------------------------------------- */

#define UART_DATA (COM1 + 0)
#define UART_INTERRUPTS (COM1 + 1)
#define UART_FIFO (COM1 + 2)
#define UART_LINE (COM1 + 3)
#define UART_MODEM (COM1 + 4)
#define UART_STATUS (COM1 + 5)
#define UART_LINE_DIVISOR 0x80
#define UART_LINE_8N1 0x03
#define UART_STATUS_EMPTY 0x20
#define UART_PATIENCE 1000000 /* polls; a machine without the port goes on in silence */

void console_init(void)
{
	out8(UART_INTERRUPTS, 0);
	out8(UART_LINE, UART_LINE_DIVISOR);
	out8(UART_DATA, 1); /* 115200 / 1 baud */
	out8(UART_INTERRUPTS, 0);
	out8(UART_LINE, UART_LINE_8N1);
	out8(UART_FIFO, 0x07);
	out8(UART_MODEM, 0x03);
}

void console_byte(char c)
{
	for (unsigned n = 0; n < UART_PATIENCE && !(in8(UART_STATUS) & UART_STATUS_EMPTY); n++)
		;
	out8(UART_DATA, c);
}

void console_text(const char *text)
{
	while (*text)
		console_byte(*text++);
}

void console_hex(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		console_byte("0123456789abcdef"[value >> shift & 15]);
}

void console_decimal(uint32_t value)
{
	char digits[10];
	unsigned n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		console_byte(digits[--n]);
}

/* ---- interrupt controllers: two 8259 ---------------------------------------------------------------- */

#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0
#define PIC_DATA 1
#define PIC_CASCADE 2 /* line of the slave */
#define PIC_SPURIOUS 7
#define PIC_END 0x20
#define PIC_READ_IN_SERVICE 0x0b

static uint16_t masked_lines = 0xffff;

static void write_masks(void)
{
	out8(PIC_MASTER + PIC_DATA, masked_lines);
	out8(PIC_SLAVE + PIC_DATA, masked_lines >> 8);
}

static void pic_init(uint16_t port, uint8_t vector, uint8_t cascade)
{
	out8(port, 0x11); /* initialise, edge triggered, four words */
	out8(port + PIC_DATA, vector);
	out8(port + PIC_DATA, cascade);
	out8(port + PIC_DATA, 0x01); /* 8086 mode */
}

void interrupts_init(void)
{
	pic_init(PIC_MASTER, VECTOR_INTERRUPT_0, 1 << PIC_CASCADE);
	pic_init(PIC_SLAVE, VECTOR_INTERRUPT_0 + 8, PIC_CASCADE);
	masked_lines = 0xffff & ~(1 << PIC_CASCADE);
	write_masks();
}

void interrupt_mask(unsigned line, bool masked)
{
	if (masked)
		masked_lines |= 1 << line;
	else
		masked_lines &= ~(1 << line);
	write_masks();
}

/* Lines 7 and 15 are also what a controller says when it has nothing to say: then none is in service. */
static bool is_spurious(unsigned line)
{
	uint16_t port = line < 8 ? PIC_MASTER : PIC_SLAVE;

	if (line % 8 != PIC_SPURIOUS)
		return false;
	out8(port, PIC_READ_IN_SERVICE);
	return !(in8(port) & 1 << PIC_SPURIOUS);
}

bool interrupt_acknowledge(unsigned line)
{
	bool spurious = is_spurious(line);

	if (line >= 8) {
		if (!spurious)
			out8(PIC_SLAVE, PIC_END);
		out8(PIC_MASTER, PIC_END);
	} else if (!spurious) {
		out8(PIC_MASTER, PIC_END);
	}
	return !spurious;
}

/* ---- the end ---------------------------------------------------------------------------------------- */

static enum { END_NONE, END_DEBUG_PORT, END_BOCHS } end_by;

/* Physical address of the conductor's two words: where to return to, and its stack pointer. 0: no conductor. */
static uint32_t conductor;

_Noreturn void leave_to_conductor(uint32_t code, uint32_t block);

static bool parse_hex(const char *text, uint32_t *value)
{
	unsigned digits = 0;

	*value = 0;
	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	for (; *text && *text != ' '; text++, digits++) {
		char c = *text;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (c - 'a' + 10);
		else
			return false;
	}
	return digits >= 1 && digits <= 8;
}

static bool word_is(const char *text, const char *word)
{
	while (*word)
		if (*text++ != *word++)
			return false;
	return !*text || *text == ' ';
}

bool machine_set_exit(const char *command_line)
{
	const char *way = string_option(command_line, "exit=");
	const char *address = string_option(command_line, "return=");
	uint32_t block = 0;

	if (!way || word_is(way, "none"))
		end_by = END_NONE;
	else if (word_is(way, "debug"))
		end_by = END_DEBUG_PORT;
	else if (word_is(way, "bochs"))
		end_by = END_BOCHS;
	else
		return false;
	if (address && (!parse_hex(address, &block) || block > PHYS_RESERVED_END - 8 || block < PHYS_RESERVED))
		return false;
	conductor = block;
	return true;
}

/* The conductor's words lie in the reserved range, outside the window: paging must be off to read them. */
static _Noreturn void return_to_conductor(uint32_t code)
{
	paging_end();
	leave_to_conductor(code, conductor);
}

_Noreturn void machine_end(uint32_t code)
{
	__asm__ volatile("cli");
	console_text("#EXIT ");
	console_decimal(code);
	console_text("\n");
	while (!(in8(UART_STATUS) & 0x40) && in8(UART_STATUS) != 0xff)
		; /* until the last bit has left */
	out8(PIC_MASTER + PIC_DATA, 0xff);
	out8(PIC_SLAVE + PIC_DATA, 0xff);
	if (conductor)
		return_to_conductor(code);
	if (end_by == END_DEBUG_PORT)
		out8(EXIT_PORT_DEBUG, code);
	if (end_by == END_BOCHS)
		for (const char *p = "Shutdown"; *p; p++)
			out8(EXIT_PORT_BOCHS, *p);
	for (;;)
		__asm__ volatile("hlt");
}
