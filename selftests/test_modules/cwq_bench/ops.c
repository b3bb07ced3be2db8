// SPDX-License-Identifier: GPL-2.0
/*
 * Operations one by one, for a machine with one CPU that counts instructions.
 *
 * busy-enqueue		put an item behind a worker that is inside a function
 *			and runnable: nobody has to be woken. (For a worker that
 *			sleeps there, the kernel's queue would start another.)
 * busy-execute		that, and on until the last item's function has run
 * refused		put an item that is pending already
 * burst-enqueue	put items on an idle queue, faster than the worker can
 *			wake up
 * burst-execute	that, and on until the last item's function has run
 * idle-enqueue		put an item on an idle queue, of which the worker sleeps
 * queue-wait		that, and sleep until its function has run
 * queue-flush-work	put an item and flush it
 * queue-cancel-sync	put an item and cancel it
 * delayed-cancel	put an item with a delay and cancel it
 * flush-idle		flush the queue when there is nothing to do
 * flush-busy		put FLUSHED items and flush the queue
 * create-destroy	make a queue, with its thread, and remove it
 *
 * The first three work in batches, because the kernel's queue sets aside what
 * exceeds the number of items it may have in flight; the burst is all items in
 * a row. Interrupts are off in what is an enqueue and nothing else.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "bench.h"

#define BATCH 200
#define BATCHES 100
#define ITEMS (BATCH * BATCHES)
#define SETTLE (HZ / 50)
#define IDLES 50
#define WAITS 1000
#define CREATES 20

enum bench_op {
	BUSY_ENQUEUE,
	BUSY_EXECUTE,
	REFUSED,
	BURST_ENQUEUE,
	BURST_EXECUTE,
	IDLE_ENQUEUE,
	QUEUE_WAIT,
	QUEUE_FLUSH_WORK,
	QUEUE_CANCEL_SYNC,
	DELAYED_CANCEL,
	FLUSH_IDLE,
	FLUSH_BUSY,
	CREATE_DESTROY,
	NR_OPS,
};

static const char *const op_names[NR_OPS] = {
	[BUSY_ENQUEUE] = "busy-enqueue",
	[BUSY_EXECUTE] = "busy-execute",
	[REFUSED] = "refused",
	[BURST_ENQUEUE] = "burst-enqueue",
	[BURST_EXECUTE] = "burst-execute",
	[IDLE_ENQUEUE] = "idle-enqueue",
	[QUEUE_WAIT] = "queue-wait",
	[QUEUE_FLUSH_WORK] = "queue-flush-work",
	[QUEUE_CANCEL_SYNC] = "queue-cancel-sync",
	[DELAYED_CANCEL] = "delayed-cancel",
	[FLUSH_IDLE] = "flush-idle",
	[FLUSH_BUSY] = "flush-busy",
	[CREATE_DESTROY] = "create-destroy",
};

/* A peer at work: @ns[op] is what @count[op] of them have taken. */
struct ops_run {
	const struct bench_peer *peer;
	void *queue;
	void *target;
	struct bench_item *items;
	u64 ns[NR_OPS];
	unsigned int count[NR_OPS];
};

static void add(struct ops_run *run, enum bench_op op, u64 ns, int count)
{
	run->ns[op] += ns;
	run->count[op] += count;
}

/*
 * How long @loop takes to put @n items. On PREEMPT_RT it may not be called with
 * interrupts off, and is interrupted.
 */
static u64
time_loop(struct ops_run *run,
	  void (*loop)(void *target, struct bench_item *items, int n), int n)
{
	u64 start, end;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		local_irq_disable();
	start = ktime_get_ns();
	loop(run->target, run->items, n);
	end = ktime_get_ns();
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		local_irq_enable();
	return end - start;
}

static int run_burst(struct ops_run *run)
{
	u64 start;
	int ret;

	bench_expect(ITEMS);
	start = ktime_get_ns();
	add(run, BURST_ENQUEUE, time_loop(run, run->peer->queue, ITEMS), ITEMS);
	ret = bench_wait_for_all();
	add(run, BURST_EXECUTE, ktime_get_ns() - start, ITEMS);
	return ret;
}

static int run_batch(struct ops_run *run)
{
	u64 enqueue, start;
	int ret;

	bench_expect(BATCH);
	bench_block(run->peer, run->target);
	enqueue = time_loop(run, run->peer->queue, BATCH);
	add(run, BUSY_ENQUEUE, enqueue, BATCH);
	add(run, REFUSED, time_loop(run, run->peer->queue_pending, BATCH),
	    BATCH);

	start = ktime_get_ns();
	bench_release(run->peer);
	ret = bench_wait_for_all();
	add(run, BUSY_EXECUTE, enqueue + ktime_get_ns() - start, BATCH);
	bench_wait_released(run->peer);
	return ret;
}

/* The clock is read for each item: what that takes is taken off. */
static int run_idle(struct ops_run *run)
{
	u64 clock = ktime_get_ns();
	int i, ret;

	clock = ktime_get_ns() - clock;
	for (i = 0; i < IDLES; i++) {
		/* No event tells that a thread sleeps. */
		schedule_timeout_uninterruptible(1);
		bench_expect(1);
		add(run, IDLE_ENQUEUE,
		    time_loop(run, run->peer->queue, 1) - clock, 1);
		ret = bench_wait_for_all();
		if (ret)
			return ret;
	}
	return 0;
}

/* What waits */

static void run_queue_wait(struct ops_run *run)
{
	u64 start = ktime_get_ns();

	bench_expect(0);
	run->peer->ping(run->target, run->items, WAITS);
	add(run, QUEUE_WAIT, ktime_get_ns() - start, WAITS);
}

static int run_flush_work(struct ops_run *run)
{
	u64 start = ktime_get_ns();

	bench_expect(WAITS);
	run->peer->flush_work(run->target, run->items, WAITS);
	add(run, QUEUE_FLUSH_WORK, ktime_get_ns() - start, WAITS);
	return bench_wait_for_all();
}

static int run_cancel_work(struct ops_run *run)
{
	u64 start = ktime_get_ns();
	int cancelled;

	/* One more than can run, so that it never comes to none left. */
	bench_expect(WAITS + 1);
	cancelled = run->peer->cancel_work(run->target, run->items, WAITS);
	add(run, QUEUE_CANCEL_SYNC, ktime_get_ns() - start, WAITS);
	run->peer->flush(run->queue);
	return bench_check_left(run->peer, cancelled + 1);
}

static int run_cancel_delayed(struct ops_run *run)
{
	u64 start = ktime_get_ns();
	int cancelled;

	bench_expect(WAITS);
	cancelled = run->peer->cancel_delayed(run->target, WAITS);
	add(run, DELAYED_CANCEL, ktime_get_ns() - start, WAITS);
	if (cancelled != WAITS)
		return -EIO;
	return bench_check_left(run->peer, WAITS);
}

static int run_flush(struct ops_run *run)
{
	u64 start = ktime_get_ns();

	run->peer->flush_idle(run->target, WAITS);
	add(run, FLUSH_IDLE, ktime_get_ns() - start, WAITS);

	bench_expect(WAITS * FLUSHED);
	start = ktime_get_ns();
	run->peer->flush_busy(run->target, run->items, WAITS);
	add(run, FLUSH_BUSY, ktime_get_ns() - start, WAITS);
	return bench_wait_for_all();
}

static int run_puts(struct ops_run *run)
{
	int i, ret = 0;

	if (run->peer->queue_pending) {
		ret = run_burst(run);
		for (i = 0; !ret && i < BATCHES; i++)
			ret = run_batch(run);
	}
	return ret ?: run_idle(run);
}

static int run_waits(struct ops_run *run)
{
	int ret = 0;

	run_queue_wait(run);
	if (run->peer->flush_work)
		ret = run_flush_work(run);
	if (!ret && run->peer->flush_busy)
		ret = run_flush(run);
	return ret;
}

static int run_cancels(struct ops_run *run)
{
	int ret = 0;

	if (run->peer->cancel_work)
		ret = run_cancel_work(run);
	if (!ret && run->peer->cancel_delayed)
		ret = run_cancel_delayed(run);
	return ret;
}

/*
 * Whom does the scheduler prefer when we have woken a worker? Left to itself, it
 * decides by what both have done before, and whether we are interrupted or have
 * to sleep makes a fifth of what a wait takes. So it is always the worker while
 * we wait, and never while we cancel, which is to find the item pending.
 */
static int run_ops(struct ops_run *run)
{
	int ret, nice = task_nice(current);

	/* No event tells that the new worker has come to its first sleep. */
	schedule_timeout_uninterruptible(SETTLE);
	ret = run_puts(run);
	if (!ret) {
		sched_set_normal(current, MAX_NICE);
		ret = run_waits(run);
	}
	if (!ret) {
		sched_set_fifo_low(current);
		ret = run_cancels(run);
	}
	sched_set_normal(current, nice);
	return ret;
}

static enum bench_shape shape_of(const struct bench_peer *peer)
{
	return peer->shapes & BIT(PER_CPU) ? PER_CPU : SINGLE;
}

static int run_create(struct ops_run *run)
{
	const struct bench_peer *peer = run->peer;
	u64 start = ktime_get_ns();
	void *queue;
	int i;

	for (i = 0; i < CREATES; i++) {
		queue = peer->create(peer, shape_of(peer));
		if (IS_ERR(queue))
			return PTR_ERR(queue);
		/* A peer that has nothing to make. */
		if (!queue)
			return 0;
		peer->destroy(queue);
	}
	add(run, CREATE_DESTROY, ktime_get_ns() - start, CREATES);
	return 0;
}

static int run_peer(struct ops_run *run)
{
	const struct bench_peer *peer = run->peer;
	int i, ret;

	run->queue = peer->create(peer, shape_of(peer));
	if (IS_ERR(run->queue))
		return PTR_ERR(run->queue);
	run->target = peer->target(run->queue, raw_smp_processor_id());
	for (i = 0; i < ITEMS; i++)
		peer->init(&run->items[i], COUNT);
	ret = run_ops(run);
	/* What runs late, runs now, and what runs twice has been left. */
	i = atomic_read(&bench_left);
	peer->destroy(run->queue);
	if (!ret)
		ret = bench_check_left(peer, i);
	if (!ret)
		ret = run_create(run);
	return ret;
}

int bench_ops(struct seq_file *m, const struct bench_peer *peer)
{
	struct ops_run run = { .peer = peer };
	int i, ret;

	run.items = kvcalloc(ITEMS, sizeof(*run.items), GFP_KERNEL);
	if (!run.items)
		return -ENOMEM;
	ret = run_peer(&run);
	kvfree(run.items);
	if (ret)
		return ret;
	for (i = 0; i < NR_OPS; i++) {
		if (run.count[i])
			bench_figure(m, op_names[i], peer, "ps",
				     div_u64(run.ns[i] * 1000, run.count[i]));
	}
	return 0;
}
