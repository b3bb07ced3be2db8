// SPDX-License-Identifier: GPL-2.0
/* In which order items run, and what PENDING means for it. */

#include "helpers.h"

#define NR_ITEMS 8

struct submission {
	struct cwq_workqueue_struct *wq;
	struct item *item;
};

static bool call_queue_work(void *arg)
{
	struct submission *s = arg;

	return cwq_queue_work(s->wq, work_of(s->item));
}

/* A single-threaded queue is FIFO over all CPUs that queue to it. */
static void single_is_fifo(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *items[NR_ITEMS];
	static struct submission s;
	int i, cpu = first_cpu();

	for (i = 0; i < NR_ITEMS; i++) {
		items[i] = new_item(test);
		s.wq = wq;
		s.item = items[i];
		KUNIT_ASSERT_TRUE(test,
				  run_call_on(test, cpu, call_queue_work, &s));
		cpu = next_cpu(cpu);
	}
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(items[NR_ITEMS - 1]));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, items[0], items[1],
					     items[2], items[3], items[4],
					     items[5], items[6], items[7]));
}

/* A queue with a thread per CPU is FIFO on each of them. */
static void every_cpu_is_fifo(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate = new_gate(test);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct item *c = new_item(test);
	int cpu;

	for_each_online_cpu(cpu) {
		clear_order(test);
		item_shut(gate);
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(cpu, wq, work_of(gate)));
		KUNIT_ASSERT_TRUE(test, item_entered(gate));
		KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
		KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
		KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(c)));
		item_open(gate);
		KUNIT_ASSERT_TRUE(test, item_ended(c));
		KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, b, a, c));
		run_call(test, call_flush_workqueue, wq);
	}
}

/* A CPU whose thread is busy does not hold up the others. */
static void cpus_are_independent(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();

	need_two_cpus(test);
	shut_gate(test, wq, cpu);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, next_cpu(cpu)));
}

/* Two queues have threads of their own, also on the same CPU. */
static void queues_are_independent(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	int cpu = first_cpu();

	shut_gate(test, one, cpu);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, other, cpu));
}

/* Queueing a pending work is refused; it keeps its place and runs once. */
static void pending_keeps_its_place(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);

	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	KUNIT_EXPECT_FALSE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(wq, work_of(a)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
	KUNIT_EXPECT_EQ(test, item_runs(b), 1);
	KUNIT_EXPECT_PTR_EQ(test, ((struct bench *)test->priv)->order[1], a);
}

/* A pending work is refused by another CPU and by another queue as well. */
static void pending_stays_where_it_is(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);

	need_two_cpus(test);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_FALSE(test,
			   cwq_queue_work_on(next_cpu(cpu), wq, work_of(a)));
	KUNIT_EXPECT_FALSE(test, cwq_queue_work_on(cpu, other, work_of(a)));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, next_cpu(cpu)));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, other, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);

	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, cpu);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/*
 * PENDING is set by queueing and is gone when func runs, so a work can be
 * queued again from then on, and that run is one more.
 */
static void pending_ends_before_func(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_gate(test);

	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(a)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));

	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(a)));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
}

/* No wake-up is lost, whether the thread sleeps or is about to. */
static void idle_thread_is_woken(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu, round;

	for_each_online_cpu(cpu) {
		for (round = 0; round < 30; round++) {
			KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq,
								  work_of(a)));
			KUNIT_ASSERT_TRUE(test, item_ended(a));
			if (round % 3)
				run_call(test, call_flush_work, a);
		}
	}
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(single_is_fifo),
	KUNIT_CASE(every_cpu_is_fifo),
	KUNIT_CASE(cpus_are_independent),
	KUNIT_CASE(queues_are_independent),
	KUNIT_CASE(pending_keeps_its_place),
	KUNIT_CASE(pending_stays_where_it_is),
	KUNIT_CASE(pending_ends_before_func),
	KUNIT_CASE(idle_thread_is_woken),
	{},
};

static struct kunit_suite order_suite = {
	.name = "cwq_order",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = order_cases,
};

kunit_test_suite(order_suite);
