// SPDX-License-Identifier: GPL-2.0
/*
 * What is freezeable freezes between works, and nothing else does.
 *
 * The freezer is that of a control group, to which a worker is moved: it is the
 * freezer of a suspend, for one thread alone. Without CONFIG_CGROUP_FREEZER, or
 * where nobody has made the group, the cases are skipped.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "helpers.h"

#define GROUP "/sys/fs/cgroup/cwq_kunit/"

static bool write_file(const char *path, const char *text)
{
	struct file *file = open_file(path, O_WRONLY);
	loff_t pos = 0;
	bool written;

	if (IS_ERR(file))
		return false;
	written = kernel_write(file, text, strlen(text), &pos) == strlen(text);
	filp_close(file, NULL);
	return written;
}

static bool freeze(void)
{
	return write_file(GROUP "freezer.state", "FROZEN");
}

static bool thaw(void)
{
	return write_file(GROUP "freezer.state", "THAWED");
}

static bool state_is(const char *state)
{
	struct file *file = open_file(GROUP "freezer.state", O_RDONLY);
	char is[16] = {};
	loff_t pos = 0;

	if (IS_ERR(file))
		return false;
	kernel_read(file, is, sizeof(is) - 1, &pos);
	filp_close(file, NULL);
	return !strcmp(strim(is), state);
}

/* Is all of the group frozen, within TEST_TIMEOUT? */
static bool is_frozen(void)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	/* Freezing is no event that could be waited for. */
	while (time_before(jiffies, end)) {
		if (state_is("FROZEN"))
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

static void move_to_group(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d",
		 snapshot_of(test, wq, first_cpu()).pid);
	KUNIT_ASSERT_TRUE(test, write_file(GROUP "tasks", pid));
}

static struct cwq_workqueue_struct *new_freezeable_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;

	wq = cwq_create_freezeable_workqueue("cwqtest");
	keep_queue(test, wq);
	/* A thread cannot be moved before it has run. */
	KUNIT_ASSERT_TRUE(test, reach_marker(test, wq, first_cpu()));
	clear_order(test);
	move_to_group(test, wq);
	return wq;
}

static int freeze_init(struct kunit *test)
{
	if (!thaw())
		kunit_skip(test, "there is no group of the freezer");
	return bench_init(test);
}

static void freeze_exit(struct kunit *test)
{
	thaw();
	bench_exit(test);
}

/* The function that runs is waited for, and nothing behind it starts. */
static void between_works(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_freezeable_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *a = new_item(test), *b = new_item(test);
	struct cwq_snapshot s;

	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(b)));
	KUNIT_ASSERT_TRUE(test, freeze());
	KUNIT_EXPECT_TRUE(test, state_is("FREEZING"));
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, is_frozen());
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate));

	/* What has ended does not count as running, for a cancel to wait for. */
	s = snapshot_of(test, wq, first_cpu());
	KUNIT_EXPECT_EQ(test, s.executed, 2UL); /* the marker and the gate */
	KUNIT_EXPECT_EQ(test, s.running, 0UL);
	KUNIT_EXPECT_EQ(test, s.pending, 2UL);
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work_sync, gate));

	KUNIT_ASSERT_TRUE(test, thaw());
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, gate, a, b));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

static int flush_ret;

static bool call_flush_soon(void *arg)
{
	flush_ret = cwq_flush_workqueue_timeout(arg, 1);
	return true;
}

/* One that has nothing to do freezes, takes work, and does it afterwards. */
static void idle(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_freezeable_queue(test);
	struct item *a = new_item(test), *b = new_item(test);

	KUNIT_ASSERT_TRUE(test, freeze());
	KUNIT_ASSERT_TRUE(test, is_frozen());
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(wq, work_of(b)));
	run_call(test, call_flush_soon, wq);
	KUNIT_EXPECT_EQ(test, flush_ret, -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work_sync, a));
	KUNIT_EXPECT_TRUE(test, state_is("FROZEN"));
	KUNIT_EXPECT_EQ(test, item_runs(b), 0);

	KUNIT_ASSERT_TRUE(test, thaw());
	KUNIT_ASSERT_TRUE(test, item_ended(b));
	KUNIT_EXPECT_TRUE(test, ran_in_order(test, b));
}

/* A flush without a limit goes on after it, as if nothing had been. */
static void flush_outlives_it(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_freezeable_queue(test);
	struct item *a = new_item(test);
	struct call *flush;

	KUNIT_ASSERT_TRUE(test, freeze());
	KUNIT_ASSERT_TRUE(test, is_frozen());
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	flush = start_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(flush));
	KUNIT_ASSERT_TRUE(test, thaw());
	KUNIT_ASSERT_TRUE(test, call_returned(flush));
	KUNIT_EXPECT_TRUE(test, flush->ret);
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
}

/* Works of other queues run, whoever wants their threads frozen. */
static void others_go_on(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_single_queue(test);
	struct item *gate = shut_gate(test, wq, first_cpu());
	struct item *a = new_item(test);

	move_to_group(test, wq);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, freeze());
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
}

static struct kunit_case freeze_cases[] = {
	KUNIT_CASE(between_works),
	KUNIT_CASE(idle),
	KUNIT_CASE(flush_outlives_it),
	KUNIT_CASE(others_go_on),
	{},
};

static struct kunit_suite freeze_suite = {
	.name = "cwq_freeze",
	.init = freeze_init,
	.exit = freeze_exit,
	.test_cases = freeze_cases,
};

kunit_test_suite(freeze_suite);
