// SPDX-License-Identifier: GPL-2.0
/* The API: queues. */
#include <linux/export.h>
#include <linux/instruction_pointer.h>

#include <cwq/workqueue.h>

#include "shim.h"

/**
 * __cwq_create_workqueue - make a queue
 * @name: as in cwq_create_workqueue()
 * @flags: CWQ_SINGLETHREAD, CWQ_FREEZEABLE, CWQ_RT
 * @owner: the module that makes it
 *
 * For cwq_create_workqueue() and its sisters, which say what is promised.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: as cwq_create_workqueue().
 */
struct cwq_workqueue_struct *__cwq_create_workqueue(const char *name,
						    unsigned int flags,
						    struct module *owner)
{
	return cwq_core_create_workqueue(name, flags, owner, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(__cwq_create_workqueue);

/**
 * cwq_destroy_workqueue - end a queue
 * @wq: the queue
 *
 * From the start of the call on, queueing on @wq is refused, also to its own
 * works. Delayed works whose timer is armed are cancelled, and the function of
 * each named in the log. What has been queued runs to its end. Then the threads
 * stop and @wq is freed.
 *
 * Works that have been on @wq stay valid: they are idle, and may be queued on
 * other queues.
 *
 * No other call on @wq itself may be under way or follow. Called by a work of
 * @wq, this is reported and leaves @wq as it was; so it is by one that a work of
 * @wq waits for, but armed timers are gone then. The common queue is everybody's:
 * a call that would end it is reported and does nothing.
 *
 * Context: process context; may sleep.
 */
void cwq_destroy_workqueue(struct cwq_workqueue_struct *wq)
{
	if (wq && wq == cwq_system_wq)
		cwq_shim_misuse(CWQ_MISUSE_COMMON_QUEUE, (void *)_RET_IP_);
	else
		cwq_core_destroy_workqueue(wq, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_destroy_workqueue);

/**
 * cwq_workqueue_set_cpus - say which CPUs a queue is to use
 * @wq: the queue
 * @cpus: the CPUs; all possible ones when a queue is made
 *
 * To @wq, the other CPUs are as if they were offline: it has no threads there, and what
 * is queued on one of them goes to a CPU of @cpus, and is counted as redirected. What
 * is pending there is still run there, and then the thread ends. If in the end none of
 * @cpus is online, the thread of the last of them runs where the scheduler puts it,
 * until one of them is back. The thread of a single-threaded queue runs on any of
 * @cpus.
 *
 * So works stay off isolated CPUs, as in
 * cwq_workqueue_set_cpus(wq, housekeeping_cpumask(HK_TYPE_DOMAIN)).
 *
 * The common queue keeps all CPUs, since calls such as cwq_work_on_cpu() rely on it: a
 * call that would change that is reported.
 *
 * Context: process context; may sleep. Not in a callback of CPU hotplug.
 * Return: 0; -ENODEV if no CPU of @cpus is online; -ENOMEM or -EINTR if a thread could
 * not be made, from kthread_create(); -EINVAL on bad input, or if no CPU of @cpus is
 * possible, which is reported. If it fails, nothing has changed.
 */
int cwq_workqueue_set_cpus(struct cwq_workqueue_struct *wq,
			   const struct cpumask *cpus)
{
	if (wq && wq == cwq_system_wq) {
		cwq_shim_misuse(CWQ_MISUSE_COMMON_QUEUE, (void *)_RET_IP_);
		return -EINVAL;
	}
	return cwq_core_set_cpus(wq, cpus, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_workqueue_set_cpus);

/**
 * cwq_drain_workqueue - wait until a queue has nothing left to do
 * @wq: the queue
 *
 * During the call only works of @wq may queue on @wq; what others try to queue is
 * refused and reported. Works that wait for their timers are not waited for,
 * but if a timer fires meanwhile, its work is. When the call returns, @wq is, or
 * was at some moment, idle on all CPUs.
 *
 * Called by a work that would so wait for itself, this is reported and does not
 * wait. The caller must not hold a lock that a work of @wq takes.
 *
 * Context: process context; may sleep.
 */
void cwq_drain_workqueue(struct cwq_workqueue_struct *wq)
{
	cwq_core_drain_workqueue(wq, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_drain_workqueue);

/**
 * cwq_workqueue_snapshot - the counters of a queue
 * @wq: the queue
 * @cpu: which CPU's; any possible one if the queue is single-threaded
 * @snapshot: where to put them
 *
 * What debugfs shows in cwq/queues. The counters are read at one moment, so the
 * ledger holds: see struct cwq_snapshot.
 *
 * Context: any.
 * Return: true; false on bad input, which is reported.
 */
bool cwq_workqueue_snapshot(struct cwq_workqueue_struct *wq, int cpu,
			    struct cwq_snapshot *snapshot)
{
	return cwq_core_snapshot(wq, cpu, snapshot, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_workqueue_snapshot);
