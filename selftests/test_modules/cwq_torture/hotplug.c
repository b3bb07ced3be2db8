// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that takes CPUs down and up, except the first. Before and while one is
 * down it queues works for it, and waits for them: they must run without it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "torture.h"

#ifdef CONFIG_HOTPLUG_CPU

static struct torture_task hotplugger = { .name = "cwq_tort_cpus" };
static struct rnd_state hotplug_random;

struct stray_work {
	struct cwq_delayed_work dwork;
	struct completion run;
};

static struct stray_work strays[3];

static void stray_fn(struct cwq_work_struct *work)
{
	torture_count(executed);
	complete(&container_of(work, struct stray_work, dwork.work)->run);
}

static void put(struct stray_work *s, int cpu, unsigned int max_delay)
{
	struct cwq_workqueue_struct *wq = torture_queues[0].wq;
	unsigned long delay = torture_below(&hotplug_random, max_delay);

	if (!torture_accepted(
		    cwq_queue_delayed_work_on(cpu, wq, &s->dwork, delay)))
		torture_error("an idle work was refused by CPU %d", cpu);
}

static void wait_for_strays(void)
{
	unsigned int i;

	torture_step(&hotplugger, "the wait for works of a CPU that is gone");
	for (i = 0; i < ARRAY_SIZE(strays); i++) {
		wait_for_completion(&strays[i].run);
		cwq_flush_delayed_work(&strays[i].dwork);
	}
}

/* While the machine goes to sleep, or others do the same, it is refused. */
static void bring_up(int cpu)
{
	while (!cpu_online(cpu)) {
		torture_step(&hotplugger, "add_cpu");
		if (add_cpu(cpu))
			schedule_timeout_uninterruptible(HZ / 10);
	}
}

static void take_down(int cpu)
{
	put(&strays[0], cpu, HZ / 2);
	torture_step(&hotplugger, "remove_cpu");
	if (!remove_cpu(cpu))
		torture_count(hotplug);
	put(&strays[1], cpu, 1);
	put(&strays[2], cpu, MAX_DELAY);
	wait_for_strays();
}

static int hotplug_thread(void *data)
{
	unsigned long interval = msecs_to_jiffies((unsigned long)data);

	while (!kthread_should_stop()) {
		int cpu = torture_cpu(&hotplug_random);

		if (cpu != cpumask_first(cpu_possible_mask) &&
		    cpu_online(cpu)) {
			take_down(cpu);
			schedule_timeout_interruptible(interval);
			bring_up(cpu);
		}
		torture_step(&hotplugger, "its sleep");
		schedule_timeout_interruptible(interval);
	}
	return 0;
}

int torture_hotplug_start(unsigned int interval)
{
	unsigned int i;

	if (!interval)
		return 0;
	torture_seed(&hotplug_random, 2 * nr_cpu_ids + 1);
	for (i = 0; i < ARRAY_SIZE(strays); i++) {
		CWQ_INIT_DELAYED_WORK(&strays[i].dwork, stray_fn);
		init_completion(&strays[i].run);
	}
	return torture_start(&hotplugger, hotplug_thread,
			     (void *)(unsigned long)interval);
}

void torture_hotplug_stop(void)
{
	torture_stop(&hotplugger);
}

#else

int torture_hotplug_start(unsigned int interval)
{
	if (!interval)
		return 0;
	pr_err("hotplug_interval: this kernel cannot take CPUs down\n");
	return -EINVAL;
}

void torture_hotplug_stop(void)
{
}

#endif
