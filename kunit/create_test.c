// SPDX-License-Identifier: GPL-2.0
/* How queues are made, and what their threads are called. */

#include <linux/slab.h>
#include <linux/string.h>

#include "helpers.h"

/* A queue that was never used can be destroyed, of either kind. */
static void unused(struct kunit *test)
{
	destroy_queue(test, new_queue(test));
	destroy_queue(test, new_single_queue(test));
}

static void expect_thread(struct kunit *test, struct cwq_workqueue_struct *wq,
			  int cpu, const char *name)
{
	struct item *a = new_item(test);
	char comm[TASK_COMM_LEN];

	strscpy(comm, name, sizeof(comm));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_STREQ(test, a->comm, comm);
}

/* The threads are called name/cpu, and a single one just name. */
static void names_of_threads(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = cwq_create_workqueue("kunit");
	struct cwq_workqueue_struct *single;
	char name[CWQ_NAME_LEN];
	int cpu;

	keep_queue(test, wq);
	single = cwq_create_singlethread_workqueue("kunit1");
	keep_queue(test, single);
	for_each_online_cpu(cpu) {
		snprintf(name, sizeof(name), "kunit/%d", cpu);
		expect_thread(test, wq, cpu, name);
	}
	expect_thread(test, single, first_cpu(), "kunit1");
}

/* A name may be as long as CWQ_NAME_LEN allows, and may contain a slash. */
static void unusual_names(struct kunit *test)
{
	char name[CWQ_NAME_LEN];
	struct cwq_workqueue_struct *wq;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	wq = cwq_create_singlethread_workqueue(name);
	keep_queue(test, wq);
	expect_thread(test, wq, first_cpu(), name);

	wq = cwq_create_singlethread_workqueue("a/b");
	keep_queue(test, wq);
	expect_thread(test, wq, first_cpu(), "a/b");

	/* No name is a format. */
	wq = cwq_create_singlethread_workqueue("%s%n");
	keep_queue(test, wq);
	expect_thread(test, wq, first_cpu(), "%s%n");
}

/* The name is copied: the caller's memory is not looked at any more. */
static void name_is_copied(struct kunit *test)
{
	char *name = kstrdup("copied", GFP_KERNEL);
	struct cwq_workqueue_struct *wq;

	KUNIT_ASSERT_NOT_NULL(test, name);
	wq = cwq_create_singlethread_workqueue(name);
	memset(name, 'x', strlen(name));
	kfree(name);
	keep_queue(test, wq);
	expect_thread(test, wq, first_cpu(), "copied");
}

/* Queues of one name are queues of their own. */
static void equal_names(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);

	KUNIT_EXPECT_PTR_NE(test, one, other);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, one, first_cpu()));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, one, first_cpu()).accepted,
			1UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, other, first_cpu()).accepted,
			0UL);
	destroy_queue(test, one);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, other, first_cpu()));
}

/* Many queues at a time, destroyed in another order than they were made. */
static void many_queues(struct kunit *test)
{
	struct cwq_workqueue_struct *wq[BENCH_QUEUES];
	struct item *items[BENCH_QUEUES / 2];
	int i;

	for (i = 0; i < ARRAY_SIZE(wq); i++)
		wq[i] = i % 4 ? new_single_queue(test) : new_queue(test);
	for (i = 0; i < ARRAY_SIZE(items); i++) {
		items[i] = new_item(test);
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work(wq[2 * i], work_of(items[i])));
	}
	for (i = 0; i < ARRAY_SIZE(wq); i++)
		destroy_queue(test, wq[(i * 5) % ARRAY_SIZE(wq)]);
	for (i = 0; i < ARRAY_SIZE(items); i++)
		KUNIT_EXPECT_EQ(test, item_runs(items[i]), 1);
}

/* A new queue starts with an empty ledger, also in recycled memory. */
static void starts_from_zero(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;
	struct cwq_snapshot s;
	int round;

	for (round = 0; round < 3; round++) {
		wq = new_queue(test);
		s = snapshot_of(test, wq, first_cpu());
		KUNIT_EXPECT_EQ(test, s.accepted, 0UL);
		KUNIT_EXPECT_EQ(test, s.executed, 0UL);
		KUNIT_EXPECT_EQ(test, s.cancelled, 0UL);
		KUNIT_EXPECT_EQ(test, s.delayed, 0UL);
		KUNIT_EXPECT_EQ(test, s.redirected, 0UL);
		KUNIT_EXPECT_EQ(test, s.cpu, first_cpu());
		KUNIT_EXPECT_GT(test, s.pid, 0);
		KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
		destroy_queue(test, wq);
	}
}

static struct kunit_case create_cases[] = {
	KUNIT_CASE(unused),	      KUNIT_CASE(names_of_threads),
	KUNIT_CASE(unusual_names),    KUNIT_CASE(name_is_copied),
	KUNIT_CASE(equal_names),      KUNIT_CASE(many_queues),
	KUNIT_CASE(starts_from_zero), {},
};

static struct kunit_suite create_suite = {
	.name = "cwq_create",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = create_cases,
};

kunit_test_suite(create_suite);
