// SPDX-License-Identifier: GPL-2.0
/*
 * A module that goes without a look back. The parameter "leave" tells what it
 * leaves behind:
 *
 * queue	a queue, with one work running, one pending, one delayed
 * common	the same three works, on the common queue
 * init		as queue, but it is the loading that fails
 * loop		a work on the common queue that queues itself for ever
 * nothing	nothing: it has the three works, and takes them off
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <cwq/workqueue.h>

#define CPU 0
/* Longer than the module is there. */
#define LONG_DELAY (3600 * HZ)
/* Longer than anything here takes: who waits for so long has gone wrong. */
#define PATIENCE (30 * HZ)
/* So many works others queue on the common queue before "common" is gone. */
#define OTHERS 5

static char *leave = "nothing";
module_param(leave, charp, 0444);
MODULE_PARM_DESC(leave, "what to leave behind");

static struct cwq_workqueue_struct *wq;
static struct cwq_work_struct *forgotten;
static unsigned long accepted; /* on the CPU of wq, with forgotten */
static DECLARE_COMPLETION(held);
static DECLARE_COMPLETION(all_queued);

static bool leaves(const char *what)
{
	return !strcmp(leave, what);
}

static unsigned long count_accepted(void)
{
	struct cwq_snapshot snapshot = {};

	cwq_workqueue_snapshot(wq, CPU, &snapshot);
	return snapshot.accepted;
}

static void forgotten_fn(struct cwq_work_struct *work)
{
	pr_err("what was forgotten runs\n");
}

static void delayed_fn(struct cwq_work_struct *work)
{
	forgotten_fn(work);
}

static CWQ_DECLARE_DELAYED_WORK(delayed, delayed_fn);

/*
 * Keeps the forgotten work from running until that is taken off; on the common
 * queue even longer, so that others can use that meanwhile.
 */
static void hold_fn(struct cwq_work_struct *work)
{
	unsigned long end = jiffies + PATIENCE;

	complete(&held);
	wait_for_completion(&all_queued);
	while (cwq_work_pending(forgotten) && time_before(jiffies, end))
		schedule_timeout_idle(1);
	while (leaves("common") && count_accepted() < accepted + OTHERS &&
	       time_before(jiffies, end))
		schedule_timeout_idle(1);
	if (!leaves("nothing"))
		kfree(forgotten);
}

static CWQ_DECLARE_WORK(hold, hold_fn);

/* Goes on until it is refused, though it is idle, because the module goes. */
static void loop_fn(struct cwq_work_struct *work)
{
	bool idle, queued;

	do {
		usleep_range(100, 200);
		idle = !cwq_work_pending(work);
		queued = cwq_queue_work(wq, work);
	} while (THIS_MODULE->state == MODULE_STATE_GOING && (queued || !idle));
}

static CWQ_DECLARE_WORK(loop, loop_fn);

static int __init cwq_test_guard_init(void)
{
	wq = cwq_system_wq;
	if (leaves("loop")) {
		cwq_queue_work_on(CPU, wq, &loop);
		return 0;
	}

	forgotten = kmalloc(sizeof(*forgotten), GFP_KERNEL);
	if (!forgotten)
		return -ENOMEM;
	CWQ_INIT_WORK(forgotten, forgotten_fn);
	if (!leaves("common"))
		wq = cwq_create_workqueue("cwq_guard");
	if (!wq) {
		kfree(forgotten);
		return -ENOMEM;
	}

	cwq_queue_work_on(CPU, wq, &hold);
	cwq_queue_work_on(CPU, wq, forgotten);
	cwq_queue_delayed_work_on(CPU, wq, &delayed, LONG_DELAY);
	accepted = count_accepted();
	complete(&all_queued);
	wait_for_completion(&held);
	return leaves("init") ? -ENODEV : 0;
}

static void __exit cwq_test_guard_exit(void)
{
	if (!leaves("nothing"))
		return;
	cwq_cancel_delayed_work_sync(&delayed);
	cwq_cancel_work_sync(forgotten);
	cwq_destroy_workqueue(wq);
	kfree(forgotten);
}

module_init(cwq_test_guard_init);
module_exit(cwq_test_guard_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("A client of cwq that leaves works and queues behind");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
