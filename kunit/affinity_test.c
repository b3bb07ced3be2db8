// SPDX-License-Identifier: GPL-2.0
/* Queues that keep off a CPU. */
#include <linux/cpu.h>
#include <linux/delay.h>

#include "helpers.h"

/* The CPU that is kept off, or the only one that is not; and another one. */
static int cpu, other;

static int affinity_init(struct kunit *test)
{
	cpu = cpumask_last(cpu_online_mask);
	other = first_cpu();
	if (cpu == other)
		kunit_skip(test, "there is one CPU only");
	return bench_init(test);
}

/* With all CPUs back, however the case ended. */
static void affinity_exit(struct kunit *test)
{
	if (!cpu_online(cpu))
		add_cpu(cpu);
	bench_exit(test);
}

/* All CPUs but @cpu. */
static int keep_off(struct cwq_workqueue_struct *wq)
{
	static struct cpumask cpus;

	cpumask_copy(&cpus, cpu_possible_mask);
	cpumask_clear_cpu(cpu, &cpus);
	return cwq_workqueue_set_cpus(wq, &cpus);
}

static int use_all(struct cwq_workqueue_struct *wq)
{
	return cwq_workqueue_set_cpus(wq, cpu_possible_mask);
}

static bool has_thread(struct kunit *test, struct cwq_workqueue_struct *wq,
		       int on)
{
	return snapshot_of(test, wq, on).pid;
}

/* A thread ends by itself, when it has nothing left to do. */
static bool thread_ends(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	while (has_thread(test, wq, cpu) && time_before(jiffies, end))
		usleep_range(500, 1000);
	return !has_thread(test, wq, cpu);
}

/* Queue @item on @on; it runs on @cpu, or not there. */
static void expect_run(struct kunit *test, struct cwq_workqueue_struct *wq,
		       struct item *item, int on, bool there)
{
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(on, wq, work_of(item)));
	KUNIT_ASSERT_TRUE(test, item_ended(item));
	KUNIT_EXPECT_EQ(test, item->cpu == cpu, there);
}

/* What is queued there runs elsewhere, and is counted; there is no thread. */
static void keeps_off(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_EQ(test, keep_off(wq), 0);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	expect_run(test, wq, a, cpu, false);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 1ul);
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 1));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_NE(test, a->cpu, cpu);
	expect_run(test, wq, a, other, false);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 2ul);
}

/* It may be used again: with a thread that is bound to it. */
static void comes_back(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_EQ(test, keep_off(wq), 0);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	KUNIT_ASSERT_EQ(test, use_all(wq), 0);
	expect_run(test, wq, a, cpu, true);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 0ul);
}

/* What is pending there still runs there. */
static void pending_runs_there(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_EQ(test, keep_off(wq), 0);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, cpu);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
}

/* A CPU that comes is not used for that. */
static void stays_off_after_hotplug(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_EQ(test, keep_off(wq), 0);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	if (remove_cpu(cpu))
		kunit_skip(test, "no CPU can go");
	expect_run(test, wq, a, cpu, false);
	KUNIT_ASSERT_EQ(test, add_cpu(cpu), 0);
	KUNIT_EXPECT_FALSE(test, has_thread(test, wq, cpu));
	expect_run(test, wq, a, cpu, false);
}

/*
 * The only one that is used goes: works run all the same, and there again when it
 * is back.
 */
static void the_last_one_goes(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_EQ(test, cwq_workqueue_set_cpus(wq, cpumask_of(cpu)), 0);
	expect_run(test, wq, a, other, true);
	if (remove_cpu(cpu))
		kunit_skip(test, "no CPU can go");
	expect_run(test, wq, a, other, false);
	expect_run(test, wq, a, cpu, false);
	KUNIT_EXPECT_EQ(test, cwq_workqueue_set_cpus(wq, cpumask_of(cpu)),
			-ENODEV);
	KUNIT_ASSERT_EQ(test, add_cpu(cpu), 0);
	expect_run(test, wq, a, other, true);
}

/*
 * None of the CPUs that are used is online, until another one of them comes: what has
 * stayed open on the first is done.
 */
static void another_one_comes(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int second = cpumask_next(other, cpu_online_mask);
	static struct cpumask cpus;
	struct item *a = new_item(test);

	if (second == cpu || remove_cpu(second))
		kunit_skip(test, "there are two CPUs only, or none can go");
	cpumask_clear(&cpus);
	cpumask_set_cpu(second, &cpus);
	cpumask_set_cpu(cpu, &cpus);
	KUNIT_EXPECT_EQ(test, cwq_workqueue_set_cpus(wq, &cpus), 0);
	KUNIT_EXPECT_EQ(test, remove_cpu(cpu), 0);
	expect_run(test, wq, a, cpu, false);
	KUNIT_ASSERT_EQ(test, add_cpu(second), 0);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	expect_run(test, wq, a, cpu, false);
	KUNIT_EXPECT_EQ(test, a->cpu, second);
	KUNIT_EXPECT_EQ(test, add_cpu(cpu), 0);
	expect_run(test, wq, a, cpu, true);
}

/* The thread of a single-threaded queue goes where it may. */
static void single_thread(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_EQ(test, cwq_workqueue_set_cpus(wq, cpumask_of(cpu)), 0);
	expect_run(test, wq, a, other, true);
	KUNIT_ASSERT_EQ(test, keep_off(wq), 0);
	expect_run(test, wq, a, cpu, false);
}

static struct kunit_case affinity_cases[] = {
	KUNIT_CASE(keeps_off),		KUNIT_CASE(comes_back),
	KUNIT_CASE(pending_runs_there), KUNIT_CASE(stays_off_after_hotplug),
	KUNIT_CASE(the_last_one_goes),	KUNIT_CASE(another_one_comes),
	KUNIT_CASE(single_thread),	{},
};

static struct kunit_suite affinity_suite = {
	.name = "cwq_affinity",
	.init = affinity_init,
	.exit = affinity_exit,
	.test_cases = affinity_cases,
};

kunit_test_suite(affinity_suite);
