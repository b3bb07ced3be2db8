// SPDX-License-Identifier: GPL-2.0
/*
 * A freezeable queue during suspend, watched by a thread that does not freeze.
 *
 * Writing to arm, in debugfs, queues three items; the first one runs until the
 * freezer wants the worker. The file results says what the watcher saw, which it
 * does once the worker is frozen: a name and a number in each line.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include <cwq/workqueue.h>

static struct cwq_workqueue_struct *freezing_wq;
static struct cwq_workqueue_struct *other_wq;
static struct dentry *dir;

static int nr_runs; /* items are run by one thread */
static struct {
	int runs_when_frozen;
	int runs_at_the_end;
	int other_runs;
	int flush_returned;
	bool still_frozen;
} seen;

static void first_fn(struct cwq_work_struct *work)
{
	while (!freezing(current))
		msleep(20);
	nr_runs++;
}

static void next_fn(struct cwq_work_struct *work)
{
	nr_runs++;
}

static void other_fn(struct cwq_work_struct *work)
{
	seen.other_runs++;
}

static CWQ_DECLARE_WORK(first_work, first_fn);
static CWQ_DECLARE_WORK(second_work, next_fn);
static CWQ_DECLARE_WORK(third_work, next_fn);
static CWQ_DECLARE_WORK(other_work, other_fn);

static struct task_struct *watcher;
static DECLARE_COMPLETION(flushed);

static int flusher_fn(void *unused)
{
	allow_signal(SIGKILL);
	seen.flush_returned =
		cwq_flush_workqueue_timeout(freezing_wq, MAX_SCHEDULE_TIMEOUT);
	complete(&flushed);
	return 0;
}

/* Kill a flush of the frozen queue, once it waits. */
static void kill_a_flush(void)
{
	struct task_struct *flusher =
		kthread_create(flusher_fn, NULL, "cwq_flusher");

	if (IS_ERR(flusher))
		return;
	get_task_struct(flusher);
	wake_up_process(flusher);
	while (!(READ_ONCE(flusher->__state) & TASK_WAKEKILL) &&
	       !completion_done(&flushed))
		msleep(20);
	send_sig(SIGKILL, flusher, 1);
	wait_for_completion(&flushed);
	kthread_stop(flusher);
	put_task_struct(flusher);
}

static bool is_frozen(struct task_struct *task)
{
	return READ_ONCE(task->__state) & TASK_FROZEN;
}

static int watcher_fn(void *unused)
{
	struct cwq_snapshot snapshot;
	struct task_struct *worker;

	cwq_workqueue_snapshot(freezing_wq, 0, &snapshot);
	worker = get_pid_task(find_vpid(snapshot.pid), PIDTYPE_PID);
	if (!worker)
		return 0;

	while (!is_frozen(worker) && !kthread_should_stop())
		msleep(20);
	if (!kthread_should_stop()) {
		seen.runs_when_frozen = nr_runs;
		cwq_queue_work(other_wq, &other_work);
		cwq_flush_workqueue(other_wq);
		kill_a_flush();
		seen.runs_at_the_end = nr_runs;
		seen.still_frozen = is_frozen(worker);
	}
	put_task_struct(worker);

	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static ssize_t arm_write(struct file *file, const char __user *buffer,
			 size_t count, loff_t *pos)
{
	if (watcher)
		return -EBUSY;
	watcher = kthread_run(watcher_fn, NULL, "cwq_watcher");
	if (IS_ERR(watcher)) {
		watcher = NULL;
		return -ENOMEM;
	}
	cwq_queue_work(freezing_wq, &first_work);
	cwq_queue_work(freezing_wq, &second_work);
	cwq_queue_work(freezing_wq, &third_work);
	return count;
}

static const struct file_operations arm_fops = {
	.owner = THIS_MODULE,
	.write = arm_write,
};

static int results_show(struct seq_file *m, void *unused)
{
	cwq_flush_workqueue(freezing_wq);
	seq_printf(m, "runs_when_frozen %d\n", seen.runs_when_frozen);
	seq_printf(m, "runs_at_the_end %d\n", seen.runs_at_the_end);
	seq_printf(m, "still_frozen %d\n", seen.still_frozen);
	seq_printf(m, "other_runs %d\n", seen.other_runs);
	seq_printf(m, "flush_was_killed %d\n",
		   seen.flush_returned == -ERESTARTSYS);
	seq_printf(m, "runs_after_resume %d\n", nr_runs);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(results);

static int __init cwq_test_freeze_init(void)
{
	freezing_wq = cwq_create_freezeable_workqueue("cwq_freezing");
	if (!freezing_wq)
		return -ENOMEM;
	other_wq = cwq_create_workqueue("cwq_other");
	if (!other_wq) {
		cwq_destroy_workqueue(freezing_wq);
		return -ENOMEM;
	}
	dir = debugfs_create_dir("cwq_test_freeze", NULL);
	debugfs_create_file("arm", 0200, dir, NULL, &arm_fops);
	debugfs_create_file("results", 0400, dir, NULL, &results_fops);
	return 0;
}

static void __exit cwq_test_freeze_exit(void)
{
	debugfs_remove(dir);
	if (watcher)
		kthread_stop(watcher);
	cwq_destroy_workqueue(other_wq);
	cwq_destroy_workqueue(freezing_wq);
}

module_init(cwq_test_freeze_init);
module_exit(cwq_test_freeze_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("A freezeable queue during suspend, for a test of cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
