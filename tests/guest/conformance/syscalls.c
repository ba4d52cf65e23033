/* SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls: every bad argument has its error code, and who may do what.
 */
#include "check.h"
#include "kernel_info.h"
#include "runtime.h"

#include <exit.h>
#include <layout.h>

#define FREE_UTCB (RUNTIME_UTCBS + 31 * UTCB_SIZE)
#define ODD_NUMBER 0x80000001u

THREAD(sleep)
{
	sleep_forever(utcb);
}

TEST(unknown, "syscalls/unknown", "a number that no call has, or a call this kernel lacks, answers ENOSYS")
{
	CHECK_EQUAL(syscall5(SYS_PERFORMANCE_EVENT, 0, 0, 0, 0, 0).error, SYSCALL_ENOSYS);
	CHECK_EQUAL(syscall5(SYS_PERFORMANCE_EVENT, -1u, -1u, -1u, -1u, -1u).error, SYSCALL_ENOSYS);
	for (uint32_t number = SYS_COUNT; number < 0x80; number++)
		CHECK_EQUAL(syscall5(number, 0, 0, 0, 0, 0).error, SYSCALL_ENOSYS);
	/* Above the number there are no bits that would mean anything. */
	CHECK_EQUAL(syscall5(SYS_MY_ID | 1 << TAG_LABEL_SHIFT, 0, 0, 0, 0, 0).error, SYSCALL_ENOSYS);
	CHECK_EQUAL(syscall5(SYS_HALT | TAG_SEND_NOWAIT, EXIT_PASSED, 0, 0, 0, 0).error, SYSCALL_ENOSYS);
	CHECK_EQUAL(syscall5(SYS_THREAD_DELETE | TAG_NO_RECEIVE, 0, 0, 0, 0, 0).error, SYSCALL_ENOSYS);
}

TEST(null_call, "syscalls/my-id", "SYS_MY_ID answers the caller's id and no error")
{
	struct syscall_result r = syscall5(SYS_MY_ID, 1, 2, 3, 4, 5);

	CHECK_EQUAL(r.error, SYSCALL_OK);
	CHECK(thread_of(r.value[0]) != NULL);
	CHECK_EQUAL(r.value[0], syscall5(SYS_MY_ID, 0, 0, 0, 0, 0).value[0]);
}

static uint32_t create_error(uint32_t space, uint32_t ip, uint32_t sp, uint32_t utcb, uint32_t priority)
{
	struct syscall_result r = thread_create(space, ip, sp, pager_id, utcb, priority);

	if (r.error == SYSCALL_OK)
		thread_delete(r.value[0]);
	return r.error;
}

TEST(create_arguments, "syscalls/thread-create", "SYS_THREAD_CREATE refuses arguments out of their range")
{
	uint32_t space = NEW_SPACE()->id;

	CHECK_EQUAL(create_error(space, 0, 0, FREE_UTCB, 1), SYSCALL_OK);
	CHECK_EQUAL(create_error(space, USER_TOP, 0, FREE_UTCB, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0xffffffff, 0, FREE_UTCB, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, USER_TOP + 4, FREE_UTCB, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0xffffffff, FREE_UTCB, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, SUPERPAGE_SIZE, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, KERNEL_BASE, 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, FREE_UTCB, 256), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, FREE_UTCB + 256, 256), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, FREE_UTCB, PRIORITY_TEST + 1), SYSCALL_EPERM);
	CHECK_EQUAL(create_error(space, 0, 0, FREE_UTCB, PRIORITY_TEST), SYSCALL_OK);
	CHECK_EQUAL(create_error(space + 1, 0, 0, FREE_UTCB, 1), SYSCALL_ENOSPACE);
	CHECK_EQUAL(create_error(space + (1 << SPACE_INDEX_BITS), 0, 0, FREE_UTCB, 1), SYSCALL_ENOSPACE);
	CHECK_EQUAL(create_error(ODD_NUMBER, 0, 0, FREE_UTCB, 1), SYSCALL_ENOSPACE);
	CHECK_EQUAL(create_error(0xffffffff, 0, 0, FREE_UTCB, 1), SYSCALL_ENOSPACE);
	/* The last of what is allowed. */
	CHECK_EQUAL(create_error(space, USER_TOP - 1, USER_TOP, SUPERPAGE_SIZE - UTCB_SIZE, 1), SYSCALL_OK);
	CHECK_EQUAL(create_error(space, 0, 0, SUPERPAGE_SIZE - UTCB_SIZE, 256), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(space, 0, 0, 0, 0), SYSCALL_OK);
	/* Memory that the program uses already is no place for a message buffer. */
	CHECK_EQUAL(create_error(SPACE_OWN, 0, 0, (uint32_t)own_pages, 1), SYSCALL_EINVAL);
}

TEST(first_error, "syscalls/first-error", "of several errors a call reports the first that its row names")
{
	uint32_t space = NEW_SPACE()->id, id = START(NULL, sleep, 0, PRIORITY_HELPER)->id, mapped = (uint32_t)own_pages;

	CHECK_EQUAL(create_error(ODD_NUMBER, USER_TOP, 0, mapped, 256), SYSCALL_ENOSPACE);
	CHECK_EQUAL(create_error(space, USER_TOP, 0, FREE_UTCB, PRIORITY_TEST + 1), SYSCALL_EINVAL);
	CHECK_EQUAL(create_error(SPACE_OWN, 0, 0, mapped, PRIORITY_TEST + 1), SYSCALL_EPERM);
	CHECK_EQUAL(schedule(id ^ 1, 256, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(schedule(id, PRIORITY_TEST + 1, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(exchange_registers(id ^ 1, EXCHANGE_ALL, 0, 0).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(syscall5(SYS_INTERRUPT, 2, 0, INTERRUPT_ATTACH, id ^ 1, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(syscall5(SYS_INTERRUPT, 1, 0, INTERRUPT_UNMASK + 1, id ^ 1, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(syscall5(SYS_INTERRUPT, 1, 0, INTERRUPT_ATTACH, id ^ 1, 0).error, SYSCALL_ENOTHREAD);
}

/* Where a thread begins: notes its registers, as PUSHA orders them, and its flags, and ends by a fault. */
#define STACK_TOP ((uint32_t)own_pages[OWN_PAGES - 1])
#define FLAGS_INITIAL 0x202 /* interrupts on, and the bit that is always 1 */
enum { BORN_EDI, BORN_ESI, BORN_EBP, BORN_ESP, BORN_EBX, BORN_EDX, BORN_ECX, BORN_EAX, BORN_FLAGS, BORN_WORDS };
uint32_t born[BORN_WORDS + 1];
extern const char birth[];
__asm__("	.pushsection .text\n"
	"birth:	mov %esp, born + 36\n"
	"	mov $born + 36, %esp\n"
	"	pushf\n"
	"	pusha\n"
	"	ud2\n"
	"	.popsection");

TEST(start_registers, "syscalls/thread-start", "a thread starts with its id, its buffer's address and its creator's id; the other registers are 0")
{
	for (unsigned i = 0; i < 3; i++) {
		struct thread *thread = thread_start_raw(i == 1 ? NEW_SPACE() : &own_space, (uint32_t)birth, STACK_TOP - i, 0, PRIORITY_HELPER);

		CHECK(thread != NULL);
		thread_wait_fault(utcb, thread);
		CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
		CHECK_EQUAL(born[BORN_EAX], thread->id);
		CHECK_EQUAL(born[BORN_EBX], thread->utcb);
		CHECK_EQUAL(born[BORN_EDX], thread_my_id());
		CHECK_EQUAL(born[BORN_ECX] | born[BORN_ESI] | born[BORN_EDI] | born[BORN_EBP], 0);
		CHECK_EQUAL(born[BORN_WORDS], STACK_TOP - i);
		CHECK_EQUAL(born[BORN_FLAGS], FLAGS_INITIAL);
		thread_stop(thread);
	}
}

TEST(delete_arguments, "syscalls/thread-delete", "SYS_THREAD_DELETE refuses ids that name nobody")
{
	CHECK_EQUAL(thread_delete(ID_NIL), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_delete(ID_ANY), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_delete(thread_my_id() ^ 1), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_delete(ID(NUMBER_KERNEL, 1)), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_delete(ID_INTERRUPT(0)), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_delete(ID(NUMBER_LAST + 1, 1)), SYSCALL_ENOTHREAD);
}

TEST(space_arguments, "syscalls/space-delete", "SYS_SPACE_DELETE refuses ids that name no space, old ones too")
{
	struct space *space = NEW_SPACE();
	uint32_t id = space->id;

	CHECK_EQUAL(space_delete(id + 1), SYSCALL_ENOSPACE);
	CHECK_EQUAL(space_delete(id ^ 1 << SPACE_INDEX_BITS), SYSCALL_ENOSPACE);
	CHECK_EQUAL(space_delete(0xffffffff), SYSCALL_ENOSPACE);
	CHECK_EQUAL(space_delete(1), SYSCALL_ENOSPACE);
	CHECK_EQUAL(space_stop(space), SYSCALL_OK);
	CHECK_EQUAL(space_delete(id), SYSCALL_ENOSPACE);
	CHECK_EQUAL(create_error(id, 0, 0, FREE_UTCB, 1), SYSCALL_ENOSPACE);
	/* The space that the caller is in would leave nobody to return to. */
	CHECK_EQUAL(space_delete(SPACE_OWN), SYSCALL_EPERM);
}

TEST(space_versions, "syscalls/space-ids", "the id of a deleted space never names another one")
{
	uint32_t first = space_create(4).value[0];

	CHECK_EQUAL(space_delete(first), SYSCALL_OK);
	for (uint32_t i = 0; i < 2u << SPACE_INDEX_BITS; i++) {
		struct syscall_result r = space_create(4);

		CHECK_EQUAL(r.error, SYSCALL_OK);
		CHECK(r.value[0] != first);
		CHECK_EQUAL(space_delete(first), SYSCALL_ENOSPACE);
		CHECK_EQUAL(space_delete(r.value[0]), SYSCALL_OK);
	}
}

TEST(schedule_arguments, "syscalls/schedule", "SYS_SCHEDULE refuses ids that name nobody and values out of range")
{
	uint32_t id = START(NULL, sleep, 0, PRIORITY_HELPER)->id;

	CHECK_EQUAL(schedule(id ^ 1, 1, -1u).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(schedule(ID_ANY, 1, -1u).error, SYSCALL_ENOTHREAD);
	CHECK_EQUAL(schedule(id, 256, -1u).error, SYSCALL_EINVAL);
	CHECK_EQUAL(schedule(id, 0x80000000, -1u).error, SYSCALL_EINVAL);
	CHECK_EQUAL(schedule(id, -1u, 0).error, SYSCALL_EINVAL);
	CHECK_EQUAL(schedule(id, PRIORITY_TEST + 1, -1u).error, SYSCALL_EPERM);
	CHECK_EQUAL(schedule(id, -1u, -1u).value[0], PRIORITY_HELPER);
	CHECK_EQUAL(schedule(id, PRIORITY_TEST, -1u).error, SYSCALL_OK);
	CHECK_EQUAL(schedule(id, -1u, -1u).value[0], PRIORITY_TEST);
}

TEST(switch_arguments, "syscalls/thread-switch", "SYS_THREAD_SWITCH refuses ids that name nobody")
{
	CHECK_EQUAL(thread_switch(thread_my_id() ^ 1), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_switch(ID_ANY), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_switch(ID(NUMBER_KERNEL, 1)), SYSCALL_ENOTHREAD);
	CHECK_EQUAL(thread_switch(thread_my_id()), SYSCALL_OK);
}

TEST(info_arguments, "syscalls/kernel-info", "SYS_KERNEL_INFO reads within the structure alone, at multiples of 4")
{
	uint32_t size = kernel_info.size;

	CHECK(size >= sizeof(kernel_info));
	CHECK_EQUAL(kernel_info_read(0).value[1], size);
	CHECK_EQUAL(kernel_info_read(size - 8).error, SYSCALL_OK);
	CHECK_EQUAL(kernel_info_read(size - 4).error, SYSCALL_EINVAL);
	CHECK_EQUAL(kernel_info_read(size).error, SYSCALL_EINVAL);
	CHECK_EQUAL(kernel_info_read(0xfffffffc).error, SYSCALL_EINVAL);
	CHECK_EQUAL(kernel_info_read(0x80000000).error, SYSCALL_EINVAL);
	CHECK_EQUAL(kernel_info_read(2).error, SYSCALL_EINVAL);
}

TEST(info_contents, "syscalls/kernel-info-contents", "the kernel information is consistent in itself and with the image")
{
	CHECK(kernel_info.root_base <= (uint32_t)program_base);
	CHECK(kernel_info.root_end >= (uint32_t)program_memory_end);
	CHECK(kernel_info.memory_bottom < kernel_info.memory_top);
	CHECK(kernel_info.reserved_bottom <= kernel_info.reserved_top);
	CHECK(kernel_info.tick_us > 0 && kernel_info.slice_us >= kernel_info.tick_us);
	CHECK(kernel_info.variant[0] && kernel_info.build[0]);
}

TEST(console_arguments, "syscalls/console", "SYS_CONSOLE_WRITE refuses more than 8 bytes")
{
	CHECK_EQUAL(console_write(0, 0, 0), SYSCALL_OK);
	CHECK_EQUAL(console_write(9, 0, 0), SYSCALL_EINVAL);
	CHECK_EQUAL(console_write(0xffffffff, 0, 0), SYSCALL_EINVAL);
}

TEST(halt_arguments, "syscalls/halt", "SYS_HALT refuses codes that are none of a program's")
{
	CHECK_EQUAL(machine_halt(0), SYSCALL_EINVAL);
	CHECK_EQUAL(machine_halt(EXIT_BAD_BOOT), SYSCALL_EINVAL);
	CHECK_EQUAL(machine_halt(0xffffffff), SYSCALL_EINVAL);
}

TEST(interrupt_arguments, "syscalls/interrupt", "SYS_INTERRUPT refuses lines and operations that there are not")
{
	CHECK_EQUAL(interrupt_control(NUMBER_INTERRUPTS, INTERRUPT_MASK), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_control(0xffffffff, INTERRUPT_MASK), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_control(2, INTERRUPT_UNMASK), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_control(1, 0xffffffff), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_UNMASK + 1), SYSCALL_EINVAL);
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_MASK), SYSCALL_OK);
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_UNMASK), SYSCALL_OK);
}

/* ---- permissions ----------------------------------------------------------------------------------- */

static volatile uint32_t other_thread, other_space;

/* In a space that the program made: none of this is its own. */
THREAD(overreach)
{
	CHECK_EQUAL(machine_halt(EXIT_FAILED), SYSCALL_EPERM);
	CHECK_EQUAL(machine_halt(EXIT_PANIC), SYSCALL_EPERM);
	CHECK_EQUAL(console_write(4, 0x21212121, 0), SYSCALL_EPERM);
	CHECK_EQUAL(interrupt_control(0, INTERRUPT_MASK), SYSCALL_EPERM);
	CHECK_EQUAL(kernel_check().error, SYSCALL_EPERM);
	/* Whatever the other arguments are. */
	CHECK_EQUAL(machine_halt(0), SYSCALL_EPERM);
	CHECK_EQUAL(console_write(9, 0, 0), SYSCALL_EPERM);
	CHECK_EQUAL(interrupt_control(-1u, -1u), SYSCALL_EPERM);
	CHECK_EQUAL(create_error(other_space, USER_TOP, 0, 0, 256), SYSCALL_EPERM);
	CHECK_EQUAL(schedule(other_thread, 256, 0).error, SYSCALL_EPERM);
	CHECK_EQUAL(exchange_registers(other_thread, EXCHANGE_ALL, 0, 0).error, SYSCALL_EPERM);
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t victims[5] = {creator, pager_id, ID_SIGMA0, ID_ROOT, other_thread};

		CHECK_EQUAL(thread_delete(victims[i]), SYSCALL_EPERM);
		CHECK_EQUAL(schedule(victims[i], 1, -1u).error, SYSCALL_EPERM);
		CHECK_EQUAL(schedule(victims[i], -1u, -1u).error, SYSCALL_EPERM);
	}
	CHECK_EQUAL(space_delete(other_space), SYSCALL_EPERM);
	CHECK_EQUAL(create_error(other_space, 0, 0, FREE_UTCB, 1), SYSCALL_EPERM);
	/* Its own is: */
	CHECK_EQUAL(create_error(SPACE_OWN, 0, 0, FREE_UTCB, 1), SYSCALL_OK);
	CHECK_EQUAL(create_error(SPACE_OWN, 0, 0, FREE_UTCB, PRIORITY_HELPER + 1), SYSCALL_EPERM);
	CHECK_EQUAL(schedule(id, PRIORITY_HELPER + 1, -1u).error, SYSCALL_EPERM);
	CHECK_EQUAL(schedule(id, PRIORITY_HELPER - 1, -1u).error, SYSCALL_OK);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(permissions, "syscalls/permissions", "a space controls its own threads and spaces, not its creator's or siblings'")
{
	struct space *sibling = NEW_SPACE();

	other_space = sibling->id;
	other_thread = START(sibling, sleep, 0, PRIORITY_HELPER)->id;
	CHECK_OK(ipc_receive(utcb, START(NEW_SPACE(), overreach, 0, PRIORITY_HELPER)->id));
}

static struct syscall_result nested;

THREAD(make_space)
{
	nested = space_create(4);
	CHECK_EQUAL(nested.error, SYSCALL_OK);
	CHECK_EQUAL(create_error(nested.value[0], 0, 0, FREE_UTCB, 1), SYSCALL_OK);
	ipc_call(utcb, creator, TAG(0, 0), 0, 0);
	CHECK_EQUAL(space_delete(nested.value[0]), SYSCALL_OK);
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(nested_spaces, "syscalls/nested-spaces", "a space controls those that it created, and only it does")
{
	uint32_t id = START(NEW_SPACE(), make_space, 0, PRIORITY_HELPER)->id;

	CHECK_OK(ipc_receive(utcb, id));
	CHECK_EQUAL(space_delete(nested.value[0]), SYSCALL_EPERM);
	CHECK_OK(ipc_call(utcb, id, TAG(0, 0), 0, 0));
	CHECK_EQUAL(space_delete(nested.value[0]), SYSCALL_ENOSPACE);
}

/* ---- quotas ---------------------------------------------------------------------------------------- */

TEST(quota, "syscalls/quota", "who uses up a space's quota of kernel memory gets ENOMEM, and can give everything back")
{
	struct syscall_result space = space_create(3);
	uint32_t error = SYSCALL_OK, n = 0;

	CHECK_EQUAL(space.error, SYSCALL_OK);
	while (error == SYSCALL_OK && n < 64)
		error = thread_create(space.value[0], 0, 0, pager_id, RUNTIME_UTCBS + PAGE_SIZE * n++, 1).error;
	CHECK_EQUAL(error, SYSCALL_ENOMEM);
	CHECK_EQUAL(space_delete(space.value[0]), SYSCALL_OK);
	/* Not even its page directory. */
	CHECK_EQUAL(space_create(0).error, SYSCALL_ENOMEM);
}
