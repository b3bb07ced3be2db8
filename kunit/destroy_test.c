// SPDX-License-Identifier: GPL-2.0
/* How queues go: what runs, what is cancelled, what stays. */

#include "helpers.h"

/* Everything that is queued has run when destroy returns. */
static void runs_what_is_queued(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gates[BENCH_ITEMS / 3], *a;
	struct call *destroy;
	int cpu, nr = 0, i;

	for_each_online_cpu(cpu) {
		if (nr == ARRAY_SIZE(gates))
			break;
		gates[nr++] = shut_gate(test, wq, cpu);
		for (i = 0; i < 2; i++) {
			a = new_item(test);
			KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq,
								  work_of(a)));
		}
	}
	forget_queue(test, wq);
	destroy = start_call(test, call_destroy_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(destroy));
	for (i = 0; i < nr; i++)
		item_open(gates[i]);
	KUNIT_ASSERT_TRUE(test, call_returned(destroy));
	KUNIT_EXPECT_EQ(test, destroy->ended_items, 3 * nr);
}

/* The same for a single thread, in the order of queueing. */
static void runs_what_is_queued_single(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct call *destroy;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(b)));
	forget_queue(test, wq);
	destroy = start_call(test, call_destroy_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(destroy));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(destroy));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, a, b));
}

/*
 * Right after creating: the thread that was made last has hardly come to run,
 * and one that is stopped before it does never would.
 */
static void at_once(struct kunit *test)
{
	struct item *a = new_item(test);
	int cpu = cpumask_last(cpu_online_mask), round;

	for (round = 1; round <= 100; round++) {
		struct cwq_workqueue_struct *wq;

		if (round % 2)
			wq = cwq_create_workqueue("cwqtest");
		else
			wq = cwq_create_singlethread_workqueue("cwqtest");
		KUNIT_ASSERT_NOT_NULL(test, wq);
		KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
		cwq_destroy_workqueue(wq);
		KUNIT_ASSERT_EQ(test, item_runs(a), round);
	}
}

/* A flush that waits when the queue is destroyed comes to its end. */
static void beside_flush(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct call *flush, *destroy;

	flush = start_call(test, call_flush_work, gate);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	forget_queue(test, wq);
	destroy = start_call(test, call_destroy_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(destroy));
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, call_returned(destroy));
}

/*
 * Armed works are cancelled: their timers are out, they never run, and they are
 * idle.
 */
static void cancels_armed(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	struct item *items[3];
	int cpu = first_cpu(), i;

	for (i = 0; i < ARRAY_SIZE(items); i++) {
		items[i] = new_item(test);
		KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(
						cpu, wq, &items[i]->dwork,
						TEST_FAR_AWAY));
		cpu = next_cpu(cpu);
	}
	destroy_queue(test, wq);
	for (i = 0; i < ARRAY_SIZE(items); i++) {
		KUNIT_EXPECT_FALSE(test, timer_pending(&items[i]->dwork.timer));
		KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(items[i])));
		KUNIT_EXPECT_EQ(test, item_runs(items[i]), 0);

		/* Idle also means that another queue takes it. */
		KUNIT_EXPECT_TRUE(test,
				  cwq_queue_work(other, work_of(items[i])));
		KUNIT_EXPECT_TRUE(test, item_ended(items[i]));
	}
}

static void forgotten(struct cwq_work_struct *work)
{
}

/* For each armed work the log names the queue and the function. */
static void names_armed(struct kunit *test)
{
	static struct cwq_delayed_work dworks[2];
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct kmsg_dump_iter iter;
	int i;

	for (i = 0; i < ARRAY_SIZE(dworks); i++) {
		CWQ_INIT_DELAYED_WORK(&dworks[i], forgotten);
		KUNIT_EXPECT_TRUE(test, cwq_queue_delayed_work(wq, &dworks[i],
							       TEST_FAR_AWAY));
	}
	log_mark(&iter);
	destroy_queue(test, wq);
	KUNIT_EXPECT_EQ(test, log_lines(&iter, "cwqtest", "forgotten"),
			(int)ARRAY_SIZE(dworks));
}

/* Timers that fire while the queue goes: each work runs or is idle again. */
static void meets_timers(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;
	struct item *items[4];
	int round, i;

	for (i = 0; i < ARRAY_SIZE(items); i++)
		items[i] = new_item(test);
	for (round = 0; round < 10; round++) {
		wq = new_queue(test);
		for (i = 0; i < ARRAY_SIZE(items); i++) {
			struct cwq_delayed_work *dwork = &items[i]->dwork;

			KUNIT_ASSERT_TRUE(test,
					  cwq_queue_delayed_work(wq, dwork, 1));
		}
		while (round % 2 && timer_pending(&items[0]->dwork.timer))
			cpu_relax();
		destroy_queue(test, wq);
		for (i = 0; i < ARRAY_SIZE(items); i++)
			KUNIT_EXPECT_FALSE(test,
					   cwq_work_pending(work_of(items[i])));
	}
}

/* A work that outlives its queue can go to another one. */
static void work_outlives_its_queue(struct kunit *test)
{
	struct item *a = new_item(test);
	struct cwq_workqueue_struct *wq;
	int round;

	for (round = 1; round <= 4; round++) {
		wq = round % 2 ? new_queue(test) : new_single_queue(test);
		KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
		destroy_queue(test, wq);
		KUNIT_EXPECT_EQ(test, item_runs(a), round);
		KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_work, a));
		KUNIT_EXPECT_FALSE(test,
				   run_call(test, call_cancel_work_sync, a));
	}
}

static struct kunit_case destroy_cases[] = {
	KUNIT_CASE(runs_what_is_queued),
	KUNIT_CASE(runs_what_is_queued_single),
	KUNIT_CASE(at_once),
	KUNIT_CASE(beside_flush),
	KUNIT_CASE(cancels_armed),
	KUNIT_CASE(names_armed),
	KUNIT_CASE(meets_timers),
	KUNIT_CASE(work_outlives_its_queue),
	{},
};

static struct kunit_suite destroy_suite = {
	.name = "cwq_destroy",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = destroy_cases,
};

kunit_test_suite(destroy_suite);
