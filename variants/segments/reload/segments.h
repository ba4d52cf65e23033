/* SPDX-License-Identifier: BSD-2-Clause
 * help: every kernel entry loads DS and ES with the kernel's selector, every exit with the program's
 *
 * variants/segments/README.md states the interface, which is for assembler alone.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#endif
