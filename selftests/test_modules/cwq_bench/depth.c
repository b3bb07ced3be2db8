// SPDX-License-Identifier: GPL-2.0
/*
 * What an item costs with so many pending: the worker is kept busy while they
 * are put, and released. For a machine with one CPU, where it cannot do both.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "bench.h"

/* What is few is repeated until it has been so many. */
#define ITEMS 20000

static int measure(struct seq_file *m, const struct bench_peer *peer,
		   void *target, struct bench_item *items, int pending)
{
	int i, ret = 0, rounds = max(1, ITEMS / pending);
	u64 enqueue = 0, execute = 0, start;
	char name[32];

	for (i = 0; !ret && i < rounds; i++) {
		bench_expect(pending);
		bench_block(peer, target);
		start = ktime_get_ns();
		peer->queue(target, items, pending);
		enqueue += ktime_get_ns() - start;

		start = ktime_get_ns();
		bench_release(peer);
		ret = bench_wait_for_all();
		execute += ktime_get_ns() - start;
		bench_wait_released(peer);
	}
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "depth/%d", pending);
	bench_figure(m, name, peer, "enqueue_ps",
		     div64_u64(enqueue * 1000, (u64)rounds * pending));
	bench_figure(m, name, peer, "execute_ps",
		     div64_u64(execute * 1000, (u64)rounds * pending));
	return bench_check_left(peer, 0);
}

int bench_depth(struct seq_file *m, const struct bench_peer *peer)
{
	static const int depths[] = { 10, 1000, 100000, 1000000 };
	int deepest = depths[ARRAY_SIZE(depths) - 1];
	enum bench_shape shape = peer->shapes & BIT(SINGLE) ? SINGLE : PER_CPU;
	struct bench_item *items;
	int i, ret = 0;
	void *queue;

	/* The other kinds of the kernel's queue have the same lists. */
	if (peer->softirq || !peer->queue_pending || peer->wq_flags)
		return 0;
	items = kvcalloc(deepest, sizeof(*items), GFP_KERNEL);
	if (!items)
		return -ENOMEM;
	queue = peer->create(peer, shape);
	if (IS_ERR(queue)) {
		kvfree(items);
		return PTR_ERR(queue);
	}
	for (i = 0; i < deepest; i++)
		peer->init(&items[i], COUNT);
	for (i = 0; !ret && i < ARRAY_SIZE(depths); i++)
		ret = measure(m, peer,
			      peer->target(queue, raw_smp_processor_id()),
			      items, depths[i]);
	peer->destroy(queue);
	kvfree(items);
	return ret;
}
