// SPDX-License-Identifier: GPL-2.0
/*
 * A freezeable queue with items, and a kernel thread that looks at it, and uses
 * it, while it is frozen.
 *
 * Load it, suspend, resume. Reading /sys/kernel/debug/cwq_test_suspend tells how
 * it went: one line a check, "ok" or "not ok" and what was checked.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>

#include <cwq/workqueue.h>

#define NR_ITEMS 5
/* Longer than anything here takes: who waits for so long has gone wrong. */
#define PATIENCE (30 * HZ)
/* Shorter than the queue is frozen. */
#define SOON HZ

static struct cwq_workqueue_struct *freezeable_wq;
static struct cwq_workqueue_struct *percpu_wq;

struct item {
	struct cwq_work_struct work;
	atomic_t runs;
};

static struct item first, others[NR_ITEMS], percpu_item;

static struct task_struct *worker;
static struct task_struct *observer;
static DECLARE_COMPLETION(first_runs);
static DECLARE_COMPLETION(observed);

/* What the observer, and at last who reads the file, have found. */
static struct check {
	const char *what;
	bool ok;
} checks[16];

static int nr_checks;

static void check(const char *what, bool ok)
{
	checks[nr_checks++] = (struct check){ what, ok };
}

static void item_fn(struct cwq_work_struct *work)
{
	atomic_inc(&container_of(work, struct item, work)->runs);
}

/* Runs when the freezing begins, and ends when it is to freeze itself. */
static void first_fn(struct cwq_work_struct *work)
{
	unsigned long end = jiffies + PATIENCE;

	worker = get_task_struct(current);
	complete(&first_runs);
	while (!freezing(current) && time_before(jiffies, end))
		schedule_timeout_idle(1);
	item_fn(work);
}

/* Also of those that have been cancelled. */
static int runs_of_others(void)
{
	int i, runs = 0;

	for (i = 0; i < NR_ITEMS; i++)
		runs += atomic_read(&others[i].runs);
	return runs;
}

static bool is_in(struct task_struct *task, unsigned int state)
{
	return (READ_ONCE(task->__state) & state) == state;
}

static bool wait_for_state(struct task_struct *task, unsigned int state)
{
	unsigned long end = jiffies + PATIENCE;

	while (!is_in(task, state)) {
		if (time_after(jiffies, end) || kthread_should_stop())
			return false;
		schedule_timeout_idle(1);
	}
	return true;
}

/* A thread that waits for the queue, until it is killed. */
struct flusher {
	struct completion done;
	int ret;
};

static int flusher_fn(void *arg)
{
	struct flusher *flusher = arg;

	allow_signal(SIGKILL);
	flusher->ret = cwq_flush_workqueue_timeout(freezeable_wq,
						   MAX_SCHEDULE_TIMEOUT);
	complete(&flusher->done);
	return 0;
}

static bool flush_is_killed(void)
{
	struct flusher flusher = {
		.done = COMPLETION_INITIALIZER_ONSTACK(flusher.done),
	};
	struct task_struct *task;
	bool waited;

	task = kthread_create(flusher_fn, &flusher, "cwq_flusher");
	if (IS_ERR(task))
		return false;
	get_task_struct(task);
	wake_up_process(task);
	waited = wait_for_state(task, TASK_KILLABLE);
	send_sig(SIGKILL, task, 1);
	wait_for_completion(&flusher.done);
	kthread_stop(task);
	put_task_struct(task);
	return waited && flusher.ret == -ERESTARTSYS;
}

/* All but the last of the other items are queued already. */
static void observe(void)
{
	struct item *last = &others[NR_ITEMS - 1];
	struct item *cancelled = &others[0];

	check("a frozen queue takes work",
	      cwq_queue_work(freezeable_wq, &last->work));
	check("a flush of an item that has ended does not wait",
	      !cwq_flush_work_timeout(&first.work, SOON));
	check("a pending item can be cancelled",
	      cwq_cancel_work_sync(&cancelled->work));
	check("a flush of the frozen queue can time out",
	      cwq_flush_workqueue_timeout(freezeable_wq, 1) == -ETIMEDOUT);
	check("a flush of the frozen queue can be killed", flush_is_killed());
	/* On this CPU: that of the suspend may be waiting busily. */
	check("a per-CPU queue goes on",
	      cwq_queue_work(percpu_wq, &percpu_item.work) &&
		      !cwq_flush_work_timeout(&percpu_item.work, SOON));
	check("no item has started",
	      !runs_of_others() &&
		      cwq_work_busy(&last->work) == CWQ_WORK_BUSY_PENDING);
	check("and the queue is still frozen", is_in(worker, TASK_FROZEN));
}

static int observer_fn(void *unused)
{
	if (wait_for_state(worker, TASK_FROZEN))
		observe();
	complete(&observed);
	return 0;
}

/* But for the one that was cancelled. */
static bool all_have_run(void)
{
	int i;

	if (cwq_flush_workqueue_timeout(freezeable_wq, PATIENCE) ||
	    atomic_read(&first.runs) != 1)
		return false;
	for (i = 0; i < NR_ITEMS; i++) {
		if (atomic_read(&others[i].runs) != (i > 0))
			return false;
	}
	return true;
}

/* Once, after resume. */
static int suspend_show(struct seq_file *m, void *unused)
{
	int i;

	if (!wait_for_completion_timeout(&observed, PATIENCE))
		return -ETIMEDOUT;
	check("after resume all items run once", all_have_run());
	for (i = 0; i < nr_checks; i++)
		seq_printf(m, "%s %s\n", checks[i].ok ? "ok" : "not ok",
			   checks[i].what);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(suspend);

static struct dentry *suspend_file;

static int __init cwq_test_suspend_init(void)
{
	int i, ret = -ENOMEM;

	CWQ_INIT_WORK(&first.work, first_fn);
	for (i = 0; i < NR_ITEMS; i++)
		CWQ_INIT_WORK(&others[i].work, item_fn);
	CWQ_INIT_WORK(&percpu_item.work, item_fn);

	freezeable_wq = cwq_create_freezeable_workqueue("cwq_freezeable");
	if (!freezeable_wq)
		return ret;
	percpu_wq = cwq_create_workqueue("cwq_percpu");
	if (!percpu_wq)
		goto destroy_freezeable_wq;

	cwq_queue_work(freezeable_wq, &first.work);
	for (i = 0; i < NR_ITEMS - 1; i++)
		cwq_queue_work(freezeable_wq, &others[i].work);
	wait_for_completion(&first_runs);

	observer = kthread_run(observer_fn, NULL, "cwq_observer");
	if (IS_ERR(observer)) {
		ret = PTR_ERR(observer);
		goto destroy_percpu_wq;
	}
	get_task_struct(observer);
	suspend_file = debugfs_create_file("cwq_test_suspend", 0400, NULL, NULL,
					   &suspend_fops);
	return 0;

destroy_percpu_wq:
	put_task_struct(worker);
	cwq_destroy_workqueue(percpu_wq);
destroy_freezeable_wq:
	cwq_destroy_workqueue(freezeable_wq);
	return ret;
}

static void __exit cwq_test_suspend_exit(void)
{
	debugfs_remove(suspend_file);
	kthread_stop(observer);
	put_task_struct(observer);
	cwq_destroy_workqueue(percpu_wq);
	cwq_destroy_workqueue(freezeable_wq);
	put_task_struct(worker);
}

module_init(cwq_test_suspend_init);
module_exit(cwq_test_suspend_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Use of a freezeable queue of cwq during suspend");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
