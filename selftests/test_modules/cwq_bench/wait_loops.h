/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loops of a peer whose queues and items one can wait for. Behind loops.h,
 * of which it takes the definitions, and
 *
 * peer_flush(target)		all that is on the queue
 * peer_flush_work(work)
 * peer_cancel_work(work)	was it pending?
 * peer_init_delayed(dwork, fn)	a macro
 * peer_queue_delayed(target, dwork, delay)
 * peer_cancel_delayed(dwork)	was it delayed or pending?
 */

static void flush_work_loop(void *target, struct bench_item *item, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		peer_queue(target, &item->PEER_MEMBER);
		peer_flush_work(&item->PEER_MEMBER);
	}
}

static int cancel_work_loop(void *target, struct bench_item *item, int n)
{
	int i, cancelled = 0;

	for (i = 0; i < n; i++) {
		peer_queue(target, &item->PEER_MEMBER);
		cancelled += peer_cancel_work(&item->PEER_MEMBER);
	}
	return cancelled;
}

static int cancel_delayed_loop(void *target, int n)
{
	static union bench_delayed delayed;
	int i, cancelled = 0;

	peer_init_delayed(&delayed.PEER_MEMBER, count_fn);
	for (i = 0; i < n; i++) {
		peer_queue_delayed(target, &delayed.PEER_MEMBER, 60 * HZ);
		cancelled += peer_cancel_delayed(&delayed.PEER_MEMBER);
	}
	return cancelled;
}

static void flush_idle_loop(void *target, int n)
{
	int i;

	for (i = 0; i < n; i++)
		peer_flush(target);
}

static void flush_busy_loop(void *target, struct bench_item *items, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		queue_items(target, items, FLUSHED);
		peer_flush(target);
	}
}

#define WAIT_LOOPS                                                            \
	.flush_work = flush_work_loop, .cancel_work = cancel_work_loop,       \
	.cancel_delayed = cancel_delayed_loop, .flush_idle = flush_idle_loop, \
	.flush_busy = flush_busy_loop
