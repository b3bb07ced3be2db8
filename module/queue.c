// SPDX-License-Identifier: GPL-2.0
/* The API: queueing. */
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/irqflags.h>
#include <linux/smp.h>

#include <cwq/workqueue.h>

#include "shim.h"
#include "trace.h"

/*
 * Here it is inline, and cwq_core_push_work(), called last, restores the interrupts: so
 * of what each item pays for, nothing is saved on the stack.
 */
CWQ_DIRECT notrace bool
cwq_shim_push_work(const struct cwq_workqueue_struct *wq,
		   struct cwq_work_struct *work, const void *caller, void *cwq)
{
	unsigned long flags;

	local_irq_save(flags);
	return cwq_core_push_work(flags, work, caller, cwq);
}

CWQ_DIRECT notrace bool cwq_shim_work_pushed(unsigned long flags)
{
	local_irq_restore(flags);
	return true;
}

/* The short cut through the core tells no tracer. */
static __always_inline bool enqueue_on(int cpu, struct cwq_workqueue_struct *wq,
				       struct cwq_work_struct *work,
				       const void *caller)
{
	if (trace_cwq_queue_work_enabled())
		return cwq_core_queue_work_traced(wq, work, caller, cpu);
	return cwq_core_queue_work_on(cpu, wq, work, caller);
}

/* The same for this CPU, which need not be checked. */
static __always_inline bool enqueue(struct cwq_workqueue_struct *wq,
				    struct cwq_work_struct *work,
				    const void *caller)
{
	unsigned int cpu = raw_smp_processor_id();

	if (trace_cwq_queue_work_enabled())
		return cwq_core_queue_work_traced(wq, work, caller, cpu);
	return cwq_core_queue_work(wq, work, caller, cpu);
}

/**
 * cwq_queue_work - queue a work on this CPU
 * @wq: the queue
 * @work: the work
 *
 * The works of one queue and CPU start in the order in which they were queued.
 * While the function of @work is running in another thread of @wq, @work is
 * queued there, so that it does not run twice at once.
 *
 * If @work is pending already, on whatever queue, it stays where it is, and the
 * function, when it runs, sees everything that was stored before this call. (If
 * it is pending because a cancel is under way, it does not run.)
 *
 * Context: any.
 * Return: true if @work was queued; false if it was pending already, or on bad
 * input, which is reported.
 */
bool cwq_queue_work(struct cwq_workqueue_struct *wq,
		    struct cwq_work_struct *work)
{
	return enqueue(wq, work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_queue_work);

/**
 * cwq_queue_work_on - queue a work on a given CPU
 * @cpu: the CPU, any possible one, or WORK_CPU_UNBOUND, which means the CPU that the
 *	caller runs on. If it is offline, another CPU takes the work. No meaning if
 *	the queue is single-threaded.
 * @wq: the queue
 * @work: the work
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_queue_work().
 */
bool cwq_queue_work_on(int cpu, struct cwq_workqueue_struct *wq,
		       struct cwq_work_struct *work)
{
	return enqueue_on(cpu, wq, work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_queue_work_on);

/**
 * cwq_queue_delayed_work - queue a work after a delay
 * @wq: the queue
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * The work runs on this CPU, wherever the timer fires. It takes its place in
 * the queue when the timer fires. It is pending from this call on: queueing it
 * again is refused and does not change the time.
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_queue_work().
 */
bool cwq_queue_delayed_work(struct cwq_workqueue_struct *wq,
			    struct cwq_delayed_work *dwork, unsigned long delay)
{
	return cwq_core_queue_delayed_work(wq, dwork, delay, (void *)_RET_IP_,
					   raw_smp_processor_id());
}
EXPORT_SYMBOL_GPL(cwq_queue_delayed_work);

/**
 * cwq_queue_delayed_work_on - queue a work on a given CPU after a delay
 * @cpu: as in cwq_queue_work_on()
 * @wq: the queue
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_queue_work().
 */
bool cwq_queue_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
			       struct cwq_delayed_work *dwork,
			       unsigned long delay)
{
	return cwq_core_queue_delayed_work_on(cpu, wq, dwork, delay,
					      (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_queue_delayed_work_on);

/**
 * cwq_mod_delayed_work - queue a work after a delay, whatever it does now
 * @wq: the queue
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * An idle @dwork is queued as by cwq_queue_delayed_work(). One that is pending is
 * moved, from its timer or from its place in whatever queue, to @wq and the new
 * time; counted as cancelled where it was on a list. While a cancel is under
 * way, @dwork is left to that.
 *
 * Context: as cwq_queue_work().
 * Return: true if @dwork was pending; false if it was idle and has been queued,
 * or on bad input, which is reported.
 */
bool cwq_mod_delayed_work(struct cwq_workqueue_struct *wq,
			  struct cwq_delayed_work *dwork, unsigned long delay)
{
	return cwq_core_mod_delayed_work_on(raw_smp_processor_id(), wq, dwork,
					    delay, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_mod_delayed_work);

/**
 * cwq_mod_delayed_work_on - queue a work on a given CPU after a delay, whatever
 *	it does now
 * @cpu: as in cwq_queue_work_on()
 * @wq: the queue
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_mod_delayed_work().
 */
bool cwq_mod_delayed_work_on(int cpu, struct cwq_workqueue_struct *wq,
			     struct cwq_delayed_work *dwork,
			     unsigned long delay)
{
	return cwq_core_mod_delayed_work_on(cpu, wq, dwork, delay,
					    (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_mod_delayed_work_on);

/**
 * cwq_work_busy - is a work pending or running?
 * @work: the work, which may be that in a delayed work
 *
 * A function that still runs on another queue than that which @work was queued on
 * last is not seen.
 *
 * A function may free its work and go on. When the memory is another work by then,
 * that one is not running: what runs is told by address and function, here and
 * wherever something waits for a work or follows it. Only if the memory has become
 * a work with the same function is it taken for the one that runs.
 *
 * Context: any.
 * Return: CWQ_WORK_BUSY_PENDING, CWQ_WORK_BUSY_RUNNING, both or 0, as it was at
 * one moment during the call.
 */
unsigned int cwq_work_busy(struct cwq_work_struct *work)
{
	return cwq_core_work_busy(work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_work_busy);

/* CWQ_PREPARE_WORK(), which has the documentation. */
void cwq_prepare_work(struct cwq_work_struct *work, cwq_work_func_t func)
{
	cwq_core_prepare_work(work, func, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_prepare_work);

/**
 * cwq_schedule_work - queue a work on this CPU's thread of the common queue
 * @work: the work
 *
 * The common queue is called "events". Whoever waits for it waits for the works
 * of others, too.
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_queue_work().
 */
bool cwq_schedule_work(struct cwq_work_struct *work)
{
	return enqueue(cwq_system_wq, work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_schedule_work);

/**
 * cwq_schedule_work_on - queue a work on a given CPU's thread of the common
 *	queue
 * @cpu: as in cwq_queue_work_on()
 * @work: the work
 *
 * Context: as cwq_queue_work().
 * Return: as cwq_queue_work().
 */
bool cwq_schedule_work_on(int cpu, struct cwq_work_struct *work)
{
	return enqueue_on(cpu, cwq_system_wq, work, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_schedule_work_on);

/**
 * cwq_schedule_delayed_work - queue a work on the common queue after a delay
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * Context: as cwq_queue_delayed_work().
 * Return: as cwq_queue_delayed_work().
 */
bool cwq_schedule_delayed_work(struct cwq_delayed_work *dwork,
			       unsigned long delay)
{
	return cwq_core_queue_delayed_work(cwq_system_wq, dwork, delay,
					   (void *)_RET_IP_,
					   raw_smp_processor_id());
}
EXPORT_SYMBOL_GPL(cwq_schedule_delayed_work);

/**
 * cwq_schedule_delayed_work_on - queue a work on a given CPU's thread of the
 *	common queue after a delay
 * @cpu: as in cwq_queue_work_on()
 * @dwork: the delayed work
 * @delay: jiffies from now, at least; 0 queues it at once
 *
 * Context: as cwq_queue_delayed_work().
 * Return: as cwq_queue_delayed_work().
 */
bool cwq_schedule_delayed_work_on(int cpu, struct cwq_delayed_work *dwork,
				  unsigned long delay)
{
	return cwq_core_queue_delayed_work_on(cpu, cwq_system_wq, dwork, delay,
					      (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(cwq_schedule_delayed_work_on);

/* Set up by CWQ_INIT_DELAYED_WORK(); clients have no use for it. */
void cwq_delayed_work_timer_fn(struct timer_list *timer)
{
	cwq_core_timer_fn(container_of(timer, struct cwq_delayed_work, timer));
}
EXPORT_SYMBOL_GPL(cwq_delayed_work_timer_fn);
