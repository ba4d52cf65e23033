/* SPDX-License-Identifier: BSD-2-Clause
 * help: DS and ES are loaded only where a space switch, the C part or the program changed them
 *
 * variants/segments/README.md states the interface, which is for assembler alone.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#endif
