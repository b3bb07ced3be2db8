// SPDX-License-Identifier: GPL-2.0
/*
 * A function that waits for a work behind its own runs that itself, and everybody sees
 * both run.
 *
 * lockdep is on: a lock that is held meanwhile is no leak, and the queue's map is not
 * taken twice.
 */

#include <linux/completion.h>
#include <linux/kmsg_dump.h>
#include <linux/mutex.h>

#include "helpers.h"

#define CHAIN 10 /* more than run within one another */

static struct cwq_workqueue_struct *nested_wq;
static struct kmsg_dump_iter nested_log;
static bool flushed[CHAIN];
static bool ended_in_time[CHAIN];
static struct completion go_on;
static DEFINE_MUTEX(held_meanwhile);

static int nested_init_test(struct kunit *test)
{
	init_completion(&go_on);
	log_mark(&nested_log);
	return bench_init(test);
}

static int rings_told(void)
{
	return log_lines(&nested_log, "cwq: deadlock: ", " waits for ");
}

/* @a, on @cpu of @wq, shall do @body with @b, which is pending behind it. */
static void put_behind(struct kunit *test, struct cwq_workqueue_struct *wq,
		       int cpu, struct item *a, void (*body)(struct item *a),
		       struct item *b)
{
	a->body = body;
	a->arg = b;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
}

static void flush_other(struct item *a)
{
	struct item *b = a->arg;

	mutex_lock(&held_meanwhile);
	flushed[0] = cwq_flush_work(work_of(b));
	ended_in_time[0] = completion_done(&b->ended);
	mutex_unlock(&held_meanwhile);
}

/* It has run, on the same thread, when the call returns. */
static void flush_runs_it(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *a = new_gate(test), *b = new_item(test);
	struct item *before = new_item(test);
	struct cwq_snapshot s;

	put_behind(test, wq, 0, a, flush_other, before);
	a->arg = b;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(b)));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(before));
	KUNIT_EXPECT_TRUE(test, flushed[0]);
	KUNIT_EXPECT_TRUE(test, ended_in_time[0]);
	KUNIT_EXPECT_STREQ(test, a->comm, b->comm);
	/* Nothing else is run there. */
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, a, b, before));
	KUNIT_EXPECT_EQ(test, rings_told(), 0);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	s = snapshot_of(test, wq, 0);
	KUNIT_EXPECT_EQ(test, s.executed, 3UL);
	KUNIT_EXPECT_EQ(test, s.cancelled, 0UL);
}

static void flush_other_delayed(struct item *a)
{
	struct item *b = a->arg;

	flushed[0] = cwq_flush_delayed_work(&b->dwork);
	ended_in_time[0] = completion_done(&b->ended);
}

/* The same for one that waits for its timer, on the common queue. */
static void flush_delayed_runs_it(struct kunit *test)
{
	struct item *a = new_gate(test), *b = new_item(test);
	int cpu = first_cpu();

	a->body = flush_other_delayed;
	a->arg = b;
	KUNIT_ASSERT_TRUE(test, cwq_schedule_work_on(cpu, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_schedule_delayed_work_on(cpu, &b->dwork,
							     TEST_FAR_AWAY));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, flushed[0]);
	KUNIT_EXPECT_TRUE(test, ended_in_time[0]);
	KUNIT_EXPECT_EQ(test, rings_told(), 0);
}

static void flush_other_and_wait(struct item *a)
{
	flush_other(a);
	wait_for_completion(&go_on);
}

/* Both run; who waits for one of them waits for that one alone. */
static void both_are_seen(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_gate(test), *b = new_gate(test);
	struct call *before, *flush_b, *cancel_b, *flush_a, *flush_wq;
	int cpu = first_cpu();
	struct cwq_snapshot s;

	put_behind(test, wq, cpu, a, flush_other_and_wait, b);
	before = start_call(test, call_flush_work, b);
	KUNIT_ASSERT_TRUE(test, call_blocked(before));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_entered(b));
	KUNIT_EXPECT_EQ(test, cwq_work_busy(work_of(a)), CWQ_WORK_BUSY_RUNNING);
	KUNIT_EXPECT_EQ(test, cwq_work_busy(work_of(b)), CWQ_WORK_BUSY_RUNNING);
	s = snapshot_of(test, wq, cpu);
	KUNIT_EXPECT_EQ(test, s.running, 2UL);
	KUNIT_EXPECT_TRUE(test, ledger_holds(&s));

	flush_b = start_call(test, call_flush_work, b);
	cancel_b = start_call(test, call_cancel_work_sync, b);
	flush_a = start_call(test, call_flush_work, a);
	flush_wq = start_call(test, call_flush_workqueue, wq);
	KUNIT_EXPECT_TRUE(test, call_blocked(flush_b));
	KUNIT_EXPECT_TRUE(test, call_blocked(cancel_b));
	item_open(b);
	KUNIT_ASSERT_TRUE(test, call_returned(before));
	KUNIT_ASSERT_TRUE(test, call_returned(flush_b));
	KUNIT_ASSERT_TRUE(test, call_returned(cancel_b));
	KUNIT_EXPECT_TRUE(test, before->ret);
	KUNIT_EXPECT_TRUE(test, call_blocked(flush_a));
	KUNIT_EXPECT_TRUE(test, call_blocked(flush_wq));
	KUNIT_EXPECT_EQ(test, cwq_work_busy(work_of(a)), CWQ_WORK_BUSY_RUNNING);
	KUNIT_EXPECT_EQ(test, cwq_work_busy(work_of(b)), 0U);

	complete(&go_on);
	KUNIT_ASSERT_TRUE(test, call_returned(flush_a));
	KUNIT_ASSERT_TRUE(test, call_returned(flush_wq));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, rings_told(), 0);
}

/* Either, queued on another CPU meanwhile, waits for its run to end. */
static void neither_runs_twice_at_once(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_gate(test), *b = new_gate(test);
	int cpu = first_cpu();

	need_two_cpus(test);
	put_behind(test, wq, cpu, a, flush_other, b);
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_entered(b));
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_work_on(next_cpu(cpu), wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_work_on(next_cpu(cpu), wq, work_of(b)));
	a->gated = false;
	a->body = NULL;
	b->gated = false;
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).pending, 2UL);
	item_open(b);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 2);
	KUNIT_EXPECT_EQ(test, item_runs(b), 2);
	KUNIT_EXPECT_FALSE(test, a->reentered);
	KUNIT_EXPECT_FALSE(test, b->reentered);
}

/*
 * Two works on two CPUs of the common queue, each of which waits for one behind the
 * other: the second runs what it waits for, on its own CPU.
 */
static void across_cpus(struct kunit *test)
{
	struct item *a = new_gate(test), *b = new_gate(test);
	struct item *behind_a = new_item(test), *behind_b = new_item(test);
	int cpu = first_cpu();

	need_two_cpus(test);
	put_behind(test, cwq_system_wq, cpu, a, flush_other, behind_a);
	put_behind(test, cwq_system_wq, next_cpu(cpu), b, flush_other_delayed,
		   behind_b);
	a->arg = behind_b;
	b->arg = behind_a;
	item_open(a);
	item_open(b);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_TRUE(test, ended_in_time[0]);
	KUNIT_EXPECT_EQ(test, item_runs(behind_a), 1);
	KUNIT_EXPECT_EQ(test, item_runs(behind_b), 1);
	KUNIT_EXPECT_EQ(test, rings_told(), 0);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, cwq_system_wq));
}

static struct item *chain[CHAIN];

static void flush_next(struct item *item)
{
	int i;

	for (i = 0; chain[i] != item; i++)
		;
	flushed[i] = cwq_flush_work(work_of(chain[i + 1]));
}

/* Each waits for the one behind it. What would be too deep is told, and run later. */
static void chain_ends_in_time(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	int i, refused = 0;

	chain[0] = new_gate(test);
	for (i = 0; i < CHAIN; i++) {
		if (i)
			chain[i] = new_item(test);
		if (i < CHAIN - 1)
			chain[i]->body = flush_next;
		KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(chain[i])));
	}
	item_open(chain[0]);
	for (i = 0; i < CHAIN; i++)
		KUNIT_ASSERT_TRUE(test, item_ended(chain[i]));
	for (i = 0; i < CHAIN - 1; i++)
		refused += !flushed[i];
	KUNIT_EXPECT_EQ(test, refused, 1);
	KUNIT_EXPECT_FALSE(test, flushed[CHAIN - 2]);
	KUNIT_EXPECT_EQ(test, rings_told(), 1);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

static void flush_own_queue(struct item *a)
{
	struct item *b = a->arg;

	/* That it waits for itself is what lockdep would tell. */
	lockdep_off();
	cwq_flush_workqueue(nested_wq);
	lockdep_on();
	ended_in_time[0] = completion_done(&b->ended);
}

/*
 * A work that flushes its queue is told that it cannot wait for itself; but all the
 * others have run.
 */
static void own_queue(struct kunit *test)
{
	struct item *a = new_gate(test), *b = new_item(test);
	struct item *elsewhere = new_item(test);
	int cpu = first_cpu();

	nested_wq = new_queue(test);
	put_behind(test, nested_wq, cpu, a, flush_own_queue, b);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(next_cpu(cpu), nested_wq,
						  work_of(elsewhere)));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, ended_in_time[0]);
	KUNIT_EXPECT_EQ(test, item_runs(elsewhere), 1);
	KUNIT_EXPECT_EQ(test, rings_told(), 1);
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, nested_wq));
}

static struct kunit_case nested_cases[] = {
	KUNIT_CASE(flush_runs_it), KUNIT_CASE(flush_delayed_runs_it),
	KUNIT_CASE(both_are_seen), KUNIT_CASE(neither_runs_twice_at_once),
	KUNIT_CASE(across_cpus),   KUNIT_CASE(chain_ends_in_time),
	KUNIT_CASE(own_queue),	   {},
};

static struct kunit_suite nested_suite = {
	.name = "cwq_nested",
	.init = nested_init_test,
	.exit = bench_exit,
	.test_cases = nested_cases,
};

kunit_test_suite(nested_suite);
