// SPDX-License-Identifier: GPL-2.0
/* Arguments that look bad and are good: the longest times, and no owner. */

#include <linux/jiffies.h>
#include <linux/limits.h>

#include "helpers.h"

static const unsigned long huge[] = { MAX_JIFFY_OFFSET, LONG_MAX,
				      LONG_MAX + 1ul, ULONG_MAX - 1,
				      ULONG_MAX };

/* A timer that is set for never does not fire at once. */
static void huge_delay(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(huge); i++) {
		KUNIT_EXPECT_TRUE(test, cwq_queue_delayed_work(wq, &a->dwork,
							       huge[i]));
		KUNIT_EXPECT_TRUE(test, time_after(a->dwork.timer.expires,
						   jiffies + TEST_FAR_AWAY));
		KUNIT_EXPECT_TRUE(test,
				  cwq_mod_delayed_work(wq, &a->dwork, huge[i]));
		KUNIT_EXPECT_TRUE(test, time_after(a->dwork.timer.expires,
						   jiffies + TEST_FAR_AWAY));
		KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work(&a->dwork));
	}
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

static struct patience {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	unsigned long timeout;
} patience;

static bool call_flush_patiently(void *unused)
{
	return !cwq_flush_workqueue_timeout(patience.wq, patience.timeout);
}

static bool call_flush_item_patiently(void *unused)
{
	return !cwq_flush_work_timeout(work_of(patience.item),
				       patience.timeout);
}

/* Nor does a limit that is none end a wait. */
static void huge_timeout(struct kunit *test)
{
	struct call *queue, *work;
	unsigned int i;

	patience.wq = new_queue(test);
	for (i = 0; i < ARRAY_SIZE(huge); i++) {
		patience.item = shut_gate(test, patience.wq, first_cpu());
		patience.timeout = huge[i];
		queue = start_call(test, call_flush_patiently, NULL);
		work = start_call(test, call_flush_item_patiently, NULL);
		KUNIT_EXPECT_TRUE(test, call_blocked(queue));
		KUNIT_EXPECT_TRUE(test, call_blocked(work));
		item_open(patience.item);
		KUNIT_ASSERT_TRUE(test, call_returned(queue));
		KUNIT_ASSERT_TRUE(test, call_returned(work));
		KUNIT_EXPECT_TRUE(test, queue->ret);
		KUNIT_EXPECT_TRUE(test, work->ret);
	}
}

/* The owner of what is built into the kernel. */
static void no_owner(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;

	wq = __cwq_create_workqueue("cwqtest", 0, NULL);
	keep_queue(test, wq);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(huge_delay),
	KUNIT_CASE(huge_timeout),
	KUNIT_CASE(no_owner),
	{},
};

static struct kunit_suite limits_suite = {
	.name = "cwq_limits",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
