/* SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls. All enter by the same gate as IPC; the tag register (eax) holds TAG_SYSCALL | number.
 * Arguments: esi, ecx, edx, ebx, edi. Results: esi, ebx, edi; the tag register gets 0 or a
 * SYSCALL_E… code. ecx, edx and ebp are undefined afterwards, as after IPC.
 * The numbers are those of the complete kernel; what this kernel does not have yet answers
 * SYSCALL_ENOSYS. kernel/abi/README.md describes each call.
 */
#ifndef KERNEL_ABI_SYSCALL_H
#define KERNEL_ABI_SYSCALL_H

#define SYSCALL_VECTOR 0x30 /* the trap gate of the kernel's only entry */

#define SYSCALL_LENGTH 2    /* bytes of the instruction that uses it */

#define SYS_MY_ID 0          /* -> esi: the caller's id. The null call */
#define SYS_THREAD_CREATE 1  /* esi space, ebx ip, edi sp, edx pager, ecx UTCB | priority -> esi id */
#define SYS_THREAD_DELETE 2  /* esi id */
#define SYS_SPACE_CREATE 3   /* esi quota of kernel memory, pages, out of the caller's -> esi space */
#define SYS_SPACE_DELETE 4   /* esi space; its threads and all that it created are deleted with it */
#define SYS_SCHEDULE 5       /* esi id, ebx priority or -1, edi time slice in µs or -1 -> esi, ebx: the old ones */
#define SYS_THREAD_SWITCH 6  /* esi id to switch to, or ID_NIL: yield */
#define SYS_EXCHANGE_REGISTERS 7 /* esi id, ecx EXCHANGE_…, ebx ip, edi sp -> esi, ebx: old ip and sp */
#define SYS_FLUSH 8          /* esi flexpage with the rights to revoke, ecx: 1 = give up the own page too, edx 0 */
#define SYS_INTERRUPT 9      /* esi line, ecx operation, edx handler id; root's and sigma0's space only */
#define SYS_PERFORMANCE_EVENT 10 /* esi counter, ebx event selection; root's space only */
#define SYS_HALT 11          /* esi exit code (exit.h); root's and sigma0's space only; ends the machine */
#define SYS_CONSOLE_WRITE 12 /* ecx count 0..8, ebx, edi: bytes, lowest first; root's and sigma0's space only */
#define SYS_KERNEL_INFO 13   /* esi offset in the kernel information (info.h) -> ebx, edi: 8 bytes */
#define SYS_CHECK 14         /* -> esi: which invariant of the kernel does not hold (invariants.h), ebx: seen where; root's and sigma0's space only */
#define SYS_COUNT 15

/* What SYS_EXCHANGE_REGISTERS does, in this order. */
#define EXCHANGE_CANCEL 1  /* ends the call or fault in which the thread waits */
#define EXCHANGE_IP 2      /* gives it the instruction pointer */
#define EXCHANGE_SP 4      /* gives it the stack pointer */
#define EXCHANGE_HALT 8    /* its program does not run on */
#define EXCHANGE_RESUME 16 /* runs on again; not together with EXCHANGE_HALT */
#define EXCHANGE_ALL 31

/* Operations of SYS_INTERRUPT. */
#define INTERRUPT_ATTACH 0 /* messages of the line, not 0, go to the handler; ID_NIL: to nobody */
#define INTERRUPT_MASK 1   /* also line 0, the kernel's timer: then nobody is preempted */
#define INTERRUPT_UNMASK 2

#define SYSCALL_OK 0
#define SYSCALL_ENOSYS 1   /* no such call */
#define SYSCALL_EPERM 2    /* the caller may not do that to this thread, space or line */
#define SYSCALL_EINVAL 3   /* an argument is out of its range */
#define SYSCALL_ENOTHREAD 4 /* no thread of that id */
#define SYSCALL_ENOSPACE 5 /* no space of that id */
#define SYSCALL_ENOMEM 6   /* the quota, or the kernel's memory, is used up */
#define SYSCALL_ENOIDS 7   /* no thread or space number is left */

#endif
