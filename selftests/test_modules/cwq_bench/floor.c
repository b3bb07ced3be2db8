// SPDX-License-Identifier: GPL-2.0
/*
 * The floor as a peer: a bare kthread on each CPU, woken through a wait queue, that
 * does one thing. What has a thread do something cannot cost less than to wake it.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "bench.h"

struct floor {
	wait_queue_head_t wait;
	bool woken;
	struct task_struct *task;
};

static int floor_thread(void *data)
{
	struct floor *f = data;

	while (!kthread_should_stop()) {
		wait_event_interruptible(
			f->wait, READ_ONCE(f->woken) || kthread_should_stop());
		if (READ_ONCE(f->woken)) {
			WRITE_ONCE(f->woken, false);
			bench_count_down();
		}
	}
	return 0;
}

static void destroy(void *queue)
{
	struct floor *floors = queue;
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!IS_ERR_OR_NULL(floors[cpu].task))
			kthread_stop(floors[cpu].task);
	}
	kfree(floors);
}

static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	struct floor *floors, *f;
	int cpu;

	floors = kcalloc(nr_cpu_ids, sizeof(*floors), GFP_KERNEL);
	if (!floors)
		return ERR_PTR(-ENOMEM);
	for_each_online_cpu(cpu) {
		f = &floors[cpu];
		init_waitqueue_head(&f->wait);
		f->task = kthread_run_on_cpu(floor_thread, f, cpu,
					     "bench_floor/%u");
		if (IS_ERR(f->task)) {
			struct task_struct *error = f->task;

			destroy(floors);
			return error;
		}
	}
	return floors;
}

static void *target(void *queue, int cpu)
{
	struct floor *floors = queue;

	return &floors[cpu];
}

static void init_item(struct bench_item *item, enum bench_fn fn)
{
}

static void wake(void *target, struct bench_item *items, int n)
{
	struct floor *f = target;

	WRITE_ONCE(f->woken, true);
	wake_up(&f->wait);
}

static void wake_on(void *queue, int cpu, struct bench_item *item)
{
	wake(target(queue, cpu), item, 1);
}

/* There is no queue to flush; until all have done their thing. */
static void flush(void *queue)
{
	wait_for_completion(&bench_all_run);
}

static void ping(void *target, struct bench_item *item, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		atomic_set(&bench_left, 1);
		wake(target, item, 1);
		wait_for_completion(&bench_all_run);
	}
}

const struct bench_peer floor_peer = {
	.name = "floor",
	.shapes = BIT(PER_CPU),
	.create = create,
	.destroy = destroy,
	.target = target,
	.init = init_item,
	.queue = wake,
	.ping = ping,
	.queue_on = wake_on,
	.flush = flush,
};
