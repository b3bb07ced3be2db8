// SPDX-License-Identifier: GPL-2.0
/* What the flush calls wait for, what they don't, and what they return. */

#include "helpers.h"

/* As many as there are items for. */
#define MOST_CPUS 4

/* Nothing to wait for: false, both before the first run and after one. */
static void idle_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_work, a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	run_call(test, call_flush_workqueue, wq);
	KUNIT_EXPECT_FALSE(test, run_call(test, call_flush_work, a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/*
 * A pending work is waited for until it has run, but not what is queued behind
 * it: the barrier stands right behind the item.
 */
static void pending_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *later = new_gate(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* The order of the items is not changed by somebody who waits for one. */
static void pending_work_keeps_order(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct item *c = new_item(test);
	struct call *flush_a, *flush_b;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	flush_b = start_call(test, call_flush_work, b);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush_b));
	flush_a = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush_a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(c)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(c));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, a, b, c));
	KUNIT_EXPECT_TRUE(test, call_returned(flush_a));
	KUNIT_EXPECT_TRUE(test, call_returned(flush_b));
}

/*
 * A running work is waited for until its function returns, but not what is
 * queued behind it: the barrier stands at the head.
 */
static void running_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct item *later = new_gate(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 1);
}

/* Running and pending again: the run that was queued last is waited for. */
static void running_and_pending_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = shut_gate(test, wq, cpu);
	struct item *b = new_item(test);
	struct item *later = new_gate(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 3);
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
}

/* Still running on one queue, though it ran last on another: waited for. */
static void work_running_elsewhere(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_single_queue(test);
	struct item *a = shut_gate(test, one, first_cpu());
	struct call *flush;

	a->gated = false;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	run_call(test, call_flush_workqueue, other);

	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2);
}

/* Several callers may wait for the same work. */
static void many_wait_for_a_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu(), i;
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *later = new_gate(test);
	struct call *flush[6];

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(later)));
	for (i = 0; i < ARRAY_SIZE(flush); i++) {
		flush[i] = start_call(test, call_flush_work, i % 2 ? a : gate);
		KUNIT_ASSERT_TRUE(test, call_blocked(flush[i]));
	}
	item_open(gate);
	for (i = 0; i < ARRAY_SIZE(flush); i++) {
		KUNIT_ASSERT_TRUE(test, call_returned(flush[i]));
		KUNIT_EXPECT_TRUE(test, flush[i]->ret);
	}
}

static struct item *inner;

static void flush_inner(struct item *item)
{
	cwq_flush_work(work_of(inner));
}

/* A function may wait for a work of another queue. */
static void a_function_waits(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	struct item *a = new_item(test);

	inner = shut_gate(test, other, first_cpu());
	a->body = flush_inner;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(one, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	item_open(inner);
	KUNIT_EXPECT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, item_ended(inner));
}

/* An empty queue is flushed at once, of either kind, used or not. */
static void queue_empty(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);

	run_call(test, call_flush_workqueue, wq);
	run_call(test, call_flush_workqueue, single);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
	run_call(test, call_flush_workqueue, wq);
	run_call(test, call_flush_workqueue, wq);
}

/* Everything that is queued or running is waited for, on every CPU. */
static void queue_waits_for_every_cpu(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gates[MOST_CPUS];
	struct item *queued;
	struct call *flush;
	int cpu, nr = 0, i;

	for_each_online_cpu(cpu) {
		if (nr == MOST_CPUS)
			break;
		gates[nr++] = shut_gate(test, wq, cpu);
		queued = new_item(test);
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(cpu, wq, work_of(queued)));
	}
	flush = start_call(test, call_flush_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	for (i = 0; i < nr; i++)
		item_open(gates[i]);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2 * nr);
}

/*
 * Shut the gates of all CPUs, flush, and open all but that of @last. A marker
 * that has run behind the flush's barrier shows that a CPU is done with both.
 */
static void wait_for_last(struct kunit *test, struct cwq_workqueue_struct *wq,
			  int last)
{
	struct item *gates[MOST_CPUS];
	struct call *flush;
	int cpu, nr = 0, i;

	for_each_online_cpu(cpu) {
		if (nr < MOST_CPUS)
			gates[nr++] = shut_gate(test, wq, cpu);
	}
	flush = start_call(test, call_flush_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	for (i = 0; i < nr; i++) {
		if (i == last)
			continue;
		item_open(gates[i]);
		KUNIT_ASSERT_TRUE(test, reach_marker(test, wq, gates[i]->cpu));
	}
	KUNIT_EXPECT_TRUE(test, call_blocked(flush));
	item_open(gates[last]);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
}

/* Each CPU alone holds up the flush, when all others are done. */
static void queue_waits_for_the_last_cpu(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int nr = min_t(int, num_online_cpus(), MOST_CPUS), last;

	for (last = 0; last < nr; last++)
		wait_for_last(test, wq, last);
}

/* A single-threaded queue is flushed like any other. */
static void queue_single(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *a = new_item(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	flush = start_call(test, call_flush_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_EQ(test, flush->ended_items, 2);
}

/* What is queued after the call is not waited for, on whichever CPU. */
static void queue_ignores_later_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = shut_gate(test, wq, here);
	struct item *later = new_gate(test);
	struct call *flush;

	need_two_cpus(test);
	flush = start_call(test, call_flush_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(here, wq, work_of(later)));
	shut_gate(test, wq, there);
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_EQ(test, flush->ended_items, 1);
}

static struct cwq_workqueue_struct *requeue_wq;

static void queue_self(struct item *item)
{
	if (!READ_ONCE(item->bench->stopping))
		cwq_queue_work(requeue_wq, work_of(item));
}

/* A work that queues itself without end does not hold up the flush. */
static void queue_with_work_that_queues_itself(struct kunit *test)
{
	struct item *a = new_item(test);

	requeue_wq = new_queue(test);
	a->body = queue_self;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(requeue_wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	run_call(test, call_flush_workqueue, requeue_wq);
	run_call(test, call_flush_work, a);
	KUNIT_EXPECT_GT(test, item_runs(a), 1);
}

/* Another queue is not waited for. */
static void queue_ignores_other_queues(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);

	shut_gate(test, other, first_cpu());
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
	run_call(test, call_flush_workqueue, wq);
}

static struct kunit_case flush_cases[] = {
	KUNIT_CASE(idle_work),
	KUNIT_CASE(pending_work),
	KUNIT_CASE(pending_work_keeps_order),
	KUNIT_CASE(running_work),
	KUNIT_CASE(running_and_pending_work),
	KUNIT_CASE(work_running_elsewhere),
	KUNIT_CASE(many_wait_for_a_work),
	KUNIT_CASE(a_function_waits),
	KUNIT_CASE(queue_empty),
	KUNIT_CASE(queue_waits_for_every_cpu),
	KUNIT_CASE(queue_waits_for_the_last_cpu),
	KUNIT_CASE(queue_single),
	KUNIT_CASE(queue_ignores_later_work),
	KUNIT_CASE(queue_with_work_that_queues_itself),
	KUNIT_CASE(queue_ignores_other_queues),
	{},
};

static struct kunit_suite flush_suite = {
	.name = "cwq_flush",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = flush_cases,
};

kunit_test_suite(flush_suite);
