// SPDX-License-Identifier: GPL-2.0
/*
 * cwq as a peer.
 */
#include <linux/err.h>
#include <linux/kernel.h>

#include "bench.h"

#define peer_work cwq_work_struct
#define PEER_MEMBER cwq
#define peer_init(work, fn) CWQ_INIT_WORK(work, fn)
#define peer_init_delayed(dwork, fn) CWQ_INIT_DELAYED_WORK(dwork, fn)
#define peer_queue cwq_queue_work
#define peer_flush cwq_flush_workqueue
#define peer_flush_work cwq_flush_work
#define peer_cancel_work cwq_cancel_work_sync
#define peer_queue_delayed cwq_queue_delayed_work
#define peer_cancel_delayed cwq_cancel_delayed_work_sync

#include "loops.h"
#include "wait_loops.h"

/* Each has a name of its own, as the queues of a driver's devices have. */
static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	struct cwq_workqueue_struct *wq;
	static unsigned int made;
	char name[32];

	snprintf(name, sizeof(name), "bench_cwq%u", made++);
	if (shape == PER_CPU)
		wq = cwq_create_workqueue(name);
	else
		wq = cwq_create_singlethread_workqueue(name);
	return wq ?: ERR_PTR(-ENOMEM);
}

static void destroy(void *queue)
{
	cwq_destroy_workqueue(queue);
}

static void *target(void *queue, int cpu)
{
	return queue;
}

static void queue_on(void *queue, int cpu, struct bench_item *item)
{
	cwq_queue_work_on(cpu, queue, &item->cwq);
}

static void flush(void *queue)
{
	cwq_flush_workqueue(queue);
}

const struct bench_peer cwq_peer = {
	.name = "cwq",
	.shapes = BIT(PER_CPU) | BIT(SINGLE),
	.create = create,
	.destroy = destroy,
	.target = target,
	.queue_on = queue_on,
	.flush = flush,
	LOOPS,
	WAIT_LOOPS,
};
