/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Instructions and exceptions: a program may execute anything; what it may not is told to its pager.
 */
#include "check.h"

#define VECTOR(n) (1u << (n))
#define DIVIDE VECTOR(0)
#define DEBUG VECTOR(1)
#define BREAKPOINT VECTOR(3)
#define BOUND VECTOR(5)
#define INVALID VECTOR(6)
#define NOT_PRESENT VECTOR(11)
#define PROTECTION VECTOR(13)

/*
 * Executed where they stand, in data: they are none of the program's own code. Behind each stands HLT, so that
 * one that goes through is noticed by the instruction pointer of what follows.
 */
static const struct instruction {
	uint8_t bytes[14];
	uint8_t length;   /* the next is HLT */
	uint8_t at;       /* where the fault is reported */
	uint32_t vectors; /* of the exceptions it may be */
} instructions[] = {
	{{0xf4}, 1, 0, PROTECTION},                                  /* hlt */
	{{0xfa}, 1, 0, PROTECTION},                                  /* cli */
	{{0xfb}, 1, 0, PROTECTION},                                  /* sti */
	{{0xe4, 0x80}, 2, 0, PROTECTION},                            /* in $0x80, %al */
	{{0xe6, 0x80}, 2, 0, PROTECTION},                            /* out %al, $0x80 */
	{{0x66, 0xba, 0xf4, 0x00, 0xee}, 5, 4, PROTECTION},          /* out %al, (0xf4): would end the machine */
	{{0x66, 0xba, 0xf8, 0x03, 0xec}, 5, 4, PROTECTION},          /* in (0x3f8), %al */
	{{0x6c}, 1, 0, PROTECTION},                                  /* insb */
	{{0x6e}, 1, 0, PROTECTION},                                  /* outsb */
	{{0x0f, 0x20, 0xc0}, 3, 0, PROTECTION},                      /* mov %cr0, %eax */
	{{0x0f, 0x22, 0xc0}, 3, 0, PROTECTION},                      /* mov %eax, %cr0 */
	{{0x0f, 0x20, 0xd8}, 3, 0, PROTECTION},                      /* mov %cr3, %eax */
	{{0x0f, 0x22, 0xd8}, 3, 0, PROTECTION},                      /* mov %eax, %cr3 */
	{{0x0f, 0x23, 0xc0}, 3, 0, PROTECTION},                      /* mov %eax, %dr0 */
	{{0x0f, 0x23, 0xf8}, 3, 0, PROTECTION},                      /* mov %eax, %dr7 */
	{{0x0f, 0x01, 0x15, 0, 0, 0, 0}, 7, 0, PROTECTION},          /* lgdt 0 */
	{{0x0f, 0x01, 0x1d, 0, 0, 0, 0}, 7, 0, PROTECTION},          /* lidt 0 */
	{{0x0f, 0x00, 0xd0}, 3, 0, PROTECTION},                      /* lldt %ax */
	{{0x0f, 0x00, 0xd8}, 3, 0, PROTECTION},                      /* ltr %ax */
	{{0x0f, 0x01, 0xf0}, 3, 0, PROTECTION},                      /* lmsw %ax */
	{{0x0f, 0x06}, 2, 0, PROTECTION},                            /* clts */
	{{0x0f, 0x08}, 2, 0, PROTECTION},                            /* invd */
	{{0x0f, 0x09}, 2, 0, PROTECTION},                            /* wbinvd */
	{{0x0f, 0x01, 0x3d, 0, 0, 0, 0}, 7, 0, PROTECTION},          /* invlpg 0 */
	{{0x0f, 0x32}, 2, 0, PROTECTION | INVALID},                  /* rdmsr */
	{{0x0f, 0x30}, 2, 0, PROTECTION | INVALID},                  /* wrmsr */
	{{0x0f, 0x33}, 2, 0, PROTECTION | INVALID},                  /* rdpmc */
	{{0x0f, 0x34}, 2, 0, PROTECTION | INVALID},                  /* sysenter */
	{{0x0f, 0x35}, 2, 0, PROTECTION | INVALID},                  /* sysexit */
	{{0x0f, 0xaa}, 2, 0, INVALID},                               /* rsm */
	{{0x0f, 0x0b}, 2, 0, INVALID},                               /* ud2 */
	{{0x0f, 0xff}, 2, 0, INVALID},
	{{0xf0, 0x90}, 2, 0, INVALID},                               /* lock nop */
	{{0x31, 0xc9, 0xf7, 0xf1}, 4, 2, DIVIDE},                    /* xor %ecx, %ecx; div %ecx */
	{{0x6a, 0, 0x6a, 0, 0x62, 0x04, 0x24}, 7, 4, BOUND},         /* bound %eax, (%esp): 0 to 0 */
	{{0xcc}, 1, 1, BREAKPOINT},                                  /* int3 */
	{{0xf1}, 1, 1, DEBUG | INVALID},                             /* icebp: emulators know it or do not */
	{{0xcd, 0x00}, 2, 0, PROTECTION},                            /* int $0, and so on */
	{{0xcd, 0x01}, 2, 0, PROTECTION},
	{{0xcd, 0x02}, 2, 0, PROTECTION},
	{{0xcd, 0x08}, 2, 0, PROTECTION},
	{{0xcd, 0x0a}, 2, 0, PROTECTION},
	{{0xcd, 0x0d}, 2, 0, PROTECTION},
	{{0xcd, 0x0e}, 2, 0, PROTECTION},
	{{0xcd, 0x20}, 2, 0, PROTECTION},
	{{0xcd, 0x21}, 2, 0, PROTECTION},
	{{0xcd, 0x2f}, 2, 0, PROTECTION},
	{{0xcd, 0x31}, 2, 0, PROTECTION},
	{{0xcd, 0x80}, 2, 0, PROTECTION},
	{{0xcd, 0xff}, 2, 0, PROTECTION},
	{{0xea, 0, 0, 0, 0, 0x08, 0}, 7, 0, PROTECTION},             /* ljmp $8, $0: a kernel selector */
	{{0x9a, 0, 0, 0, 0, 0x08, 0}, 7, 0, PROTECTION},             /* lcall $8, $0 */
	{{0x9a, 0, 0, 0, 0, 0x28, 0}, 7, 0, PROTECTION | NOT_PRESENT},
	{{0xea, 0, 0, 0, 0, 0x00, 0}, 7, 0, PROTECTION},             /* ljmp $0, $0 */
	{{0x31, 0xc0, 0x8e, 0xd0}, 4, 2, PROTECTION},                /* mov $0, %ss */
	{{0x6a, 0x10, 0x17}, 3, 2, PROTECTION},                      /* pop %ss: a kernel selector */
	{{0x6a, 0x10, 0x1f}, 3, 2, PROTECTION},                      /* pop %ds */
	{{0x6a, 0x00, 0x6a, 0x00, 0xcb}, 5, 4, PROTECTION},          /* lret to selector 0 */
	{{0x6a, 0x02, 0x6a, 0x08, 0x6a, 0x00, 0xcf}, 7, 6, PROTECTION}, /* iret to a kernel selector */
	{{0x9c, 0x81, 0x0c, 0x24, 0x00, 0x01, 0x00, 0x00, 0x9d, 0x90}, 10, 10, DEBUG}, /* trap flag */
	{{0x9c, 0x81, 0x0c, 0x24, 0x00, 0x01, 0x00, 0x00, 0x9d, 0xcd, 0x30, 0x90}, 12, 12, DEBUG}, /* … over a call */
};

#define STACK ((uint32_t)own_pages[OWN_PAGES - 2] + sizeof(own_pages[0]))

static void check_instruction(struct utcb *utcb, struct space *space, const struct instruction *i)
{
	static uint8_t code[16];
	struct thread *thread;
	uint32_t vector, at;

	memcpy(code, i->bytes, i->length);
	code[i->length] = 0xf4;
	thread = thread_start_raw(space, (uint32_t)code, STACK, 0, PRIORITY_HELPER);
	CHECK(thread != NULL);
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.label, LABEL_EXCEPTION);
	vector = VECTOR(thread->fault.word & 31);
	/* What no instruction begins with is reported where it stands. */
	at = (uint32_t)code + (vector == INVALID ? 0 : i->at);
	if (thread->fault.ip != at || !(vector & i->vectors)) {
		/* Names the instruction: its place in the table. */
		CHECK_EQUAL((uint32_t)(i - instructions) << 16 | (thread->fault.ip - (uint32_t)code) << 8 |
				    (thread->fault.word & 0xff),
			    0);
	}
	thread_stop(thread);
}

static void check_instructions(struct utcb *utcb, struct space *space)
{
	for (const struct instruction *i = instructions; i < instructions + sizeof(instructions) / sizeof(*i); i++)
		check_instruction(utcb, space, i);
}

#define INSTRUCTION_SENTENCE "what a program may not execute is an exception that its pager is told of"

TEST(privileged_small, "exceptions/instructions-small", INSTRUCTION_SENTENCE)
{
	check_instructions(utcb, NEW_SPACE());
}

TEST(privileged_large, "exceptions/instructions-large", INSTRUCTION_SENTENCE)
{
	check_instructions(utcb, large_space(utcb));
}

static volatile uint32_t trials;

THREAD(fault_twice)
{
	trials = trials + 1;
	__asm__ volatile("int3");
	trials = trials + 1;
	ipc_send(utcb, creator, TAG(0, 0), 0, 0);
}

TEST(resumed, "exceptions/resumed", "an answer to an exception lets the thread go on where it was")
{
	struct thread *thread = START(NEW_SPACE(), fault_twice, 0, PRIORITY_HELPER);

	trials = 0;
	thread_wait_fault(utcb, thread);
	CHECK_EQUAL(thread->fault.word & 0xff, 3);
	CHECK_EQUAL(trials, 1);
	thread_resume(utcb, thread);
	CHECK_OK(ipc_receive(utcb, thread->id));
	CHECK_EQUAL(trials, 2);
}
