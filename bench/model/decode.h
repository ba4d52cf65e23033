/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_DECODE_H
#define MODEL_DECODE_H

#include <stddef.h>

#include "instruction.h"

struct timing;

/*
 * Fills `to` from the `size` bytes at `bytes` (1 to 15, 32-bit code), which stand at these addresses, and looks its row up
 * in `timing`. False: no instruction of this architecture; then only addresses, length and bytes are set.
 */
bool decode(const struct timing *timing, const void *bytes, size_t size, uint32_t linear, uint32_t physical, bool user,
	    struct instruction *to);

/* The same bytes as text in Intel's notation, for listings. `to` has room for `size` characters. */
void decode_text(const struct instruction *i, char *to, size_t size);

/* Mnemonic and operand form as the timing table would name them, for complaints: "mov r32,m32". */
void decode_form_text(const struct instruction *i, char *to, size_t size);

/*
 * The effective address of the first operand, a memory operand with 32-bit addressing, where the general registers hold
 * these values: for instructions that name an address and access nothing (INVLPG).
 */
uint32_t decode_address(const struct instruction *i, const uint32_t registers[8]);

#endif
