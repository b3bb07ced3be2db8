// SPDX-License-Identifier: GPL-2.0
/*
 * What queues cost that do nothing: threads, and the time to make and to remove
 * them.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "bench.h"

struct state {
	s64 threads;
	u64 ns;
};

static void look(struct state *s)
{
	struct task_struct *task;

	s->ns = ktime_get_ns();
	s->threads = 0;
	rcu_read_lock();
	for_each_process(task)
		s->threads++;
	rcu_read_unlock();
}

static int measure(struct seq_file *m, const struct bench_peer *peer,
		   enum bench_shape shape, void **queues, int n)
{
	struct state before, with, after;
	char name[32];
	int i, made = 0, ret = 0;

	look(&before);
	while (made < n) {
		void *queue = peer->create(peer, shape);

		ret = PTR_ERR_OR_ZERO(queue);
		if (ret)
			break;
		queues[made++] = queue;
	}
	look(&with);
	for (i = 0; i < made; i++)
		peer->destroy(queues[i]);
	look(&after);
	if (ret)
		return ret;

	snprintf(name, sizeof(name), "queues-%s/%d",
		 shape == PER_CPU ? "per-cpu" : "single", n);
	bench_figure(m, name, peer, "threads",
		     max_t(s64, 0, with.threads - before.threads));
	bench_figure(m, name, peer, "create_ps",
		     div_u64((with.ns - before.ns) * 1000, n));
	bench_figure(m, name, peer, "destroy_ps",
		     div_u64((after.ns - with.ns) * 1000, n));
	return 0;
}

int bench_queues(struct seq_file *m, const struct bench_peer *peer)
{
	static const int numbers[] = { 1, 10, 100, 1000 };
	int i, most = numbers[ARRAY_SIZE(numbers) - 1], ret = 0;
	enum bench_shape shape;
	void **queues;

	/* A tasklet has no queue, nor has the floor. */
	if (!peer->flush_idle)
		return 0;
	queues = kvcalloc(most, sizeof(*queues), GFP_KERNEL);
	if (!queues)
		return -ENOMEM;
	for (shape = PER_CPU; shape <= SINGLE; shape++) {
		if (!(peer->shapes & BIT(shape)))
			continue;
		for (i = 0; !ret && i < ARRAY_SIZE(numbers); i++)
			ret = measure(m, peer, shape, queues, numbers[i]);
	}
	kvfree(queues);
	return ret;
}
