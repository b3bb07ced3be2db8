// SPDX-License-Identifier: GPL-2.0
/* The thread that looks for what takes too long, and what it tells. */
#define pr_fmt(fmt) "cwq: " fmt

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched/debug.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/time64.h>
#include <linux/wait.h>

#include "compat.h"
#include "shim.h"

#define MAX_THRESH (24 * 60 * 60)

static DECLARE_WAIT_QUEUE_HEAD(thresh_changed);
static unsigned int watchdog_thresh = 30;

static int set_thresh(const char *text, const struct kernel_param *kp)
{
	unsigned int thresh;

	if (kstrtouint(text, 0, &thresh) || thresh > MAX_THRESH) {
		pr_err("watchdog_thresh is a number of seconds, at most %d\n",
		       MAX_THRESH);
		return -EINVAL;
	}
	WRITE_ONCE(watchdog_thresh, thresh);
	wake_up(&thresh_changed);
	return 0;
}

static const struct kernel_param_ops thresh_ops = {
	.set = set_thresh,
	.get = param_get_uint,
};
module_param_cb(watchdog_thresh, &thresh_ops, &watchdog_thresh, 0644);
MODULE_PARM_DESC(
	watchdog_thresh,
	"report what runs or is pending for so many seconds (30; 0: nothing)");

/* When it is told that the watchdog is late. */
static unsigned int patience_ms(void)
{
	return (READ_ONCE(watchdog_thresh) + 5) * MSEC_PER_SEC;
}

/* In an interrupt, of what it has interrupted. */
static void show_this_cpu(void *shown)
{
	dump_stack_lvl(KERN_ERR);
	complete(shown);
}

static DECLARE_COMPLETION(cpu_shown);
static call_single_data_t show_cpu = CSD_INIT(show_this_cpu, &cpu_shown);
static bool cpu_asked; /* and has not answered */

/*
 * Of a worker that runs at this moment nobody else can tell the stack: ask its CPU. It
 * does not answer as long as it has interrupts off.
 */
static bool show_running(struct task_struct *worker)
{
	int cpu = task_cpu(worker);

	if (!cwq_task_is_running(worker))
		return false;
	if (!cpu_asked && smp_call_function_single_async(cpu, &show_cpu))
		return false;
	cpu_asked = !wait_for_completion_timeout(&cpu_shown, HZ);
	if (cpu_asked)
		pr_err("  CPU %d does not answer: its interrupts are off\n",
		       cpu);
	return true;
}

/* All at one level, where the kernel lets us have the stack. */
static void show_sleeping(struct task_struct *task)
{
	unsigned long entries[32];
	unsigned int i, nr;

	nr = cwq_save_stack(task, entries, ARRAY_SIZE(entries));
	if (!nr) {
		sched_show_task(task);
		return;
	}
	pr_err("  %s (%d) is in state %c\n", task->comm, task_pid_nr(task),
	       task_state_to_char(task));
	pr_err("Call Trace:\n");
	for (i = 0; i < nr; i++)
		pr_err(" %pS\n", (void *)entries[i]);
	pr_err("</TASK>\n");
}

static struct task_struct *watchdog;

/* In an interrupt, on the CPU that the watchdog waits for. */
static void show_who_has_cpu(void *unused)
{
	if (current == watchdog) /* it has much to tell */
		return;
	pr_err("the watchdog is not let run: %s (%d) has CPU %d\n",
	       current->comm, task_pid_nr(current), smp_processor_id());
	dump_stack_lvl(KERN_ERR);
}

static call_single_data_t show_who = CSD_INIT(show_who_has_cpu, NULL);

/*
 * Between two rounds it is idle. Then it waits for a timer, which on PREEMPT_RT is a
 * thread's to run, of the same CPU.
 */
static bool waits_for_somebody(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	return state != TASK_RUNNING && !(state & TASK_NOLOAD);
}

/*
 * The watchdog has not begun a round for long, which is told once. In a hard interrupt,
 * on PREEMPT_RT, too: what does not let the watchdog run may let no thread run.
 */
static enum hrtimer_restart watchdog_is_late(struct hrtimer *timer)
{
	ktime_t late = ktime_sub(ktime_get(), hrtimer_get_expires(timer));

	/* Nor has the machine run; see cwq_core_begin_round(). */
	if (ktime_to_ms(late) > MSEC_PER_SEC) {
		hrtimer_forward_now(timer, ms_to_ktime(patience_ms()));
		return HRTIMER_RESTART;
	}
	if (waits_for_somebody(watchdog)) {
		pr_err("the watchdog waits itself\n");
		show_sleeping(watchdog);
	} else if (task_cpu(watchdog) == smp_processor_id()) {
		show_who_has_cpu(NULL);
	} else {
		smp_call_function_single_async(task_cpu(watchdog), &show_who);
	}
	return HRTIMER_NORESTART;
}

static struct hrtimer is_late;

static void report(const struct cwq_stall *stall, struct task_struct *worker)
{
	const struct cwq_where *where = &stall->where;
	char instance[sizeof("#4294967295")] = "";
	unsigned int i;

	if (where->instance > 1)
		snprintf(instance, sizeof(instance), "#%u", where->instance);
	pr_err("%s%s (CPU %d): %ps has been %s for %u s\n", where->name,
	       instance, where->cpu, stall->func,
	       stall->running ? "running" : "pending",
	       jiffies_to_msecs(stall->age) / 1000);
	for (i = 0; i < min(stall->nr_waiters, CWQ_STALL_WAITERS); i++)
		pr_err("  %s (%d) waits behind it in %s for %u s\n",
		       stall->waiters[i].task.comm, stall->waiters[i].task.pid,
		       cwq_call_name(stall->waiters[i].call),
		       jiffies_to_msecs(stall->waiters[i].waits) / 1000);
	if (i < stall->nr_waiters)
		pr_err("  and %u more wait behind it\n", stall->nr_waiters - i);
	if (worker && !show_running(worker))
		show_sleeping(worker);
}

static void look_at_all(unsigned long thresh)
{
	struct cwq_place place = {};
	struct task_struct *worker;
	struct cwq_stall stall;

	while (cwq_core_next_stall(thresh, &place, &stall, &worker)) {
		report(&stall, worker);
		if (worker)
			put_task_struct(worker);
		cond_resched();
	}
}

/*
 * Looks often enough to be late by a quarter at most. Not in real time: where functions
 * are not preempted, such a thread waits for the one that has its CPU, while others
 * are moved to a CPU that is idle.
 */
static int watchdog_fn(void *unused)
{
	unsigned long period = MAX_SCHEDULE_TIMEOUT;

	set_user_nice(current, MIN_NICE);
	while (!kthread_should_stop()) {
		unsigned int thresh = READ_ONCE(watchdog_thresh);

		cwq_core_begin_round(period, max_t(unsigned long, period, HZ));
		if (thresh) {
			hrtimer_start(&is_late, ms_to_ktime(patience_ms()),
				      HRTIMER_MODE_REL_HARD);
			look_at_all(thresh * HZ);
		} else {
			hrtimer_cancel(&is_late);
		}
		period = thresh ? thresh * HZ / 4 : MAX_SCHEDULE_TIMEOUT;
		wait_event_idle_timeout(thresh_changed,
					kthread_should_stop() ||
						READ_ONCE(watchdog_thresh) !=
							thresh,
					period);
	}
	hrtimer_cancel(&is_late);
	/* Whom that has asked has answered, then. */
	kick_all_cpus_sync();
	if (cpu_asked)
		wait_for_completion(&cpu_shown);
	return 0;
}

int cwq_watchdog_start(void)
{
	hrtimer_setup(&is_late, watchdog_is_late, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);
	watchdog = kthread_run(watchdog_fn, NULL, "cwq_watchdog");
	return PTR_ERR_OR_ZERO(watchdog);
}

void cwq_watchdog_stop(void)
{
	kthread_stop(watchdog);
}
