// SPDX-License-Identifier: GPL-2.0
/* The queues that stay for the whole run, and the ledgers of all. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "torture.h"

struct torture_queue *torture_queues;
unsigned int torture_nr_queues;

struct cwq_workqueue_struct *torture_create(const char *name, unsigned int kind)
{
	switch (kind % 6) {
	case 5:
		return cwq_create_freezeable_workqueue(name);
	case 2:
		return cwq_create_rt_workqueue(name);
	case 1:
	case 3:
		return cwq_create_singlethread_workqueue(name);
	default:
		return cwq_create_workqueue(name);
	}
}

int torture_create_queues(unsigned int n)
{
	torture_queues = kcalloc(n, sizeof(*torture_queues), GFP_KERNEL);
	if (!torture_queues)
		return -ENOMEM;
	for (; torture_nr_queues < n; torture_nr_queues++) {
		struct torture_queue *q = &torture_queues[torture_nr_queues];

		q->wq = torture_create("cwq_torture", torture_nr_queues);
		q->single = torture_nr_queues % 2;
		if (!q->wq)
			return -ENOMEM;
	}
	return 0;
}

void torture_destroy_queues(void)
{
	while (torture_nr_queues)
		cwq_destroy_workqueue(torture_queues[--torture_nr_queues].wq);
	kfree(torture_queues);
	torture_queues = NULL;
}

void torture_flush_queues(void)
{
	unsigned int i;

	for (i = 0; i < torture_nr_queues; i++)
		cwq_flush_workqueue(torture_queues[i].wq);
}

static bool take_snapshot(struct cwq_workqueue_struct *wq, int cpu,
			  struct cwq_snapshot *s)
{
	torture_count(snapshots);
	if (!cwq_workqueue_snapshot(wq, cpu, s)) {
		torture_error("no snapshot of CPU %d", cpu);
		return false;
	}
	if (s->accepted != s->executed + s->cancelled + s->pending + s->running)
		torture_error(
			"the ledger of CPU %d: %lu accepted, %lu executed, %lu cancelled, %lu pending, %lu running",
			s->cpu, s->accepted, s->executed, s->cancelled,
			s->pending, s->running);
	return true;
}

void torture_check_ledger(struct cwq_workqueue_struct *wq, int cpu)
{
	struct cwq_snapshot s;

	take_snapshot(wq, cpu, &s);
}

/* All is done: is nothing left on any queue? */
void torture_check_rest(void)
{
	struct cwq_snapshot s;
	unsigned int i;
	int cpu;

	for (i = 0; i < torture_nr_queues; i++) {
		for_each_possible_cpu(cpu) {
			if (!take_snapshot(torture_queues[i].wq, cpu, &s))
				continue;
			if (s.pending || s.running || s.delayed)
				torture_error(
					"queue %u, CPU %d: %lu pending, %lu running, %lu delayed are left",
					i, cpu, s.pending, s.running,
					s.delayed);
		}
	}
}
