// SPDX-License-Identifier: GPL-2.0
/*
 * What an item costs: cwq beside the kernel's own per-CPU workqueue and its
 * kthread_worker, all under the same harness.
 *
 * Each read of /sys/kernel/debug/cwq_bench is one round: every peer in turn
 * performs every operation on ITEMS items, and each line of the answer is the
 * nanoseconds that one operation took for all of them:
 *
 * busy-enqueue		put an item behind a worker that is inside a function
 *			and runnable: nobody has to be woken. (For a worker that
 *			sleeps there, the kernel's queue would start another.)
 * busy-execute		that, and on until the last item's function has run
 * refused		put an item that is pending already
 * burst-enqueue	put items on an idle queue, faster than the worker can
 *			wake up
 * burst-execute	that, and on until the last item's function has run
 *
 * The first three work in batches, because the kernel's queue sets aside what
 * exceeds the number of items it may have in flight; the burst is all items in
 * a row. Interrupts are off while items are put. Meant for a machine with one
 * CPU, or a reader that is bound to one.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include <cwq/workqueue.h>

#define BATCH 200
#define BATCHES 100
#define ITEMS (BATCH * BATCHES)
#define SETTLE (HZ / 50)

enum bench_op {
	BUSY_ENQUEUE,
	BUSY_EXECUTE,
	REFUSED,
	BURST_ENQUEUE,
	BURST_EXECUTE,
	NR_OPS,
};

static const char *const op_names[NR_OPS] = {
	[BUSY_ENQUEUE] = "busy-enqueue",
	[BUSY_EXECUTE] = "busy-execute",
	[REFUSED] = "refused",
	[BURST_ENQUEUE] = "burst-enqueue",
	[BURST_EXECUTE] = "burst-execute",
};

union bench_item {
	struct cwq_work_struct cwq;
	struct work_struct kernel;
	struct kthread_work kthread;
};

/* One item to keep the worker busy, and ITEMS to measure with. */
static union bench_item blocker;
static union bench_item *items;

/*
 * The loops over the items are the peer's own: a call through a pointer for
 * each item would be charged to the item.
 */
struct bench_peer {
	const char *name;
	int (*create)(void);
	void (*destroy)(void);
	void (*init)(void);
	void (*block)(void);
	void (*queue)(int n);
	void (*queue_pending)(int n);
};

/* What the items do */

static DECLARE_COMPLETION(worker_blocked);
static DECLARE_COMPLETION(items_done);
static bool release_worker;
static unsigned int items_left;

static void run_blocker(void)
{
	complete(&worker_blocked);
	while (!READ_ONCE(release_worker))
		cond_resched();
}

static void run_item(void)
{
	if (!--items_left)
		complete(&items_done);
}

/* cwq */

static struct cwq_workqueue_struct *cwq_wq;

static void cwq_blocker_fn(struct cwq_work_struct *work)
{
	run_blocker();
}

static void cwq_item_fn(struct cwq_work_struct *work)
{
	run_item();
}

static int cwq_create(void)
{
	cwq_wq = cwq_create_workqueue("cwq_bench");
	return cwq_wq ? 0 : -ENOMEM;
}

static void cwq_destroy(void)
{
	cwq_destroy_workqueue(cwq_wq);
}

static void cwq_init(void)
{
	int i;

	CWQ_INIT_WORK(&blocker.cwq, cwq_blocker_fn);
	for (i = 0; i < ITEMS; i++)
		CWQ_INIT_WORK(&items[i].cwq, cwq_item_fn);
}

static void cwq_block(void)
{
	cwq_queue_work(cwq_wq, &blocker.cwq);
}

static void cwq_queue(int n)
{
	int i;

	for (i = 0; i < n; i++)
		cwq_queue_work(cwq_wq, &items[i].cwq);
}

static void cwq_queue_pending(int n)
{
	int i;

	for (i = 0; i < n; i++)
		cwq_queue_work(cwq_wq, &items[0].cwq);
}

/* The kernel's workqueue */

static struct workqueue_struct *kernel_wq;

static void kernel_blocker_fn(struct work_struct *work)
{
	run_blocker();
}

static void kernel_item_fn(struct work_struct *work)
{
	run_item();
}

static int kernel_create(void)
{
	kernel_wq = alloc_workqueue("kernel_bench", 0, WQ_MAX_ACTIVE);
	return kernel_wq ? 0 : -ENOMEM;
}

static void kernel_destroy(void)
{
	destroy_workqueue(kernel_wq);
}

static void kernel_init(void)
{
	int i;

	INIT_WORK(&blocker.kernel, kernel_blocker_fn);
	for (i = 0; i < ITEMS; i++)
		INIT_WORK(&items[i].kernel, kernel_item_fn);
}

static void kernel_block(void)
{
	queue_work(kernel_wq, &blocker.kernel);
}

static void kernel_queue(int n)
{
	int i;

	for (i = 0; i < n; i++)
		queue_work(kernel_wq, &items[i].kernel);
}

static void kernel_queue_pending(int n)
{
	int i;

	for (i = 0; i < n; i++)
		queue_work(kernel_wq, &items[0].kernel);
}

/* kthread_worker */

static struct kthread_worker *kthread_worker;

static void kthread_blocker_fn(struct kthread_work *work)
{
	run_blocker();
}

static void kthread_item_fn(struct kthread_work *work)
{
	run_item();
}

static int kthread_create_peer(void)
{
	kthread_worker = kthread_create_worker_on_cpu(raw_smp_processor_id(), 0,
						      "kthread_bench");
	return PTR_ERR_OR_ZERO(kthread_worker);
}

static void kthread_destroy_peer(void)
{
	kthread_destroy_worker(kthread_worker);
}

static void kthread_init_peer(void)
{
	int i;

	kthread_init_work(&blocker.kthread, kthread_blocker_fn);
	for (i = 0; i < ITEMS; i++)
		kthread_init_work(&items[i].kthread, kthread_item_fn);
}

static void kthread_block(void)
{
	kthread_queue_work(kthread_worker, &blocker.kthread);
}

static void kthread_queue(int n)
{
	int i;

	for (i = 0; i < n; i++)
		kthread_queue_work(kthread_worker, &items[i].kthread);
}

static void kthread_queue_pending(int n)
{
	int i;

	for (i = 0; i < n; i++)
		kthread_queue_work(kthread_worker, &items[0].kthread);
}

static const struct bench_peer peers[] = {
	{
		.name = "cwq",
		.create = cwq_create,
		.destroy = cwq_destroy,
		.init = cwq_init,
		.block = cwq_block,
		.queue = cwq_queue,
		.queue_pending = cwq_queue_pending,
	},
	{
		.name = "workqueue",
		.create = kernel_create,
		.destroy = kernel_destroy,
		.init = kernel_init,
		.block = kernel_block,
		.queue = kernel_queue,
		.queue_pending = kernel_queue_pending,
	},
	{
		.name = "kthread_worker",
		.create = kthread_create_peer,
		.destroy = kthread_destroy_peer,
		.init = kthread_init_peer,
		.block = kthread_block,
		.queue = kthread_queue,
		.queue_pending = kthread_queue_pending,
	},
};

/* The harness */

/* How long @loop takes to put @n items. */
static u64 time_loop(void (*loop)(int n), int n)
{
	u64 start, end;

	local_irq_disable();
	start = ktime_get_ns();
	loop(n);
	end = ktime_get_ns();
	local_irq_enable();
	return end - start;
}

static void run_batch(const struct bench_peer *peer, u64 *times)
{
	u64 enqueue, start;

	items_left = BATCH;
	WRITE_ONCE(release_worker, false);
	peer->block();
	wait_for_completion(&worker_blocked);

	enqueue = time_loop(peer->queue, BATCH);
	times[BUSY_ENQUEUE] += enqueue;
	times[REFUSED] += time_loop(peer->queue_pending, BATCH);

	start = ktime_get_ns();
	WRITE_ONCE(release_worker, true);
	wait_for_completion(&items_done);
	times[BUSY_EXECUTE] += enqueue + ktime_get_ns() - start;
}

static void run_burst(const struct bench_peer *peer, u64 *times)
{
	u64 start;

	items_left = ITEMS;
	start = ktime_get_ns();
	times[BURST_ENQUEUE] = time_loop(peer->queue, ITEMS);
	wait_for_completion(&items_done);
	times[BURST_EXECUTE] = ktime_get_ns() - start;
}

static int run_peer(struct seq_file *m, const struct bench_peer *peer)
{
	u64 times[NR_OPS] = {};
	int i, ret;

	ret = peer->create();
	if (ret)
		return ret;
	peer->init();
	/* No event tells that the new worker has come to its first sleep. */
	schedule_timeout_uninterruptible(SETTLE);
	run_burst(peer, times);
	for (i = 0; i < BATCHES; i++)
		run_batch(peer, times);
	peer->destroy();

	for (i = 0; i < NR_OPS; i++)
		seq_printf(m, "%s %s %llu\n", peer->name, op_names[i],
			   times[i]);
	return 0;
}

static int round_show(struct seq_file *m, void *unused)
{
	int i, ret;

	seq_printf(m, "items %d\n", ITEMS);
	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		ret = run_peer(m, &peers[i]);
		if (ret)
			return ret;
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(round);

static struct dentry *bench_file;

static int __init cwq_bench_init(void)
{
	items = kvcalloc(ITEMS, sizeof(*items), GFP_KERNEL);
	if (!items)
		return -ENOMEM;
	bench_file =
		debugfs_create_file("cwq_bench", 0400, NULL, NULL, &round_fops);
	return 0;
}

static void __exit cwq_bench_exit(void)
{
	debugfs_remove(bench_file);
	kvfree(items);
}

module_init(cwq_bench_init);
module_exit(cwq_bench_exit);

MODULE_AUTHOR("cwq project");
MODULE_DESCRIPTION("What an item costs on cwq and on its peers");
MODULE_LICENSE("GPL");
MODULE_INFO(test, "Y");
