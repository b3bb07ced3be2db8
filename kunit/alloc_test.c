// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail: the n-th one of a task, by current->fail_nth. Whatever
 * else allocates on the way (kmemleak for each object, say) is counted too, so
 * a call may succeed although an allocation failed. What ends a loop is that
 * the call came to its end before its n-th allocation.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "helpers.h"

#define NR_HELD 6
#define MOST_ALLOCS 500

#ifdef CONFIG_FAILSLAB
static void fail_allocation(unsigned int n)
{
	WRITE_ONCE(current->fail_nth, n);
}

/* Returns whether the allocation has come. */
static bool allocation_failed(void)
{
	bool failed = !READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return failed;
}
#else
static void fail_allocation(unsigned int n)
{
}

static bool allocation_failed(void)
{
	return false;
}
#endif

static unsigned int count_threads(const char *name)
{
	struct task_struct *task;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(task) {
		if (!strncmp(task->comm, name, strlen(name)))
			n++;
	}
	rcu_read_unlock();
	return n;
}

/* A thread that was stopped is still seen until it has been reaped. */
static bool threads_are_gone(const char *name)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	while (count_threads(name)) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(500, 1000);
	}
	return true;
}

static void create_fails(struct kunit *test,
			 struct cwq_workqueue_struct *(*create)(const char *))
{
	struct cwq_workqueue_struct *wq;
	struct kmsg_dump_iter iter;
	unsigned int n, nr_failed = 0;
	bool failed;

	for (n = 1; n < MOST_ALLOCS; n++) {
		log_mark(&iter);
		fail_allocation(n);
		wq = create("cwqfail");
		failed = allocation_failed();
		/* With the name, the errno and who called. */
		KUNIT_EXPECT_EQ(test,
				log_lines(&iter, "cwqfail: not made",
					  "-ENOMEM: called by "),
				wq ? 0 : 1);
		if (wq)
			destroy_queue(test, wq);
		else
			nr_failed++;
		KUNIT_EXPECT_TRUE(test, wq || failed);
		KUNIT_EXPECT_TRUE(test, threads_are_gone("cwqfail"));
		if (!failed)
			break;
	}
	KUNIT_EXPECT_LT(test, n, (unsigned int)MOST_ALLOCS);
	if (!nr_failed)
		kunit_skip(test, "needs failslab with ignore-gfp-wait off");

	/* Nothing is lost by it. */
	wq = create("cwqfail");
	keep_queue(test, wq);
	KUNIT_EXPECT_TRUE(test, reach_marker(test, wq, first_cpu()));
}

/*
 * Whichever allocation fails, thread creation included, create returns NULL and
 * leaves no thread behind; kmemleak watches the memory.
 */
static void create(struct kunit *test)
{
	int i;

	/* More than ever existed at a time: nothing is there to be recycled. */
	for (i = 0; i < NR_HELD; i++)
		new_queue(test);
	create_fails(test, cwq_create_workqueue);
}

/* The same for a queue with a single thread. */
static void create_single(struct kunit *test)
{
	int i;

	for (i = 0; i < NR_HELD; i++)
		new_single_queue(test);
	create_fails(test, cwq_create_singlethread_workqueue);
}

static struct failing_flush {
	struct cwq_workqueue_struct *wq;
	unsigned int n;
	bool failed;
} failing_flush;

static bool call_failing_flush(void *arg)
{
	struct failing_flush *f = arg;

	fail_allocation(f->n);
	cwq_flush_workqueue(f->wq);
	f->failed = allocation_failed();
	return true;
}

/*
 * A flush that gets no memory still waits, also beside another one that holds
 * whatever is kept for this.
 */
static void flush(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct call *one, *other;
	struct item *gate;

	failing_flush.wq = wq;
	for (failing_flush.n = 1; failing_flush.n < 10; failing_flush.n++) {
		gate = shut_gate(test, wq, first_cpu());
		one = start_call(test, call_flush_workqueue, wq);
		KUNIT_ASSERT_TRUE(test, call_blocked(one));
		other = start_call(test, call_failing_flush, &failing_flush);
		KUNIT_ASSERT_TRUE(test, call_blocked(other));
		item_open(gate);
		KUNIT_ASSERT_TRUE(test, call_returned(one));
		KUNIT_ASSERT_TRUE(test, call_returned(other));
		KUNIT_EXPECT_EQ(test, one->ended_items, (int)failing_flush.n);
		KUNIT_EXPECT_EQ(test, other->ended_items, (int)failing_flush.n);
		if (!failing_flush.failed)
			break;
	}
	if (failing_flush.n == 1)
		kunit_skip(test, "needs failslab");
}

static int call_failing_timeout(struct failing_flush *f, unsigned long timeout)
{
	int ret;

	fail_allocation(f->n);
	ret = cwq_flush_workqueue_timeout(f->wq, timeout);
	f->failed = allocation_failed();
	return ret;
}

/*
 * So does one with a limit, and takes back what it has put on a list, whichever
 * CPU it has come to.
 */
static void flush_timeout(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *gate;
	int cpu;

	failing_flush.wq = wq;
	failing_flush.n = 1;
	for_each_online_cpu(cpu) {
		gate = shut_gate(test, wq, cpu);
		KUNIT_EXPECT_EQ(test, call_failing_timeout(&failing_flush, 1),
				-ETIMEDOUT);
		if (!failing_flush.failed)
			kunit_skip(test, "needs failslab");
		item_open(gate);
		KUNIT_EXPECT_EQ(
			test,
			call_failing_timeout(&failing_flush, TEST_TIMEOUT), 0);
		KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	}
}

static long not_called(void *unused)
{
	pr_err("called in a thread that could not be made\n");
	return 0;
}

/* work_on_cpu without a thread says so. */
static void on_cpu(struct kunit *test)
{
	long ret;

	fail_allocation(1);
	ret = cwq_work_on_cpu(first_cpu(), not_called, NULL);
	if (!allocation_failed())
		kunit_skip(test, "needs failslab");
	KUNIT_EXPECT_EQ(test, ret, (long)-ENOMEM);
}

static struct kunit_case alloc_cases[] = {
	KUNIT_CASE(create),	   KUNIT_CASE(create_single), KUNIT_CASE(flush),
	KUNIT_CASE(flush_timeout), KUNIT_CASE(on_cpu),	      {},
};

static struct kunit_suite alloc_suite = {
	.name = "cwq_alloc",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = alloc_cases,
};

kunit_test_suite(alloc_suite);
