// SPDX-License-Identifier: GPL-2.0
/* What <cwq/dropin.h> does at run time; what it refuses, the compiler does. */

#include <linux/kmsg_dump.h>

#include "helpers.h"

#include <cwq/dropin.h>

/* As long as the name of a queue may be, and a character too long. */
#define LONGEST "a_name_of_thirty_one_characters"
#define TOO_LONG LONGEST "+"

/* Each way to make a queue cuts a name that is too long; the log tells of the first. */
static void cuts_names(struct kunit *test)
{
	struct workqueue_struct *made[6];
	struct kmsg_dump_iter iter;
	int i;

	log_mark(&iter);
	made[0] = create_singlethread_workqueue(LONGEST);
	KUNIT_EXPECT_EQ(test, log_lines(&iter, "is cut", LONGEST), 0);
	made[1] = create_singlethread_workqueue(TOO_LONG);
	made[2] = create_workqueue(TOO_LONG);
	made[3] = create_freezable_workqueue(TOO_LONG);
	made[4] = alloc_ordered_workqueue("%s", 0, TOO_LONG);
	made[5] = alloc_workqueue("%s%c", WQ_UNBOUND, 1, LONGEST, '+');
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		KUNIT_EXPECT_NOT_NULL(test, made[i]);
		if (made[i])
			keep_queue(test, made[i]);
	}
	KUNIT_EXPECT_EQ(test, log_lines(&iter, "cwq_kunit: ", "is cut"), 1);
}

/* WORK_CPU_UNBOUND means this CPU, in whatever call. */
static void takes_unbound(struct kunit *test)
{
	struct workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_TRUE(test,
			  queue_work_on(WORK_CPU_UNBOUND, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, item_ended(a));
	flush_work(work_of(a));
	KUNIT_EXPECT_FALSE(test, mod_delayed_work_on(WORK_CPU_UNBOUND, wq,
						     &a->dwork, 1));
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

/* Whoever waits for the common queue, by whichever name, waits for schedule_work(). */
static void one_common_queue(struct kunit *test)
{
	struct workqueue_struct *names[] = { system_wq, system_percpu_wq };
	struct item *gate = shut_gate(test, cwq_system_wq, first_cpu());
	struct item *a = new_item(test);
	struct call *flushes[ARRAY_SIZE(names)];
	int i;

	KUNIT_EXPECT_TRUE(test, schedule_work_on(first_cpu(), work_of(a)));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		flushes[i] = start_call(test, call_flush_workqueue, names[i]);
		KUNIT_EXPECT_TRUE(test, call_blocked(flushes[i]));
	}
	item_open(gate);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_ASSERT_TRUE(test, call_returned(flushes[i]));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

static struct kunit_case dropin_cases[] = {
	KUNIT_CASE(cuts_names),
	KUNIT_CASE(takes_unbound),
	KUNIT_CASE(one_common_queue),
	{},
};

static struct kunit_suite dropin_suite = {
	.name = "cwq_dropin",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = dropin_cases,
};

kunit_test_suite(dropin_suite);
