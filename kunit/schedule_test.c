// SPDX-License-Identifier: GPL-2.0
/* The common queue, which is there without being created. */

#include "helpers.h"

static bool call_flush_scheduled_work(void *unused)
{
	cwq_flush_scheduled_work();
	return true;
}

static bool call_schedule_work(void *arg)
{
	return cwq_schedule_work(work_of(arg));
}

static bool call_schedule_delayed_work(void *arg)
{
	struct item *item = arg;

	return cwq_schedule_delayed_work(&item->dwork, 1);
}

static void expect_run(struct kunit *test, struct item *item, int cpu)
{
	char comm[TASK_COMM_LEN];

	snprintf(comm, sizeof(comm), "events/%d", cpu);
	KUNIT_ASSERT_TRUE(test, item_ended(item));
	KUNIT_EXPECT_EQ(test, item->cpu, cpu);
	KUNIT_EXPECT_STREQ(test, item->comm, comm);
	run_call(test, call_flush_work, item);
}

/* Each call runs the work on its CPU, in the thread of the queue "events". */
static void runs_on_its_cpu(struct kunit *test)
{
	struct item *a = new_item(test);
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test, run_call_on(test, cpu,
						    call_schedule_work, a));
		expect_run(test, a, cpu);
		KUNIT_ASSERT_TRUE(test, cwq_schedule_work_on(cpu, work_of(a)));
		expect_run(test, a, cpu);
	}
}

/* So does each of the delayed ones. */
static void delayed_runs_on_its_cpu(struct kunit *test)
{
	struct item *a = new_item(test);
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test,
				  run_call_on(test, cpu,
					      call_schedule_delayed_work, a));
		expect_run(test, a, cpu);
		KUNIT_ASSERT_TRUE(
			test, cwq_schedule_delayed_work_on(cpu, &a->dwork, 1));
		expect_run(test, a, cpu);
	}
}

/* A pending work is refused by each call. */
static void pending_is_refused(struct kunit *test)
{
	struct item *a = new_item(test);
	int cpu = first_cpu();

	KUNIT_ASSERT_TRUE(test,
			  cwq_schedule_delayed_work(&a->dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_FALSE(test, cwq_schedule_work(work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_schedule_work_on(cpu, work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_schedule_delayed_work(&a->dwork, 1));
	KUNIT_EXPECT_FALSE(test,
			   cwq_schedule_delayed_work_on(cpu, &a->dwork, 1));
	KUNIT_EXPECT_TRUE(test,
			  run_call(test, call_cancel_delayed_work_sync, a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

/* flush_scheduled_work waits for what was scheduled. */
static void flush_waits(struct kunit *test)
{
	struct item *gate = new_gate(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test,
			  cwq_schedule_work_on(first_cpu(), work_of(gate)));
	flush = start_call(test, call_flush_scheduled_work, NULL);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_EQ(test, flush->ended_items, 1);
}

static struct kunit_case schedule_cases[] = {
	KUNIT_CASE(runs_on_its_cpu),
	KUNIT_CASE(delayed_runs_on_its_cpu),
	KUNIT_CASE(pending_is_refused),
	KUNIT_CASE(flush_waits),
	{},
};

static struct kunit_suite schedule_suite = {
	.name = "cwq_schedule",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = schedule_cases,
};

kunit_test_suite(schedule_suite);
