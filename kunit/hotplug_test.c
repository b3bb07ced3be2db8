// SPDX-License-Identifier: GPL-2.0
/* What becomes of work, and of threads, when a CPU goes and comes. */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/pid.h>
#include <linux/sched/task.h>

#include "helpers.h"

/* The CPU that goes; -1 on a machine where none can. */
static int cpu;

static bool goes(void)
{
	return !remove_cpu(cpu);
}

static bool comes(void)
{
	return !add_cpu(cpu);
}

static int hotplug_init(struct kunit *test)
{
	cpu = cpumask_last(cpu_online_mask);
	if (cpu == first_cpu() || !goes() || !comes())
		kunit_skip(test, "no CPU can go");
	return bench_init(test);
}

/* With all CPUs back, however the case ended. */
static void hotplug_exit(struct kunit *test)
{
	if (!cpu_online(cpu))
		comes();
	bench_exit(test);
}

static int pid_on_cpu(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	return snapshot_of(test, wq, cpu).pid;
}

/* A thread ends by itself some time after its CPU has gone. */
static bool thread_ends(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	while (time_before(jiffies, end)) {
		if (!pid_on_cpu(test, wq))
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

/* Runs of @item, all of which were waited for, and where the last one was. */
static void expect_ran_elsewhere(struct kunit *test, struct item *item,
				 int runs)
{
	KUNIT_EXPECT_EQ(test, item_runs(item), runs);
	KUNIT_EXPECT_NE(test, item->cpu, cpu);
	KUNIT_EXPECT_FALSE(test, item->reentered);
}

/* queue_work_on an offline CPU: another one takes it, and counts it. */
static void queued_offline(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_workqueue, wq);
	expect_ran_elsewhere(test, a, 1);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 1UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).accepted, 0UL);
}

/* The same for a delayed work, and for one that is moved. */
static void delayed_offline(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 1UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).delayed, 0UL);
	KUNIT_EXPECT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork, 0));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_workqueue, wq);
	expect_ran_elsewhere(test, a, 1);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 2UL);
}

/* A thread goes with its CPU, and a new one, bound to it, comes with it. */
static void thread_follows_its_cpu(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_NE(test, pid_on_cpu(test, wq), 0);
	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	KUNIT_ASSERT_TRUE(test, comes());
	KUNIT_EXPECT_NE(test, pid_on_cpu(test, wq), 0);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, cpu);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 0UL);
}

/* A thread at work stays the thread of its CPU, and is bound to it again. */
static void busy_thread_is_kept(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	int pid = pid_on_cpu(test, wq);

	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_ASSERT_TRUE(test, comes());
	KUNIT_EXPECT_EQ(test, pid_on_cpu(test, wq), pid);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, cpu);
}

/* What runs and what is queued when the CPU goes: all of it runs, once. */
static void nothing_is_lost(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test), *b = new_item(test);

	cwq_queue_work_on(cpu, wq, work_of(a));
	cwq_queue_work_on(cpu, wq, work_of(b));
	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 2UL);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	run_call(test, call_flush_workqueue, wq);
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, a, b));
	KUNIT_EXPECT_EQ(test, item_runs(gate), 1);
	expect_ran_elsewhere(test, a, 1);
	expect_ran_elsewhere(test, b, 1);
	KUNIT_EXPECT_TRUE(test, thread_ends(test, wq));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).executed, 3UL);
}

/* A work that runs there when it goes still does not run twice at once. */
static void requeued_while_it_runs(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);

	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_work_on(first_cpu(), wq, work_of(gate)));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 1UL);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(gate));
	KUNIT_ASSERT_TRUE(test, item_ended(gate));
	expect_ran_elsewhere(test, gate, 2);
}

/* Armed when the CPU goes: it takes its place in another one's queue. */
static void armed_when_it_goes(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, run_call(test, call_flush_delayed_work, a));
	expect_ran_elsewhere(test, a, 1);
	KUNIT_EXPECT_EQ(test, redirected(test, wq), 1UL);
}

/* Begin @fn(@arg), which waits for the gate, before the CPU goes and comes. */
static void waits_across(struct kunit *test, struct item *gate,
			 bool (*fn)(void *arg), void *arg)
{
	struct call *call = start_call(test, fn, arg);

	KUNIT_ASSERT_TRUE(test, call_blocked(call));
	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, call_blocked(call));
	KUNIT_ASSERT_TRUE(test, comes());
	KUNIT_EXPECT_TRUE(test, call_blocked(call));
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, call_returned(call));
}

static void flush_goes_on_waiting(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	cwq_queue_work_on(cpu, wq, work_of(a));
	waits_across(test, gate, call_flush_work, a);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

static void flush_of_the_queue_goes_on_waiting(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	cwq_queue_work_on(cpu, wq, work_of(a));
	waits_across(test, gate, call_flush_workqueue, wq);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

static void cancel_goes_on_waiting(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);

	waits_across(test, gate, call_cancel_work_sync, gate);
	KUNIT_EXPECT_EQ(test, item_runs(gate), 1);
}

/* A pending work is cancelled there as anywhere. */
static void cancelled_offline(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	cwq_queue_work_on(cpu, wq, work_of(a));
	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work_sync, a));
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

/* Threads come and go under a queue that is being destroyed as under others. */
static void destroyed_meanwhile(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, cpu);

	forget_queue(test, wq);
	waits_across(test, gate, call_destroy_workqueue, wq);
	KUNIT_EXPECT_EQ(test, item_runs(gate), 1);
}

/* A queue that is made meanwhile has a thread there as soon as the CPU comes. */
static void made_meanwhile(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test, goes());
	wq = new_queue(test);
	KUNIT_EXPECT_EQ(test, pid_on_cpu(test, wq), 0);
	KUNIT_ASSERT_TRUE(test, comes());
	KUNIT_EXPECT_NE(test, pid_on_cpu(test, wq), 0);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, cpu);
}

/* A single-threaded queue belongs to no CPU. */
static void single_thread_stays(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *a = new_item(test);
	int pid = pid_on_cpu(test, wq);

	KUNIT_ASSERT_TRUE(test, goes());
	KUNIT_EXPECT_EQ(test, pid_on_cpu(test, wq), pid);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).redirected, 0UL);
}

static void set_nice(struct kunit *test, int pid, long nice)
{
	struct task_struct *task = get_pid_task(find_vpid(pid), PIDTYPE_PID);

	KUNIT_ASSERT_NOT_NULL(test, task);
	set_user_nice(task, nice);
	put_task_struct(task);
}

static int nice_on_cpu(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	struct task_struct *task =
		get_pid_task(find_vpid(pid_on_cpu(test, wq)), PIDTYPE_PID);
	int nice;

	KUNIT_ASSERT_NOT_NULL(test, task);
	nice = task_nice(task);
	put_task_struct(task);
	return nice;
}

/* What somebody has made of a thread's priority is so of the next one, too. */
static void priority_is_kept(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int pid = pid_on_cpu(test, wq), i;

	set_nice(test, pid, -7);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, goes());
		KUNIT_ASSERT_TRUE(test, thread_ends(test, wq));
		KUNIT_ASSERT_TRUE(test, comes());
		KUNIT_EXPECT_NE(test, pid_on_cpu(test, wq), pid);
		KUNIT_EXPECT_EQ(test, nice_on_cpu(test, wq), -7);
	}
}

static void nop_fn(struct cwq_work_struct *work)
{
}

static bool call_on_each_cpu(void *ret)
{
	*(int *)ret = cwq_schedule_on_each_cpu(nop_fn);
	return true;
}

static bool call_goes(void *unused)
{
	return goes();
}

/* Who waits for all CPUs keeps none of them from going. */
static void on_each_cpu_lets_it_go(struct kunit *test)
{
	struct item *gate = shut_gate(test, cwq_system_wq, first_cpu());
	int ret = -EBUSY;
	struct call *each = start_call(test, call_on_each_cpu, &ret);

	KUNIT_ASSERT_TRUE(test, call_blocked(each));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_goes, NULL));
	KUNIT_EXPECT_TRUE(test, call_blocked(each));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(each));
	KUNIT_EXPECT_EQ(test, ret, 0);
}

static struct kunit_case hotplug_cases[] = {
	KUNIT_CASE(queued_offline),
	KUNIT_CASE(delayed_offline),
	KUNIT_CASE(thread_follows_its_cpu),
	KUNIT_CASE(busy_thread_is_kept),
	KUNIT_CASE(nothing_is_lost),
	KUNIT_CASE(requeued_while_it_runs),
	KUNIT_CASE(armed_when_it_goes),
	KUNIT_CASE(flush_goes_on_waiting),
	KUNIT_CASE(flush_of_the_queue_goes_on_waiting),
	KUNIT_CASE(cancel_goes_on_waiting),
	KUNIT_CASE(cancelled_offline),
	KUNIT_CASE(destroyed_meanwhile),
	KUNIT_CASE(made_meanwhile),
	KUNIT_CASE(single_thread_stays),
	KUNIT_CASE(priority_is_kept),
	KUNIT_CASE(on_each_cpu_lets_it_go),
	{},
};

static struct kunit_suite hotplug_suite = {
	.name = "cwq_hotplug",
	.init = hotplug_init,
	.exit = hotplug_exit,
	.test_cases = hotplug_cases,
};

kunit_test_suite(hotplug_suite);
