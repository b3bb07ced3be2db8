// SPDX-License-Identifier: GPL-2.0
/*
 * drain_workqueue: waits for what is queued and for what that queues. That
 * others are refused meanwhile is in cwq_misuse.
 */

#include "helpers.h"

/* Nothing to do: it returns, of either kind, used or not, and changes nothing. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	int i;

	for (i = 0; i < 3; i++) {
		run_call(test, call_drain_workqueue, wq);
		run_call(test, call_drain_workqueue, single);
		KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
		KUNIT_EXPECT_TRUE(test, reach_marker(test, single, 0));
	}
}

/* What is running and pending on any CPU is waited for. */
static void waits_for_every_cpu(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gates[4], *a;
	struct call *drain;
	int cpu, nr = 0, i;

	for_each_online_cpu(cpu) {
		if (nr == ARRAY_SIZE(gates))
			break;
		gates[nr++] = shut_gate(test, wq, cpu);
		a = new_item(test);
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	}
	drain = start_call(test, call_drain_workqueue, wq);
	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_TRUE(test, call_blocked(drain));
		item_open(gates[i]);
		KUNIT_ASSERT_TRUE(test, item_ended(gates[i]));
	}
	KUNIT_ASSERT_TRUE(test, call_returned(drain));
	KUNIT_EXPECT_EQ(test, drain->ended_items, 2 * nr);
}

/* An item that queues the next one on a CPU. */
struct link {
	struct cwq_workqueue_struct *wq;
	int cpu;
	struct item *next;
	bool queued;
};

static void queue_next(struct item *item)
{
	struct link *link = item->arg;

	link->queued =
		cwq_queue_work_on(link->cpu, link->wq, work_of(link->next));
}

/*
 * A chain of gates, each of which queues the next one, on another CPU: whichever
 * of them runs, the drain still waits.
 */
static void waits_for_a_chain(struct kunit *test)
{
	static struct link links[6];
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gates[ARRAY_SIZE(links) + 1];
	struct call *drain;
	int cpu = first_cpu(), i;

	for (i = 0; i < ARRAY_SIZE(gates); i++)
		gates[i] = new_gate(test);
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		/* Twice on a CPU, then on to the next. */
		if (i % 2)
			cpu = next_cpu(cpu);
		links[i] = (struct link){
			.wq = wq,
			.cpu = cpu,
			.next = gates[i + 1],
		};
		gates[i]->arg = &links[i];
		gates[i]->body = queue_next;
	}
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(first_cpu(), wq,
						  work_of(gates[0])));
	drain = start_call(test, call_drain_workqueue, wq);
	for (i = 0; i < ARRAY_SIZE(gates); i++) {
		KUNIT_ASSERT_TRUE(test, item_entered(gates[i]));
		KUNIT_ASSERT_TRUE(test, call_blocked(drain));
		item_open(gates[i]);
	}
	KUNIT_ASSERT_TRUE(test, call_returned(drain));
	KUNIT_EXPECT_EQ(test, drain->ended_items, (int)ARRAY_SIZE(gates));
	for (i = 0; i < ARRAY_SIZE(links); i++)
		KUNIT_EXPECT_TRUE(test, links[i].queued);
}

static struct cwq_workqueue_struct *hop_wq;
static int most_hops;

static void hop(struct item *item)
{
	if (item_runs(item) < most_hops && !READ_ONCE(item->bench->stopping))
		cwq_queue_work(hop_wq, work_of(item));
}

/* A work that queues itself so and so often is waited for to the last time. */
static void waits_for_a_work_that_queues_itself(struct kunit *test)
{
	struct item *a;

	hop_wq = new_single_queue(test);
	for (most_hops = 1; most_hops < 100; most_hops *= 3) {
		a = new_item(test);
		a->body = hop;
		KUNIT_ASSERT_TRUE(test, cwq_queue_work(hop_wq, work_of(a)));
		run_call(test, call_drain_workqueue, hop_wq);
		KUNIT_EXPECT_EQ(test, item_runs(a), most_hops);
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, hop_wq));
	}
}

static atomic_t nr_hops;

static void pass_on(struct item *item)
{
	struct link *link = item->arg;

	if (atomic_inc_return(&nr_hops) < most_hops &&
	    !READ_ONCE(item->bench->stopping))
		cwq_queue_work_on(link->cpu, link->wq, work_of(link->next));
}

#define RACE_HOPS 40

/*
 * Works that queue each other from CPU to CPU, so that at every moment all CPUs
 * but one are idle: never are they all, until the last one has run.
 */
static void waits_for_works_on_the_move(struct kunit *test)
{
	static struct link links[4];
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *items[ARRAY_SIZE(links)];
	int cpus[ARRAY_SIZE(links)], cpu, nr = 0, round, i;

	need_two_cpus(test);
	for_each_online_cpu(cpu) {
		if (nr == ARRAY_SIZE(links))
			break;
		cpus[nr] = cpu;
		items[nr] = new_item(test);
		items[nr]->body = pass_on;
		items[nr]->arg = &links[nr];
		nr++;
	}
	/* Back to the CPU before: who looks at one after the other misses it. */
	for (i = 0; i < nr; i++) {
		links[i].wq = wq;
		links[i].cpu = cpus[(i + nr - 1) % nr];
		links[i].next = items[(i + nr - 1) % nr];
	}

	most_hops = RACE_HOPS;
	for (round = 0; round < 60; round++) {
		atomic_set(&nr_hops, 0);
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpus[0], wq,
							  work_of(items[0])));
		run_call(test, call_drain_workqueue, wq);
		KUNIT_ASSERT_EQ(test, atomic_read(&nr_hops), RACE_HOPS);
	}
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

/* A timer that fires meanwhile: its work is run and waited for. */
static void timer_fires_meanwhile(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct call *drain;

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work_on(cpu, wq, &a->dwork, 30));
	drain = start_call(test, call_drain_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(drain));
	KUNIT_ASSERT_TRUE(test, left_its_timer(test, wq, cpu));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(drain));
	KUNIT_EXPECT_EQ(test, drain->ended_items, 2);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* A timer that does not fire is not waited for, and stays armed. */
static void timer_does_not_fire(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, &a->dwork, TEST_FAR_AWAY));
	run_call(test, call_drain_workqueue, wq);
	KUNIT_EXPECT_TRUE(test, timer_pending(&a->dwork.timer));
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
	KUNIT_EXPECT_TRUE(test, run_call(test, call_flush_delayed_work, a));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Several at a time: each waits to the end, and then the queue takes work. */
static void nested(struct kunit *test)
{
	static struct link link;
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu(), i;
	struct item *first = shut_gate(test, wq, cpu);
	struct item *last = new_gate(test);
	struct call *drains[3];

	link = (struct link){ .wq = wq, .cpu = next_cpu(cpu), .next = last };
	first->arg = &link;
	first->body = queue_next;
	for (i = 0; i < ARRAY_SIZE(drains); i++) {
		drains[i] = start_call(test, call_drain_workqueue, wq);
		KUNIT_ASSERT_TRUE(test, call_blocked(drains[i]));
	}
	item_open(first);
	KUNIT_ASSERT_TRUE(test, item_entered(last));
	for (i = 0; i < ARRAY_SIZE(drains); i++)
		KUNIT_EXPECT_TRUE(test, call_blocked(drains[i]));
	item_open(last);
	for (i = 0; i < ARRAY_SIZE(drains); i++) {
		KUNIT_ASSERT_TRUE(test, call_returned(drains[i]));
		KUNIT_EXPECT_EQ(test, drains[i]->ended_items, 2);
	}
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, cpu));
}

/* Another queue takes and runs work meanwhile, and is not waited for. */
static void other_queues_go_on(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct call *drain = start_call(test, call_drain_workqueue, wq);

	KUNIT_ASSERT_TRUE(test, call_blocked(drain));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, other, cpu));
	shut_gate(test, other, cpu);
	item_open(gate);
	KUNIT_EXPECT_TRUE(test, call_returned(drain));
}

/* Flushed and cancelled meanwhile as ever. */
static void others_wait_and_cancel(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct call *drain, *flush;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	drain = start_call(test, call_drain_workqueue, wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(drain));
	flush = start_call(test, call_flush_work, b);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work, a));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_ASSERT_TRUE(test, call_returned(drain));
	KUNIT_EXPECT_EQ(test, drain->ended_items, 2);
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, b));
}

static struct kunit_case drain_cases[] = {
	KUNIT_CASE(idle),
	KUNIT_CASE(waits_for_every_cpu),
	KUNIT_CASE(waits_for_a_chain),
	KUNIT_CASE(waits_for_a_work_that_queues_itself),
	KUNIT_CASE(waits_for_works_on_the_move),
	KUNIT_CASE(timer_fires_meanwhile),
	KUNIT_CASE(timer_does_not_fire),
	KUNIT_CASE(nested),
	KUNIT_CASE(other_queues_go_on),
	KUNIT_CASE(others_wait_and_cancel),
	{},
};

static struct kunit_suite drain_suite = {
	.name = "cwq_drain",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = drain_cases,
};

kunit_test_suite(drain_suite);
