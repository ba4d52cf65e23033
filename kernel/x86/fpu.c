/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The floating-point unit: FXSAVE where there is one, with SSE; else FNSAVE. The kernel itself uses none of it.
 */
#include <fpu.h>
#include <fpu_area.h>
#include <holder.h>
#include <processor.h>
#include <tcb.h>
#include <x86.h>

#define FXSAVE_SIZE 512
#define FNSAVE_SIZE 128 /* 108 */

#define CONTROL_INITIAL 0x037f /* as FNINIT leaves it: nothing is an exception, full precision */
#define MXCSR_INITIAL 0x1f80

/* What the beginning of an area means. */
struct fxsave_image {
	uint16_t control, status;
	uint8_t full; /* bit n: register n is in use */
	uint8_t unused[19];
	uint32_t mxcsr;
};

struct fnsave_image {
	uint32_t control, status, tags; /* in the lower halves; tags 3: a register is not in use */
};

static enum { UNIT_NONE, UNIT_FNSAVE, UNIT_FXSAVE } unit;

/* Whose state the unit holds, or 0. */
static struct tcb *owner;

/* Asks the unit itself, where no CPUID tells: a missing one leaves memory as it is. */
static __attribute__((noinline)) bool x87_answers(void)
{
	uint16_t status = 0xffff, control = 0;

	__asm__ volatile("fninit; fnstsw %0; fnstcw %1" : "+m"(status), "+m"(control));
	return status == 0 && (control & 0x103f) == 0x003f;
}

/* Without CPUID a processor is a 486 with a unit or without. */
static bool has_unit(void)
{
	return kernel_info.cpu_features ? processor_has(FEATURE_FPU) : x87_answers();
}

void fpu_init(void)
{
	clear_task_switched();
	if (!has_unit()) {
		/* Exception 7 is then what a program's emulator is called by; WAIT waits for nobody. */
		write_cr0((read_cr0() & ~CR0_MONITOR) | CR0_EMULATE | CR0_TASK_SWITCHED);
		return;
	}
	unit = processor_has(FEATURE_FXSR) ? UNIT_FXSAVE : UNIT_FNSAVE;
	if (unit == UNIT_FXSAVE)
		processor_change_cr4(0, CR4_FXSR | (processor_has(FEATURE_SSE) ? CR4_SIMD_EXCEPTIONS : 0));
	fpu_area_init(unit == UNIT_FXSAVE ? FXSAVE_SIZE : FNSAVE_SIZE);
	fpu_leave();
}

static __attribute__((noinline)) void cpuid_fxsr_save(void *area)
{
	__asm__ volatile("fxsave (%0)" : : "r"(area) : "memory");
}

/*
 * Some processors load the addresses of the last instruction and its operand only if an exception is pending, and QEMU never does:
 * so that nobody reads his predecessor's, they are made the kernel's first. Nor does what was pending for that one come here.
 */
#define FORGET_PREDECESSOR "fnclex; ffree %%st(7); fildl %0;"

static const uint32_t anything;

static __attribute__((noinline)) void cpuid_fxsr_load(const void *area)
{
	__asm__ volatile(FORGET_PREDECESSOR "fxrstor (%1)" : : "m"(anything), "r"(area) : "memory");
}

/* FNSAVE also initialises the unit; it waits for no exception that is pending, and leaves none. */
static __attribute__((noinline)) void x87_save(void *area)
{
	__asm__ volatile("fnsave (%0)" : : "r"(area) : "memory");
}

static __attribute__((noinline)) void x87_load(const void *area)
{
	__asm__ volatile(FORGET_PREDECESSOR "frstor (%1)" : : "m"(anything), "r"(area) : "memory");
}

/* The state of a thread that has not used the unit: all registers 0, none in use. */
static void set_initial(void *area)
{
	if (unit == UNIT_FXSAVE) {
		struct fxsave_image *image = area;

		image->control = CONTROL_INITIAL;
		image->mxcsr = MXCSR_INITIAL;
	} else {
		struct fnsave_image *image = area;

		image->control = 0xffff0000 | CONTROL_INITIAL;
		image->status = 0xffff0000;
		image->tags = 0xffffffff;
	}
}

static void save(struct tcb *tcb)
{
	if (unit == UNIT_FXSAVE)
		cpuid_fxsr_save(tcb->fpu);
	else
		x87_save(tcb->fpu);
}

static void load(const struct tcb *tcb)
{
	if (unit == UNIT_FXSAVE)
		cpuid_fxsr_load(tcb->fpu);
	else
		x87_load(tcb->fpu);
}

bool fpu_take(struct tcb *current)
{
	if (unit == UNIT_NONE)
		return false;
	if (!current->fpu) {
		if (!fpu_area_ready(current->space))
			return true; /* its instruction meets the same exception again, and the kernel goes on */
		current->fpu = fpu_area_allocate(current->space);
		if (!current->fpu)
			return false;
		set_initial(current->fpu);
	}
	clear_task_switched();
	if (owner != current) {
		if (owner)
			save(owner);
		load(current);
		owner = current;
	}
	holder_take(current, HOLDS_FPU);
	return true;
}

void fpu_leave(void)
{
	write_cr0(read_cr0() | CR0_TASK_SWITCHED);
}

void fpu_forget(struct tcb *tcb)
{
	if (owner == tcb)
		owner = 0;
	if (!tcb->fpu)
		return;
	fpu_area_free(tcb->space, tcb->fpu);
	tcb->fpu = 0;
}
