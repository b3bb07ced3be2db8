// SPDX-License-Identifier: GPL-2.0
/*
 * What CONFIG_DEBUG_OBJECTS_WORK notices: works that are initialised or freed
 * while they are queued, and works on the stack that nobody has ended.
 */

#include <linux/printk.h>
#include <linux/slab.h>

#include "helpers.h"

static int objects_init(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
		kunit_skip(test, "no CONFIG_DEBUG_OBJECTS_WORK");
	return bench_init(test);
}

static void object_fn(struct cwq_work_struct *work)
{
}

#define announce_odebug(what) \
	pr_info("cwq-expect: ODEBUG: " what " object.*cwq_work_struct\n")

/* Told, and off the list: the queue goes on. */
static void init_of_queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	static struct cwq_work_struct work;
	struct cwq_snapshot s;

	CWQ_INIT_WORK(&work, object_fn);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, &work));
	announce_odebug("init active .active state 0.");
	CWQ_INIT_WORK(&work, object_fn);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(&work));
	s = snapshot_of(test, wq, first_cpu());
	KUNIT_EXPECT_EQ(test, s.pending, 0ul);
	KUNIT_EXPECT_EQ(test, s.cancelled, 1ul);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
}

/* The same when the memory is given back. */
static void free_of_queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct cwq_work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);
	struct cwq_snapshot s;

	KUNIT_ASSERT_NOT_NULL(test, work);
	CWQ_INIT_WORK(work, object_fn);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work));
	announce_odebug("free active .active state 0.");
	kfree(work);
	s = snapshot_of(test, wq, first_cpu());
	KUNIT_EXPECT_EQ(test, s.pending, 0ul);
	KUNIT_EXPECT_EQ(test, s.cancelled, 1ul);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
}

/* Returns where the work was. */
static noinline __noclone unsigned long use_stack(struct kunit *test,
						  bool destroy)
{
	struct cwq_work_struct work;
	unsigned long where = (unsigned long)&work;

	CWQ_INIT_WORK_ONSTACK(&work, object_fn);
	KUNIT_EXPECT_TRUE(test, cwq_schedule_work(&work));
	cwq_flush_work(&work);
	if (destroy)
		cwq_destroy_work_on_stack(&work);
	return where;
}

/* Seen when the frame is used again. */
static void stack_left(struct kunit *test)
{
	unsigned long first, second;

	announce_odebug("init active .active state 0.");
	first = use_stack(test, false);
	second = use_stack(test, true);
	KUNIT_ASSERT_EQ(test, first, second);
}

/* No complaint about what is done right. */
static void in_order(struct kunit *test)
{
	struct cwq_delayed_work dwork;
	struct cwq_work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, work);
	CWQ_INIT_WORK(work, object_fn);
	KUNIT_EXPECT_TRUE(test, cwq_schedule_work(work));
	cwq_flush_work(work);
	CWQ_INIT_WORK(work, object_fn);
	KUNIT_EXPECT_TRUE(test, cwq_schedule_work(work));
	cwq_cancel_work_sync(work);
	kfree(work);

	use_stack(test, true);
	use_stack(test, true);

	CWQ_INIT_DELAYED_WORK_ONSTACK(&dwork, object_fn);
	KUNIT_EXPECT_TRUE(test,
			  cwq_schedule_delayed_work(&dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work(cwq_system_wq, &dwork, 1));
	cwq_cancel_delayed_work_sync(&dwork);
	cwq_destroy_delayed_work_on_stack(&dwork);
}

static struct kunit_case objects_cases[] = {
	KUNIT_CASE(init_of_queued),
	KUNIT_CASE(free_of_queued),
	KUNIT_CASE(stack_left),
	KUNIT_CASE(in_order),
	{},
};

static struct kunit_suite objects_suite = {
	.name = "cwq_objects",
	.init = objects_init,
	.exit = bench_exit,
	.test_cases = objects_cases,
};

kunit_test_suite(objects_suite);
