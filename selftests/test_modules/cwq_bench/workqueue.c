// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's workqueue, in its kinds, as peers.
 */
#include <linux/err.h>

#include "bench.h"

#define peer_work work_struct
#define PEER_MEMBER kernel
#define peer_init(work, fn) INIT_WORK(work, fn)
#define peer_init_delayed(dwork, fn) INIT_DELAYED_WORK(dwork, fn)
#define peer_queue queue_work
#define peer_flush flush_workqueue
#define peer_flush_work flush_work
#define peer_cancel_work cancel_work_sync
#define peer_queue_delayed queue_delayed_work
#define peer_cancel_delayed cancel_delayed_work_sync

#include "../../../module/compat.h"
#include "loops.h"
#include "wait_loops.h"

/* 0 is as many in flight as there may be by default: for BH the only choice. */
static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	struct workqueue_struct *wq;

	wq = alloc_workqueue("bench_%s", peer->wq_flags,
			     peer->softirq ? 0 : WQ_MAX_ACTIVE, peer->name);
	return wq ?: ERR_PTR(-ENOMEM);
}

static void *create_ordered(const struct bench_peer *peer,
			    enum bench_shape shape)
{
	struct workqueue_struct *wq;

	wq = alloc_ordered_workqueue("bench_%s", 0, peer->name);
	return wq ?: ERR_PTR(-ENOMEM);
}

static void destroy(void *queue)
{
	destroy_workqueue(queue);
}

static void *target(void *queue, int cpu)
{
	return queue;
}

static void queue_on(void *queue, int cpu, struct bench_item *item)
{
	queue_work_on(cpu, queue, &item->kernel);
}

static void flush(void *queue)
{
	flush_workqueue(queue);
}

#define KERNEL_QUEUE                                                \
	.destroy = destroy, .target = target, .queue_on = queue_on, \
	.flush = flush, LOOPS, WAIT_LOOPS

const struct bench_peer bound_peer = {
	.name = "bound",
	.shapes = BIT(PER_CPU),
	.wq_flags = WQ_PERCPU,
	.create = create,
	KERNEL_QUEUE,
};

const struct bench_peer highpri_peer = {
	.name = "highpri",
	.shapes = BIT(PER_CPU),
	.wq_flags = WQ_HIGHPRI | WQ_PERCPU,
	.create = create,
	KERNEL_QUEUE,
};

const struct bench_peer ordered_peer = {
	.name = "ordered",
	.shapes = BIT(SINGLE),
	.create = create_ordered,
	KERNEL_QUEUE,
};

/* Not quite a single queue: its items run on several threads at once. */
const struct bench_peer unbound_peer = {
	.name = "unbound",
	.shapes = BIT(SINGLE),
	.wq_flags = WQ_UNBOUND,
	.create = create,
	KERNEL_QUEUE,
};

#ifdef HAVE_BH_WORKQUEUE
const struct bench_peer bh_peer = {
	.name = "bh",
	.shapes = BIT(PER_CPU),
	.softirq = true,
	/* 6.12.117 has WQ_PERCPU, and makes no BH queue with it. */
	.wq_flags = WQ_BH | (__WQ_BH_ALLOWS & WQ_PERCPU),
	.create = create,
	KERNEL_QUEUE,
};
#endif
