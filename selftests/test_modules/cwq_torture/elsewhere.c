// SPDX-License-Identifier: GPL-2.0
/* Calls that run a function elsewhere without a work of the caller's. */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/smp.h>

#include "torture.h"

static DEFINE_MUTEX(each_lock); /* each_runs */
static atomic_t each_runs;

static void each_fn(struct cwq_work_struct *work)
{
	atomic_inc(&each_runs);
}

/* On all CPUs: the number is known if none came or went. */
static void on_each_cpu_once(void)
{
	unsigned int before = torture_transitions();
	unsigned int cpus = num_online_cpus();
	int ret;

	mutex_lock(&each_lock);
	atomic_set(&each_runs, 0);
	ret = cwq_schedule_on_each_cpu(each_fn);
	if (ret && ret != -ENOMEM)
		torture_error("schedule_on_each_cpu: %d", ret);
	if (!ret && cpus == num_online_cpus() &&
	    before == torture_transitions() && atomic_read(&each_runs) != cpus)
		torture_error("schedule_on_each_cpu: %d runs on %u CPUs",
			      atomic_read(&each_runs), cpus);
	mutex_unlock(&each_lock);
}

static long on_cpu_fn(void *arg)
{
	const struct torture_place *place = arg;

	if (torture_misplaced(place))
		torture_error("work_on_cpu: on CPU %d, not %d",
			      raw_smp_processor_id(), place->cpu);
	return place->cpu;
}

static void on_cpu(int cpu)
{
	struct torture_place place = torture_place(cpu);
	long ret = cwq_work_on_cpu(cpu, on_cpu_fn, &place);

	/* No memory, or a CPU that is not there, is nobody's fault. */
	if (ret >= 0 ? ret != cpu : ret == -EINVAL && torture_stayed(&place))
		torture_error("work_on_cpu: %ld from CPU %d", ret, cpu);
}

void torture_elsewhere(struct rnd_state *random, struct torture_task *task)
{
	if (torture_below(random, 2)) {
		torture_step(task, "schedule_on_each_cpu");
		on_each_cpu_once();
	} else {
		torture_step(task, "work_on_cpu");
		on_cpu(torture_cpu(random));
	}
}
