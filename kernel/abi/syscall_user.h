/* SPDX-License-Identifier: BSD-2-Clause
 *
 * C stubs of the system calls, for programs. kernel/abi/README.md says what each call does.
 */
#ifndef KERNEL_ABI_SYSCALL_USER_H
#define KERNEL_ABI_SYSCALL_USER_H

#include <entry_user.h>
#include <ids.h>
#include <message.h>
#include <stdint.h>

struct syscall_result {
	uint32_t error;    /* SYSCALL_OK or SYSCALL_E… */
	uint32_t value[3]; /* esi, ebx, edi */
};

/* Raw system call `number` with its five arguments. */
static inline struct syscall_result syscall5(uint32_t number, uint32_t esi, uint32_t ebx, uint32_t ecx,
					     uint32_t edx, uint32_t edi)
{
	struct syscall_result r;
	uint32_t eax = TAG_SYSCALL | number;

	__asm__ volatile(ENTER_KERNEL
			 : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi)
			 :
			 : "memory", "cc");
	r.error = eax;
	r.value[0] = esi;
	r.value[1] = ebx;
	r.value[2] = edi;
	return r;
}

/* The caller's thread id. */
static inline uint32_t thread_my_id(void)
{
	return syscall5(SYS_MY_ID, 0, 0, 0, 0, 0).value[0];
}

/*
 * Creates a thread in `space` (SPACE_OWN: the caller's) that starts at `ip` with stack pointer `sp`, eax = its id,
 * ebx = `utcb`, edx = the creator's id. `utcb` is 512-byte aligned, below 4 MB, in a page of the space without
 * a mapping or with message buffers already. `priority` 0..255, at most the caller's. result.value[0]: the id.
 */
static inline struct syscall_result thread_create(uint32_t space, uint32_t ip, uint32_t sp, uint32_t pager,
						  uint32_t utcb, uint32_t priority)
{
	return syscall5(SYS_THREAD_CREATE, space, ip, utcb | priority, pager, sp);
}

/* Deletes thread `id`; its id never names a thread again. A thread may delete itself. */
static inline uint32_t thread_delete(uint32_t id)
{
	return syscall5(SYS_THREAD_DELETE, id, 0, 0, 0, 0).error;
}

/* Creates an empty address space with `quota` pages of kernel memory, which the caller's then lacks. result.value[0]: its id. */
static inline struct syscall_result space_create(uint32_t quota)
{
	return syscall5(SYS_SPACE_CREATE, quota, 0, 0, 0, 0);
}

/* Deletes a space the caller's space created, with its threads and all spaces created from there. */
static inline uint32_t space_delete(uint32_t space)
{
	return syscall5(SYS_SPACE_DELETE, space, 0, 0, 0, 0).error;
}

/* Sets priority (0..255) and time slice (µs) of `id`; -1 leaves one as it is. result.value[0], [1]: the old ones. */
static inline struct syscall_result schedule(uint32_t id, uint32_t priority, uint32_t slice_us)
{
	return syscall5(SYS_SCHEDULE, id, priority, 0, 0, slice_us);
}

/* Gives the processor to `id` if it is ready; with ID_NIL to the next ready thread of the same priority. */
static inline uint32_t thread_switch(uint32_t id)
{
	return syscall5(SYS_THREAD_SWITCH, id, 0, 0, 0, 0).error;
}

/*
 * Controls thread `id`: what EXCHANGE_… in `what` say; `ip` and `sp` count if EXCHANGE_IP and EXCHANGE_SP are among them.
 * result.value[0], [1]: its instruction and stack pointer before.
 */
static inline struct syscall_result exchange_registers(uint32_t id, uint32_t what, uint32_t ip, uint32_t sp)
{
	return syscall5(SYS_EXCHANGE_REGISTERS, id, ip, what, 0, sp);
}

/*
 * Takes the rights of flexpage `page` (FLEXPAGE_READ: all of it; FLEXPAGE_WRITE alone: makes it read-only) from everybody who got
 * its pages from the caller's space, directly or not; with `own` from the caller's space too. No right is ever added.
 */
static inline uint32_t space_flush(uint32_t page, int own)
{
	return syscall5(SYS_FLUSH, page, 0, own != 0, 0, 0).error;
}

/* Masks or unmasks an interrupt line (INTERRUPT_MASK, INTERRUPT_UNMASK); line 0 is the kernel's timer. */
static inline uint32_t interrupt_control(uint32_t line, uint32_t operation)
{
	return syscall5(SYS_INTERRUPT, line, 0, operation, ID_NIL, 0).error;
}

/* Messages of `line` go to `handler` from now on; ID_NIL: to nobody. */
static inline uint32_t interrupt_attach(uint32_t line, uint32_t handler)
{
	return syscall5(SYS_INTERRUPT, line, 0, INTERRUPT_ATTACH, handler, 0).error;
}

/* Ends the machine with a code of exit.h. Comes back only with SYSCALL_EPERM. */
static inline uint32_t machine_halt(uint32_t code)
{
	return syscall5(SYS_HALT, code, 0, 0, 0, 0).error;
}

/* Writes `count` (0..8) bytes to the console: those of low, then those of high, lowest first. */
static inline uint32_t console_write(uint32_t count, uint32_t low, uint32_t high)
{
	return syscall5(SYS_CONSOLE_WRITE, 0, low, count, 0, high).error;
}

/*
 * Whether the kernel's data are what they have to be, for tests. result.value[0]: the first INVARIANT_… that does not hold, or
 * INVARIANTS_HOLD; value[1]: where that was seen.
 */
static inline struct syscall_result kernel_check(void)
{
	return syscall5(SYS_CHECK, 0, 0, 0, 0, 0);
}

/* Eight bytes of struct kernel_info at `offset` (a multiple of 4): result.value[1], then [2]. */
static inline struct syscall_result kernel_info_read(uint32_t offset)
{
	return syscall5(SYS_KERNEL_INFO, offset, 0, 0, 0, 0);
}

#endif
