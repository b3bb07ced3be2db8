// SPDX-License-Identifier: GPL-2.0
/* The API: waiting for work, and cancelling it. */
#include <linux/export.h>
#include <linux/instruction_pointer.h>

#include <cwq/workqueue.h>

#include "shim.h"

/**
 * cwq_flush_workqueue - wait for what has been queued
 * @wq: the queue
 *
 * Waits until every work that was on @wq when the call began, on any CPU, has
 * run or been cancelled. Works that are queued later are not waited for, nor
 * are delayed works whose timer has not fired.
 *
 * Called by a work that would so wait for itself, be it on @wq or by way of
 * other works that wait, this would never end: it is reported, with who waits for
 * whom. A work of @wq then runs what is pending behind it, within its own function,
 * and waits for the other CPUs; any other does not wait. The caller must not hold a
 * lock that a work of @wq takes, which lockdep reports.
 *
 * Context: process context; may sleep.
 */
void cwq_flush_workqueue(struct cwq_workqueue_struct *wq)
{
	cwq_core_flush_workqueue(wq, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_workqueue);

/**
 * cwq_flush_work - wait for a work
 * @work: the work
 *
 * Waits until @work, as it was queued last before the call, has run, and until
 * its function has ended wherever it is running: on whatever CPU, also in a queue
 * that @work has since left for another. If it is queued again during the call,
 * that is not waited for. If it is cancelled, the call ends when what was queued
 * before it has run.
 *
 * Called by another work that @work is pending behind, on its thread or on one that
 * waits for that thread, the call runs @work itself: on the thread that calls, with
 * whatever locks the caller holds, at most 8 works within one another. If @work
 * is running, and so the calling work would wait for itself, the call would never end:
 * it is reported, and does not wait.
 *
 * Context: process context; may sleep.
 * Return: true if there was something to wait for; false if @work was idle, or
 * waits for its timer, or on bad input, which is reported.
 */
bool cwq_flush_work(struct cwq_work_struct *work)
{
	return cwq_core_flush_work(work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_work);

/**
 * cwq_flush_delayed_work - queue a delayed work at once and wait for it
 * @dwork: the delayed work
 *
 * If the timer is armed, it is taken out and the work queued now, on the CPU
 * that it was meant for. Then as cwq_flush_work().
 *
 * Context: process context; may sleep.
 * Return: true if the timer was armed, or as cwq_flush_work().
 */
bool cwq_flush_delayed_work(struct cwq_delayed_work *dwork)
{
	return cwq_core_flush_delayed_work(dwork, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_delayed_work);

/**
 * cwq_flush_workqueue_timeout - wait for what has been queued, but not for ever
 * @wq: the queue
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT for no limit
 *
 * As cwq_flush_workqueue(), but ends early if it has to. What was queued stays
 * queued.
 *
 * Context: process context; may sleep.
 * Return: 0 if all has ended; -ETIMEDOUT; -ERESTARTSYS if the caller is being
 * killed; -EDEADLK if a work would wait for itself, at once and without a report;
 * -EINVAL on bad input, which is reported.
 */
int cwq_flush_workqueue_timeout(struct cwq_workqueue_struct *wq,
				unsigned long timeout)
{
	return cwq_core_flush_workqueue_timeout(wq, timeout, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_workqueue_timeout);

/**
 * cwq_flush_work_timeout - wait for a work, but not for ever
 * @work: the work
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT for no limit
 *
 * As cwq_flush_work(), but ends early if it has to. @work stays as it is.
 *
 * Context: process context; may sleep.
 * Return: 0 if @work was idle or has ended; else as
 * cwq_flush_workqueue_timeout().
 */
int cwq_flush_work_timeout(struct cwq_work_struct *work, unsigned long timeout)
{
	return cwq_core_flush_work_timeout(work, timeout, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_work_timeout);

/**
 * cwq_cancel_work - take a work off, without waiting
 * @work: the work, which may be that in a delayed work
 *
 * As cwq_cancel_delayed_work().
 *
 * Context: any.
 * Return: as cwq_cancel_delayed_work().
 */
bool cwq_cancel_work(struct cwq_work_struct *work)
{
	return cwq_core_cancel_work(work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_cancel_work);

/**
 * cwq_cancel_work_sync - take a work off and wait until it does not run
 * @work: the work, which may be that in a delayed work
 *
 * When the call returns, @work is neither pending nor running, even if it queues
 * itself: during the call every attempt to queue it is refused. Whatever queues
 * @work afterwards queues it. An armed timer is taken out.
 *
 * Called by the function of @work, or by a work that @work's function waits for,
 * this takes the work off but, since it would never end, does not wait, and is
 * reported.
 *
 * Several calls at once are fine; each returns when the work is idle.
 *
 * Context: process context; may sleep.
 * Return: true if @work was pending, and has not run because of this call;
 * false if not, or on bad input, which is reported.
 */
bool cwq_cancel_work_sync(struct cwq_work_struct *work)
{
	return cwq_core_cancel_work_sync(work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_cancel_work_sync);

/**
 * cwq_cancel_delayed_work - take a delayed work off, without waiting
 * @dwork: the delayed work
 *
 * Takes it off wherever it is: out of its timer, or off the queue when the timer
 * has fired and the function has not started. The function may be running when
 * the call returns, and may queue the work again: to be rid of it use
 * cwq_cancel_delayed_work_sync().
 *
 * Context: any.
 * Return: true if @dwork was pending and has been taken off; false if not, or if
 * another cancel is under way, or on bad input, which is reported.
 */
bool cwq_cancel_delayed_work(struct cwq_delayed_work *dwork)
{
	return cwq_core_cancel_delayed_work(dwork, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_cancel_delayed_work);

/**
 * cwq_cancel_delayed_work_sync - take a delayed work off and wait until it does
 *	not run
 * @dwork: the delayed work
 *
 * As cwq_cancel_work_sync().
 *
 * Context: process context; may sleep.
 * Return: as cwq_cancel_work_sync().
 */
bool cwq_cancel_delayed_work_sync(struct cwq_delayed_work *dwork)
{
	return cwq_core_cancel_delayed_work_sync(dwork, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_cancel_delayed_work_sync);

/**
 * cwq_flush_scheduled_work - wait for what has been queued on the common queue
 *
 * Waits for the works of everybody who uses cwq_schedule_work(), otherwise as
 * cwq_flush_workqueue(). Prefer cwq_flush_work() or a queue of your own.
 *
 * Context: process context; may sleep.
 */
void cwq_flush_scheduled_work(void)
{
	cwq_core_flush_workqueue(cwq_system_wq, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_flush_scheduled_work);
