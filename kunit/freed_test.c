// SPDX-License-Identifier: GPL-2.0
/*
 * Delayed works that are freed, or initialised once more, while their timers are armed:
 * their neighbours on the list are not lost, and what has become of their memory is not
 * written to. To be harmless, each mistake here begins by deleting the timer, which a
 * client may do without telling.
 */

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "../module/compat.h"
#include "helpers.h"

/* What becomes of the memory. */
#define POISON 0x6b

static struct cwq_delayed_work victim;

static void not_run(struct cwq_work_struct *work)
{
}

/* Object debugging takes such a work off before it is too late. */
static int freed_init(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
		kunit_skip(test, "CONFIG_DEBUG_OBJECTS_WORK helps");
	memset(&victim, 0, sizeof(victim));
	CWQ_INIT_DELAYED_WORK(&victim, not_run);
	return bench_init(test);
}

static void arm(struct kunit *test, struct cwq_workqueue_struct *wq,
		struct cwq_delayed_work *dwork)
{
	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, dwork, TEST_FAR_AWAY));
}

/* The first report of the kind is the only one. */
static void announce(void)
{
	static bool announced;

	if (!announced)
		pr_info("cwq-expect: cwq: a delayed work was freed or initialised with its timer armed\n");
	announced = true;
}

static void free_victim(void)
{
	announce();
	timer_delete_sync(&victim.timer);
	memset(&victim, POISON, sizeof(victim));
}

/* The victim is freed when it is on the list between two others. */
static void free_between(struct kunit *test, struct cwq_workqueue_struct *wq,
			 struct item *before, struct item *behind)
{
	arm(test, wq, &before->dwork);
	arm(test, wq, &victim);
	arm(test, wq, &behind->dwork);
	free_victim();
}

static bool is_left_alone(void)
{
	return !memchr_inv(&victim, POISON, sizeof(victim));
}

/* Both can be cancelled, and armed again. */
static void neighbours_are_cancelled(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *before = new_item(test);
	struct item *behind = new_item(test);

	free_between(test, wq, before, behind);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&before->dwork));
	arm(test, wq, &before->dwork);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work(&behind->dwork));
	arm(test, wq, &behind->dwork);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&behind->dwork));
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work(&before->dwork));
	KUNIT_EXPECT_TRUE(test, is_left_alone());
}

/* Both fire. */
static void neighbours_fire(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *before = new_item(test);
	struct item *behind = new_item(test);

	free_between(test, wq, before, behind);
	cwq_mod_delayed_work(wq, &behind->dwork, 1);
	KUNIT_EXPECT_TRUE(test, item_ended(behind));
	cwq_mod_delayed_work(wq, &before->dwork, 1);
	KUNIT_EXPECT_TRUE(test, item_ended(before));
	KUNIT_EXPECT_TRUE(test, is_left_alone());
}

/* Others come behind it, of which it was the last. */
static void others_are_armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *before = new_item(test);
	struct item *behind = new_item(test);

	arm(test, wq, &before->dwork);
	arm(test, wq, &victim);
	free_victim();
	arm(test, wq, &behind->dwork);
	KUNIT_EXPECT_TRUE(test, cwq_flush_delayed_work(&behind->dwork));
	KUNIT_EXPECT_EQ(test, item_runs(behind), 1);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&before->dwork));
	KUNIT_EXPECT_TRUE(test, is_left_alone());
}

/* The queue goes, with all that can be found. */
static void queue_is_destroyed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *before = new_item(test);
	struct item *behind = new_item(test);

	free_between(test, wq, before, behind);
	destroy_queue(test, wq);
	KUNIT_EXPECT_FALSE(test, cwq_delayed_work_pending(&before->dwork));
	KUNIT_EXPECT_FALSE(test, timer_pending(&before->dwork.timer));
	KUNIT_EXPECT_FALSE(test, cwq_delayed_work_pending(&behind->dwork));
	KUNIT_EXPECT_FALSE(test, timer_pending(&behind->dwork.timer));
	KUNIT_EXPECT_TRUE(test, is_left_alone());
}

/* The memory becomes the same work once more, which is queued like a new one. */
static void initialised_anew(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *before = new_item(test);
	struct item *behind = new_item(test);

	announce();
	arm(test, wq, &before->dwork);
	arm(test, wq, &victim);
	arm(test, wq, &behind->dwork);
	timer_delete_sync(&victim.timer);
	CWQ_INIT_DELAYED_WORK(&victim, not_run);
	arm(test, wq, &victim);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&before->dwork));
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&victim));
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&behind->dwork));
	arm(test, wq, &behind->dwork);
	KUNIT_EXPECT_TRUE(test, cwq_flush_delayed_work(&behind->dwork));
	KUNIT_EXPECT_EQ(test, item_runs(behind), 1);
}

static struct kunit_case freed_cases[] = {
	KUNIT_CASE(neighbours_are_cancelled), KUNIT_CASE(neighbours_fire),
	KUNIT_CASE(others_are_armed),	      KUNIT_CASE(queue_is_destroyed),
	KUNIT_CASE(initialised_anew),	      {},
};

static struct kunit_suite freed_suite = {
	.name = "cwq_freed",
	.init = freed_init,
	.exit = bench_exit,
	.test_cases = freed_cases,
};

kunit_test_suite(freed_suite);
