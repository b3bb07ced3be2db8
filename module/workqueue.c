// SPDX-License-Identifier: GPL-2.0
/* The API: queues. */
#include <linux/export.h>
#include <linux/instruction_pointer.h>

#include <cwq/workqueue.h>

#include "shim.h"

/**
 * cwq_create_workqueue - make a queue with a thread on each CPU
 * @name: its name, from 1 to CWQ_NAME_LEN - 1 characters; copied. Threads are
 *	called name/cpu. Other queues may have the same name.
 *
 * Threads for CPUs that come online later are made when they do.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: the queue, for cwq_destroy_workqueue(); NULL if there is no memory or
 * a thread could not be made, or on bad input, which is reported.
 */
struct cwq_workqueue_struct *cwq_create_workqueue(const char *name)
{
	return cwq_core_create_workqueue(name, false, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_create_workqueue);

/**
 * cwq_create_singlethread_workqueue - make a queue with a single thread
 * @name: as in cwq_create_workqueue(); the thread has just this name
 *
 * Works run one after another in the order in which they were queued, whatever
 * CPU they were queued on. The thread runs on any CPU.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock.
 * Return: as cwq_create_workqueue().
 */
struct cwq_workqueue_struct *cwq_create_singlethread_workqueue(const char *name)
{
	return cwq_core_create_workqueue(name, true, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_create_singlethread_workqueue);

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
 * @wq, this is reported and does nothing.
 *
 * Context: process context; may sleep.
 */
void cwq_destroy_workqueue(struct cwq_workqueue_struct *wq)
{
	cwq_core_destroy_workqueue(wq, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_destroy_workqueue);

/**
 * cwq_workqueue_snapshot - the counters of a queue
 * @wq: the queue
 * @cpu: which CPU's; any possible one if the queue is single-threaded
 * @snapshot: where to put them
 *
 * What debugfs shows in cwq/queues. The counters are read at one moment, so the
 * ledger holds: see struct cwq_snapshot.
 *
 * Context: any, but not hard interrupts on PREEMPT_RT.
 * Return: true; false on bad input, which is reported.
 */
bool cwq_workqueue_snapshot(struct cwq_workqueue_struct *wq, int cpu,
			    struct cwq_snapshot *snapshot)
{
	return cwq_core_snapshot(wq, cpu, snapshot, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_workqueue_snapshot);
