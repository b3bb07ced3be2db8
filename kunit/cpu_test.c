// SPDX-License-Identifier: GPL-2.0
/* On which CPU an item runs, and that it never runs twice at once. */

#include <linux/workqueue.h> /* WORK_CPU_UNBOUND */

#include "helpers.h"

struct submission {
	struct cwq_workqueue_struct *wq;
	struct item *item;
	int cpu;
	unsigned int rounds;
};

/* queue_work_on: the CPU that was asked for. */
static void runs_on_the_cpu_asked_for(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		KUNIT_EXPECT_EQ(test, a->cpu, cpu);
		/* Until func has returned it would follow the thread. */
		run_call(test, call_flush_work, a);
	}
}

static bool call_queue_work(void *arg)
{
	struct submission *s = arg;

	return cwq_queue_work(s->wq, work_of(s->item));
}

/* queue_work: the CPU of the caller. */
static void runs_on_the_submitting_cpu(struct kunit *test)
{
	static struct submission s;
	int cpu;

	s.wq = new_queue(test);
	s.item = new_item(test);
	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test,
				  run_call_on(test, cpu, call_queue_work, &s));
		KUNIT_ASSERT_TRUE(test, item_ended(s.item));
		KUNIT_EXPECT_EQ(test, s.item->cpu, cpu);
		run_call(test, call_flush_work, s.item);
	}
}

static bool call_queue_work_unbound(void *arg)
{
	struct submission *s = arg;

	return cwq_queue_work_on(WORK_CPU_UNBOUND, s->wq, work_of(s->item));
}

static bool call_queue_delayed_work_unbound(void *arg)
{
	struct submission *s = arg;

	return cwq_queue_delayed_work_on(WORK_CPU_UNBOUND, s->wq,
					 &s->item->dwork, 1);
}

static bool call_mod_delayed_work_unbound(void *arg)
{
	struct submission *s = arg;

	return !cwq_mod_delayed_work_on(WORK_CPU_UNBOUND, s->wq,
					&s->item->dwork, 0);
}

static bool call_schedule_work_unbound(void *arg)
{
	struct submission *s = arg;

	return cwq_schedule_work_on(WORK_CPU_UNBOUND, work_of(s->item));
}

static bool call_schedule_delayed_work_unbound(void *arg)
{
	struct submission *s = arg;

	return cwq_schedule_delayed_work_on(WORK_CPU_UNBOUND, &s->item->dwork,
					    1);
}

/* Whatever takes a CPU: WORK_CPU_UNBOUND is that of the caller. */
static void unbound_is_the_submitting_cpu(struct kunit *test)
{
	static bool (*const calls[])(void *arg) = {
		call_queue_work_unbound,
		call_queue_delayed_work_unbound,
		call_mod_delayed_work_unbound,
		call_schedule_work_unbound,
		call_schedule_delayed_work_unbound,
	};
	static struct submission s;
	struct cwq_workqueue_struct *single = new_single_queue(test);
	unsigned int i;
	int cpu;

	s.wq = new_queue(test);
	s.item = new_item(test);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for_each_online_cpu(cpu) {
			KUNIT_ASSERT_TRUE(test,
					  run_call_on(test, cpu, calls[i], &s));
			KUNIT_ASSERT_TRUE(test, item_ended(s.item));
			KUNIT_EXPECT_EQ(test, s.item->cpu, cpu);
			run_call(test, call_flush_work, s.item);
		}
	}
	s.wq = single;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		KUNIT_ASSERT_TRUE(test, run_call(test, calls[i], &s));
		KUNIT_ASSERT_TRUE(test, item_ended(s.item));
		run_call(test, call_flush_work, s.item);
	}
}

/*
 * A work that is queued to another CPU while it runs follows the CPU it runs
 * on: it does not run twice at once, and its next run is there.
 */
static void follows_the_cpu_it_runs_on(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = shut_gate(test, wq, here);
	struct cwq_snapshot s;

	need_two_cpus(test);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(there, wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, there));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
	s = snapshot_of(test, wq, here);
	KUNIT_EXPECT_EQ(test, s.pending, 1UL);
	KUNIT_EXPECT_EQ(test, s.running, 1UL);
	s = snapshot_of(test, wq, there);
	KUNIT_EXPECT_EQ(test, s.pending, 0UL);

	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_FALSE(test, a->reentered);
	KUNIT_EXPECT_EQ(test, a->cpu, here);
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
}

/* Once it has run, the work is free to go to another CPU. */
static void moves_when_it_is_idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int here = first_cpu(), there = next_cpu(here);
	struct item *a = new_item(test);

	need_two_cpus(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(here, wq, work_of(a)));
	run_call(test, call_flush_work, a);
	shut_gate(test, wq, here);
	KUNIT_ASSERT_TRUE(test, item_ended(a));

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(there, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, a->cpu, there);
}

/* A work that ran on one queue can be queued to another one. */
static void moves_to_another_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *one = new_queue(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	struct item *a = new_item(test);
	int cpu = first_cpu(), round;

	for (round = 0; round < 3; round++) {
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(cpu, one, work_of(a)));
		run_call(test, call_flush_work, a);
		KUNIT_ASSERT_TRUE(test,
				  cwq_queue_work_on(cpu, single, work_of(a)));
		run_call(test, call_flush_work, a);
	}
	KUNIT_EXPECT_EQ(test, item_runs(a), 6);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, one, cpu).executed, 3UL);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, single, cpu).executed, 3UL);
}

static bool call_queue_many(void *arg)
{
	struct submission *s = arg;
	unsigned int i, cpu = s->cpu;

	for (i = 0; i < s->rounds; i++) {
		cpu = next_cpu(cpu);
		cwq_queue_work_on(cpu, s->wq, work_of(s->item));
		cond_resched();
	}
	return true;
}

static void stay_inside(struct item *item)
{
	cond_resched();
}

/* The same under load: every CPU queues one work to every CPU. */
static void never_runs_twice_at_once(struct kunit *test)
{
	static struct submission submissions[BENCH_CALLS];
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct call *calls[BENCH_CALLS];
	struct item *a = new_item(test);
	unsigned long accepted = 0;
	int cpu, nr = 0, i;

	a->body = stay_inside;
	for_each_online_cpu(cpu) {
		struct submission *s = &submissions[nr];

		*s = (struct submission){
			.wq = wq,
			.item = a,
			.cpu = cpu,
			.rounds = 5000,
		};
		calls[nr++] = start_call_on(test, cpu, call_queue_many, s);
		if (nr == BENCH_CALLS - 1)
			break;
	}
	for (i = 0; i < nr; i++)
		KUNIT_ASSERT_TRUE(test, call_returned(calls[i]));
	run_call(test, call_flush_workqueue, wq);

	KUNIT_EXPECT_FALSE(test, a->reentered);
	for_each_online_cpu(cpu)
		accepted += snapshot_of(test, wq, cpu).accepted;
	KUNIT_EXPECT_EQ(test, (unsigned long)item_runs(a), accepted);
}

static struct kunit_case cpu_cases[] = {
	KUNIT_CASE(runs_on_the_cpu_asked_for),
	KUNIT_CASE(runs_on_the_submitting_cpu),
	KUNIT_CASE(unbound_is_the_submitting_cpu),
	KUNIT_CASE(follows_the_cpu_it_runs_on),
	KUNIT_CASE(moves_when_it_is_idle),
	KUNIT_CASE(moves_to_another_queue),
	KUNIT_CASE(never_runs_twice_at_once),
	{},
};

static struct kunit_suite cpu_suite = {
	.name = "cwq_cpu",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = cpu_cases,
};

kunit_test_suite(cpu_suite);
