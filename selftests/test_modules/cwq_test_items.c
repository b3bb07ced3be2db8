// SPDX-License-Identifier: GPL-2.0
/*
 * Items on request, for the scripts that watch the queues from outside.
 *
 * There are two queues, cwq_items on every CPU and the single-threaded
 * cwq_single, and these files in debugfs, each for writing up to three numbers:
 *
 * queue	"CPU COUNT": so many new items on that CPU of cwq_items, or on
 *		cwq_single if the CPU is -1
 * common	"CPU COUNT": the same on the common queue
 * delay	"CPU COUNT DELAY": so many on cwq_items in DELAY milliseconds
 * mod		"CPU COUNT DELAY": move so many items, the newest, which must be
 *		delayed or pending
 * expedite	"COUNT": flush so many items, the newest, which must be delayed
 * cancel	"COUNT": so many items, the newest first, which must be delayed
 *		or pending
 * gate		"0": items that start from now on wait in their function;
 *		"1": they end
 * slow	"TIME": items that start from now on sleep for so many milliseconds
 * burn	"1": items that start from now on keep their CPU busy; "0": they end
 * flush	anything: wait for both queues and the common one
 * churn	"1": until "0", every CPU queues, runs and cancels items as fast
 *		as it can
 * follow	"CPU": an item on that CPU of cwq_items, or on cwq_single if that is
 *		-1, that flushes the item before it; the newest again if there
 *		is none before
 * deep	"COUNT": so many such items, each on a single-threaded queue cwq_deep of
 *		its own, which stays until the module goes
 * destroy	anything: destroy the newest of those
 * again	anything: queue the newest item again, on this CPU
 * twice	"CPU": a new item on that CPU, by queue_first(), and at once again by
 *		queue_second()
 * cancel_item	"N": cancel the Nth newest item, whatever it does
 * flush_item, flush_delayed, drain	anything: call that for the newest item, or
 *		for cwq_items
 * make		"CPU": make a queue, have an item run on that CPU of it, or on a
 *		single-threaded one if that is -1, and destroy it; ENOMEM
 * each_cpu	anything: call a function on each CPU
 * on_cpu	"CPU": call a function on that CPU, in a thread of its own
 * patience	"TIME": wait for cwq_items for so many milliseconds; ETIMEDOUT
 * funcs	"CPU": an item on that CPU of cwq_items for each of 26 functions
 * oops		"CPU": an item on that CPU of cwq_items whose function dies
 * locker	"CPU": an item on that CPU of cwq_items that waits until a CPU
 *		comes or goes, and then for the CPU hotplug lock
 *
 * Reading "locked" tells whether the last such item has had the lock.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <cwq/workqueue.h>

/* More than are ever pending at once: they are used in turn. */
#define NR_ITEMS 10240

static struct cwq_workqueue_struct *items_wq;
static struct cwq_workqueue_struct *single_wq;

static DEFINE_MUTEX(items_mutex); /* guards next_item and the array */
static struct cwq_delayed_work items[NR_ITEMS];
static unsigned int next_item;

static DECLARE_WAIT_QUEUE_HEAD(gate);
static bool gate_open = true;

static int slow_ms;
static bool burning;

/* Somebody looks for this name in a stack. */
static noinline void burn_cpu(void)
{
	while (READ_ONCE(burning))
		cpu_relax();
}

static void item_fn(struct cwq_work_struct *work)
{
	int us = READ_ONCE(slow_ms) * USEC_PER_MSEC;

	burn_cpu();
	/* By the clock: jiffies may lag behind it, and catch up meanwhile. */
	if (us)
		usleep_range(us, us + USEC_PER_MSEC);
	wait_event(gate, READ_ONCE(gate_open));
}

static int set_gate(int open, int unused2, int unused3)
{
	WRITE_ONCE(gate_open, open);
	wake_up_all(&gate);
	return 0;
}

static int set_slow(int ms, int unused2, int unused3)
{
	WRITE_ONCE(slow_ms, ms);
	return 0;
}

static int set_burning(int on, int unused2, int unused3)
{
	WRITE_ONCE(burning, on);
	return 0;
}

static int queue_on(struct cwq_workqueue_struct *wq, int cpu, int count)
{
	struct cwq_work_struct *work;
	bool queued;

	for (; count > 0; count--, next_item++) {
		work = &items[next_item % NR_ITEMS].work;
		if (cpu < 0)
			queued = cwq_queue_work(wq, work);
		else
			queued = cwq_queue_work_on(cpu, wq, work);
		if (!queued)
			return -EBUSY;
	}
	return 0;
}

static int queue_items(int cpu, int count, int unused)
{
	return queue_on(cpu < 0 ? single_wq : items_wq, cpu, count);
}

static int queue_common_items(int cpu, int count, int unused)
{
	return queue_on(cwq_system_wq, cpu, count);
}

static int delay_items(int cpu, int count, int delay)
{
	for (; count > 0; count--, next_item++) {
		if (!cwq_queue_delayed_work_on(cpu, items_wq,
					       &items[next_item % NR_ITEMS],
					       msecs_to_jiffies(delay)))
			return -EBUSY;
	}
	return 0;
}

/* The @nth newest item, from 1. */
static struct cwq_delayed_work *newest_item(int nth)
{
	return &items[(next_item - nth) % NR_ITEMS];
}

static int mod_items(int cpu, int count, int delay)
{
	for (; count > 0; count--) {
		if (!cwq_mod_delayed_work_on(cpu, items_wq, newest_item(count),
					     msecs_to_jiffies(delay)))
			return -ENOENT;
	}
	return 0;
}

static int expedite_items(int count, int unused2, int unused3)
{
	for (; count > 0; count--) {
		if (!cwq_flush_delayed_work(newest_item(count)))
			return -ENOENT;
	}
	return 0;
}

/* On the tail of a chain of items that wait, each for the one before. */
static void follow_fn(struct cwq_work_struct *work)
{
	struct cwq_delayed_work *dwork = cwq_to_delayed_work(work);

	CWQ_PREPARE_WORK(work, item_fn);
	cwq_flush_work(&dwork[-1].work);
}

#define NR_DEEP 40
#define NR_FOLLOWERS (NR_DEEP + 24)

/*
 * To lockdep all works of one initialiser are the same, and one that waits for
 * another of them waits for itself. So each follower is of a class of its own.
 */
static struct lock_class_key follower_keys[NR_FOLLOWERS];
static unsigned int nr_followers;

static int follow_on(struct cwq_workqueue_struct *wq, int cpu)
{
	struct cwq_work_struct *work = &items[next_item % NR_ITEMS].work;

	if (next_item % NR_ITEMS == 0)
		return -EINVAL;
	if (nr_followers == NR_FOLLOWERS)
		return -ENOSPC;
	lockdep_init_map(&work->lockdep_map, "follower",
			 &follower_keys[nr_followers++], 0);
	CWQ_PREPARE_WORK(work, follow_fn);
	return queue_on(wq, cpu, 1);
}

static int queue_follower(int cpu, int unused2, int unused3)
{
	return follow_on(cpu < 0 ? single_wq : items_wq, cpu);
}

static struct cwq_workqueue_struct *deep_wqs[NR_DEEP];
static unsigned int nr_deep;

static int queue_deep(int count, int unused2, int unused3)
{
	struct cwq_workqueue_struct *wq;
	int ret = 0;

	for (; count > 0 && !ret; count--) {
		if (nr_deep == NR_DEEP)
			return -ENOSPC;
		wq = cwq_create_singlethread_workqueue("cwq_deep");
		if (!wq)
			return -ENOMEM;
		deep_wqs[nr_deep++] = wq;
		ret = follow_on(wq, -1);
	}
	return ret;
}

static int destroy_deep(int unused1, int unused2, int unused3)
{
	if (!nr_deep)
		return -ENOENT;
	cwq_destroy_workqueue(deep_wqs[--nr_deep]);
	return 0;
}

static int queue_again(int unused1, int unused2, int unused3)
{
	return cwq_queue_work(items_wq, &newest_item(1)->work) ? 0 : -EBUSY;
}

static int flush_delayed(int unused1, int unused2, int unused3)
{
	cwq_flush_delayed_work(newest_item(1));
	return 0;
}

static int drain_queue(int unused1, int unused2, int unused3)
{
	cwq_drain_workqueue(items_wq);
	return 0;
}

/* Two that queue the same item: the first wins. */
static noinline bool queue_first(int cpu, struct cwq_work_struct *work)
{
	bool queued = cwq_queue_work_on(cpu, items_wq, work);

	barrier(); /* no tail call: it is to be seen as the caller */
	return queued;
}

static noinline bool queue_second(int cpu, struct cwq_work_struct *work)
{
	bool queued = cwq_queue_work_on(cpu, items_wq, work);

	barrier();
	return queued;
}

static int queue_twice(int cpu, int unused2, int unused3)
{
	struct cwq_work_struct *work = &items[next_item++ % NR_ITEMS].work;

	return queue_first(cpu, work) && !queue_second(cpu, work) ? 0 : -EBUSY;
}

static int flush_item(int unused1, int unused2, int unused3)
{
	cwq_flush_work(&newest_item(1)->work);
	return 0;
}

static int cancel_item(int nth, int unused2, int unused3)
{
	cwq_cancel_work_sync(&newest_item(nth)->work);
	return 0;
}

static int cancel_items(int count, int unused2, int unused3)
{
	for (; count > 0; count--, next_item--) {
		if (!cwq_cancel_delayed_work_sync(newest_item(1)))
			return -ENOENT;
	}
	return 0;
}

static int flush_queues(int unused1, int unused2, int unused3)
{
	cwq_flush_workqueue(items_wq);
	cwq_flush_workqueue(single_wq);
	cwq_flush_scheduled_work();
	return 0;
}

static int flush_patiently(int ms, int unused2, int unused3)
{
	return cwq_flush_workqueue_timeout(items_wq, msecs_to_jiffies(ms));
}

static void nothing_fn(struct cwq_work_struct *work)
{
}

static int make_queue(int cpu, int unused2, int unused3)
{
	struct cwq_workqueue_struct *wq;
	struct cwq_work_struct nothing;
	bool queued;

	wq = cpu < 0 ? cwq_create_singlethread_workqueue("cwq_made")
		     : cwq_create_workqueue("cwq_made");
	if (!wq)
		return -ENOMEM;
	CWQ_INIT_WORK_ONSTACK(&nothing, nothing_fn);
	queued = cpu < 0 ? cwq_queue_work(wq, &nothing)
			 : cwq_queue_work_on(cpu, wq, &nothing);
	cwq_destroy_workqueue(wq);
	cwq_destroy_work_on_stack(&nothing);
	return queued ? 0 : -EBUSY;
}

static int call_on_each_cpu(int unused1, int unused2, int unused3)
{
	return cwq_schedule_on_each_cpu(nothing_fn);
}

static long return_zero(void *unused)
{
	return 0;
}

static int call_on_cpu(int cpu, int unused2, int unused3)
{
	return cwq_work_on_cpu(cpu, return_zero, NULL);
}

static void oops_fn(struct cwq_work_struct *work)
{
	int *nothing = NULL;

	WRITE_ONCE(*nothing, 0);
}

static int queue_oops(int cpu, int unused2, int unused3)
{
	static CWQ_DECLARE_WORK(oops, oops_fn);

	return cwq_queue_work_on(cpu, items_wq, &oops) ? 0 : -EBUSY;
}

/*
 * A work that takes the CPU hotplug lock while another task holds it for writing,
 * who must not wait for the work. The work does not wait for ever, so that the
 * test can fail and go on.
 */
#define LOCKER_PATIENCE (10 * HZ)

static bool locked;

/* Until trying to lock has that result, or until @end. */
static bool try_lock_until(bool result, unsigned long end)
{
	bool got;

	do {
		got = cpus_read_trylock();
		if (got)
			cpus_read_unlock();
		if (got == result)
			return true;
		schedule_timeout_idle(1);
	} while (time_before(jiffies, end));
	return false;
}

static void locker_fn(struct cwq_work_struct *work)
{
	unsigned long end = jiffies + LOCKER_PATIENCE;

	WRITE_ONCE(locked,
		   try_lock_until(false, end) && try_lock_until(true, end));
}

static CWQ_DECLARE_WORK(locker, locker_fn);

static int queue_locker(int cpu, int unused2, int unused3)
{
	WRITE_ONCE(locked, false);
	return cwq_queue_work_on(cpu, items_wq, &locker) ? 0 : -EBUSY;
}

/*
 * Churn: one work for each CPU queues itself again, and puts a victim on the
 * next CPU, which it takes back if it is quick enough.
 */
struct churn {
	struct cwq_work_struct work;
	struct cwq_work_struct victim;
};

static struct churn *churns;
static bool churning;

static void victim_fn(struct cwq_work_struct *work)
{
}

static void churn_fn(struct cwq_work_struct *work)
{
	struct churn *churn = container_of(work, struct churn, work);
	unsigned int cpu;

	cpu = cpumask_next(raw_smp_processor_id(), cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	cwq_queue_work_on(cpu, items_wq, &churn->victim);
	cwq_cancel_work_sync(&churn->victim);

	if (READ_ONCE(churning))
		cwq_queue_work(items_wq, work);
}

static int set_churn(int on, int unused2, int unused3)
{
	unsigned int cpu;

	WRITE_ONCE(churning, on);
	for_each_online_cpu(cpu) {
		if (on)
			cwq_queue_work_on(cpu, items_wq, &churns[cpu].work);
		else
			cwq_cancel_work_sync(&churns[cpu].work);
	}
	return 0;
}

/* More functions than are told apart. They do nothing. */

#define DEFINE_FUNC(name)                              \
	static void name(struct cwq_work_struct *work) \
	{                                              \
		CWQ_PREPARE_WORK(work, item_fn);       \
	}

DEFINE_FUNC(func_a)
DEFINE_FUNC(func_b)
DEFINE_FUNC(func_c)
DEFINE_FUNC(func_d)
DEFINE_FUNC(func_e)
DEFINE_FUNC(func_f)
DEFINE_FUNC(func_g)
DEFINE_FUNC(func_h)
DEFINE_FUNC(func_i)
DEFINE_FUNC(func_j)
DEFINE_FUNC(func_k)
DEFINE_FUNC(func_l)
DEFINE_FUNC(func_m)
DEFINE_FUNC(func_n)
DEFINE_FUNC(func_o)
DEFINE_FUNC(func_p)
DEFINE_FUNC(func_q)
DEFINE_FUNC(func_r)
DEFINE_FUNC(func_s)
DEFINE_FUNC(func_t)
DEFINE_FUNC(func_u)
DEFINE_FUNC(func_v)
DEFINE_FUNC(func_w)
DEFINE_FUNC(func_x)
DEFINE_FUNC(func_y)
DEFINE_FUNC(func_z)

static const cwq_work_func_t funcs[] = {
	func_a, func_b, func_c, func_d, func_e, func_f, func_g, func_h, func_i,
	func_j, func_k, func_l, func_m, func_n, func_o, func_p, func_q, func_r,
	func_s, func_t, func_u, func_v, func_w, func_x, func_y, func_z
};

static int queue_funcs(int cpu, int unused2, int unused3)
{
	struct cwq_work_struct *work;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(funcs); i++, next_item++) {
		work = &items[next_item % NR_ITEMS].work;
		CWQ_PREPARE_WORK(work, funcs[i]);
		if (!cwq_queue_work_on(cpu, items_wq, work))
			return -EBUSY;
	}
	return 0;
}

/* The files */

static const struct command {
	const char *name;
	int (*run)(int arg1, int arg2, int arg3);
	bool exclusive; /* uses next_item */
} commands[] = {
	{ "queue", queue_items, true },
	{ "common", queue_common_items, true },
	{ "delay", delay_items, true },
	{ "mod", mod_items, true },
	{ "expedite", expedite_items, true },
	{ "cancel", cancel_items, true },
	{ "follow", queue_follower, true },
	{ "deep", queue_deep, true },
	{ "destroy", destroy_deep, true },
	{ "again", queue_again },
	{ "twice", queue_twice, true },
	{ "flush_item", flush_item },
	{ "flush_delayed", flush_delayed },
	{ "drain", drain_queue },
	{ "cancel_item", cancel_item },
	{ "gate", set_gate },
	{ "slow", set_slow },
	{ "burn", set_burning },
	{ "flush", flush_queues },
	{ "churn", set_churn },
	{ "make", make_queue },
	{ "each_cpu", call_on_each_cpu },
	{ "on_cpu", call_on_cpu },
	{ "patience", flush_patiently },
	{ "funcs", queue_funcs, true },
	{ "oops", queue_oops },
	{ "locker", queue_locker },
};

#define LINE_SIZE 32

static ssize_t command_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	const struct command *command = file->private_data;
	char line[LINE_SIZE] = "";
	int arg[3] = {};
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	if (sscanf(line, "%d %d %d", &arg[0], &arg[1], &arg[2]) < 1)
		return -EINVAL;

	if (command->exclusive)
		mutex_lock(&items_mutex);
	ret = command->run(arg[0], arg[1], arg[2]);
	if (command->exclusive)
		mutex_unlock(&items_mutex);
	return ret ?: count;
}

static const struct file_operations command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = command_write,
};

static struct dentry *dir;

static int __init cwq_test_items_init(void)
{
	unsigned int i;

	churns = kcalloc(nr_cpu_ids, sizeof(*churns), GFP_KERNEL);
	if (!churns)
		return -ENOMEM;
	for (i = 0; i < nr_cpu_ids; i++) {
		CWQ_INIT_WORK(&churns[i].work, churn_fn);
		CWQ_INIT_WORK(&churns[i].victim, victim_fn);
	}
	for (i = 0; i < NR_ITEMS; i++)
		CWQ_INIT_DELAYED_WORK(&items[i], item_fn);

	items_wq = cwq_create_workqueue("cwq_items");
	if (!items_wq)
		goto free_churns;
	single_wq = cwq_create_singlethread_workqueue("cwq_single");
	if (!single_wq)
		goto destroy_items_wq;

	dir = debugfs_create_dir("cwq_test_items", NULL);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		debugfs_create_file(commands[i].name, 0200, dir,
				    (void *)&commands[i], &command_fops);
	debugfs_create_bool("locked", 0400, dir, &locked);
	return 0;

destroy_items_wq:
	cwq_destroy_workqueue(items_wq);
free_churns:
	kfree(churns);
	return -ENOMEM;
}

/* What is still queued runs. */
static void __exit cwq_test_items_exit(void)
{
	debugfs_remove(dir);
	set_churn(false, 0, 0);
	set_gate(true, 0, 0);
	cwq_flush_scheduled_work();
	while (nr_deep)
		cwq_destroy_workqueue(deep_wqs[--nr_deep]);
	cwq_destroy_workqueue(single_wq);
	cwq_destroy_workqueue(items_wq);
	kfree(churns);
}

module_init(cwq_test_items_init);
module_exit(cwq_test_items_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("Items on request, for tests of cwq");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
