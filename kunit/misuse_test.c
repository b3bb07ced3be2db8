// SPDX-License-Identifier: GPL-2.0
/*
 * Calls at the wrong time, or by the wrong work: each kind is reported once, with
 * the caller's name, and every such call returns false and changes nothing. What
 * can be seen by the arguments alone is cwq_input's.
 *
 * The first call of a kind is announced to whoever reads the log afterwards; that
 * it stays the only report of its kind is for that reader to see.
 */

#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "apis.h"

#define announce_for(text, caller) \
	pr_info("cwq-expect: cwq: %s: called by %s[.+]\n", (text), (caller))

#define announce(text) announce_for(text, __func__)

static struct cwq_workqueue_struct *own_wq;
static bool own_result;

static void queue_self(struct item *item)
{
	own_result = cwq_queue_work(own_wq, work_of(item));
}

/*
 * A queue that is being destroyed: refuses others and its own works; what is on
 * it already runs.
 */
static void queue_being_destroyed(struct kunit *test)
{
	struct scene scene = set_scene(test);
	struct item *a = new_item(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &a->dwork,
		.cpu = first_cpu(),
	};
	struct cwq_snapshot after;
	struct call *destroy;

	own_wq = scene.wq;
	own_result = true;
	scene.pending->body = queue_self;
	forget_queue(test, scene.wq);
	destroy = start_call(test, call_destroy_workqueue, scene.wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(destroy));

	announce("the queue is being destroyed");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, work_of(a)));
	refused_by_all(test, QUEUES, &args);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	args.dwork = &scene.pending->dwork;
	refused_by_all(test, QUEUES, &args);
	after = snapshot_of(test, scene.wq, first_cpu());
	KUNIT_EXPECT_EQ(test, memcmp(&after, &scene.before, sizeof(after)), 0);

	item_open(scene.gate);
	KUNIT_ASSERT_TRUE(test, call_returned(destroy));
	KUNIT_EXPECT_EQ(test, destroy->ended_items, 2);
	KUNIT_EXPECT_FALSE(test, own_result);
	KUNIT_EXPECT_EQ(test, item_runs(scene.pending), 1);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(scene.pending)));
}

static struct item *own_neighbour;
static bool own_cancelled;

static void wait_for_self(struct item *item)
{
	own_result = cwq_flush_work(work_of(item));
	cwq_flush_workqueue(own_wq);
	cwq_drain_workqueue(own_wq);
	own_result |= cwq_cancel_work_sync(work_of(item));
	cwq_destroy_workqueue(own_wq);

	/* It may take itself off, it just cannot wait for itself. */
	cwq_queue_work(own_wq, work_of(item));
	own_cancelled = cwq_cancel_work_sync(work_of(item));
}

/* A function that would wait for itself does not. */
static void wait_for_own_thread(struct kunit *test)
{
	struct scene scene = set_scene(test);
	struct item *a = new_item(test);
	int cpu = first_cpu();

	own_wq = scene.wq;
	own_result = true;
	own_cancelled = false;
	own_neighbour = scene.pending;
	item_open(scene.gate);
	KUNIT_ASSERT_TRUE(test, item_ended(scene.pending));

	scene.gate = shut_gate(test, scene.wq, cpu);
	a->body = wait_for_self;
	announce_for("a work would wait for itself", "wait_for_self");
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, scene.wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, scene.wq,
						  work_of(own_neighbour)));
	item_open(scene.gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(own_neighbour));
	KUNIT_EXPECT_FALSE(test, own_result);
	KUNIT_EXPECT_TRUE(test, own_cancelled);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, scene.wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
	KUNIT_EXPECT_EQ(test, item_runs(own_neighbour), 2);
}

static bool own_drained_result;
static bool own_irq_result;

static void queue_from_hardirq(struct irq_work *irq_work)
{
	own_irq_result = cwq_queue_work(own_wq, work_of(own_neighbour));
}

/* The interrupt takes the worker of own_wq by surprise. */
static void queue_from_without(void)
{
	static struct irq_work irq_work;

	irq_work = IRQ_WORK_INIT_HARD(queue_from_hardirq);
	irq_work_queue(&irq_work);
	irq_work_sync(&irq_work);
}

/* Queues itself on its own queue, which is being drained, and drains that. */
static void queue_self_and_drain(struct item *item)
{
	/* Refused, so the other drain must keep the queue shut. */
	cwq_drain_workqueue(own_wq);
	queue_from_without();
	own_result = cwq_queue_work(own_wq, work_of(own_neighbour));
	complete(&item->entered);
	wait_for_completion(&own_neighbour->gate);
}

static void queue_on_own_wq(struct item *item)
{
	own_drained_result = cwq_queue_work(own_wq, work_of(item));
}

/*
 * A queue that is being drained: refuses others, works of other queues among
 * them, but not its own works; and takes work from all as soon as that is over.
 */
static void queue_being_drained(struct kunit *test)
{
	struct scene scene = set_scene(test);
	struct cwq_workqueue_struct *other = new_queue(test);
	struct item *a = new_item(test);
	struct item *b = new_item(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &a->dwork,
		.cpu = first_cpu(),
	};
	struct cwq_snapshot after;
	struct call *drain;

	own_wq = scene.wq;
	own_result = false;
	own_drained_result = true;
	own_irq_result = true;
	own_neighbour = new_gate(test);
	scene.pending->body = queue_self_and_drain;
	b->body = queue_on_own_wq;
	drain = start_call(test, call_drain_workqueue, scene.wq);
	KUNIT_ASSERT_TRUE(test, call_blocked(drain));

	announce("the queue is being drained");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, work_of(a)));
	refused_by_all(test, QUEUES, &args);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	KUNIT_EXPECT_FALSE(test, timer_pending(&a->dwork.timer));
	args.dwork = &scene.pending->dwork;
	refused_by_all(test, QUEUES, &args);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(other, work_of(b)));
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_FALSE(test, own_drained_result);
	after = snapshot_of(test, scene.wq, first_cpu());
	KUNIT_EXPECT_EQ(test, memcmp(&after, &scene.before, sizeof(after)), 0);

	/* A drain that ends does not end the others. */
	item_open(scene.gate);
	KUNIT_ASSERT_TRUE(test, item_entered(scene.pending));
	KUNIT_ASSERT_TRUE(test, item_entered(scene.pending));
	KUNIT_EXPECT_TRUE(test, own_result);
	KUNIT_EXPECT_FALSE(test, own_irq_result);
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, call_blocked(drain));

	item_open(own_neighbour);
	KUNIT_ASSERT_TRUE(test, call_returned(drain));
	KUNIT_EXPECT_EQ(test, item_runs(own_neighbour), 1);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(scene.wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

/*
 * A work whose function becomes NULL while it is pending is taken off, and said to be;
 * what stands behind it runs, and it can be used again.
 */
static void function_is_lost(struct kunit *test)
{
	struct scene scene = set_scene(test);
	struct item *a = new_item(test);
	cwq_work_func_t func = work_of(a)->func;
	int cpu = first_cpu();
	struct cwq_snapshot s;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, scene.wq, work_of(a)));
	work_of(a)->func = NULL;
	/* Nobody is to be named: whoever it was did not call us. */
	pr_info("cwq-expect: cwq: a pending work has lost its function\n");
	item_open(scene.gate);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, scene.wq, cpu));
	KUNIT_EXPECT_EQ(test, item_runs(scene.pending), 1);
	KUNIT_EXPECT_EQ(test, item_runs(a), 0);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	s = snapshot_of(test, scene.wq, cpu);
	KUNIT_EXPECT_EQ(test, s.cancelled, 1UL);
	/* The marker may not have returned yet. */
	KUNIT_EXPECT_EQ(test, s.accepted, s.executed + s.cancelled + s.running);

	work_of(a)->func = func;
	KUNIT_EXPECT_TRUE(test, cwq_queue_work_on(cpu, scene.wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, item_ended(a));
}

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE(queue_being_destroyed),
	KUNIT_CASE(wait_for_own_thread),
	KUNIT_CASE(queue_being_drained),
	KUNIT_CASE(function_is_lost),
	{},
};

static struct kunit_suite misuse_suite = {
	.name = "cwq_misuse",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = misuse_cases,
};

kunit_test_suite(misuse_suite);
