// SPDX-License-Identifier: GPL-2.0
/*
 * A client that goes without cleaning up, in every way there is: a queue of its
 * own is alive, one work runs on it, one is pending and one delayed; one is
 * delayed on the common queue, and one there queues itself again and again.
 *
 * With fail=1 it has only the delayed one, and its init function fails. With
 * tidy=1 it cleans up.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <cwq/workqueue.h>

#define FAR_AWAY (3600 * HZ)

static bool fail;
module_param(fail, bool, 0444);
MODULE_PARM_DESC(fail, "make the init function fail");

static bool tidy;
module_param(tidy, bool, 0444);
MODULE_PARM_DESC(tidy, "clean up");

static struct cwq_workqueue_struct *wq;

static void leaver_pending_fn(struct cwq_work_struct *work)
{
}

static CWQ_DECLARE_WORK(pending_work, leaver_pending_fn);

/* Runs until the one behind it has been taken off. */
static void leaver_running_fn(struct cwq_work_struct *work)
{
	while (cwq_work_pending(&pending_work))
		msleep(20);
}

static void leaver_delayed_fn(struct cwq_work_struct *work)
{
}

static void leaver_common_fn(struct cwq_work_struct *work)
{
}

/* Queues itself until that is refused. */
static void leaver_forever_fn(struct cwq_work_struct *work)
{
	while (cwq_schedule_work(work)) {
		cwq_cancel_work(work);
		cond_resched();
	}
}

static CWQ_DECLARE_WORK(running_work, leaver_running_fn);
static CWQ_DECLARE_DELAYED_WORK(delayed_work, leaver_delayed_fn);
static CWQ_DECLARE_DELAYED_WORK(common_work, leaver_common_fn);
static CWQ_DECLARE_WORK(forever_work, leaver_forever_fn);

static int __init cwq_test_leaver_init(void)
{
	cwq_schedule_delayed_work(&common_work, FAR_AWAY);
	if (fail)
		return -EINVAL;

	wq = cwq_create_singlethread_workqueue("cwq_leaver");
	if (!wq) {
		cwq_cancel_delayed_work_sync(&common_work);
		return -ENOMEM;
	}
	cwq_queue_delayed_work(wq, &delayed_work, FAR_AWAY);
	if (tidy)
		return 0;
	cwq_schedule_work(&forever_work);
	cwq_queue_work(wq, &running_work);
	cwq_queue_work(wq, &pending_work);
	return 0;
}

static void __exit cwq_test_leaver_exit(void)
{
	if (!tidy)
		return;
	cwq_cancel_delayed_work_sync(&common_work);
	cwq_cancel_delayed_work_sync(&delayed_work);
	cwq_destroy_workqueue(wq);
}

module_init(cwq_test_leaver_init);
module_exit(cwq_test_leaver_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("A client that does not clean up, for a test of cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
