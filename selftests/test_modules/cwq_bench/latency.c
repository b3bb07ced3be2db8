// SPDX-License-Identifier: GPL-2.0
/*
 * A queue whose items are urgent beside a noisy neighbour: another queue, of
 * the same kind and on the same CPU, that always has some pending, each of which
 * computes for a while. How long does an urgent item wait until it runs?
 *
 * The CPU is the last one. The reader should be bound to another.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"

#define NOISES 8
#define NOISE_US 200
#define URGENT 100

static const struct bench_peer *noisy_peer;
static void *noisy_queue;
static bool quiet;
static struct bench_item noises[NOISES];
static atomic_t noises_left;
static DECLARE_COMPLETION(all_quiet);

static struct bench_item urgent;
static u64 ran_at;
static DECLARE_COMPLETION(urgent_ran);

static void run_noise(struct bench_item *item)
{
	udelay(NOISE_US);
	if (!READ_ONCE(quiet))
		noisy_peer->queue_on(noisy_queue, cpumask_last(cpu_online_mask),
				     item);
	else if (atomic_dec_and_test(&noises_left))
		complete(&all_quiet);
}

static void run_urgent(struct bench_item *item)
{
	ran_at = ktime_get_ns();
	complete(&urgent_ran);
}

static void make_noise(const struct bench_peer *peer, void *queue)
{
	int i;

	noisy_peer = peer;
	noisy_queue = queue;
	WRITE_ONCE(quiet, false);
	atomic_set(&noises_left, NOISES);
	for (i = 0; i < NOISES; i++) {
		peer->init(&noises[i], CALL);
		noises[i].call = run_noise;
		peer->queue_on(queue, cpumask_last(cpu_online_mask),
			       &noises[i]);
	}
}

static void measure(const struct bench_peer *peer, void *queue, u32 *samples)
{
	u64 start;
	int i;

	peer->init(&urgent, CALL);
	urgent.call = run_urgent;
	for (i = 0; i < URGENT; i++) {
		usleep_range(1000, 3000);
		start = ktime_get_ns();
		peer->queue_on(queue, cpumask_last(cpu_online_mask), &urgent);
		wait_for_completion(&urgent_ran);
		samples[i] = ran_at - start;
	}
}

int bench_latency(struct seq_file *m, const struct bench_peer *peer)
{
	void *noisy, *queue;
	u32 *samples;
	int ret;

	/* A queue that has no CPU has no neighbour there. */
	if (!(peer->shapes & BIT(PER_CPU)) || peer->softirq ||
	    !peer->flush_idle)
		return 0;
	samples = kcalloc(URGENT, sizeof(*samples), GFP_KERNEL);
	if (!samples)
		return -ENOMEM;
	noisy = peer->create(peer, PER_CPU);
	ret = PTR_ERR_OR_ZERO(noisy);
	if (ret)
		goto free;
	queue = peer->create(peer, PER_CPU);
	ret = PTR_ERR_OR_ZERO(queue);
	if (ret)
		goto destroy;

	make_noise(peer, noisy);
	measure(peer, queue, samples);
	WRITE_ONCE(quiet, true);
	wait_for_completion(&all_quiet);
	bench_percentiles(m, "noisy-neighbour", peer, samples, URGENT);

	peer->destroy(queue);
destroy:
	peer->destroy(noisy);
free:
	kfree(samples);
	return ret;
}
