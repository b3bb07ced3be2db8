// SPDX-License-Identifier: GPL-2.0
/*
 * A flush of a per-CPU queue, with one item on each of some CPUs: how long it
 * takes from the call on.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"

#define FLUSHES 50

static int measure(struct seq_file *m, const struct bench_peer *peer,
		   void *queue, struct bench_item *items, u32 *samples,
		   unsigned int cpus)
{
	unsigned int i, n;
	char name[32];
	int cpu, ret;
	u64 start;

	for (i = 0; i < FLUSHES; i++) {
		bench_expect(cpus);
		n = 0;
		for_each_online_cpu(cpu) {
			if (n == cpus)
				break;
			peer->queue_on(queue, cpu, &items[n++]);
		}
		start = ktime_get_ns();
		peer->flush(queue);
		samples[i] = ktime_get_ns() - start;
		/* That was the promise. */
		ret = bench_check_left(peer, 0);
		if (ret)
			return ret;
	}
	snprintf(name, sizeof(name), "flush/%u", cpus);
	bench_percentiles(m, name, peer, samples, FLUSHES);
	return 0;
}

int bench_flush(struct seq_file *m, const struct bench_peer *peer)
{
	unsigned int cpus, i, n = num_online_cpus();
	struct bench_item *items;
	u32 *samples;
	void *queue;
	int ret;

	if (!(peer->shapes & BIT(PER_CPU)) || peer->softirq || !peer->flush)
		return 0;
	items = kcalloc(n, sizeof(*items), GFP_KERNEL);
	samples = kcalloc(FLUSHES, sizeof(*samples), GFP_KERNEL);
	ret = -ENOMEM;
	if (!items || !samples)
		goto out;
	queue = peer->create(peer, PER_CPU);
	ret = PTR_ERR_OR_ZERO(queue);
	if (ret)
		goto out;
	for (i = 0; i < n; i++)
		peer->init(&items[i], COUNT);
	for (cpus = 1; !ret && cpus <= n; cpus *= 2)
		ret = measure(m, peer, queue, items, samples, cpus);
	peer->destroy(queue);
out:
	kfree(samples);
	kfree(items);
	return ret;
}
