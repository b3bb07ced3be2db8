// SPDX-License-Identifier: GPL-2.0
/*
 * A tasklet as a peer. There is no queue to make, and none to flush.
 */
#include "bench.h"

#define peer_work tasklet_struct
#define PEER_MEMBER tasklet
#define peer_init(work, fn) tasklet_setup(work, fn)

/* What tasklet_schedule() does, which does not tell what has become of it. */
static inline bool peer_queue(void *target, struct tasklet_struct *t)
{
	if (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		return false;
	__tasklet_schedule(t);
	return true;
}

#include "loops.h"

/* Waits until it has run. */
static void flush_work_loop(void *target, struct bench_item *item, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		peer_queue(target, &item->tasklet);
		tasklet_kill(&item->tasklet);
	}
}

static void *create(const struct bench_peer *peer, enum bench_shape shape)
{
	return NULL;
}

static void destroy(void *queue)
{
}

static void *target(void *queue, int cpu)
{
	return NULL;
}

const struct bench_peer tasklet_peer = {
	.name = "tasklet",
	.shapes = BIT(PER_CPU),
	.softirq = true,
	.create = create,
	.destroy = destroy,
	.target = target,
	.flush_work = flush_work_loop,
	LOOPS,
};
