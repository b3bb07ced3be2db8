// SPDX-License-Identifier: GPL-2.0
/* What the core tells the log, by name. */
#define pr_fmt(fmt) "cwq: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/time64.h>

#include "shim.h"

void cwq_shim_log_not_made(const char *queue, int cpu, int error,
			   const void *caller)
{
	if (cpu < 0)
		pr_err("%s: not made: %pe: called by %pS\n", queue,
		       ERR_PTR(-error), caller);
	else
		pr_err("%s: not made, no thread or memory for CPU %d: %pe: called by %pS\n",
		       queue, cpu, ERR_PTR(-error), caller);
}

/* A CPU was to come. */
void cwq_shim_log_no_thread(const char *queue, int cpu, int error)
{
	pr_err("%s: no thread for CPU %d: %pe\n", queue, cpu, ERR_PTR(-error));
}

void cwq_shim_log_hog(const char *queue, int cpu, const void *func,
		      unsigned long used, unsigned long nr)
{
	pr_warn("%s (CPU %d): %ps has used its CPU for %lu us in one run: number %lu\n",
		queue, cpu, func, used / NSEC_PER_USEC, nr);
}

void cwq_shim_log_lost_func(const char *queue)
{
	pr_err("%s: a work has lost its function while it was pending: not run\n",
	       queue);
	cwq_shim_misuse(CWQ_MISUSE_LOST_FUNC, __builtin_return_address(0));
}

void cwq_shim_log_freed_armed(const char *queue)
{
	pr_err("%s: a delayed work was freed or initialised with its timer armed: forgotten\n",
	       queue);
	cwq_shim_misuse(CWQ_MISUSE_FREED_ARMED, __builtin_return_address(0));
}

void cwq_shim_log_cancelled(const char *queue, const void *func)
{
	pr_warn("%s: destroyed with a timer armed: %ps cancelled\n", queue,
		func);
}

/* One link of a ring: no work of it would ever end. */
void cwq_shim_log_wait(const char *queue, int cpu, const void *func,
		       const char *for_queue, int for_cpu, const void *for_func)
{
	pr_warn("deadlock: %ps on %s (CPU %d) waits for %s (CPU %d), which runs %ps\n",
		func, queue, cpu, for_queue, for_cpu, for_func);
}

static const char *name(const void *module)
{
	return ((const struct module *)module)->name;
}

void cwq_shim_log_evicted(const void *module, const void *func,
			  const char *queue, bool running)
{
	if (running)
		pr_err("module %s goes, but %ps runs on %s: waiting for it\n",
		       name(module), func, queue);
	else
		pr_err("module %s goes, but %ps is pending on %s: cancelled\n",
		       name(module), func, queue);
}

void cwq_shim_log_evicted_queue(const void *module, const char *queue)
{
	pr_err("module %s goes, but its queue %s is alive: destroyed\n",
	       name(module), queue);
}
