// SPDX-License-Identifier: GPL-2.0
/*
 * Random use of cwq from every context, with an account for each work. Loading it
 * starts that; it ends after a time, after a number of items, or by unloading, with
 * one line in the log. See Documentation/torture.md.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/random.h>

#include "torture.h"

#define DAY (24 * 60 * 60)

static unsigned int producers;
module_param(producers, uint, 0444);
MODULE_PARM_DESC(producers, "threads that queue; 0: two for each CPU (0)");

static unsigned int works = 64;
module_param(works, uint, 0444);
MODULE_PARM_DESC(works, "works that all producers share (64)");

static unsigned int queues = 6;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "queues, of all kinds in turn (6)");

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "of what the producers do; 0: a random one (0)");

static unsigned int duration;
module_param(duration, uint, 0444);
MODULE_PARM_DESC(duration, "seconds; 0: until it is unloaded (0)");

static unsigned long items;
module_param(items, ulong, 0444);
MODULE_PARM_DESC(items, "end when so many have been accepted; 0: no limit (0)");

static unsigned int stat_interval = 60;
module_param(stat_interval, uint, 0444);
MODULE_PARM_DESC(stat_interval,
		 "seconds between counts in the log; 0: none (60)");

static unsigned int hotplug_interval;
module_param(hotplug_interval, uint, 0444);
MODULE_PARM_DESC(hotplug_interval,
		 "milliseconds that a CPU is down, and up; 0: they stay up (0)");

static const char *result = "running";

static int get_result(char *buffer, const struct kernel_param *unused)
{
	return sprintf(buffer, "%s\n", READ_ONCE(result));
}

static const struct kernel_param_ops result_ops = { .get = get_result };
module_param_cb(result, &result_ops, NULL, 0444);
MODULE_PARM_DESC(result, "running, SUCCESS or FAILURE; read only");

static int get_errors(char *buffer, const struct kernel_param *unused)
{
	return sprintf(buffer, "%d\n", atomic_read(&torture_errors));
}

static const struct kernel_param_ops errors_ops = { .get = get_errors };
module_param_cb(errors, &errors_ops, NULL, 0444);
MODULE_PARM_DESC(errors, "how many so far; read only");

static const struct limits {
	const char *name;
	const unsigned int *value;
	unsigned int min;
	unsigned int max;
} limits[] = {
	{ "producers", &producers, 0, 1024 },
	{ "works", &works, 2, 100000 },
	{ "queues", &queues, 1, 64 },
	{ "duration", &duration, 0, 365 * DAY },
	{ "stat_interval", &stat_interval, 0, DAY },
	{ "hotplug_interval", &hotplug_interval, 0, 10000 },
};

static int check_parameters(void)
{
	const struct limits *r;

	for (r = limits; r < limits + ARRAY_SIZE(limits); r++) {
		if (*r->value < r->min || *r->value > r->max) {
			pr_err("%s is %u, not from %u to %u\n", r->name,
			       *r->value, r->min, r->max);
			return -EINVAL;
		}
	}
	return 0;
}

bool torture_stopping;

static struct torture_task main_task = { .name = "cwq_torture" };
static bool ended;

void torture_seed(struct rnd_state *random, unsigned int user)
{
	prandom_seed_state(random, ((u64)seed << 32) + user);
}

void torture_print_counts(bool the_end)
{
	struct torture_counts n;
	const char *state = "running";

	torture_sum(&n);
	if (the_end)
		state = atomic_read(&torture_errors) ? "FAILURE" : "SUCCESS";
	pr_info("seed %u: %lu accepted %s %lu executed + %lu cancelled; %lu refused, %lu timeouts, %lu snapshots, %lu freed, %lu queues, %lu CPUs down, %d errors: %s\n",
		seed, n.accepted,
		n.accepted == n.executed + n.cancelled ? "=" : "!=", n.executed,
		n.cancelled, n.refused, n.timeouts, n.snapshots, n.freed,
		n.created, n.hotplug, atomic_read(&torture_errors), state);
	if (the_end)
		WRITE_ONCE(result, state);
}

static bool is_over(unsigned long end)
{
	struct torture_counts n;

	if (duration && time_after_eq(jiffies, end))
		return true;
	torture_sum(&n);
	return items && n.accepted >= items;
}

static void run(void)
{
	unsigned long end = jiffies + (unsigned long)duration * HZ;
	unsigned long stat = jiffies + stat_interval * HZ;

	while (!kthread_should_stop() && !is_over(end)) {
		if (stat_interval && time_after_eq(jiffies, stat)) {
			torture_print_counts(false);
			stat += stat_interval * HZ;
		}
		torture_step(&main_task, "its sleep");
		schedule_timeout_interruptible(HZ / 10);
	}
}

/* In the reverse order of start(), which may not have come to its end. */
static void stop(void)
{
	WRITE_ONCE(torture_stopping, true);
	torture_step(&main_task, "the end of hotplug");
	torture_hotplug_stop();
	torture_step(&main_task, "the end of interrupts");
	torture_cpus_stop();
	torture_producers_stop(&main_task);
	torture_shared_finish(&main_task);
	torture_freed_finish(&main_task);
	torture_check_rest();
	torture_step(&main_task, "destroy_workqueue");
	torture_destroy_queues();
	torture_shared_free();
	torture_cpus_free();
}

static void finish(void)
{
	struct torture_counts n;

	stop();
	torture_sum(&n);
	if (n.accepted != n.executed + n.cancelled)
		torture_error("items are lost, or run too often");
	torture_watch(false);
	ended = true;
	torture_print_counts(true);
}

static int main_thread(void *unused)
{
	run();
	finish();
	while (!kthread_should_stop())
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
	return 0;
}

static int start(void)
{
	int ret = torture_create_queues(queues);

	if (!ret)
		ret = torture_shared_create(works);
	if (!ret)
		ret = torture_cpus_start();
	if (!ret)
		ret = torture_producers_start(producers
						      ?: 2 * num_online_cpus());
	if (!ret)
		ret = torture_hotplug_start(hotplug_interval);
	if (!ret)
		ret = torture_start(&main_task, main_thread, NULL);
	return ret;
}

static int __init cwq_torture_init(void)
{
	int ret = check_parameters();

	if (ret)
		return ret;
	if (!seed)
		seed = get_random_u32();
	ret = start();
	if (ret)
		stop();
	else
		torture_watch(true);
	return ret;
}

static void __exit cwq_torture_exit(void)
{
	torture_stop(&main_task);
	/* It may have been stopped before it came up. */
	if (!ended)
		finish();
}

module_init(cwq_torture_init);
module_exit(cwq_torture_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Random use of cwq from every context, checked work by work");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
