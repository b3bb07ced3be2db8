// SPDX-License-Identifier: GPL-2.0
/*
 * The floor as a peer: a bare kthread, woken through a wait queue, that does
 * one thing. What has a thread do something cannot cost less than to wake it.
 */
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

static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	struct floor *f = kzalloc(sizeof(*f), GFP_KERNEL);
	struct task_struct *task;

	if (!f)
		return ERR_PTR(-ENOMEM);
	init_waitqueue_head(&f->wait);
	task = kthread_run_on_cpu(floor_thread, f, raw_smp_processor_id(),
				  "bench_floor/%u");
	if (IS_ERR(task)) {
		kfree(f);
		return task;
	}
	f->task = task;
	return f;
}

static void destroy(void *queue)
{
	struct floor *f = queue;

	kthread_stop(f->task);
	kfree(f);
}

static void *target(void *queue, int cpu)
{
	return queue;
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
};
