// SPDX-License-Identifier: GPL-2.0
/* Cancelling a work in each state that it can be in. */

#include <linux/slab.h>

#include "helpers.h"

/* Not queued, not running: nothing happens, false. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work_sync, a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	run_call(test, call_flush_work, a);
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work_sync, a));
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Pending: it never runs, the others keep their order, true. */
static void pending(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct item *c = new_item(test);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(c)));
	/* The gate stays shut: the thread is not needed to cancel. */
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work_sync, b));
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(b)));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 2UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).cancelled, 1UL);

	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(c));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, a, c));
}

/* Running: the call waits for the function to end, false. */
static void running(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct item *later = new_gate(test);
	struct call *cancel;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	cancel = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_FALSE(test, cancel->ret);
	KUNIT_EXPECT_EQ(test, cancel->ended_items, 1);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
}

/* While a cancel waits for the function, the work cannot be queued. */
static void running_is_held(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct call *cancel = start_call(test, call_cancel_work_sync, a);

	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_queue_delayed_work(wq, &a->dwork, 1));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Running and pending again: the second run is gone, the first waited for. */
static void running_and_pending(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct call *cancel;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	cancel = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_TRUE(test, cancel->ret);
	KUNIT_EXPECT_EQ(test, cancel->ended_items, 1);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Still running on one queue, though it ran last on another: waited for. */
static void running_elsewhere(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_single_queue(test);
	struct item *a = shut_gate(test, one, first_cpu());
	struct call *cancel;

	a->gated = false;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_workqueue, other);

	cancel = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_EQ(test, cancel->ended_items, 2);
}

static struct cwq_workqueue_struct *requeue_wq;

static void queue_self(struct item *item)
{
	if (!READ_ONCE(item->bench->stopping))
		cwq_queue_work(requeue_wq, work_of(item));
}

static void queue_self_delayed(struct item *item)
{
	if (!READ_ONCE(item->bench->stopping))
		cwq_queue_delayed_work(requeue_wq, &item->dwork,
				       item_runs(item) % 2);
}

static void cancel_requeueing(struct kunit *test, bool (*cancel)(void *arg),
			      void (*body)(struct item *item))
{
	struct item *a = new_item(test);
	int cpu = first_cpu(), round, runs;

	requeue_wq = new_queue(test);
	a->body = body;
	for (round = 0; round < 20; round++) {
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, requeue_wq,
							  work_of(a)));
		KUNIT_ASSERT_TRUE(test, item_entered(a));
		run_call(test, cancel, a);
		runs = item_runs(a);
		KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
		KUNIT_EXPECT_EQ(test, atomic_read(&a->inside), 0);
		KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
		run_call(test, call_flush_workqueue, requeue_wq);
		KUNIT_EXPECT_EQ(test, item_runs(a), runs);
	}
}

/* A work that queues itself without end is ended. */
static void queues_itself(struct kunit *test)
{
	cancel_requeueing(test, call_cancel_work_sync, queue_self);
}

/* So is a delayed work that arms itself without end. */
static void arms_itself(struct kunit *test)
{
	cancel_requeueing(test, call_cancel_delayed_work_sync,
			  queue_self_delayed);
}

/* Two calls on a running work: both wait, both return. */
static void two_at_once_running(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = shut_gate(test, wq, first_cpu());
	struct call *one, *other;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	one = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(one));
	other = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(other));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(one));
	KUNIT_ASSERT_TRUE(test, call_returned(other));
	KUNIT_EXPECT_TRUE(test, one->ret);
	KUNIT_EXPECT_FALSE(test, other->ret);
	KUNIT_EXPECT_EQ(test, one->ended_items, 1);
	KUNIT_EXPECT_EQ(test, other->ended_items, 1);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
}

struct race {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	unsigned long taken;
	unsigned long accepted;
};

static bool call_cancel_many(void *arg)
{
	struct race *race = arg;
	int i;

	for (i = 0; i < 2000; i++) {
		if (cwq_queue_work(race->wq, work_of(race->item)))
			race->accepted++;
		if (cwq_cancel_work_sync(work_of(race->item)))
			race->taken++;
	}
	return true;
}

/* Calls that race with each other and with queueing: each run is accounted. */
static void many_at_once(struct kunit *test)
{
	static struct race races[3];
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	struct call *calls[ARRAY_SIZE(races)];
	unsigned long accepted = 0, taken = 0, cancelled = 0;
	int cpu = first_cpu(), i;

	for (i = 0; i < ARRAY_SIZE(races); i++) {
		races[i] = (struct race){ .wq = wq, .item = a };
		calls[i] =
			start_call_on(test, cpu, call_cancel_many, &races[i]);
		cpu = next_cpu(cpu);
	}
	for (i = 0; i < ARRAY_SIZE(races); i++) {
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
		accepted += races[i].accepted;
		taken += races[i].taken;
	}
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	for_each_online_cpu(cpu)
		cancelled += snapshot_of(test, wq, cpu).cancelled;
	KUNIT_EXPECT_EQ(test, cancelled, taken);
	KUNIT_EXPECT_EQ(test, (unsigned long)item_runs(a), accepted - taken);
	KUNIT_EXPECT_FALSE(test, a->reentered);
}

/* A flush of a pending work that is cancelled returns. */
static void flushed_meanwhile(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work_sync, a));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, b));
}

/* After a cancel the work can be queued, also elsewhere, and runs. */
static void queued_again(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work_sync, a));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work_sync, a));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_work, a));

	KUNIT_EXPECT_TRUE(test, cwq_queue_work(single, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
}

static void not_called(struct cwq_work_struct *work)
{
	WARN_ON(1);
}

static bool call_cancel_plain(void *arg)
{
	return cwq_cancel_work_sync(arg);
}

/* A cancelled work is idle: its memory can go at once, KASAN watches. */
static void freed_afterwards(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct cwq_work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, work);
	CWQ_INIT_WORK(work, not_called);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_plain, work));
	kfree(work);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
}

static struct kunit_case cancel_cases[] = {
	KUNIT_CASE(idle),
	KUNIT_CASE(pending),
	KUNIT_CASE(running),
	KUNIT_CASE(running_is_held),
	KUNIT_CASE(running_and_pending),
	KUNIT_CASE(running_elsewhere),
	KUNIT_CASE(queues_itself),
	KUNIT_CASE(arms_itself),
	KUNIT_CASE(two_at_once_running),
	KUNIT_CASE(many_at_once),
	KUNIT_CASE(flushed_meanwhile),
	KUNIT_CASE(queued_again),
	KUNIT_CASE(freed_afterwards),
	{},
};

static struct kunit_suite cancel_suite = {
	.name = "cwq_cancel",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = cancel_cases,
};

kunit_test_suite(cancel_suite);
