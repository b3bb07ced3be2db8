// SPDX-License-Identifier: GPL-2.0
/*
 * kthread_worker as a peer: one on each CPU makes a per-CPU queue.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"

#define peer_work kthread_work
#define PEER_MEMBER kthread
#define peer_init(work, fn) kthread_init_work(work, fn)
#define peer_init_delayed(dwork, fn) kthread_init_delayed_work(dwork, fn)
#define peer_queue kthread_queue_work
#define peer_flush kthread_flush_worker
#define peer_flush_work kthread_flush_work
#define peer_cancel_work kthread_cancel_work_sync
#define peer_queue_delayed kthread_queue_delayed_work
#define peer_cancel_delayed kthread_cancel_delayed_work_sync

#include "loops.h"
#include "wait_loops.h"

/* A worker by CPU, or one for all. */
struct workers {
	bool single;
	struct kthread_worker *worker[];
};

static void destroy(void *queue)
{
	struct workers *workers = queue;
	int cpu;

	for (cpu = 0; cpu < (workers->single ? 1 : nr_cpu_ids); cpu++) {
		if (!IS_ERR_OR_NULL(workers->worker[cpu]))
			kthread_destroy_worker(workers->worker[cpu]);
	}
	kfree(workers);
}

static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	struct kthread_worker *worker = NULL;
	struct workers *workers;
	int cpu;

	workers = kzalloc(struct_size(workers, worker, nr_cpu_ids), GFP_KERNEL);
	if (!workers)
		return ERR_PTR(-ENOMEM);
	workers->single = shape == SINGLE;
	for_each_online_cpu(cpu) {
		if (!workers->single)
			worker = kthread_create_worker_on_cpu(cpu, 0,
							      "bench_kthread");
		else if (!worker)
			worker = kthread_create_worker(0, "bench_kthread");
		if (IS_ERR(worker)) {
			destroy(workers);
			return ERR_CAST(worker);
		}
		workers->worker[cpu] = worker;
	}
	return workers;
}

static void *target(void *queue, int cpu)
{
	struct workers *workers = queue;

	return workers->worker[cpu];
}

static void queue_on(void *queue, int cpu, struct bench_item *item)
{
	kthread_queue_work(target(queue, cpu), &item->kthread);
}

static void flush(void *queue)
{
	struct workers *workers = queue;
	int cpu;

	for_each_online_cpu(cpu) {
		kthread_flush_worker(workers->worker[cpu]);
		if (workers->single)
			break;
	}
}

const struct bench_peer kthread_worker_peer = {
	.name = "kthread_worker",
	.shapes = BIT(PER_CPU) | BIT(SINGLE),
	.create = create,
	.destroy = destroy,
	.target = target,
	.queue_on = queue_on,
	.flush = flush,
	LOOPS,
	WAIT_LOOPS,
};
