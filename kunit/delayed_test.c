// SPDX-License-Identifier: GPL-2.0
/* Delayed work: when it is queued, where it runs, and who waits for it. */

#include "helpers.h"

struct submission {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	unsigned long delay;
};

/* No delay: it is on the list when the call returns, and no timer is armed. */
static void zero_delay(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 0));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 1UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).delayed, 0UL);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

/* While its timer runs it is pending, but on no list and in no ledger. */
static void armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu();
	struct cwq_snapshot s;

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
	s = snapshot_of(test, wq, cpu);
	KUNIT_EXPECT_EQ(test, s.delayed, 1UL);
	KUNIT_EXPECT_EQ(test, s.accepted, 0UL);
	KUNIT_EXPECT_EQ(test, s.pending, 0UL);
	KUNIT_EXPECT_PTR_EQ(test, cwq_to_delayed_work(work_of(a)), &a->dwork);
}

/* Queueing an armed work is refused, in every way, and changes nothing. */
static void queued_twice(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu();
	unsigned long expires;

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, &a->dwork, TEST_FAR_AWAY));
	expires = a->dwork.timer.expires;
	KUNIT_EXPECT_FALSE(test, cwq_queue_delayed_work(wq, &a->dwork, 1));
	KUNIT_EXPECT_FALSE(test,
			   cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 0));
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, a->dwork.timer.expires, expires);
	run_call(test, call_flush_workqueue, wq);
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

/* It runs, and not before its time in jiffies. */
static void runs_when_it_is_time(struct kunit *test)
{
	static const unsigned long delays[] = { 1, 2, 3, 7, 20, 65 };
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	struct item *a = new_item(test);
	unsigned long expiry;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(delays); i++) {
		expiry = jiffies + delays[i / 2];
		KUNIT_ASSERT_TRUE(
			test, cwq_queue_delayed_work(i % 2 ? wq : single,
						     &a->dwork, delays[i / 2]));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_TRUE(test, time_after_eq(a->start, expiry));
		KUNIT_EXPECT_EQ(test, item_runs(a), i + 1);
		run_call(test, call_flush_work, a);
	}
}

/* It runs on the CPU that was asked for. */
static void runs_on_the_cpu_asked_for(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu, i;

	for_each_online_cpu(cpu) {
		for (i = 0; i < 2; i++) {
			KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(
							cpu, wq, &a->dwork, i));
			KUNIT_ASSERT_TRUE(test, item_ended(a));
			KUNIT_EXPECT_EQ(test, a->cpu, cpu);
			run_call(test, call_flush_work, a);
		}
	}
}

static bool call_queue_delayed_work(void *arg)
{
	struct submission *s = arg;

	return cwq_queue_delayed_work(s->wq, &s->item->dwork, s->delay);
}

/* Without a CPU it runs where it was submitted, wherever the timer fires. */
static void runs_on_the_submitting_cpu(struct kunit *test)
{
	static struct submission s;
	int cpu;

	s.wq = new_queue(test);
	s.item = new_item(test);
	for_each_online_cpu(cpu) {
		for (s.delay = 0; s.delay < 3; s.delay++) {
			KUNIT_ASSERT_TRUE(
				test, run_call_on(test, cpu,
						  call_queue_delayed_work, &s));
			KUNIT_ASSERT_TRUE(test, item_ended(s.item));
			KUNIT_EXPECT_EQ(test, s.item->cpu, cpu);
			run_call(test, call_flush_work, s.item);
		}
	}
}

/* The CPU is chosen when it is queued: the ledger says so before it fires. */
static void waits_on_its_cpu(struct kunit *test)
{
	static struct submission s;
	int cpu, other;

	s.wq = new_queue(test);
	s.item = new_item(test);
	s.delay = TEST_FAR_AWAY;
	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test,
				  run_call_on(test, cpu,
					      call_queue_delayed_work, &s));
		for_each_online_cpu(other)
			KUNIT_EXPECT_EQ(test,
					snapshot_of(test, s.wq, other).delayed,
					other == cpu ? 1UL : 0UL);
		run_call(test, call_flush_delayed_work, s.item);
		KUNIT_EXPECT_EQ(test, s.item->cpu, cpu);
	}
}

static struct cwq_workqueue_struct *rearm_wq;

static void arm_self(struct item *item)
{
	if (item_runs(item) < 5)
		cwq_queue_delayed_work(rearm_wq, &item->dwork, 1);
}

/* A delayed work may arm itself again. */
static void arms_itself(struct kunit *test)
{
	struct item *a = new_item(test);
	int i;

	rearm_wq = new_queue(test);
	a->body = arm_self;
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work(rearm_wq, &a->dwork, 1));
	for (i = 0; i < 5; i++)
		KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_work, a);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_EQ(test, item_runs(a), 5);
}

/* flush_delayed_work: an armed work is queued at once and waited for. */
static void flush_armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	flush = start_call(test, call_flush_delayed_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 1UL);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* flush_delayed_work: one that left its timer is only waited for. */
static void flush_queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 0));
	flush = start_call(test, call_flush_delayed_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2);
}

/* flush_delayed_work: false when there is nothing to wait for. */
static void flush_idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_delayed_work, a));
	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, &a->dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_flush_delayed_work, a));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_delayed_work, a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* flush_workqueue and flush_work do not wait for a timer. */
static void others_ignore_armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, &a->dwork, TEST_FAR_AWAY));
	run_call(test, call_flush_workqueue, wq);
	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_work, a));
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

static struct kunit_case delayed_cases[] = {
	KUNIT_CASE(zero_delay),
	KUNIT_CASE(armed),
	KUNIT_CASE(queued_twice),
	KUNIT_CASE(runs_when_it_is_time),
	KUNIT_CASE(runs_on_the_cpu_asked_for),
	KUNIT_CASE(runs_on_the_submitting_cpu),
	KUNIT_CASE(waits_on_its_cpu),
	KUNIT_CASE(arms_itself),
	KUNIT_CASE(flush_armed),
	KUNIT_CASE(flush_queued),
	KUNIT_CASE(flush_idle),
	KUNIT_CASE(others_ignore_armed),
	{},
};

static struct kunit_suite delayed_suite = {
	.name = "cwq_delayed",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = delayed_cases,
};

kunit_test_suite(delayed_suite);
