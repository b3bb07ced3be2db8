// SPDX-License-Identifier: GPL-2.0
/* Calling the function of a work, and what a worker owes the kernel after it. */
#include <linux/freezer.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include <cwq/workqueue.h>

#include "shim.h"
#include "trace.h"

/*
 * The function has taken what it did not give back. The worker has to sleep, so
 * the count is put right; a lock remains lost.
 */
static noinline __cold void report_leak(void)
{
	const void *func = cwq_core_current_func();

	pr_err("cwq: %ps has leaked: preempt_count %#x, locks held %d\n", func,
	       preempt_count(), lockdep_depth(current));
	debug_show_held_locks(current);
	cwq_shim_misuse(CWQ_MISUSE_LEAK, func);
	preempt_count_set(0);
}

/* @work may be gone when @func returns. */
static void run_traced(struct cwq_work_struct *work, cwq_work_func_t func)
{
#ifdef CONFIG_LOCKDEP
	struct lockdep_map map;

	lockdep_copy_map(&map, &work->lockdep_map);
#endif
	lock_map_acquire(&map);
	trace_cwq_execute_start(work, func);
	func(work);
	trace_cwq_execute_end(work, func);
	lock_map_release(&map);
}

/* With somebody to tell of it. */
static noinline void run_watched(struct cwq_work_struct *work,
				 cwq_work_func_t func)
{
#ifdef CONFIG_LOCKDEP
	struct cwq_queue_map *queue = cwq_core_current_map();
#endif
	lock_map_acquire(&queue->map);
	run_traced(work, func);
	lock_map_release(&queue->map);
}

/* Called by a worker, in process context, with nothing held. */
CWQ_DIRECT notrace void cwq_shim_run(struct cwq_work_struct *work,
				     cwq_work_func_t func)
{
	if (IS_ENABLED(CONFIG_LOCKDEP) ||
	    unlikely(trace_cwq_execute_start_enabled() ||
		     trace_cwq_execute_end_enabled()))
		run_watched(work, func);
	else
		func(work);

	if (unlikely(preempt_count() || lockdep_depth(current)))
		report_leak();
	if (unlikely(freezing(current)))
		cwq_core_freeze_after_run();
	cond_resched();
}

/*
 * The same within the function of another work, which may hold locks. The map of the
 * queue is held already.
 */
void cwq_shim_run_nested(struct cwq_work_struct *work, cwq_work_func_t func)
{
	int held = lockdep_depth(current);

	run_traced(work, func);
	if (unlikely(preempt_count() || lockdep_depth(current) != held))
		report_leak();
	if (unlikely(freezing(current)))
		cwq_core_freeze_after_run();
}
