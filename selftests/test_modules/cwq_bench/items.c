// SPDX-License-Identifier: GPL-2.0
/*
 * Items that are counted down as they run, and one that keeps the worker busy.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bottom_half.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "bench.h"

atomic_t bench_left;
DECLARE_COMPLETION(bench_all_run);

/* From now on so many items of COUNT are to run. */
void bench_expect(int items)
{
	reinit_completion(&bench_all_run);
	atomic_set(&bench_left, items);
}

/* After bench_wait_for_all(), or when the queue is flushed or gone. */
int bench_check_left(const struct bench_peer *peer, int expected)
{
	int left = atomic_read(&bench_left);

	if (left == expected)
		return 0;
	pr_err("%s: %d items too many have not run\n", peer->name,
	       left - expected);
	return -EIO;
}

/* Nothing that is measured here takes so long, unless an item is lost. */
int bench_wait_for_all(void)
{
	if (wait_for_completion_timeout(&bench_all_run, 60 * HZ))
		return 0;
	pr_err("%d items have not run\n", atomic_read(&bench_left));
	return -EIO;
}

static struct bench_item blocker;
static DECLARE_COMPLETION(worker_blocked);
static DECLARE_COMPLETION(worker_free);
static bool release_worker;

static void run_blocker(struct bench_item *item)
{
	complete(&worker_blocked);
	while (!READ_ONCE(release_worker))
		cond_resched();
	complete(&worker_free);
}

/*
 * Keep the worker busy until bench_release(). What runs in softirqs is held up
 * by disabling these, so what is in between must not sleep then.
 */
void bench_block(const struct bench_peer *peer, void *target)
{
	if (peer->softirq) {
		local_bh_disable();
		return;
	}
	WRITE_ONCE(release_worker, false);
	peer->init(&blocker, CALL);
	blocker.call = run_blocker;
	peer->queue(target, &blocker, 1);
	wait_for_completion(&worker_blocked);
}

void bench_release(const struct bench_peer *peer)
{
	if (peer->softirq)
		local_bh_enable();
	else
		WRITE_ONCE(release_worker, true);
}

/*
 * Before the next bench_block(): where items do not wait for one another, all
 * may have run before the worker has noticed that it was released.
 */
void bench_wait_released(const struct bench_peer *peer)
{
	if (!peer->softirq)
		wait_for_completion(&worker_free);
}
