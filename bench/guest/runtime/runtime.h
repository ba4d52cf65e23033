/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a program is to the runtime, and the runtime to a program. C and assembler.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#define RUNTIME_STACK 8192         /* bytes of the first thread's stack */
#define RUNTIME_UTCBS 0x00010000   /* message buffers in every space: the n-th at RUNTIME_UTCBS + n * UTCB_SIZE */

#ifndef __ASSEMBLER__
#include <message.h>
#include <stdint.h>

/* The image: header, code, data, bss. Defined by program.ld; only the addresses count. */
extern char program_base[], program_file_end[], program_memory_end[];

/* The program itself. Its first thread calls this; what it returns ends the machine (a code of exit.h). */
uint32_t program_main(struct utcb *utcb, uint32_t id);

#endif
#endif
