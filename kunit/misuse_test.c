// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input: each kind is reported once, with the caller's name, and every such
 * call returns false or NULL and changes nothing.
 *
 * The first call of a kind is announced to whoever reads the log afterwards; that
 * it stays the only report of its kind is for that reader to see.
 */

#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "helpers.h"

#define announce_for(text, caller) \
	pr_info("cwq-expect: cwq: %s: called by %s[.+]\n", (text), (caller))

#define announce(text) announce_for(text, __func__)

static void not_called(struct cwq_work_struct *work)
{
	pr_err("a function is called that must not be\n");
}

static long not_called_on_cpu(void *unused)
{
	not_called(NULL);
	return 0;
}

struct args {
	struct cwq_workqueue_struct *wq;
	struct cwq_delayed_work *dwork;
	int cpu;
};

static struct cwq_work_struct *work_in(const struct args *args)
{
	return args->dwork ? &args->dwork->work : NULL;
}

static bool do_queue_work(const struct args *args)
{
	return cwq_queue_work(args->wq, work_in(args));
}

static bool do_queue_work_on(const struct args *args)
{
	return cwq_queue_work_on(args->cpu, args->wq, work_in(args));
}

static bool do_queue_delayed_work(const struct args *args)
{
	return cwq_queue_delayed_work(args->wq, args->dwork, 1);
}

static bool do_queue_delayed_work_now(const struct args *args)
{
	return cwq_queue_delayed_work(args->wq, args->dwork, 0);
}

static bool do_queue_delayed_work_on(const struct args *args)
{
	return cwq_queue_delayed_work_on(args->cpu, args->wq, args->dwork, 1);
}

static bool do_queue_delayed_work_on_now(const struct args *args)
{
	return cwq_queue_delayed_work_on(args->cpu, args->wq, args->dwork, 0);
}

static bool do_mod_delayed_work(const struct args *args)
{
	return cwq_mod_delayed_work(args->wq, args->dwork, 1);
}

static bool do_mod_delayed_work_now(const struct args *args)
{
	return cwq_mod_delayed_work(args->wq, args->dwork, 0);
}

static bool do_mod_delayed_work_on(const struct args *args)
{
	return cwq_mod_delayed_work_on(args->cpu, args->wq, args->dwork, 1);
}

static bool do_mod_delayed_work_on_now(const struct args *args)
{
	return cwq_mod_delayed_work_on(args->cpu, args->wq, args->dwork, 0);
}

static bool do_schedule_work(const struct args *args)
{
	return cwq_schedule_work(work_in(args));
}

static bool do_schedule_work_on(const struct args *args)
{
	return cwq_schedule_work_on(args->cpu, work_in(args));
}

static bool do_schedule_delayed_work(const struct args *args)
{
	return cwq_schedule_delayed_work(args->dwork, 1);
}

static bool do_schedule_delayed_work_on(const struct args *args)
{
	return cwq_schedule_delayed_work_on(args->cpu, args->dwork, 1);
}

static bool do_flush_workqueue(const struct args *args)
{
	cwq_flush_workqueue(args->wq);
	return false;
}

static bool do_flush_workqueue_timeout(const struct args *args)
{
	return cwq_flush_workqueue_timeout(args->wq, 1) != -EINVAL;
}

static bool do_drain_workqueue(const struct args *args)
{
	cwq_drain_workqueue(args->wq);
	return false;
}

static bool do_flush_work(const struct args *args)
{
	return cwq_flush_work(work_in(args));
}

/* 0 is what it says of a work that is idle. */
static bool do_flush_work_timeout(const struct args *args)
{
	int ret = cwq_flush_work_timeout(work_in(args), 1);

	return ret && ret != -EINVAL;
}

static bool do_flush_delayed_work(const struct args *args)
{
	return cwq_flush_delayed_work(args->dwork);
}

static bool do_flush_scheduled_work(const struct args *args)
{
	cwq_flush_scheduled_work();
	return false;
}

static bool do_cancel_work(const struct args *args)
{
	return cwq_cancel_work(work_in(args));
}

static bool do_cancel_work_sync(const struct args *args)
{
	return cwq_cancel_work_sync(work_in(args));
}

static bool do_cancel_delayed_work(const struct args *args)
{
	return cwq_cancel_delayed_work(args->dwork);
}

static bool do_cancel_delayed_work_sync(const struct args *args)
{
	return cwq_cancel_delayed_work_sync(args->dwork);
}

static bool do_create_workqueue(const struct args *args)
{
	return cwq_create_workqueue("cwqtest");
}

static bool do_create_singlethread_workqueue(const struct args *args)
{
	return cwq_create_singlethread_workqueue("cwqtest");
}

static bool do_create_freezeable_workqueue(const struct args *args)
{
	return cwq_create_freezeable_workqueue("cwqtest");
}

static bool do_create_rt_workqueue(const struct args *args)
{
	return cwq_create_rt_workqueue("cwqtest");
}

static bool do_destroy_workqueue(const struct args *args)
{
	cwq_destroy_workqueue(args->wq);
	return false;
}

static bool do_workqueue_snapshot(const struct args *args)
{
	struct cwq_snapshot s;

	return cwq_workqueue_snapshot(args->wq, args->cpu, &s);
}

static bool do_schedule_on_each_cpu(const struct args *args)
{
	return cwq_schedule_on_each_cpu(not_called) != -EINVAL;
}

static bool do_work_on_cpu(const struct args *args)
{
	return cwq_work_on_cpu(args->cpu, not_called_on_cpu, NULL) != -EINVAL;
}

static bool do_work_busy(const struct args *args)
{
	return cwq_work_busy(work_in(args));
}

#define TAKES_QUEUE BIT(0)
#define TAKES_WORK BIT(1)
#define TAKES_CPU BIT(2)
#define SLEEPS BIT(3)
#define QUEUES BIT(4)

static const struct api {
	const char *name;
	bool (*call)(const struct args *args);
	unsigned int flags;
} apis[] = {
	{ "queue_work", do_queue_work, TAKES_QUEUE | TAKES_WORK | QUEUES },
	{ "queue_work_on", do_queue_work_on,
	  TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES },
	{ "queue_delayed_work", do_queue_delayed_work,
	  TAKES_QUEUE | TAKES_WORK | QUEUES },
	{ "queue_delayed_work, no delay", do_queue_delayed_work_now,
	  TAKES_QUEUE | TAKES_WORK | QUEUES },
	{ "queue_delayed_work_on", do_queue_delayed_work_on,
	  TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES },
	{ "queue_delayed_work_on, no delay", do_queue_delayed_work_on_now,
	  TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES },
	{ "mod_delayed_work", do_mod_delayed_work,
	  TAKES_QUEUE | TAKES_WORK | QUEUES },
	{ "mod_delayed_work, no delay", do_mod_delayed_work_now,
	  TAKES_QUEUE | TAKES_WORK | QUEUES },
	{ "mod_delayed_work_on", do_mod_delayed_work_on,
	  TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES },
	{ "mod_delayed_work_on, no delay", do_mod_delayed_work_on_now,
	  TAKES_QUEUE | TAKES_WORK | TAKES_CPU | QUEUES },
	{ "schedule_work", do_schedule_work, TAKES_WORK },
	{ "schedule_work_on", do_schedule_work_on, TAKES_WORK | TAKES_CPU },
	{ "schedule_delayed_work", do_schedule_delayed_work, TAKES_WORK },
	{ "schedule_delayed_work_on", do_schedule_delayed_work_on,
	  TAKES_WORK | TAKES_CPU },
	{ "flush_workqueue", do_flush_workqueue, TAKES_QUEUE | SLEEPS },
	{ "flush_workqueue_timeout", do_flush_workqueue_timeout,
	  TAKES_QUEUE | SLEEPS },
	{ "drain_workqueue", do_drain_workqueue, TAKES_QUEUE | SLEEPS },
	{ "flush_work", do_flush_work, TAKES_WORK | SLEEPS },
	{ "flush_work_timeout", do_flush_work_timeout, TAKES_WORK | SLEEPS },
	{ "flush_delayed_work", do_flush_delayed_work, TAKES_WORK | SLEEPS },
	{ "flush_scheduled_work", do_flush_scheduled_work, SLEEPS },
	{ "cancel_work", do_cancel_work, TAKES_WORK },
	{ "cancel_work_sync", do_cancel_work_sync, TAKES_WORK | SLEEPS },
	{ "cancel_delayed_work", do_cancel_delayed_work, TAKES_WORK },
	{ "cancel_delayed_work_sync", do_cancel_delayed_work_sync,
	  TAKES_WORK | SLEEPS },
	{ "create_workqueue", do_create_workqueue, SLEEPS },
	{ "create_singlethread_workqueue", do_create_singlethread_workqueue,
	  SLEEPS },
	{ "create_freezeable_workqueue", do_create_freezeable_workqueue,
	  SLEEPS },
	{ "create_rt_workqueue", do_create_rt_workqueue, SLEEPS },
	{ "destroy_workqueue", do_destroy_workqueue, TAKES_QUEUE | SLEEPS },
	{ "workqueue_snapshot", do_workqueue_snapshot,
	  TAKES_QUEUE | TAKES_CPU },
	{ "work_busy", do_work_busy, TAKES_WORK },
	{ "schedule_on_each_cpu", do_schedule_on_each_cpu, SLEEPS },
	{ "work_on_cpu", do_work_on_cpu, TAKES_CPU | SLEEPS },
};

/* A queue with a shut gate on the first CPU and an item behind it. */
struct scene {
	struct cwq_workqueue_struct *wq;
	struct item *gate;
	struct item *pending;
	struct cwq_snapshot before;
};

static struct scene set_scene(struct kunit *test)
{
	struct scene scene = { .wq = new_queue(test) };
	int cpu = first_cpu();

	scene.gate = shut_gate(test, scene.wq, cpu);
	scene.pending = new_item(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, scene.wq,
						  work_of(scene.pending)));
	scene.before = snapshot_of(test, scene.wq, cpu);
	return scene;
}

/* Nothing has changed, and what was queued still runs. */
static void expect_scene(struct kunit *test, struct scene *scene)
{
	struct cwq_snapshot after = snapshot_of(test, scene->wq, first_cpu());

	KUNIT_EXPECT_EQ(test, memcmp(&after, &scene->before, sizeof(after)), 0);
	KUNIT_EXPECT_TRUE(test, cwq_work_pending(work_of(scene->pending)));
	item_open(scene->gate);
	KUNIT_EXPECT_TRUE(test, item_ended(scene->pending));
	KUNIT_EXPECT_EQ(test, item_runs(scene->pending), 1);
}

/* Every function that has all of @flags, with @args. */
static void refused_by_all(struct kunit *test, unsigned int flags,
			   const struct args *args)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(apis); i++) {
		if ((apis[i].flags & flags) == flags)
			KUNIT_EXPECT_FALSE_MSG(test, apis[i].call(args),
					       "cwq_%s()", apis[i].name);
	}
}

/* NULL for the queue. */
static void null_queue(struct kunit *test)
{
	struct item *a = new_item(test);
	struct args args = { .dwork = &a->dwork, .cpu = first_cpu() };

	announce("the queue is NULL");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(NULL, work_of(a)));
	refused_by_all(test, TAKES_QUEUE, &args);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
}

/* NULL for the work. */
static void null_work(struct kunit *test)
{
	struct scene scene = set_scene(test);
	struct args args = { .wq = scene.wq, .cpu = first_cpu() };

	announce("the work is NULL");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, NULL));
	refused_by_all(test, TAKES_WORK, &args);
	KUNIT_EXPECT_EQ(test, cwq_flush_work_timeout(NULL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cwq_execute_in_process_context(not_called, NULL),
			-EINVAL);
	expect_scene(test, &scene);
}

/* A work without a function. */
static void no_function(struct kunit *test)
{
	static struct cwq_delayed_work dwork;
	static struct cwq_execute_work ew;
	struct scene scene = set_scene(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &dwork,
		.cpu = first_cpu(),
	};

	CWQ_INIT_DELAYED_WORK(&dwork, NULL);
	announce("the work has no function");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, &dwork.work));
	refused_by_all(test, TAKES_WORK, &args);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(&dwork.work));
	KUNIT_EXPECT_EQ(test, cwq_schedule_on_each_cpu(NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cwq_work_on_cpu(first_cpu(), NULL, NULL),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, cwq_execute_in_process_context(NULL, &ew),
			-EINVAL);
	expect_scene(test, &scene);
}

/* Memory that is all zeroes, and a work with a function and nothing else. */
static void never_initialised(struct kunit *test)
{
	static struct cwq_delayed_work dwork;
	struct scene scene = set_scene(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &dwork,
		.cpu = first_cpu(),
	};

	memset(&dwork, 0, sizeof(dwork));
	refused_by_all(test, TAKES_WORK, &args);

	dwork.work.func = not_called;
	announce("the work was never initialised");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work(scene.wq, &dwork.work));
	refused_by_all(test, TAKES_WORK, &args);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(&dwork.work));
	expect_scene(test, &scene);
}

/* Memory in which anything may stand, as it comes from kmalloc(). */
static void garbage(struct kunit *test)
{
	static const u8 patterns[] = { 0x5a, 0x6b, 0xa5, 0xcc, 0xff };
	static struct cwq_delayed_work dwork;
	struct scene scene = set_scene(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &dwork,
		.cpu = first_cpu(),
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		memset(&dwork, patterns[i], sizeof(dwork));
		refused_by_all(test, TAKES_WORK, &args);
		KUNIT_EXPECT_NULL(test, memchr_inv(&dwork, patterns[i],
						   sizeof(dwork)));
	}
	expect_scene(test, &scene);
}

/* A CPU that cannot exist. */
static void no_such_cpu(struct kunit *test)
{
	const int cpus[] = { -1, (int)nr_cpu_ids, INT_MAX, INT_MIN };
	struct scene scene = set_scene(test);
	struct cwq_workqueue_struct *single = new_single_queue(test);
	struct item *a = new_item(test);
	struct args args = { .dwork = &a->dwork };
	int i;

	announce("there is no such CPU");
	KUNIT_EXPECT_FALSE(test, cwq_queue_work_on(-1, scene.wq, work_of(a)));
	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		args.cpu = cpus[i];
		args.wq = scene.wq;
		refused_by_all(test, TAKES_CPU, &args);
		args.wq = single;
		refused_by_all(test, TAKES_CPU, &args);
	}
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));
	expect_scene(test, &scene);
}

/* No name, an empty one, and ones that are too long. */
static void bad_name(struct kunit *test)
{
	static char long_name[4 * CWQ_NAME_LEN];
	static char one_too_long[CWQ_NAME_LEN + 1];
	static const char *const names[] = { NULL, "", one_too_long,
					     long_name };
	int i;

	memset(long_name, 'n', sizeof(long_name) - 1);
	memset(one_too_long, 'n', sizeof(one_too_long) - 1);
	announce("the name is NULL, empty or too long");
	KUNIT_EXPECT_NULL(test, cwq_create_workqueue(NULL));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_NULL(test, cwq_create_workqueue(names[i]));
		KUNIT_EXPECT_NULL(test,
				  cwq_create_singlethread_workqueue(names[i]));
		KUNIT_EXPECT_NULL(test,
				  cwq_create_freezeable_workqueue(names[i]));
		KUNIT_EXPECT_NULL(test, cwq_create_rt_workqueue(names[i]));
	}
}

struct atomic_try {
	const struct args *args;
	bool accepted[ARRAY_SIZE(apis)];
	struct completion done;
};

static struct atomic_try atomic_try;

static void try_all_that_sleep(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(apis); i++) {
		if (apis[i].flags & SLEEPS)
			atomic_try.accepted[i] = apis[i].call(atomic_try.args);
	}
}

static void expect_no_try_accepted(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(apis); i++)
		KUNIT_EXPECT_FALSE_MSG(test, atomic_try.accepted[i], "cwq_%s()",
				       apis[i].name);
}

static void try_from_hardirq(struct irq_work *irq_work)
{
	try_all_that_sleep();
}

/*
 * The calls that sleep, from where nobody may sleep. What they would have
 * waited for, cancelled or destroyed is there, and stays.
 */
static void atomic_context(struct kunit *test)
{
	static struct irq_work irq_work;
	static DEFINE_SPINLOCK(lock);
	struct scene scene = set_scene(test);
	struct args args = {
		.wq = scene.wq,
		.dwork = &scene.pending->dwork,
		.cpu = first_cpu(),
	};
	bool accepted;
	int ret;

	memset(&atomic_try, 0, sizeof(atomic_try));
	atomic_try.args = &args;

	announce("a call that sleeps, in atomic context");
	preempt_disable();
	accepted = cwq_flush_work(work_of(scene.pending));
	ret = cwq_flush_work_timeout(work_of(scene.pending), 1);
	try_all_that_sleep();
	preempt_enable();
	KUNIT_EXPECT_FALSE(test, accepted);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	expect_no_try_accepted(test);

	spin_lock(&lock);
	try_all_that_sleep();
	spin_unlock(&lock);
	expect_no_try_accepted(test);

	local_irq_disable();
	try_all_that_sleep();
	local_irq_enable();
	expect_no_try_accepted(test);

	local_bh_disable();
	try_all_that_sleep();
	local_bh_enable();
	expect_no_try_accepted(test);

	irq_work = IRQ_WORK_INIT_HARD(try_from_hardirq);
	irq_work_queue(&irq_work);
	irq_work_sync(&irq_work);
	expect_no_try_accepted(test);
	expect_scene(test, &scene);
}

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
	own_result |= cwq_flush_work(work_of(own_neighbour));
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

static struct kunit_case misuse_cases[] = {
	KUNIT_CASE(null_queue),
	KUNIT_CASE(null_work),
	KUNIT_CASE(no_function),
	KUNIT_CASE(never_initialised),
	KUNIT_CASE(garbage),
	KUNIT_CASE(no_such_cpu),
	KUNIT_CASE(bad_name),
	KUNIT_CASE(atomic_context),
	KUNIT_CASE(queue_being_destroyed),
	KUNIT_CASE(wait_for_own_thread),
	KUNIT_CASE(queue_being_drained),
	{},
};

static struct kunit_suite misuse_suite = {
	.name = "cwq_misuse",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = misuse_cases,
};

kunit_test_suite(misuse_suite);
