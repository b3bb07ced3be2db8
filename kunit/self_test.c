// SPDX-License-Identifier: GPL-2.0
/* A work belongs to its function: it may queue itself again, or be freed. */

#include <linux/slab.h>

#include "helpers.h"

#define NR_ROUNDS 50

struct requeue {
	struct cwq_workqueue_struct *wq;
	struct cwq_workqueue_struct *next_wq;
	int refused;
	bool stays_pending;
	struct completion last;
};

static struct requeue requeue;

static void start_requeue(struct kunit *test)
{
	memset(&requeue, 0, sizeof(requeue));
	init_completion(&requeue.last);
	requeue.wq = new_queue(test);
}

static void queue_self(struct item *item)
{
	struct cwq_workqueue_struct *wq = requeue.wq;

	if (item_runs(item) == NR_ROUNDS) {
		complete(&requeue.last);
		return;
	}
	if (requeue.next_wq && item_runs(item) % 2)
		wq = requeue.next_wq;
	if (!cwq_queue_work(wq, work_of(item)))
		requeue.refused++;
	if (!cwq_work_pending(work_of(item)))
		requeue.stays_pending = false;
}

static bool reached_last(void)
{
	return wait_for_completion_timeout(&requeue.last, TEST_TIMEOUT);
}

/* A function that queues its own work is called again, and again. */
static void queues_itself(struct kunit *test)
{
	struct item *a = new_item(test);

	start_requeue(test);
	requeue.stays_pending = true;
	a->body = queue_self;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(first_cpu(), requeue.wq,
						  work_of(a)));
	KUNIT_ASSERT_TRUE(test, reached_last());
	run_call(test, call_flush_work, a);
	KUNIT_EXPECT_EQ(test, item_runs(a), NR_ROUNDS);
	KUNIT_EXPECT_EQ(test, requeue.refused, 0);
	KUNIT_EXPECT_TRUE(test, requeue.stays_pending);
	KUNIT_EXPECT_EQ(test, a->cpu, first_cpu());
}

/* It goes to the tail: who was there already runs in between. */
static void queues_itself_at_the_tail(struct kunit *test)
{
	struct item *a = new_gate(test);
	struct item *b = new_item(test);
	int cpu = first_cpu();

	start_requeue(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, requeue.wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, requeue.wq, work_of(b)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, requeue.wq, work_of(a)));
	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, a, b, a));
}

/* From one queue to the other and back. */
static void queues_itself_elsewhere(struct kunit *test)
{
	struct item *a = new_item(test);
	struct cwq_snapshot s;

	start_requeue(test);
	requeue.next_wq = new_single_queue(test);
	a->body = queue_self;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(first_cpu(), requeue.wq,
						  work_of(a)));
	KUNIT_ASSERT_TRUE(test, reached_last());
	run_call(test, call_flush_work, a);
	KUNIT_EXPECT_EQ(test, item_runs(a), NR_ROUNDS);
	KUNIT_EXPECT_EQ(test, requeue.refused, 0);
	s = snapshot_of(test, requeue.next_wq, first_cpu());
	KUNIT_EXPECT_EQ(test, s.executed, (unsigned long)NR_ROUNDS / 2);
}

static atomic_t nr_freed;

static void free_self(struct cwq_work_struct *work)
{
	kfree(work);
	atomic_inc(&nr_freed);
}

/*
 * A function may free its work, alone in the queue and with others behind it;
 * KASAN sees who looks at it afterwards.
 */
static void func_frees_its_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_work_struct *work;
	int cpu = first_cpu(), round, i;

	atomic_set(&nr_freed, 0);
	for (round = 1; round <= NR_ROUNDS; round++) {
		for (i = 0; i < round % 4; i++) {
			work = kmalloc(sizeof(*work), GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, work);
			CWQ_INIT_WORK(work, free_self);
			KUNIT_EXPECT_TRUE(test,
					  cwq_queue_work_on(cpu, wq, work));
		}
		run_call(test, call_flush_workqueue, wq);
	}
	KUNIT_EXPECT_EQ(test, (unsigned long)atomic_read(&nr_freed),
			snapshot_of(test, wq, cpu).executed);
}

static bool call_flush_plain(void *arg)
{
	return cwq_flush_work(arg);
}

struct freed_when_told {
	struct cwq_work_struct work;
	struct completion *entered;
	struct completion *go;
};

static void free_self_when_told(struct cwq_work_struct *work)
{
	struct freed_when_told *f =
		container_of(work, struct freed_when_told, work);
	struct completion *go = f->go;

	complete(f->entered);
	wait_for_completion(go);
	kfree(f);
}

/* The same when somebody else's flush of the queue waits for it. */
static void func_frees_its_work_under_flush(struct kunit *test)
{
	static struct completion entered, go;
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct freed_when_told *f;
	struct call *flush;
	bool started, blocked;

	init_completion(&entered);
	init_completion(&go);
	f = kmalloc(sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	CWQ_INIT_WORK(&f->work, free_self_when_told);
	f->entered = &entered;
	f->go = &go;
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(wq, &f->work));
	started = wait_for_completion_timeout(&entered, TEST_TIMEOUT);
	flush = start_call(test, call_flush_workqueue, wq);
	blocked = call_blocked(flush);
	complete(&go);
	KUNIT_EXPECT_TRUE(test, started);
	KUNIT_EXPECT_TRUE(test, blocked);
	KUNIT_EXPECT_TRUE(test, call_returned(flush));
}

static struct completion reused_run;

static void reused_fn(struct cwq_work_struct *work)
{
	complete(&reused_run);
}

static void init_self(struct cwq_work_struct *work)
{
	CWQ_INIT_WORK(work, reused_fn);
	complete(&reused_run);
}

/* What it frees may become another work before it has returned. */
static void func_reuses_its_work(struct kunit *test)
{
	static struct cwq_work_struct work;
	struct cwq_workqueue_struct *wq = new_queue(test);

	init_completion(&reused_run);
	CWQ_INIT_WORK(&work, init_self);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(first_cpu(), wq, &work));
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&reused_run,
							    TEST_TIMEOUT));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(first_cpu(), wq, &work));
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&reused_run,
							    TEST_TIMEOUT));
	run_call(test, call_flush_plain, &work);
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, first_cpu()).executed, 2UL);
}

static struct kunit_case self_cases[] = {
	KUNIT_CASE(queues_itself),
	KUNIT_CASE(queues_itself_at_the_tail),
	KUNIT_CASE(queues_itself_elsewhere),
	KUNIT_CASE(func_frees_its_work),
	KUNIT_CASE(func_frees_its_work_under_flush),
	KUNIT_CASE(func_reuses_its_work),
	{},
};

static struct kunit_suite self_suite = {
	.name = "cwq_self",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = self_cases,
};

kunit_test_suite(self_suite);
