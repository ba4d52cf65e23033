/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tables that files add to by themselves: an array of pointers in a section of its own, in the order of linking and,
 * within a file, of the source.
 */
#ifndef GUEST_REGISTRY_H
#define GUEST_REGISTRY_H

/* Clang keeps the order of variables by itself, and knows no attribute for it. */
#ifdef __has_attribute
#if __has_attribute(no_reorder)
#define REGISTRY_IN_ORDER __attribute__((no_reorder))
#endif
#endif
#ifndef REGISTRY_IN_ORDER
#define REGISTRY_IN_ORDER
#endif

/* Puts a variable into `name`, a section that program.ld collects; used by nothing that the compiler sees. */
#define REGISTRY_SECTION(name) __attribute__((section(name), used)) REGISTRY_IN_ORDER

#endif
