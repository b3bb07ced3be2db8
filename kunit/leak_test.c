// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that take what they do not give back: reported by name, and the
 * worker goes on.
 */

#include <linux/instruction_pointer.h>
#include <linux/kmsg_dump.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/printk.h>

#include "helpers.h"

static int count_seen;

static void leak_preempt_count(struct cwq_work_struct *work)
{
	preempt_disable();
}

static void see_preempt_count(struct item *item)
{
	count_seen = preempt_count();
}

#ifdef CONFIG_LOCKDEP
static struct lockdep_map leaked_map =
	STATIC_LOCKDEP_MAP_INIT("cwq_leaked", &leaked_map);
#endif

/* One that lockdep only counts: this is not about circles. */
static void leak_lock(struct cwq_work_struct *work)
{
	lock_acquire(&leaked_map, 0, 0, 2, 0, NULL, _THIS_IP_);
}

static void give_lock_back(struct item *item)
{
	lock_release(&leaked_map, _THIS_IP_);
}

/* Run @leak and right behind it @next, which finds what is left. */
static void run_with(struct kunit *test, struct cwq_work_struct *leak,
		     void (*next)(struct item *item))
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *behind = new_item(test);

	behind->body = next;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, leak));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(behind)));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(behind));
}

/* The count is put right. */
static void preempt_count_leaked(struct kunit *test)
{
	static CWQ_DECLARE_WORK(work, leak_preempt_count);
	struct kmsg_dump_iter iter;

	log_mark(&iter);
	count_seen = -1;
	pr_info("cwq-expect: cwq: a work has ended in atomic context or with a lock held: called by leak_preempt_count[.+]\n");
	run_with(test, &work, see_preempt_count);
	KUNIT_EXPECT_EQ(test, count_seen, 0);
	KUNIT_EXPECT_EQ(
		test, log_lines(&iter, "has leaked", "leak_preempt_count"), 1);
}

/* Lockdep knows. */
static void lock_leaked(struct kunit *test)
{
	static CWQ_DECLARE_WORK(work, leak_lock);
	struct kmsg_dump_iter iter;

	if (!IS_ENABLED(CONFIG_LOCKDEP))
		kunit_skip(test, "no lockdep");

	log_mark(&iter);
	run_with(test, &work, give_lock_back);
	/* The function behind it starts with the lock held, and gives it back. */
	KUNIT_EXPECT_EQ(test, log_lines(&iter, "has leaked", "leak_lock"), 1);
}

static struct kunit_case leak_cases[] = {
	KUNIT_CASE(preempt_count_leaked),
	KUNIT_CASE(lock_leaked),
	{},
};

static struct kunit_suite leak_suite = {
	.name = "cwq_leak",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = leak_cases,
};

kunit_test_suite(leak_suite);
