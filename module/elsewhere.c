// SPDX-License-Identifier: GPL-2.0
/* The API: running a function elsewhere, without a work of one's own. */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include <cwq/workqueue.h>

#include "shim.h"

/* May @func be called elsewhere and waited for from here? */
static bool may_wait_for(const void *func, const void *caller)
{
	if (!func)
		cwq_shim_misuse(CWQ_MISUSE_NO_FUNC, caller);
	else if (!cwq_shim_may_sleep())
		cwq_shim_misuse(CWQ_MISUSE_ATOMIC, caller);
	else
		return true;
	return false;
}

/**
 * cwq_schedule_on_each_cpu - run a function on each online CPU and wait
 * @func: the function; may sleep. Each call has a work of its own.
 *
 * Runs in the threads of the common queue, all CPUs at the same time. Called by
 * a work of the common queue, it calls @func directly for that work's CPU.
 *
 * A CPU that goes offline before its turn has its call on another one, as every
 * work has: nobody who waits here keeps CPUs from going, and @func, or what is in
 * front of it on the common queue, may itself wait for that.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock, but not while it
 * waits.
 * Return: 0; -ENOMEM; -EDEADLK if called by a work that one of the threads waits
 * for, or -EINVAL if the common queue refuses a work: then some CPUs may have been
 * left out; -EINVAL on bad input. What is refused is reported.
 */
int cwq_schedule_on_each_cpu(cwq_work_func_t func)
{
	struct cwq_work_struct __percpu *works;
	int cpu, own = -1, ret = 0;

	if (!may_wait_for(func, (void *)_RET_IP_))
		return -EINVAL;
	works = alloc_percpu(struct cwq_work_struct);
	if (!works)
		return -ENOMEM;

	cpus_read_lock();
	if (cwq_current_is_keventd())
		own = raw_smp_processor_id();
	for_each_possible_cpu(cpu) {
		struct cwq_work_struct *work = per_cpu_ptr(works, cpu);

		CWQ_INIT_WORK(work, func);
		/* The slow way, which tells tracers; who calls is our caller. */
		if (cpu_online(cpu) && cpu != own &&
		    !cwq_core_queue_work_traced(cwq_system_wq, work,
						(void *)_RET_IP_, cpu))
			ret = -EINVAL;
	}
	cpus_read_unlock();

	if (own >= 0)
		func(per_cpu_ptr(works, own));
	for_each_possible_cpu(cpu)
		if (!ret)
			ret = cwq_core_wait_for_work(per_cpu_ptr(works, cpu));
	if (ret)
		for_each_possible_cpu(cpu)
			cwq_cancel_work_sync(per_cpu_ptr(works, cpu));

	free_percpu(works);
	return ret;
}
EXPORT_SYMBOL_GPL(cwq_schedule_on_each_cpu);

struct work_for_cpu {
	long (*fn)(void *arg);
	void *arg;
	long ret;
	struct completion done;
};

static int work_for_cpu_fn(void *arg)
{
	struct work_for_cpu *work = arg;

	work->ret = work->fn(work->arg);
	complete(&work->done);
	return 0;
}

/**
 * cwq_work_on_cpu - run a function on a given CPU and wait
 * @cpu: the CPU
 * @fn: the function; may sleep
 * @arg: what it is called with
 *
 * Runs in a thread made for the purpose, so it waits for no other work, and works
 * may call this. If @cpu goes offline meanwhile, @fn goes on elsewhere.
 *
 * Context: process context; may sleep. Takes the CPU hotplug lock, but not while
 * @fn runs.
 * Return: what @fn returns; -EINVAL if @cpu is offline, or on bad input, which is
 * reported; another error if there is no thread to be had.
 */
long cwq_work_on_cpu(int cpu, long (*fn)(void *arg), void *arg)
{
	struct work_for_cpu work = { .fn = fn, .arg = arg };
	struct task_struct *thread = ERR_PTR(-EINVAL);

	if (!may_wait_for(fn, (void *)_RET_IP_))
		return -EINVAL;
	if (!cwq_shim_cpu_possible(cpu)) {
		cwq_shim_misuse(CWQ_MISUSE_BAD_CPU, (void *)_RET_IP_);
		return -EINVAL;
	}
	init_completion(&work.done);

	cpus_read_lock();
	if (cpu_online(cpu))
		thread = kthread_create_on_node(work_for_cpu_fn, &work,
						cpu_to_node(cpu),
						"cwq_on_cpu/%d", cpu);
	if (!IS_ERR(thread)) {
		kthread_bind(thread, cpu);
		get_task_struct(thread);
		wake_up_process(thread);
	}
	cpus_read_unlock();
	if (IS_ERR(thread))
		return PTR_ERR(thread);

	wait_for_completion(&work.done);
	/* No code of ours may run when the caller lets the module go. */
	kthread_stop(thread);
	put_task_struct(thread);
	return work.ret;
}
EXPORT_SYMBOL_GPL(cwq_work_on_cpu);

/**
 * cwq_execute_in_process_context - run a function in process context
 * @func: the function
 * @ew: room for a work, valid until @func is called; must not be in use by an
 *	earlier call
 *
 * Calls @func at once if this is process context already, otherwise queues it on
 * the common queue.
 *
 * Context: as cwq_queue_work().
 * Return: 0 if @func has been called, 1 if it has been queued; -EINVAL on bad
 * input, or if the common queue refuses it; either is reported.
 */
int cwq_execute_in_process_context(cwq_work_func_t func,
				   struct cwq_execute_work *ew)
{
	if (!func || !ew) {
		cwq_shim_misuse(func ? CWQ_MISUSE_NULL_WORK
				     : CWQ_MISUSE_NO_FUNC,
				(void *)_RET_IP_);
		return -EINVAL;
	}
	if (!in_interrupt()) {
		func(&ew->work);
		return 0;
	}
	CWQ_INIT_WORK(&ew->work, func);
	/* The slow way, which tells tracers; who calls is our caller. */
	return cwq_core_queue_work_traced(cwq_system_wq, &ew->work,
					  (void *)_RET_IP_,
					  raw_smp_processor_id())
		       ? 1
		       : -EINVAL;
}
EXPORT_SYMBOL_GPL(cwq_execute_in_process_context);

/**
 * cwq_current_is_keventd - is this called by a work of the common queue?
 *
 * Context: any; in an interrupt it is not.
 * Return: 1 or 0.
 */
int cwq_current_is_keventd(void)
{
	return cwq_core_within_workqueue(cwq_system_wq);
}
EXPORT_SYMBOL_GPL(cwq_current_is_keventd);

/**
 * cwq_keventd_up - does the common queue take work?
 *
 * Context: any.
 * Return: 1: it does from the moment that the module is there.
 */
int cwq_keventd_up(void)
{
	return 1;
}
EXPORT_SYMBOL_GPL(cwq_keventd_up);
