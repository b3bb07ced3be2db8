// SPDX-License-Identifier: GPL-2.0
/* Cancelling a delayed work in each state that it can be in. */

#include "helpers.h"

static bool call_cancel_delayed_work(void *arg)
{
	struct item *item = arg;

	return cwq_cancel_delayed_work(&item->dwork);
}

/* The promises of an armed work hold for all the calls. */
static bool (*const cancels[])(void *arg) = {
	call_cancel_delayed_work,
	call_cancel_work,
	call_cancel_delayed_work_sync,
	call_cancel_work_sync,
};

/* Idle: nothing to do, false. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		KUNIT_EXPECT_FALSE(test, run_call(test, cancels[i], a));
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_delayed_work(wq, &a->dwork, 1));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		run_call(test, call_flush_workqueue, wq);
		KUNIT_EXPECT_FALSE(test, run_call(test, cancels[i], a));
		KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	}
}

/*
 * Armed: the timer is taken out, not waited for, and it counts for nothing in
 * the ledger. True.
 */
static void armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu(), i;
	struct cwq_snapshot s;

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							    TEST_FAR_AWAY));
		KUNIT_EXPECT_TRUE(test, run_call(test, cancels[i], a));
		KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
		KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
		KUNIT_EXPECT_FALSE(test, run_call(test, cancels[i], a));
		s = snapshot_of(test, wq, cpu);
		KUNIT_EXPECT_EQ(test, s.delayed, 0UL);
		KUNIT_EXPECT_EQ(test, s.accepted, 0UL);
		KUNIT_EXPECT_EQ(test, s.cancelled, 0UL);
	}
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

static void cancel_in_time(struct kunit *test, struct cwq_workqueue_struct *wq,
			   bool (*cancel)(void *arg), unsigned long delay)
{
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *later = new_item(test);

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, delay));
	KUNIT_EXPECT_TRUE(test, run_call(test, cancel, a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(
					cpu, wq, &later->dwork, delay + 1));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(later));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

/*
 * It never runs: whether the timer had fired or not when the cancel came, a
 * work that is armed for a later time on the same CPU finds it gone.
 */
static void armed_never_runs(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	unsigned long delay;
	int i;

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		for (delay = 1; delay < 4; delay++)
			cancel_in_time(test, wq, cancels[i], delay);
	}
}

/* It has left its timer and waits on the queue: taken off, true. */
static void queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu(), i;
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		KUNIT_ASSERT_TRUE(
			test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 1));
		KUNIT_ASSERT_TRUE(test, left_its_timer(test, wq, cpu));
		KUNIT_EXPECT_TRUE(test, run_call(test, cancels[i], a));
		KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
		KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).cancelled,
				i + 1UL);
	}
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
}

/* Running: cancel_delayed_work does not wait for the function, false. */
static void running(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_gate(test);
	int cpu = first_cpu();

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 1));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_delayed_work, a));

	/* Armed again meanwhile: that is taken out, the function runs on. */
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_delayed_work, a));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Running and armed again: the sync call takes the timer out and waits. */
static void running_sync(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct call *cancel;

	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	cancel = start_call(test, call_cancel_delayed_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	KUNIT_EXPECT_TRUE(test, cancel->ret);
	KUNIT_EXPECT_EQ(test, cancel->ended_items, 1);
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).delayed, 0UL);
}

struct race {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	bool (*cancel)(void *arg);
	int queued;
	int taken;
};

static bool call_race_with_timer(void *arg)
{
	struct race *race = arg;
	int i;

	for (i = 0; i < 50; i++) {
		if (cwq_queue_delayed_work(race->wq, &race->item->dwork, 1))
			race->queued++;
		let_timer_come(&race->item->dwork, i);
		if (race->cancel(race->item))
			race->taken++;
	}
	return true;
}

/* A cancel that meets the timer: each round it runs or is cancelled. */
static void races_with_the_timer(struct kunit *test)
{
	static struct race race;
	int i;

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		race = (struct race){
			.wq = new_queue(test),
			.item = new_item(test),
			.cancel = cancels[i],
		};
		run_call(test, call_race_with_timer, &race);
		run_call(test, call_flush_workqueue, race.wq);
		KUNIT_EXPECT_EQ(test, race.queued, 50);
		KUNIT_EXPECT_EQ(test, item_runs(race.item),
				race.queued - race.taken);
	}
}

/* After a cancel it can be armed and queued again. */
static void queued_again(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(cancels); i++) {
		KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work(wq, &a->dwork,
							       TEST_FAR_AWAY));
		KUNIT_EXPECT_TRUE(test, run_call(test, cancels[i], a));
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_delayed_work(wq, &a->dwork, 1));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		run_call(test, call_flush_workqueue, wq);
	}
	KUNIT_EXPECT_EQ(test, item_runs(a), (int)ARRAY_SIZE(cancels));
}

static struct kunit_case delayed_cancel_cases[] = {
	KUNIT_CASE(idle),
	KUNIT_CASE(armed),
	KUNIT_CASE(armed_never_runs),
	KUNIT_CASE(queued),
	KUNIT_CASE(running),
	KUNIT_CASE(running_sync),
	KUNIT_CASE(races_with_the_timer),
	KUNIT_CASE(queued_again),
	{},
};

static struct kunit_suite delayed_cancel_suite = {
	.name = "cwq_delayed_cancel",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = delayed_cancel_cases,
};

kunit_test_suite(delayed_cancel_suite);
