// SPDX-License-Identifier: GPL-2.0
/*
 * The rest of the API: cancel_work, work_busy, what runs a function elsewhere,
 * the macros, and the kinds of queues.
 */

#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "helpers.h"

/* cancel_work: takes a pending work off, and waits for nothing. */
static void cancel_does_not_wait(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *a = new_gate(test);
	struct item *b = new_item(test);

	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work, a));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work, a));

	/* Pending, also while it runs. */
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(b)));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work, a));
	KUNIT_EXPECT_TRUE(test, run_call(test, call_cancel_work, b));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work, b));
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, cpu).cancelled, 2UL);
	KUNIT_EXPECT_FALSE(test, cwq_work_pending(work_of(a)));

	item_open(a);
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, item_runs(a), 1);
	KUNIT_EXPECT_EQ(test, item_runs(b), 0);
}

/* While a cancel_sync holds the work there is nothing for it to take: false. */
static void cancel_beside_cancel_sync(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = shut_gate(test, wq, first_cpu());
	struct call *cancel = start_call(test, call_cancel_work_sync, a);

	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	KUNIT_EXPECT_FALSE(test, run_call(test, call_cancel_work, a));
	KUNIT_EXPECT_TRUE(test, call_blocked(cancel));
	item_open(a);
	KUNIT_EXPECT_TRUE(test, call_returned(cancel));
}

#define PENDING CWQ_WORK_BUSY_PENDING
#define RUNNING CWQ_WORK_BUSY_RUNNING

static void expect_busy(struct kunit *test, struct item *item,
			unsigned int busy, const char *when)
{
	bool pending = busy & PENDING;

	KUNIT_EXPECT_EQ_MSG(test, cwq_work_busy(work_of(item)), busy, "%s",
			    when);
	KUNIT_EXPECT_EQ_MSG(test, cwq_work_pending(work_of(item)), pending,
			    "%s", when);
	KUNIT_EXPECT_EQ_MSG(test, cwq_delayed_work_pending(&item->dwork),
			    pending, "%s", when);
}

/* work_busy and the two _pending, in each state that a work can be in. */
static void busy(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	int cpu = first_cpu();
	struct item *gate = shut_gate(test, wq, cpu);
	struct item *a = new_gate(test);
	struct call *cancel;

	expect_busy(test, a, 0, "never queued");
	KUNIT_ASSERT_TRUE(test, cwq_queue_delayed_work_on(cpu, wq, &a->dwork,
							  TEST_FAR_AWAY));
	expect_busy(test, a, PENDING, "armed");
	KUNIT_ASSERT_TRUE(test, cwq_mod_delayed_work_on(cpu, wq, &a->dwork, 0));
	expect_busy(test, a, PENDING, "queued");
	item_open(gate);
	KUNIT_ASSERT_TRUE(test, item_entered(a));
	expect_busy(test, a, RUNNING, "running");
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	expect_busy(test, a, PENDING | RUNNING, "running and queued");
	KUNIT_ASSERT_TRUE(test,
			  cwq_mod_delayed_work(wq, &a->dwork, TEST_FAR_AWAY));
	expect_busy(test, a, PENDING | RUNNING, "running and armed");
	KUNIT_ASSERT_TRUE(test, cwq_cancel_work(work_of(a)));
	expect_busy(test, a, RUNNING, "taken off");
	cancel = start_call(test, call_cancel_work_sync, a);
	KUNIT_ASSERT_TRUE(test, call_blocked(cancel));
	expect_busy(test, a, PENDING | RUNNING, "held by a cancel");
	item_open(a);
	KUNIT_ASSERT_TRUE(test, call_returned(cancel));
	expect_busy(test, a, 0, "has run");
	shut_gate(test, wq, cpu);
	expect_busy(test, a, 0, "another one runs");
}

/* Who has run on_each_cpu_fn(), and where. */
static struct on_each_cpu {
	atomic_t inside;
	struct completion all_inside;
	atomic_t runs[NR_CPUS];
	atomic_t elsewhere;
	bool together;
	int ret;
} on_each;

/* They all run at the same time: each waits until the last one has begun. */
static void on_each_cpu_fn(struct cwq_work_struct *work)
{
	int cpu = raw_smp_processor_id();
	char comm[TASK_COMM_LEN];

	snprintf(comm, sizeof(comm), "events/%d", cpu);
	if (strcmp(current->comm, comm))
		atomic_inc(&on_each.elsewhere);
	atomic_inc(&on_each.runs[cpu]);
	if (!on_each.together)
		return;
	if (atomic_inc_return(&on_each.inside) == num_online_cpus())
		complete_all(&on_each.all_inside);
	if (!wait_for_completion_timeout(&on_each.all_inside, TEST_TIMEOUT))
		WRITE_ONCE(on_each.together, false);
}

static bool call_on_each_cpu(void *unused)
{
	on_each.ret = cwq_schedule_on_each_cpu(on_each_cpu_fn);
	return true;
}

/* lockdep sees one work that waits for the common queue, and that runs there. */
static void on_each_cpu_from_item(struct item *item)
{
	lockdep_off();
	call_on_each_cpu(NULL);
	lockdep_on();
}

static void expect_on_each_cpu(struct kunit *test)
{
	int cpu;

	KUNIT_EXPECT_EQ(test, on_each.ret, 0);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, atomic_read(&on_each.runs[cpu]),
				cpu_online(cpu) ? 1 : 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&on_each.elsewhere), 0);
	memset(&on_each, 0, sizeof(on_each));
}

/* schedule_on_each_cpu: once on each CPU, at the same time, and waited for. */
static void each_cpu(struct kunit *test)
{
	memset(&on_each, 0, sizeof(on_each));
	init_completion(&on_each.all_inside);
	on_each.together = true;
	run_call(test, call_on_each_cpu, NULL);
	KUNIT_EXPECT_TRUE(test, on_each.together);
	expect_on_each_cpu(test);
}

/* It ends when the last of them has ended. */
static void each_cpu_waits(struct kunit *test)
{
	struct call *call;

	memset(&on_each, 0, sizeof(on_each));
	init_completion(&on_each.all_inside);
	on_each.together = true;
	/* One too many: they wait until we let them go. */
	atomic_set(&on_each.inside, -1);
	call = start_call(test, call_on_each_cpu, NULL);
	KUNIT_EXPECT_TRUE(test, call_blocked(call));
	complete_all(&on_each.all_inside);
	KUNIT_ASSERT_TRUE(test, call_returned(call));
	expect_on_each_cpu(test);
}

/* By a work of the common queue, of whichever CPU, and by one of another. */
static void each_cpu_by_a_work(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu;

	memset(&on_each, 0, sizeof(on_each));
	a->body = on_each_cpu_from_item;
	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_TRUE(test, cwq_schedule_work_on(cpu, work_of(a)));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		expect_on_each_cpu(test);
		run_call(test, call_flush_work, a);
		KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
		KUNIT_ASSERT_TRUE(test, item_ended(a));
		expect_on_each_cpu(test);
		run_call(test, call_flush_work, a);
	}
}

/* A function for work_on_cpu(), which sleeps, and what it has found. */
struct errand {
	int cpu;
	int found_cpu;
	struct task_struct *task;
	long ret;
};

static long run_errand(void *arg)
{
	struct errand *errand = arg;

	errand->task = current;
	schedule_timeout_uninterruptible(1);
	errand->found_cpu = raw_smp_processor_id();
	return 1000L + errand->cpu;
}

static bool call_work_on_cpu(void *arg)
{
	struct errand *errand = arg;

	errand->ret = cwq_work_on_cpu(errand->cpu, run_errand, errand);
	return errand->task != current;
}

static void work_on_cpu_from_item(struct item *item)
{
	call_work_on_cpu(item->arg);
}

/* work_on_cpu: on that CPU, and returns what the function returns. */
static void on_cpu(struct kunit *test)
{
	static struct errand errand;

	for_each_online_cpu(errand.cpu) {
		errand.ret = 0;
		errand.found_cpu = -1;
		KUNIT_EXPECT_TRUE(test,
				  run_call(test, call_work_on_cpu, &errand));
		KUNIT_EXPECT_EQ(test, errand.ret, 1000L + errand.cpu);
		KUNIT_EXPECT_EQ(test, errand.found_cpu, errand.cpu);
	}
}

/* By a work; it waits for no thread of any queue, not even its own. */
static void on_cpu_by_a_work(struct kunit *test)
{
	static struct errand errand;
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);
	int cpu;

	a->body = work_on_cpu_from_item;
	a->arg = &errand;
	for_each_online_cpu(cpu) {
		for_each_online_cpu(errand.cpu) {
			errand.ret = 0;
			KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq,
								  work_of(a)));
			KUNIT_ASSERT_TRUE(test, item_ended(a));
			KUNIT_EXPECT_EQ(test, errand.ret, 1000L + errand.cpu);
			KUNIT_EXPECT_EQ(test, errand.found_cpu, errand.cpu);
			run_call(test, call_flush_work, a);
		}
	}
}

/* Where execute_in_process_context() has called its function. */
static struct execution {
	struct cwq_execute_work ew;
	struct irq_work irq_work;
	int ret;
	bool in_hardirq;
	struct cwq_work_struct *got;
	struct task_struct *task;
	bool in_process;
	char comm[TASK_COMM_LEN];
	struct completion done;
} execution;

static void executed_fn(struct cwq_work_struct *work)
{
	execution.got = work;
	execution.task = current;
	execution.in_process = !in_interrupt();
	memcpy(execution.comm, current->comm, sizeof(execution.comm));
	complete(&execution.done);
}

/* In process context: called at once, 0. */
static void execute_directly(struct kunit *test)
{
	memset(&execution, 0, sizeof(execution));
	init_completion(&execution.done);
	KUNIT_EXPECT_EQ(
		test,
		cwq_execute_in_process_context(executed_fn, &execution.ew), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&execution.done));
	KUNIT_EXPECT_PTR_EQ(test, execution.task, current);
	KUNIT_EXPECT_PTR_EQ(test, execution.got, &execution.ew.work);
}

static void execute_from_hardirq(struct irq_work *irq_work)
{
	execution.in_hardirq = in_hardirq();
	execution.ret =
		cwq_execute_in_process_context(executed_fn, &execution.ew);
}

static bool call_flush_plain(void *arg)
{
	return cwq_flush_work(arg);
}

/* In an interrupt: queued on the common queue, 1. */
static void execute_from_interrupt(struct kunit *test)
{
	memset(&execution, 0, sizeof(execution));
	init_completion(&execution.done);
	execution.irq_work = IRQ_WORK_INIT_HARD(execute_from_hardirq);
	irq_work_queue(&execution.irq_work);
	irq_work_sync(&execution.irq_work);
	KUNIT_EXPECT_TRUE(test, execution.in_hardirq);
	KUNIT_EXPECT_EQ(test, execution.ret, 1);
	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&execution.done,
							    TEST_TIMEOUT));
	KUNIT_EXPECT_TRUE(test, execution.in_process);
	KUNIT_EXPECT_PTR_EQ(test, execution.got, &execution.ew.work);
	KUNIT_EXPECT_EQ(test, strncmp(execution.comm, "events/", 7), 0);
	run_call(test, call_flush_plain, &execution.ew.work);
}

static int is_keventd;

static void ask_for_keventd(struct item *item)
{
	is_keventd = cwq_current_is_keventd();
}

/* current_is_keventd: in works of the common queue. keventd_up: always. */
static void keventd(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct item *a = new_item(test);

	a->body = ask_for_keventd;
	KUNIT_EXPECT_EQ(test, cwq_keventd_up(), 1);
	KUNIT_EXPECT_EQ(test, cwq_current_is_keventd(), 0);
	KUNIT_ASSERT_TRUE(test, cwq_schedule_work(work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, is_keventd, 1);
	run_call(test, call_flush_work, a);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
	KUNIT_EXPECT_EQ(test, is_keventd, 0);
}

static int nr_one, nr_other;

static void fn_one(struct cwq_work_struct *work)
{
	nr_one++;
}

static void fn_other(struct cwq_work_struct *work)
{
	nr_other++;
}

/* PREPARE_WORK: another function from the next queueing on. */
static void prepare(struct kunit *test)
{
	static struct cwq_delayed_work dwork;
	struct cwq_workqueue_struct *wq = new_queue(test);

	nr_one = 0;
	nr_other = 0;
	CWQ_INIT_DELAYED_WORK(&dwork, fn_one);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, &dwork.work));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	CWQ_PREPARE_WORK(&dwork.work, fn_other);
	KUNIT_ASSERT_TRUE(test, cwq_queue_work(wq, &dwork.work));
	KUNIT_EXPECT_TRUE(test, comes_to_rest(test, wq));
	KUNIT_EXPECT_EQ(test, nr_one, 1);
	KUNIT_EXPECT_EQ(test, nr_other, 1);
	CWQ_PREPARE_DELAYED_WORK(&dwork, fn_one);
	KUNIT_ASSERT_TRUE(test,
			  cwq_queue_delayed_work(wq, &dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_flush_delayed_work(&dwork));
	KUNIT_EXPECT_EQ(test, nr_one, 2);
	KUNIT_EXPECT_EQ(test, nr_other, 1);
}

/*
 * Works on the stack, used in each way and ended; object debugging tells of one
 * that is not initialised for it, or not ended.
 */
static void on_the_stack(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = new_queue(test);
	struct cwq_delayed_work dwork;
	struct cwq_work_struct work;

	nr_one = 0;
	nr_other = 0;
	CWQ_INIT_WORK_ONSTACK(&work, fn_one);
	CWQ_INIT_DELAYED_WORK_ONSTACK(&dwork, fn_other);
	KUNIT_EXPECT_TRUE(test, cwq_queue_work(wq, &work));
	cwq_flush_work(&work);
	KUNIT_EXPECT_TRUE(test, cwq_queue_delayed_work(wq, &dwork, 1));
	cwq_flush_delayed_work(&dwork);
	KUNIT_EXPECT_FALSE(test,
			   cwq_mod_delayed_work(wq, &dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&dwork));
	cwq_destroy_work_on_stack(&work);
	cwq_destroy_delayed_work_on_stack(&dwork);
	KUNIT_EXPECT_EQ(test, nr_one, 1);
	KUNIT_EXPECT_EQ(test, nr_other, 1);
}

/* Deferrable: so is the timer, which is like the others otherwise. */
static void deferrable(struct kunit *test)
{
	static CWQ_DECLARE_DEFERRABLE_WORK(declared, fn_one);
	static CWQ_DECLARE_DELAYED_WORK(ordinary, fn_one);
	static struct cwq_delayed_work dwork;
	struct cwq_workqueue_struct *wq = new_queue(test);
	u32 flags = declared.timer.flags & ~TIMER_DEFERRABLE;

	KUNIT_EXPECT_TRUE(test, declared.timer.flags & TIMER_DEFERRABLE);
	KUNIT_EXPECT_FALSE(test, ordinary.timer.flags & TIMER_DEFERRABLE);
	KUNIT_EXPECT_EQ(test, flags & TIMER_IRQSAFE,
			ordinary.timer.flags & TIMER_IRQSAFE);
	CWQ_INIT_DELAYED_WORK(&dwork, fn_one);
	KUNIT_EXPECT_FALSE(test, dwork.timer.flags & TIMER_DEFERRABLE);
	CWQ_INIT_DEFERRABLE_WORK(&dwork, fn_one);
	KUNIT_EXPECT_TRUE(test, dwork.timer.flags & TIMER_DEFERRABLE);

	nr_one = 0;
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_delayed_work(wq, &dwork, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test,
			  cwq_queue_delayed_work(wq, &declared, TEST_FAR_AWAY));
	KUNIT_EXPECT_TRUE(test, cwq_flush_delayed_work(&dwork));
	KUNIT_EXPECT_TRUE(test, cwq_cancel_delayed_work_sync(&declared));
	KUNIT_EXPECT_EQ(test, nr_one, 1);
}

/* What kind of thread an item has run in. */
static struct found_thread {
	unsigned int policy;
	unsigned int flags;
	int nr_cpus;
	struct task_struct *task;
} found;

static void look_at_thread(struct item *item)
{
	found.policy = current->policy;
	found.flags = current->flags;
	found.nr_cpus = current->nr_cpus_allowed;
	found.task = current;
}

static void find_thread(struct kunit *test, struct cwq_workqueue_struct *wq,
			int cpu)
{
	struct item *a = new_item(test);

	memset(&found, 0, sizeof(found));
	a->body = look_at_thread;
	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(a)));
	KUNIT_ASSERT_TRUE(test, item_ended(a));
}

/* The threads of a real-time queue are SCHED_FIFO, on each CPU, others not. */
static void rt_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = cwq_create_rt_workqueue("cwqtest");
	int cpu;

	keep_queue(test, wq);
	for_each_online_cpu(cpu) {
		find_thread(test, wq, cpu);
		KUNIT_EXPECT_EQ(test, found.policy, (unsigned int)SCHED_FIFO);
		KUNIT_EXPECT_EQ(test, found.nr_cpus, 1);
		KUNIT_EXPECT_TRUE(test, found.flags & PF_NOFREEZE);
	}
	find_thread(test, new_queue(test), first_cpu());
	KUNIT_EXPECT_EQ(test, found.policy, (unsigned int)SCHED_NORMAL);
	find_thread(test, new_single_queue(test), first_cpu());
	KUNIT_EXPECT_EQ(test, found.policy, (unsigned int)SCHED_NORMAL);
}

/* A freezeable queue has one thread, which may be frozen. No other may. */
static void freezeable_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;
	struct task_struct *task;
	int cpu;

	wq = cwq_create_freezeable_workqueue("cwqtest");
	keep_queue(test, wq);
	find_thread(test, wq, first_cpu());
	task = found.task;
	for_each_online_cpu(cpu) {
		find_thread(test, wq, cpu);
		KUNIT_EXPECT_PTR_EQ(test, found.task, task);
		KUNIT_EXPECT_FALSE(test, found.flags & PF_NOFREEZE);
		KUNIT_EXPECT_EQ(test, found.policy, (unsigned int)SCHED_NORMAL);
	}
	KUNIT_EXPECT_EQ(test, snapshot_of(test, wq, first_cpu()).cpu, -1);
	find_thread(test, new_queue(test), first_cpu());
	KUNIT_EXPECT_TRUE(test, found.flags & PF_NOFREEZE);
	find_thread(test, new_single_queue(test), first_cpu());
	KUNIT_EXPECT_TRUE(test, found.flags & PF_NOFREEZE);
}

static struct kunit_case misc_cases[] = {
	KUNIT_CASE(cancel_does_not_wait),
	KUNIT_CASE(cancel_beside_cancel_sync),
	KUNIT_CASE(busy),
	KUNIT_CASE(each_cpu),
	KUNIT_CASE(each_cpu_waits),
	KUNIT_CASE(each_cpu_by_a_work),
	KUNIT_CASE(on_cpu),
	KUNIT_CASE(on_cpu_by_a_work),
	KUNIT_CASE(execute_directly),
	KUNIT_CASE(execute_from_interrupt),
	KUNIT_CASE(keventd),
	KUNIT_CASE(prepare),
	KUNIT_CASE(on_the_stack),
	KUNIT_CASE(deferrable),
	KUNIT_CASE(rt_queue),
	KUNIT_CASE(freezeable_queue),
	{},
};

static struct kunit_suite misc_suite = {
	.name = "cwq_misc",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = misc_cases,
};

kunit_test_suite(misc_suite);
