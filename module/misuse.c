// SPDX-License-Identifier: GPL-2.0
/*
 * Telling a client what it did wrong: once per kind with a backtrace, counted
 * for ever.
 */
#define pr_fmt(fmt) "cwq: " fmt

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/printk.h>
#include <linux/sched/task_stack.h>
#include <linux/seq_file.h>

#include <cwq/workqueue.h>

#include "shim.h"

struct misuse_kind {
	const char *name;
	const char *text;
};

static const struct misuse_kind kinds[CWQ_NR_MISUSES] = {
	[CWQ_MISUSE_NULL_QUEUE] = { "null_queue", "the queue is NULL" },
	[CWQ_MISUSE_NULL_WORK] = { "null_work", "the work is NULL" },
	[CWQ_MISUSE_NOT_INITIALISED] = { "not_initialised",
					 "the work was never initialised" },
	[CWQ_MISUSE_NO_FUNC] = { "no_func", "the work has no function" },
	[CWQ_MISUSE_BAD_CPU] = { "bad_cpu", "there is no such CPU" },
	[CWQ_MISUSE_BAD_NAME] = { "bad_name",
				  "the name is NULL, empty or too long" },
	[CWQ_MISUSE_BAD_FLAGS] = { "bad_flags",
				   "there is no such kind of queue" },
	[CWQ_MISUSE_NULL_SNAPSHOT] = { "null_snapshot",
				       "the snapshot is NULL" },
	[CWQ_MISUSE_COMMON_QUEUE] = { "common_queue",
				      "the common queue is not the caller's" },
	[CWQ_MISUSE_QUEUE_CLOSED] = { "queue_closed",
				      "the queue is being destroyed" },
	[CWQ_MISUSE_QUEUE_DRAINING] = { "queue_draining",
					"the queue is being drained" },
	[CWQ_MISUSE_MODULE_GOING] = { "module_going",
				      "the module of the work is going" },
	[CWQ_MISUSE_ATOMIC] = { "atomic",
				"a call that sleeps, in atomic context" },
	[CWQ_MISUSE_DEADLOCK] = { "deadlock", "a work would wait for itself" },
	[CWQ_MISUSE_LEAK] = { "leak",
			      "a work has ended in atomic context or with a lock held" },
	[CWQ_MISUSE_ON_STACK] = { "on_stack",
				  "a work on the stack was not initialised as such" },
	[CWQ_MISUSE_LOST_FUNC] = { "lost_func",
				   "a pending work has lost its function" },
	[CWQ_MISUSE_FREED_ARMED] = { "freed_armed",
				     "a delayed work was freed or initialised with its timer armed" },
};

static atomic_long_t counts[CWQ_NR_MISUSES];

void cwq_shim_misuse(enum cwq_misuse misuse, const void *caller)
{
	if (atomic_long_inc_return(&counts[misuse]) == 1)
		WARN(1, "cwq: %s: called by %pS\n", kinds[misuse].text, caller);
}

/* For CWQ_INIT_WORK(). */
void __cwq_work_on_stack(void)
{
	cwq_shim_misuse(CWQ_MISUSE_ON_STACK, (void *)_RET_IP_);
}
EXPORT_SYMBOL_GPL(__cwq_work_on_stack);

/* The same for a work that was initialised without a call, where it is first queued. */
void cwq_shim_check_place(const void *work, const void *caller)
{
	if (object_is_on_stack(work))
		cwq_shim_misuse(CWQ_MISUSE_ON_STACK, caller);
}

void cwq_misuse_show(struct seq_file *m)
{
	int i;

	seq_puts(m, "misuse count\n");
	for (i = 0; i < CWQ_NR_MISUSES; i++)
		seq_printf(m, "%s %ld\n", kinds[i].name,
			   atomic_long_read(&counts[i]));
}
