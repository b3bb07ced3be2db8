// SPDX-License-Identifier: GPL-2.0
/*
 * What lockdep is told. What depends on what is read in /proc/lockdep, since
 * lockdep reports one circle and then switches itself off: that is the last case.
 */

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>

#include "helpers.h"

#define TABLE_SIZE (4 << 20)

static int lockdep_init_test(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_PROVE_LOCKING))
		kunit_skip(test, "no CONFIG_PROVE_LOCKING");
	return bench_init(test);
}

/* The part of /proc/lockdep on the class @name; to be ended by an empty line. */
static char *class_in(char *table, const char *name)
{
	char *line, *at;

	while ((line = strsep(&table, "\n"))) {
		at = strstr(line, ": ");
		if (!at || line[0] == ' ')
			continue;
		/* "ADDRESS FD: n BD: n +.+.: NAME" */
		at = strrchr(line, ' ');
		if (at && !strcmp(at + 1, name))
			return table;
	}
	return NULL;
}

/* Has @later been taken with @earlier held? */
static bool depends(struct kunit *test, const char *earlier, const char *later)
{
	char *table = vzalloc(TABLE_SIZE);
	struct file *file = open_file("/proc/lockdep", O_RDONLY);
	char *rest, *line;
	bool found = false;
	ssize_t n, size = 0;
	loff_t pos = 0;

	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	do {
		n = kernel_read(file, table + size, TABLE_SIZE - 1 - size,
				&pos);
		size += n > 0 ? n : 0;
	} while (n > 0);
	filp_close(file, NULL);

	rest = class_in(table, earlier);
	KUNIT_EXPECT_NOT_NULL_MSG(test, rest, "lockdep knows no %s", earlier);
	while (rest && !found && (line = strsep(&rest, "\n")) && *line)
		found = strstr(line, "-> [") && strstr(line, later);
	vfree(table);
	return found;
}

static DEFINE_MUTEX(taken_by_func);

static void take_mutex(struct cwq_work_struct *work)
{
	mutex_lock(&taken_by_func);
	mutex_unlock(&taken_by_func);
}

static CWQ_DECLARE_WORK(taking_work, take_mutex);
static struct cwq_workqueue_struct *lockdep_wq;

#define QUEUE_MAP "cwq_lockdep"
#define WORK_MAP "(cwq_work)taking_work"

static void make_queue(struct kunit *test)
{
	lockdep_wq = cwq_create_singlethread_workqueue(QUEUE_MAP);
	KUNIT_ASSERT_NOT_NULL(test, lockdep_wq);
	keep_queue(test, lockdep_wq);
}

/* The queue's map is around the work's, and that around what func takes. */
static void func_runs_within_maps(struct kunit *test)
{
	make_queue(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(lockdep_wq, &taking_work));
	cwq_flush_workqueue(lockdep_wq);
	KUNIT_EXPECT_TRUE(test, depends(test, QUEUE_MAP, WORK_MAP));
	KUNIT_EXPECT_TRUE(test, depends(test, WORK_MAP, "taken_by_func"));
}

static void flush_queue(void)
{
	cwq_flush_workqueue(lockdep_wq);
}

static void flush_queue_timeout(void)
{
	cwq_flush_workqueue_timeout(lockdep_wq, 1);
}

static void drain_queue(void)
{
	cwq_drain_workqueue(lockdep_wq);
}

static void flush_taking_work(void)
{
	cwq_flush_work(&taking_work);
}

static void flush_taking_work_timeout(void)
{
	cwq_flush_work_timeout(&taking_work, 1);
}

static void cancel_taking_work(void)
{
	cwq_cancel_work_sync(&taking_work);
}

static DEFINE_MUTEX(over_flush_queue);
static DEFINE_MUTEX(over_flush_queue_timeout);
static DEFINE_MUTEX(over_drain);
static DEFINE_MUTEX(over_flush);
static DEFINE_MUTEX(over_flush_timeout);
static DEFINE_MUTEX(over_cancel);

static const struct {
	void (*call)(void);
	struct mutex *held;
	const char *name;
	const char *map;
} waits[] = {
	{ flush_queue, &over_flush_queue, "over_flush_queue", QUEUE_MAP },
	{ flush_queue_timeout, &over_flush_queue_timeout,
	  "over_flush_queue_timeout", QUEUE_MAP },
	{ drain_queue, &over_drain, "over_drain", QUEUE_MAP },
	{ flush_taking_work, &over_flush, "over_flush", WORK_MAP },
	{ flush_taking_work_timeout, &over_flush_timeout, "over_flush_timeout",
	  WORK_MAP },
	{ cancel_taking_work, &over_cancel, "over_cancel", WORK_MAP },
};

/* Who waits takes the map, even if there is nothing to wait for. */
static void waiting_takes_the_map(struct kunit *test)
{
	int i;

	make_queue(test);
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		mutex_lock(waits[i].held);
		waits[i].call();
		mutex_unlock(waits[i].held);
		KUNIT_EXPECT_TRUE_MSG(
			test, depends(test, waits[i].name, waits[i].map), "%s",
			waits[i].name);
	}
}

static bool flush_with_mutex(void *item)
{
	bool flushed;

	mutex_lock(&taken_by_func);
	flushed = cwq_flush_work(work_of(item));
	mutex_unlock(&taken_by_func);
	return flushed;
}

/*
 * A lock that is held over a flush, and that another work of the queue takes,
 * which may stand before the one that is flushed. Nobody has to hang for it to be
 * seen.
 */
static void circle_is_reported(struct kunit *test)
{
	struct item *gate, *behind = new_item(test);
	struct call *call;

	make_queue(test);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(lockdep_wq, &taking_work));
	gate = shut_gate(test, lockdep_wq, first_cpu());
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(lockdep_wq, work_of(behind)));

	pr_info("cwq-expect: (?s)possible circular locking.*cwq_lockdep\n");
	call = start_call(test, flush_with_mutex, behind);
	KUNIT_ASSERT_TRUE(test, call_blocked(call));
	KUNIT_EXPECT_FALSE(test, debug_locks);
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, call_returned(call));
	KUNIT_EXPECT_TRUE(test, call->ret);
}

static struct kunit_case lockdep_cases[] = {
	KUNIT_CASE(func_runs_within_maps),
	KUNIT_CASE(waiting_takes_the_map),
	KUNIT_CASE(circle_is_reported),
	{},
};

static struct kunit_suite lockdep_suite = {
	.name = "cwq_lockdep",
	.init = lockdep_init_test,
	.exit = bench_exit,
	.test_cases = lockdep_cases,
};

kunit_test_suite(lockdep_suite);
