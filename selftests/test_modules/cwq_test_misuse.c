// SPDX-License-Identifier: GPL-2.0
/*
 * A client that does everything wrong, once each time "bad input" can be said
 * in a call, and then something right. Loading it fails if a wrong call had an
 * effect or the right one had none. Each mistake is made by a function of its
 * own, whose name the report has to tell.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <cwq/workqueue.h>

static struct cwq_workqueue_struct *wq;
static atomic_t nr_runs;

static void count_fn(struct cwq_work_struct *work)
{
	atomic_inc(&nr_runs);
}

static CWQ_DECLARE_WORK(good_work, count_fn);

static noinline bool misuse_null_queue(void)
{
	return !cwq_queue_work(NULL, &good_work);
}

static noinline bool misuse_null_work(void)
{
	return !cwq_queue_work(wq, NULL);
}

static noinline bool misuse_not_initialised(void)
{
	static struct cwq_work_struct zeroed = { .func = count_fn };

	return !cwq_queue_work(wq, &zeroed);
}

static noinline bool misuse_no_func(void)
{
	static CWQ_DECLARE_WORK(work, NULL);

	return !cwq_queue_work(wq, &work);
}

static noinline bool misuse_bad_cpu(void)
{
	return !cwq_queue_work_on(-1, wq, &good_work);
}

static noinline bool misuse_bad_name(void)
{
	return !cwq_create_workqueue("");
}

static noinline bool misuse_bad_flags(void)
{
	return !__cwq_create_workqueue("cwq_flags", ~0, THIS_MODULE);
}

static noinline bool misuse_null_snapshot(void)
{
	return !cwq_workqueue_snapshot(wq, 0, NULL);
}

/* The queue goes on, or the next call would hang or crash. */
static noinline bool misuse_common_queue(void)
{
	static CWQ_DECLARE_WORK(work, count_fn);
	int before = atomic_read(&nr_runs);
	bool runs;

	cwq_destroy_workqueue(cwq_system_wq);
	cwq_schedule_work(&work);
	cwq_flush_work(&work);
	runs = atomic_read(&nr_runs) == before + 1;
	atomic_set(&nr_runs, before);
	return runs;
}

static noinline bool misuse_atomic(void)
{
	bool refused;

	local_irq_disable();
	refused = !cwq_flush_work(&good_work);
	local_irq_enable();
	return refused;
}

/* A work that waits for itself. */
static bool self_flush_refused;

static noinline void misuse_deadlock_fn(struct cwq_work_struct *work)
{
	self_flush_refused = !cwq_flush_work(work);
}

static bool misuse_deadlock(void)
{
	static CWQ_DECLARE_WORK(work, misuse_deadlock_fn);

	cwq_queue_work(wq, &work);
	cwq_flush_work(&work);
	return self_flush_refused;
}

/* A work that queues another one until it is refused. */
static struct cwq_workqueue_struct *closing_wq;

static noinline void misuse_queue_closed_fn(struct cwq_work_struct *work)
{
	while (cwq_queue_work(closing_wq, &good_work)) {
		cwq_cancel_work_sync(&good_work);
		cond_resched();
	}
}

static bool misuse_queue_closed(void)
{
	static CWQ_DECLARE_WORK(work, misuse_queue_closed_fn);

	closing_wq = cwq_create_workqueue("cwq_closing");
	if (!closing_wq)
		return false;
	cwq_queue_work(closing_wq, &work);
	cwq_destroy_workqueue(closing_wq);
	return true;
}

static void nothing_fn(struct cwq_work_struct *work)
{
}

/*
 * Where it is initialised, or, without a call for that, where it is first queued. It runs,
 * and the stack is left with nothing on it.
 */
static noinline bool misuse_on_stack(void)
{
	CWQ_DECLARE_WORK(declared, nothing_fn);
	struct cwq_work_struct work;

	/* That tells it, too, in its own words. */
	if (IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
		return true;
	CWQ_INIT_WORK(&work, nothing_fn);
	if (!cwq_queue_work(wq, &work) || !cwq_queue_work(wq, &declared))
		return false;
	cwq_flush_work(&declared);
	/* It is told once. */
	if (!cwq_queue_work(wq, &declared))
		return false;
	cwq_flush_work(&work);
	cwq_flush_work(&declared);
	return true;
}

static bool good_use(void)
{
	if (!cwq_queue_work(wq, &good_work))
		return false;
	cwq_flush_work(&good_work);
	return atomic_read(&nr_runs) == 1;
}

static const struct {
	const char *name;
	bool (*step)(void);
} steps[] = {
	{ "null_queue", misuse_null_queue },
	{ "null_work", misuse_null_work },
	{ "not_initialised", misuse_not_initialised },
	{ "no_func", misuse_no_func },
	{ "bad_cpu", misuse_bad_cpu },
	{ "bad_name", misuse_bad_name },
	{ "bad_flags", misuse_bad_flags },
	{ "null_snapshot", misuse_null_snapshot },
	{ "common_queue", misuse_common_queue },
	{ "atomic", misuse_atomic },
	{ "deadlock", misuse_deadlock },
	{ "queue_closed", misuse_queue_closed },
	{ "on_stack", misuse_on_stack },
	{ "good use", good_use },
};

static int __init cwq_test_misuse_init(void)
{
	int i, ret = 0;

	wq = cwq_create_workqueue("cwq_misuse");
	if (!wq)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (steps[i].step())
			continue;
		pr_err("%s went wrong\n", steps[i].name);
		ret = -EIO;
	}
	if (ret)
		cwq_destroy_workqueue(wq);
	return ret;
}

static void __exit cwq_test_misuse_exit(void)
{
	cwq_destroy_workqueue(wq);
}

module_init(cwq_test_misuse_init);
module_exit(cwq_test_misuse_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Bad input for cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
