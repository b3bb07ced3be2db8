// SPDX-License-Identifier: GPL-2.0
/* The function of a work goes on while that is another work, or has another function. */

#include <linux/completion.h>
#include <linux/kmsg_dump.h>

#include "helpers.h"

/* The memory of a work, and its function that goes on when that is gone. */
static struct {
	struct cwq_work_struct work;
	struct cwq_workqueue_struct *wq;
	int ran_on; /* the other work */
	bool cancelled; /* the other work, by the first one's function */
	struct completion recycled, go_on, ended, other_ended;
} memory;

static void other_fn(struct cwq_work_struct *work)
{
	memory.ran_on = raw_smp_processor_id();
	complete(&memory.other_ended);
}

static void go_on(void)
{
	complete(&memory.recycled);
	wait_for_completion_timeout(&memory.go_on, TEST_TIMEOUT);
	complete(&memory.ended);
}

/* Here the first work is gone, and there is another one. */
static void recycling_fn(struct cwq_work_struct *work)
{
	CWQ_INIT_WORK(work, other_fn);
	go_on();
}

/* The same, but the function itself takes the other one off again. */
static void cancelling_fn(struct cwq_work_struct *work)
{
	CWQ_INIT_WORK(work, other_fn);
	memory.cancelled = cwq_queue_work(memory.wq, work) &&
			   cwq_cancel_work_sync(work);
	go_on();
}

/* This is the same work, whose next run calls something else. */
static void preparing_fn(struct cwq_work_struct *work)
{
	CWQ_PREPARE_WORK(work, other_fn);
	cwq_queue_work(memory.wq, work);
	go_on();
}

/* Run @first on @cpu of @wq until it has done what it does, and goes on. */
static void begin(struct kunit *test, struct cwq_workqueue_struct *wq, int cpu,
		  cwq_work_func_t first)
{
	memory.wq = wq;
	memory.ran_on = -1;
	memory.cancelled = false;
	init_completion(&memory.recycled);
	init_completion(&memory.go_on);
	init_completion(&memory.ended);
	init_completion(&memory.other_ended);
	CWQ_INIT_WORK(&memory.work, first);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, &memory.work));
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&memory.recycled,
							    TEST_TIMEOUT));
}

static void end(struct kunit *test)
{
	complete(&memory.go_on);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&memory.ended,
							    TEST_TIMEOUT));
}

static bool call_cancel_memory(void *arg)
{
	return cwq_cancel_work_sync(&memory.work);
}

static bool call_flush_memory(void *arg)
{
	return cwq_flush_work(&memory.work);
}

/* The other work is not running, and nobody who waits for it waits for that function. */
static void is_another_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);

	begin(test, wq, 0, recycling_fn);
	KUNIT_EXPECT_EQ(test, cwq_work_busy(&memory.work), 0U);
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_memory, NULL));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_memory, NULL));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(wq, &memory.work));
	KUNIT_EXPECT_EQ(test, cwq_work_busy(&memory.work),
			CWQ_WORK_BUSY_PENDING);
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_memory, NULL));
	KUNIT_EXPECT_EQ(test, cwq_work_busy(&memory.work), 0U);
	end(test);
	KUNIT_EXPECT_EQ(test, memory.ran_on, -1);
}

/* It goes to the CPU that it is queued on, and does not follow that function to its. */
static void goes_where_it_is_queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);

	need_two_cpus(test);
	begin(test, wq, here, recycling_fn);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(here, wq, &memory.work));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_memory, NULL));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(there, wq, &memory.work));
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&memory.other_ended,
							    TEST_TIMEOUT));
	KUNIT_EXPECT_EQ(test, memory.ran_on, there);
	run_call(test, call_flush_memory, NULL);
	end(test);
}

/* That function may wait for it, which would wait for itself if it were the same. */
static void is_cancelled_from_within(struct kunit *test)
{
	struct kmsg_dump_iter iter;

	log_mark(&iter);
	begin(test, new_single_queue(test), 0, cancelling_fn);
	KUNIT_EXPECT_TRUE(test, memory.cancelled);
	KUNIT_EXPECT_EQ(test, log_lines(&iter, "deadlock", "cancelling_fn"), 0);
	end(test);
}

/* A function that prepares its work for another one is waited for, and runs alone. */
static void is_the_same_when_prepared(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct call *cancel;

	need_two_cpus(test);
	begin(test, wq, here, preparing_fn);
	KUNIT_EXPECT_EQ(test, cwq_work_busy(&memory.work),
			CWQ_WORK_BUSY_PENDING | CWQ_WORK_BUSY_RUNNING);
	KUNIT_EXPECT_TRUE(test, cwq_cancel_work(&memory.work));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(there, wq, &memory.work));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, here).pending, 1UL);
	cancel = start_call(test, call_cancel_memory, NULL);
	KUNIT_EXPECT_TRUE(test, call_blocked(cancel));
	end(test);
	KUNIT_EXPECT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_TRUE(test, cancel->ret);
	KUNIT_EXPECT_EQ(test, memory.ran_on, -1);
	KUNIT_EXPECT_EQ(test, cwq_work_busy(&memory.work), 0U);
}

static struct kunit_case recycle_cases[] = {
	KUNIT_CASE(is_another_work),
	KUNIT_CASE(goes_where_it_is_queued),
	KUNIT_CASE(is_cancelled_from_within),
	KUNIT_CASE(is_the_same_when_prepared),
	{},
};

static struct kunit_suite recycle_suite = {
	.name = "cwq_recycle",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = recycle_cases,
};

kunit_test_suite(recycle_suite);
