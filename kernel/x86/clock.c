/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The interval timer, an 8254 or what passes for it. Channel 2, which else makes the loudspeaker's tone, runs freely and is the
 * clock; channel 0 is programmed anew for each interrupt. So reading never has to guess whether an interrupt is under way,
 * and programming alarms loses no time.
 */
#include <clock.h>
#include <x86.h>

#define PIT_CHANNEL_0 0x40
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_ALARM 0x30   /* channel 0, both bytes, mode 0: interrupt on terminal count */
#define PIT_CLOCK 0xb4   /* channel 2, both bytes, mode 2: from 65536 to 1, again and again */
#define PIT_LATCH_2 0x80 /* holds channel 2's count for reading */

#define PORT_B 0x61
#define PORT_B_GATE 0x01    /* channel 2 counts */
#define PORT_B_SPEAKER 0x02 /* and is heard */

static uint64_t clock;
static uint16_t last_count;

static uint16_t read_count(void)
{
	uint8_t low;

	out8(PIT_COMMAND, PIT_LATCH_2);
	low = in8(PIT_CHANNEL_2);
	return (uint16_t)(low | in8(PIT_CHANNEL_2) << 8);
}

void clock_init(void)
{
	out8(PORT_B, (in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE);
	out8(PIT_COMMAND, PIT_CLOCK);
	out8(PIT_CHANNEL_2, 0); /* 65536 */
	out8(PIT_CHANNEL_2, 0);
	last_count = read_count();
}

uint64_t clock_read(void)
{
	uint16_t count = read_count();

	clock += (uint16_t)(last_count - count);
	last_count = count;
	return clock;
}

void clock_alarm(uint32_t oscillations)
{
	out8(PIT_COMMAND, PIT_ALARM);
	out8(PIT_CHANNEL_0, oscillations & 0xff);
	out8(PIT_CHANNEL_0, oscillations >> 8);
}
