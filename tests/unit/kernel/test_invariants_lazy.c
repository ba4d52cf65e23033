/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel's check of itself finds in the queues where scheduling=lazy: who is missing, not who is left there.
 */
#include "invariants_rig.h"

#include "../../../variants/scheduling/lazy/scheduling.c"

static enum invariant check(uint32_t *where)
{
	return invariants_check(rig_running, where);
}

static void sound(void)
{
	uint32_t where;

	assert_int_equal(check(&where), INVARIANTS_HOLD);
}

static void unsound(const struct tcb *tcb)
{
	uint32_t where;

	assert_int_equal(check(&where), INVARIANT_THREAD_QUEUED);
	assert_int_equal(where, ID(ID_NUMBER(tcb->number.last_id), 0));
	rig_start(0);
	sound();
}

static void who_is_ready(void **state)
{
	(void)state;
	sound();
	ready_remove(rig_running); /* the one that runs may be missing */
	sound();
	ready_insert_tail(rig_server); /* one that has blocked may be left */
	sound();
	ready_remove(rig_ready);
	unsound(rig_ready);
	ready_remove(rig_source);
	unsound(rig_source);
}

static void who_has_a_timeout(void **state)
{
	(void)state;
	rig_asleep->frame.eflags &= ~EFLAGS_SPARE; /* it waits without one again, and is left in the queue */
	sound();
	rig_start(0);
	wakeup_remove(&rig_asleep->wakeup);
	unsound(rig_asleep);
	rig_faulting->wakeup.place = 3; /* not where it says */
	unsound(rig_faulting);
}

static void who_is_gone(void **state)
{
	(void)state;
	ready_insert_tail(rig_gone);
	unsound(rig_gone);
	wakeup_insert(&rig_gone->wakeup, 500);
	unsound(rig_gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_is_ready, rig_start),
		cmocka_unit_test_setup(who_has_a_timeout, rig_start),
		cmocka_unit_test_setup(who_is_gone, rig_start),
	};

	return cmocka_run_group_tests_name("invariants, lazy", tests, NULL, NULL);
}
