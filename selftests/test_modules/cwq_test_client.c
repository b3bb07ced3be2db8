// SPDX-License-Identifier: GPL-2.0
/*
 * Every name of <cwq/workqueue.h> once, used the ordinary way. Reading the
 * parameter "results", which works without debugfs, takes the steps and has a line
 * for each: "ok" or "not ok" and what was tried.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/sysfs.h>

#include <cwq/workqueue.h>

/* Longer than any test takes: who waits for it has gone wrong. */
#define LONG_DELAY (3600 * HZ)
#define SHORT_DELAY (HZ / 50)

static struct cwq_workqueue_struct *wq;
static struct cwq_workqueue_struct *single;

/* A delayed work that notes where and when it ran. */
struct probe {
	struct cwq_delayed_work dwork;
	unsigned int runs;
	int cpu;
	unsigned long when;
	char comm[TASK_COMM_LEN];
	struct completion ran;
};

static void probe_fn(struct cwq_work_struct *work)
{
	struct cwq_delayed_work *dwork = cwq_to_delayed_work(work);
	struct probe *probe = container_of(dwork, struct probe, dwork);

	probe->runs++;
	probe->cpu = raw_smp_processor_id();
	probe->when = jiffies;
	get_task_comm(probe->comm, current);
	complete(&probe->ran);
}

static struct probe *new_probe(void)
{
	static struct probe probe;

	memset(&probe, 0, sizeof(probe));
	init_completion(&probe.ran);
	CWQ_INIT_DELAYED_WORK(&probe.dwork, probe_fn);
	return &probe;
}

/* A work that holds its worker from the moment hold() returns to let_go(). */
static struct completion held, let_go;

static void hold_fn(struct cwq_work_struct *work)
{
	complete(&held);
	wait_for_completion(&let_go);
}

static CWQ_DECLARE_WORK(hold_work, hold_fn);

static void hold(struct cwq_workqueue_struct *queue)
{
	init_completion(&held);
	init_completion(&let_go);
	cwq_queue_work(queue, &hold_work);
	wait_for_completion(&held);
}

static void release(void)
{
	complete(&let_go);
	cwq_flush_work(&hold_work);
}

/* The steps. Each leaves the queues idle. */

static bool test_queue_work(void)
{
	struct probe *p = new_probe();
	bool queued = cwq_queue_work(wq, &p->dwork.work);

	cwq_flush_workqueue(wq);
	return queued && p->runs == 1 && !cwq_work_pending(&p->dwork.work);
}

static bool test_queue_work_pending(void)
{
	struct probe *p = new_probe();
	bool first, again, pending;

	hold(single);
	first = cwq_queue_work(single, &p->dwork.work);
	again = cwq_queue_work(single, &p->dwork.work);
	pending = cwq_work_pending(&p->dwork.work);
	release();
	cwq_flush_workqueue(single);
	return first && !again && pending && p->runs == 1;
}

static bool test_queue_work_on(void)
{
	struct probe *p = new_probe();
	char comm[TASK_COMM_LEN];
	int cpu;

	for_each_online_cpu(cpu) {
		snprintf(comm, sizeof(comm), "cwq_client/%d", cpu);
		if (!cwq_queue_work_on(cpu, wq, &p->dwork.work))
			return false;
		cwq_flush_work(&p->dwork.work);
		if (p->cpu != cpu || strcmp(p->comm, comm))
			return false;
	}
	return p->runs == num_online_cpus();
}

static bool test_single_thread(void)
{
	struct probe *p = new_probe();
	int cpu;

	for_each_online_cpu(cpu) {
		cwq_queue_work_on(cpu, single, &p->dwork.work);
		cwq_flush_work(&p->dwork.work);
		if (strcmp(p->comm, "cwq_client1"))
			return false;
	}
	return p->runs == num_online_cpus();
}

static bool ran_in_time(struct probe *p, unsigned long start)
{
	wait_for_completion(&p->ran);
	cwq_flush_work(&p->dwork.work);
	return p->runs == 1 && time_after_eq(p->when, start + SHORT_DELAY);
}

static bool test_queue_delayed_work(void)
{
	struct probe *p = new_probe();
	unsigned long start = jiffies;

	return cwq_queue_delayed_work(wq, &p->dwork, SHORT_DELAY) &&
	       ran_in_time(p, start);
}

static bool test_queue_delayed_work_on(void)
{
	struct probe *p = new_probe();
	int cpu = cpumask_last(cpu_online_mask);
	unsigned long start = jiffies;

	return cwq_queue_delayed_work_on(cpu, wq, &p->dwork, SHORT_DELAY) &&
	       ran_in_time(p, start) && p->cpu == cpu;
}

static bool test_flush_delayed_work(void)
{
	struct probe *p = new_probe();

	cwq_queue_delayed_work(wq, &p->dwork, LONG_DELAY);
	return cwq_flush_delayed_work(&p->dwork) && p->runs == 1;
}

static bool test_flush_idle(void)
{
	struct probe *p = new_probe();

	return !cwq_flush_work(&p->dwork.work) &&
	       !cwq_flush_delayed_work(&p->dwork) && !p->runs;
}

static bool test_cancel_work(void)
{
	struct probe *p = new_probe();
	bool cancelled, again;

	hold(single);
	cwq_queue_work(single, &p->dwork.work);
	cancelled = cwq_cancel_work_sync(&p->dwork.work);
	again = cwq_cancel_work_sync(&p->dwork.work);
	release();
	cwq_flush_workqueue(single);
	return cancelled && !again && !p->runs;
}

static bool test_cancel_delayed_work(void)
{
	struct probe *p = new_probe();

	cwq_queue_delayed_work(wq, &p->dwork, LONG_DELAY);
	return cwq_cancel_delayed_work(&p->dwork) &&
	       !cwq_cancel_delayed_work(&p->dwork) &&
	       !cwq_work_pending(&p->dwork.work) && !p->runs;
}

static bool test_cancel_delayed_work_sync(void)
{
	struct probe *p = new_probe();

	cwq_queue_delayed_work(wq, &p->dwork, LONG_DELAY);
	return cwq_cancel_delayed_work_sync(&p->dwork) &&
	       !cwq_cancel_delayed_work_sync(&p->dwork) && !p->runs;
}

static bool test_schedule_work(void)
{
	struct probe *p = new_probe();
	bool queued = cwq_schedule_work(&p->dwork.work);

	cwq_flush_scheduled_work();
	return queued && p->runs == 1;
}

static bool test_schedule_work_on(void)
{
	struct probe *p = new_probe();
	int cpu = cpumask_last(cpu_online_mask);
	bool queued = cwq_schedule_work_on(cpu, &p->dwork.work);

	cwq_flush_scheduled_work();
	return queued && p->runs == 1 && p->cpu == cpu;
}

static bool test_schedule_delayed_work(void)
{
	struct probe *p = new_probe();
	unsigned long start = jiffies;

	return cwq_schedule_delayed_work(&p->dwork, SHORT_DELAY) &&
	       ran_in_time(p, start);
}

static bool test_schedule_delayed_work_on(void)
{
	struct probe *p = new_probe();
	int cpu = cpumask_last(cpu_online_mask);
	unsigned long start = jiffies;

	return cwq_schedule_delayed_work_on(cpu, &p->dwork, SHORT_DELAY) &&
	       ran_in_time(p, start) && p->cpu == cpu;
}

struct stack_work {
	struct cwq_work_struct work;
	bool ran;
};

static void stack_fn(struct cwq_work_struct *work)
{
	container_of(work, struct stack_work, work)->ran = true;
}

static bool test_work_on_stack(void)
{
	struct stack_work on_stack = {};

	CWQ_INIT_WORK_ONSTACK(&on_stack.work, stack_fn);
	cwq_queue_work(wq, &on_stack.work);
	cwq_flush_work(&on_stack.work);
	cwq_destroy_work_on_stack(&on_stack.work);
	return on_stack.ran;
}

static unsigned int static_runs;

static void static_fn(struct cwq_work_struct *work)
{
	static_runs++;
}

static CWQ_DECLARE_DELAYED_WORK(static_dwork, static_fn);

static bool test_declare_delayed_work(void)
{
	unsigned int before = static_runs;

	cwq_queue_delayed_work(wq, &static_dwork, LONG_DELAY);
	cwq_flush_delayed_work(&static_dwork);
	return static_runs == before + 1;
}

static bool test_snapshot(void)
{
	struct probe *p = new_probe();
	struct cwq_snapshot before, after;
	int cpu = cpumask_last(cpu_online_mask);

	if (!cwq_workqueue_snapshot(wq, cpu, &before))
		return false;
	cwq_queue_work_on(cpu, wq, &p->dwork.work);
	cwq_flush_work(&p->dwork.work);
	cwq_flush_workqueue(wq);
	return cwq_workqueue_snapshot(wq, cpu, &after) && after.cpu == cpu &&
	       after.pid && after.accepted == before.accepted + 1 &&
	       after.executed == before.executed + 1;
}

static const struct {
	const char *what;
	bool (*step)(void);
} steps[] = {
	{ "queue a work, flush the queue", test_queue_work },
	{ "queue a work that is pending", test_queue_work_pending },
	{ "queue a work on each CPU", test_queue_work_on },
	{ "queue a work on a single-threaded queue", test_single_thread },
	{ "queue a delayed work", test_queue_delayed_work },
	{ "queue a delayed work on a CPU", test_queue_delayed_work_on },
	{ "flush a delayed work", test_flush_delayed_work },
	{ "flush an idle work", test_flush_idle },
	{ "cancel a pending work", test_cancel_work },
	{ "cancel a delayed work", test_cancel_delayed_work },
	{ "cancel a delayed work and wait", test_cancel_delayed_work_sync },
	{ "schedule a work", test_schedule_work },
	{ "schedule a work on a CPU", test_schedule_work_on },
	{ "schedule a delayed work", test_schedule_delayed_work },
	{ "schedule a delayed work on a CPU", test_schedule_delayed_work_on },
	{ "a work on the stack", test_work_on_stack },
	{ "a statically declared delayed work", test_declare_delayed_work },
	{ "take a snapshot", test_snapshot },
};

static int results_get(char *buffer, const struct kernel_param *param)
{
	int i, len = 0;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		len += sysfs_emit_at(buffer, len, "%s %s\n",
				     steps[i].step() ? "ok" : "not ok",
				     steps[i].what);
	return len;
}

static const struct kernel_param_ops results_ops = { .get = results_get };
module_param_cb(results, &results_ops, NULL, 0400);
MODULE_PARM_DESC(results, "Take the steps, and show how each went");

static int __init cwq_test_client_init(void)
{
	wq = cwq_create_workqueue("cwq_client");
	if (!wq)
		return -ENOMEM;
	single = cwq_create_singlethread_workqueue("cwq_client1");
	if (!single) {
		cwq_destroy_workqueue(wq);
		return -ENOMEM;
	}
	return 0;
}

static void __exit cwq_test_client_exit(void)
{
	cwq_destroy_workqueue(single);
	cwq_destroy_workqueue(wq);
}

module_init(cwq_test_client_init);
module_exit(cwq_test_client_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Every function of cwq used once");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
