// SPDX-License-Identifier: GPL-2.0
/*
 * Modules that go and leave works and queues behind. The module is the
 * selftests' cwq_test_guard, whose parameter says what it leaves; it is loaded
 * and unloaded as by anybody, with modprobe and rmmod. Where it is not installed,
 * the cases are skipped.
 */
#include <linux/kmod.h>
#include <linux/printk.h>

#include "helpers.h"

/* What the common queue of CPU 0 gets before the module lets it go on. */
#define OTHERS 5

static struct kmsg_dump_iter mark;

static int run(char *command, char *arg, char *other)
{
	static char *envp[2] = { "PATH=/sbin:/bin:/usr/sbin:/usr/bin" };
	char *argv[4] = { command, arg, other };

	return call_usermodehelper(command, argv, envp, UMH_WAIT_PROC);
}

static int load(char *leave)
{
	return run("/sbin/modprobe", "cwq_test_guard", leave);
}

static bool unload(void)
{
	return !run("/sbin/rmmod", "cwq_test_guard", NULL);
}

static bool call_unload(void *unused)
{
	return unload();
}

static int guard_init(struct kunit *test)
{
	if (load("leave=nothing") || !unload())
		kunit_skip(test, "there is no cwq_test_guard to be loaded");
	log_mark(&mark);
	return bench_init(test);
}

/* Lines about @what in the log of this case. */
static int told(const char *one, const char *what)
{
	struct kmsg_dump_iter iter = mark;

	return log_lines(&iter, one, what);
}

/* On @queue one work ran, and two were taken off; and of @queues, each @times. */
static void expect_told(struct kunit *test, const char *queue, int queues,
			int times)
{
	static const char *const works[] = { "hold_fn", "forgotten_fn",
					     "delayed_fn" };
	char on[32];
	int i;

	snprintf(on, sizeof(on), " on %s: ", queue);
	for (i = 0; i < ARRAY_SIZE(works); i++)
		KUNIT_EXPECT_EQ_MSG(test, told(works[i], on), times, "%s",
				    works[i]);
	KUNIT_EXPECT_EQ(test, told("hold_fn", "runs on"), times);
	KUNIT_EXPECT_EQ(test, told("its queue cwq_guard is alive", ""),
			queues * times);
	KUNIT_EXPECT_EQ(test, told("module cwq_test_guard goes, but ", ""),
			(ARRAY_SIZE(works) + queues) * times);
	KUNIT_EXPECT_EQ(test, told("what was forgotten runs", ""), 0);
}

static void queue_is_destroyed(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, load("leave=queue"), 0);
	KUNIT_ASSERT_TRUE(test, run_call(test, call_unload, NULL));
	expect_told(test, "cwq_guard", 1, 1);
}

static void init_fails(struct kunit *test)
{
	int tries;

	KUNIT_EXPECT_NE(test, load("leave=init"), 0);
	/* Some loaders do not give up at once. */
	tries = told("its queue cwq_guard is alive", "");
	KUNIT_EXPECT_GE(test, tries, 1);
	expect_told(test, "cwq_guard", 1, tries);
}

/* Works are taken off the common queue while others use it. */
static void works_are_cancelled(struct kunit *test)
{
	struct cwq_snapshot before, after;
	struct item *others[OTHERS];
	struct call *unload;
	int i;

	for (i = 0; i < OTHERS; i++)
		others[i] = new_item(test);
	before = snapshot_of(test, cwq_system_wq, 0);
	KUNIT_ASSERT_EQ(test, load("leave=common"), 0);
	unload = start_call(test, call_unload, NULL);
	for (i = 0; i < OTHERS; i++)
		KUNIT_EXPECT_TRUE(test,
				  cwq_schedule_work_on(0, work_of(others[i])));
	KUNIT_ASSERT_TRUE(test, call_returned(unload));
	KUNIT_ASSERT_TRUE(test, unload->ret);
	for (i = 0; i < OTHERS; i++)
		KUNIT_ASSERT_TRUE(test, item_ended(others[i]));
	cwq_flush_scheduled_work();
	expect_told(test, "events", 0, 1);
	after = snapshot_of(test, cwq_system_wq, 0);
	KUNIT_EXPECT_EQ(test, after.executed, before.executed + OTHERS + 1);
	KUNIT_EXPECT_EQ(test, after.cancelled, before.cancelled + 1);
	KUNIT_EXPECT_EQ(test, after.delayed, before.delayed);
}

/* A work that queues itself for ever is refused, which is a misuse. */
static void endless_work_is_refused(struct kunit *test)
{
	const char *report =
		"the module of the work is going: called by loop_fn";

	KUNIT_ASSERT_EQ(test, load("leave=loop"), 0);
	pr_info("cwq-expect: %s\n", report);
	KUNIT_ASSERT_TRUE(test, run_call(test, call_unload, NULL));
	KUNIT_EXPECT_EQ(test, told("loop_fn", "runs on events: "), 1);
	KUNIT_EXPECT_GE(test, told("cwq: the module of the work", "loop_fn"),
			1);
}

/* Who cleans up, or has nothing here, is not told of. */
static void tidy(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, load("leave=nothing"), 0);
	KUNIT_ASSERT_TRUE(test, run_call(test, call_unload, NULL));
	KUNIT_EXPECT_EQ(test, told("cwq_test_guard goes", ""), 0);
}

static struct kunit_case guard_cases[] = {
	KUNIT_CASE(queue_is_destroyed),
	KUNIT_CASE(init_fails),
	KUNIT_CASE(works_are_cancelled),
	KUNIT_CASE(endless_work_is_refused),
	KUNIT_CASE(tidy),
	{},
};

static struct kunit_suite guard_suite = {
	.name = "cwq_guard",
	.init = guard_init,
	.exit = bench_exit,
	.test_cases = guard_cases,
};

kunit_test_suite(guard_suite);
