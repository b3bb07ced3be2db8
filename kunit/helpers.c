// SPDX-License-Identifier: GPL-2.0
/* What every suite needs; see helpers.h. */

#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/pid.h>
#include <linux/processor.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "helpers.h"

static bool wait_for(struct completion *event)
{
	return wait_for_completion_timeout(event, TEST_TIMEOUT);
}

struct file *open_file(const char *path, int flags)
{
	struct task_struct *init = get_pid_task(find_vpid(1), PIDTYPE_PID);
	struct file *file;
	struct path root;

	if (!init)
		return ERR_PTR(-ESRCH);
	task_lock(init);
	get_fs_root(init->fs, &root);
	task_unlock(init);
	put_task_struct(init);
	file = file_open_root(&root, path, flags, 0);
	path_put(&root);
	return file;
}

/* Items */

static void note_start(struct bench *bench, struct item *item)
{
	unsigned long flags;

	spin_lock_irqsave(&bench->lock, flags);
	if (bench->nr_order < BENCH_ORDER)
		bench->order[bench->nr_order] = item;
	bench->nr_order++;
	spin_unlock_irqrestore(&bench->lock, flags);
}

static void item_fn(struct cwq_work_struct *work)
{
	struct item *item = to_item(work);
	struct bench *bench = item->bench;
	/* Read before the start is reported: the case may change it then. */
	bool gated = item->gated;

	if (atomic_inc_return(&item->inside) > 1)
		WRITE_ONCE(item->reentered, true);
	item->cpu = raw_smp_processor_id();
	item->start = jiffies;
	memcpy(item->comm, current->comm, sizeof(item->comm));
	atomic_inc(&item->runs);
	note_start(bench, item);
	complete(&item->entered);

	if (gated)
		wait_for_completion(&item->gate);
	if (item->body)
		item->body(item);

	atomic_dec(&item->inside);
	atomic_inc(&bench->nr_ended);
	complete(&item->ended);
}

struct item *new_item(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct item *item;

	KUNIT_ASSERT_LT(test, bench->nr_items, (unsigned int)BENCH_ITEMS);
	item = &bench->items[bench->nr_items];
	item->bench = bench;
	init_completion(&item->gate);
	init_completion(&item->entered);
	init_completion(&item->ended);
	CWQ_INIT_DELAYED_WORK(&item->dwork, item_fn);
	lockdep_register_key(&item->key);
	lockdep_init_map(&work_of(item)->lockdep_map, "item", &item->key, 0);
	bench->nr_items++;
	return item;
}

struct item *new_gate(struct kunit *test)
{
	struct item *item = new_item(test);

	item->gated = true;
	return item;
}

bool item_entered(struct item *item)
{
	return wait_for(&item->entered);
}

bool item_ended(struct item *item)
{
	return wait_for(&item->ended);
}

void item_open(struct item *item)
{
	complete_all(&item->gate);
}

void item_shut(struct item *item)
{
	reinit_completion(&item->gate);
}

struct item *shut_gate(struct kunit *test, struct cwq_workqueue_struct *wq,
		       int cpu)
{
	struct item *gate = new_gate(test);

	KUNIT_ASSERT_TRUE(test, cwq_queue_work_on(cpu, wq, work_of(gate)));
	KUNIT_ASSERT_TRUE(test, item_entered(gate));
	return gate;
}

bool reach_marker(struct kunit *test, struct cwq_workqueue_struct *wq, int cpu)
{
	struct item *marker = new_item(test);

	return cwq_queue_work_on(cpu, wq, work_of(marker)) &&
	       item_ended(marker);
}

void clear_order(struct kunit *test)
{
	struct bench *bench = test->priv;

	spin_lock_irq(&bench->lock);
	bench->nr_order = 0;
	spin_unlock_irq(&bench->lock);
}

bool check_order(struct kunit *test, struct item *const *items, unsigned int nr)
{
	struct bench *bench = test->priv;
	unsigned int i;
	bool same;

	spin_lock_irq(&bench->lock);
	same = bench->nr_order == nr;
	for (i = 0; same && i < nr; i++)
		same = bench->order[i] == items[i];
	spin_unlock_irq(&bench->lock);

	if (same)
		return true;

	kunit_info(test, "%u starts, %u expected", bench->nr_order, nr);
	for (i = 0; i < min_t(unsigned int, bench->nr_order, BENCH_ORDER); i++)
		kunit_info(test, "start %u: item %td", i,
			   bench->order[i] - bench->items);
	for (i = 0; i < nr; i++)
		kunit_info(test, "expected %u: item %td", i,
			   items[i] - bench->items);
	return false;
}

/* Calls */

static int call_thread(void *arg)
{
	struct call *call = arg;

	WRITE_ONCE(call->started, true);
	call->ret = call->fn(call->arg);
	call->ended_items = atomic_read(&call->bench->nr_ended);
	/* The thread leaves the module's text before the module can go. */
	kthread_complete_and_exit(&call->returned, 0);
}

static bool launch(struct bench *bench, struct call *call, int cpu,
		   bool (*fn)(void *arg), void *arg)
{
	struct task_struct *task;

	call->fn = fn;
	call->arg = arg;
	call->bench = bench;
	call->started = false;
	init_completion(&call->returned);
	task = kthread_create(call_thread, call, "cwq_kunit_call");
	if (IS_ERR(task))
		return false;

	/* call_blocked() may look at it after its end. */
	call->task = get_task_struct(task);
	if (cpu >= 0)
		kthread_bind(task, cpu);
	wake_up_process(task);
	return true;
}

struct call *start_call_on(struct kunit *test, int cpu, bool (*fn)(void *arg),
			   void *arg)
{
	struct bench *bench = test->priv;
	struct call *call;

	KUNIT_ASSERT_LT(test, bench->nr_calls, (unsigned int)BENCH_CALLS);
	call = &bench->calls[bench->nr_calls];
	KUNIT_ASSERT_TRUE(test, launch(bench, call, cpu, fn, arg));
	bench->nr_calls++;
	return call;
}

struct call *start_call(struct kunit *test, bool (*fn)(void *arg), void *arg)
{
	return start_call_on(test, -1, fn, arg);
}

bool call_blocked(struct call *call)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	/* Going to sleep is no event that could be waited for. */
	while (time_before(jiffies, end)) {
		if (completion_done(&call->returned))
			return false;
		if (READ_ONCE(call->started) &&
		    READ_ONCE(call->task->__state) & TASK_NORMAL)
			return true;
		usleep_range(50, 200);
	}
	return false;
}

bool call_returned(struct call *call)
{
	/* completion_done() and a second wait must find it completed too. */
	if (!wait_for(&call->returned))
		return false;
	complete_all(&call->returned);
	return true;
}

bool run_call_on(struct kunit *test, int cpu, bool (*fn)(void *arg), void *arg)
{
	struct call *call = start_call_on(test, cpu, fn, arg);
	struct bench *bench = test->priv;

	KUNIT_ASSERT_TRUE_MSG(test, call_returned(call),
			      "%ps() does not return", fn);
	put_task_struct(call->task);
	bench->nr_calls--;
	return call->ret;
}

bool run_call(struct kunit *test, bool (*fn)(void *arg), void *arg)
{
	return run_call_on(test, -1, fn, arg);
}

bool call_flush_work(void *arg)
{
	return cwq_flush_work(work_of(arg));
}

bool call_flush_delayed_work(void *arg)
{
	struct item *item = arg;

	return cwq_flush_delayed_work(&item->dwork);
}

bool call_cancel_work(void *arg)
{
	return cwq_cancel_work(work_of(arg));
}

bool call_cancel_work_sync(void *arg)
{
	return cwq_cancel_work_sync(work_of(arg));
}

bool call_cancel_delayed_work_sync(void *arg)
{
	struct item *item = arg;

	return cwq_cancel_delayed_work_sync(&item->dwork);
}

bool call_flush_workqueue(void *arg)
{
	cwq_flush_workqueue(arg);
	return true;
}

bool call_drain_workqueue(void *arg)
{
	cwq_drain_workqueue(arg);
	return true;
}

bool call_destroy_workqueue(void *arg)
{
	cwq_destroy_workqueue(arg);
	return true;
}

/* Queues */

void keep_queue(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	struct bench *bench = test->priv;
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, wq);
	for (i = 0; i < BENCH_QUEUES; i++) {
		if (!bench->queues[i]) {
			bench->queues[i] = wq;
			return;
		}
	}
	cwq_destroy_workqueue(wq);
	KUNIT_ASSERT_LT(test, i, (unsigned int)BENCH_QUEUES);
}

void forget_queue(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; i < BENCH_QUEUES; i++) {
		if (bench->queues[i] == wq)
			bench->queues[i] = NULL;
	}
}

struct cwq_workqueue_struct *new_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *wq = cwq_create_workqueue("cwqtest");

	keep_queue(test, wq);
	return wq;
}

struct cwq_workqueue_struct *new_single_queue(struct kunit *test)
{
	struct cwq_workqueue_struct *wq;

	wq = cwq_create_singlethread_workqueue("cwqtest");
	keep_queue(test, wq);
	return wq;
}

void destroy_queue(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	forget_queue(test, wq);
	run_call(test, call_destroy_workqueue, wq);
}

/* CPUs */

int first_cpu(void)
{
	return cpumask_first(cpu_online_mask);
}

int next_cpu(int cpu)
{
	cpu = cpumask_next(cpu, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : first_cpu();
}

void let_timer_come(struct cwq_delayed_work *dwork, int i)
{
	/* Who takes it out, under the lock of its CPU, does not mark that. */
	while (i % 4 && data_race(timer_pending(&dwork->timer)))
		cpu_relax();
}

void need_two_cpus(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs");
}

/* Snapshots */

struct cwq_snapshot snapshot_of(struct kunit *test,
				struct cwq_workqueue_struct *wq, int cpu)
{
	struct cwq_snapshot s = {};

	KUNIT_ASSERT_TRUE(test, cwq_workqueue_snapshot(wq, cpu, &s));
	return s;
}

unsigned long redirected(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += snapshot_of(test, wq, cpu).redirected;
	return sum;
}

bool ledger_holds(const struct cwq_snapshot *s)
{
	return s->accepted ==
	       s->executed + s->cancelled + s->pending + s->running;
}

bool left_its_timer(struct kunit *test, struct cwq_workqueue_struct *wq,
		    int cpu)
{
	unsigned long end = jiffies + TEST_TIMEOUT;

	/* Firing is no event that could be waited for. */
	while (time_before(jiffies, end)) {
		if (snapshot_of(test, wq, cpu).pending)
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

bool comes_to_rest(struct kunit *test, struct cwq_workqueue_struct *wq)
{
	struct cwq_snapshot s;
	bool at_rest = true;
	int cpu;

	run_call(test, call_flush_workqueue, wq);
	for_each_online_cpu(cpu) {
		s = snapshot_of(test, wq, cpu);
		at_rest &= ledger_holds(&s) && !s.pending && !s.running &&
			   !s.delayed;
	}
	return at_rest;
}

/* The kernel log */

void log_mark(struct kmsg_dump_iter *iter)
{
	kmsg_dump_rewind(iter);
	log_lines(iter, "", "");
}

int log_lines(struct kmsg_dump_iter *iter, const char *one, const char *other)
{
	char line[256];
	size_t len;
	int n = 0;

	while (kmsg_dump_get_line(iter, false, line, sizeof(line) - 1, &len)) {
		line[len] = '\0';
		if (strstr(line, one) && strstr(line, other))
			n++;
	}
	return n;
}

/* The bench */

/* So many cases that hang say enough; more would only take their time. */
#define MOST_HANGS 3

static unsigned int nr_hangs;

int bench_init(struct kunit *test)
{
	struct bench *bench;

	test->priv = NULL;
	if (nr_hangs >= MOST_HANGS)
		return -EDEADLK;

	bench = kzalloc(sizeof(*bench), GFP_KERNEL);
	if (!bench)
		return -ENOMEM;
	spin_lock_init(&bench->lock);
	test->priv = bench;
	return 0;
}

/* Idle, whatever the case left: nothing queued, nothing armed, no queue. */
static bool call_clean_up(void *arg)
{
	struct bench *bench = arg;
	unsigned int i;

	for (i = 0; i < bench->nr_items; i++)
		cwq_cancel_delayed_work_sync(&bench->items[i].dwork);
	for (i = 0; i < BENCH_QUEUES; i++) {
		if (bench->queues[i])
			cwq_destroy_workqueue(bench->queues[i]);
	}
	return true;
}

/*
 * The calls first, they use the queues. The rest in a thread, because it hangs
 * on a queue that a failed case has stuck.
 */
static bool clean_up(struct bench *bench)
{
	unsigned int i;

	WRITE_ONCE(bench->stopping, true);
	for (i = 0; i < bench->nr_items; i++)
		item_open(&bench->items[i]);

	for (i = 0; i < bench->nr_calls; i++) {
		if (!call_returned(&bench->calls[i]))
			return false;
	}
	return launch(bench, &bench->clean_up, -1, call_clean_up, bench) &&
	       call_returned(&bench->clean_up);
}

static void put_calls(struct bench *bench)
{
	unsigned int i;

	put_task_struct(bench->clean_up.task);
	for (i = 0; i < bench->nr_calls; i++)
		put_task_struct(bench->calls[i].task);
}

void bench_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	if (!bench)
		return;
	if (!clean_up(bench)) {
		KUNIT_FAIL(test, "a queue or a call hangs");
		nr_hangs++;
		/* Threads that still use the bench and this text are left. */
		__module_get(THIS_MODULE);
		return;
	}
	put_calls(bench);
	while (bench->nr_items)
		lockdep_unregister_key(&bench->items[--bench->nr_items].key);
	kfree(bench);
}
