// SPDX-License-Identifier: GPL-2.0
/*
 * Threads, and what notices that one of them makes no progress. Its patience is
 * counted in looks, not in time: on a machine that is slow it looks less often.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include "torture.h"

#define PATIENCE 30 /* looks, one a second */

static LIST_HEAD(tasks);
static DEFINE_MUTEX(tasks_lock); /* tasks, and how they were found */
static bool hangs;

bool torture_hangs(void)
{
	return READ_ONCE(hangs);
}

int torture_start(struct torture_task *task, int (*fn)(void *data), void *data)
{
	task->task = kthread_create(fn, data, "%s", task->name);
	if (IS_ERR(task->task))
		return PTR_ERR(task->task);
	get_task_struct(task->task);
	mutex_lock(&tasks_lock);
	list_add_tail(&task->link, &tasks);
	mutex_unlock(&tasks_lock);
	wake_up_process(task->task);
	return 0;
}

void torture_stop(struct torture_task *task)
{
	if (IS_ERR_OR_NULL(task->task))
		return;
	kthread_stop(task->task);
	mutex_lock(&tasks_lock);
	list_del(&task->link);
	mutex_unlock(&tasks_lock);
	put_task_struct(task->task);
	task->task = NULL;
}

/* A thread that hangs still uses this text: the module stays. */
static void tell_of(struct torture_task *task)
{
	task->told = true;
	if (!torture_hangs())
		__module_get(THIS_MODULE);
	torture_error("%s hangs in %s", task->name, READ_ONCE(task->doing));
	sched_show_task(task->task);
	WRITE_ONCE(hangs, true);
}

/*
 * Does @task wait for a CPU, rather than for somebody else? One that is in a call
 * without an end has run.
 */
static bool is_starved(const struct torture_task *task)
{
	return task_is_running(task->task) &&
	       task->task->se.sum_exec_runtime - task->ran < NSEC_PER_SEC;
}

static void look(struct work_struct *unused);
static DECLARE_DELAYED_WORK(watchdog, look);

static void look(struct work_struct *unused)
{
	bool hung = torture_hangs();
	struct torture_task *task;

	mutex_lock(&tasks_lock);
	list_for_each_entry(task, &tasks, link) {
		unsigned long steps = READ_ONCE(task->steps);

		if (steps != task->seen) {
			task->seen = steps;
			task->stuck = 0;
			task->ran = task->task->se.sum_exec_runtime;
		} else if (++task->stuck >= PATIENCE && !task->told &&
			   !is_starved(task)) {
			tell_of(task);
		}
	}
	mutex_unlock(&tasks_lock);
	if (!hung && torture_hangs())
		torture_print_counts(true);
	schedule_delayed_work(&watchdog, HZ);
}

void torture_watch(bool on)
{
	if (on)
		schedule_delayed_work(&watchdog, HZ);
	else
		cancel_delayed_work_sync(&watchdog);
}
