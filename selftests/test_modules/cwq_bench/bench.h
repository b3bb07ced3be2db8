/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of cwq_bench share: peers, which are cwq and what one could
 * use in its place, and tests, each of which takes every peer in turn.
 *
 * A figure is a line: test, peer, metric and a whole number. Metrics are ps or
 * ns for times of the one thing that the test counts, per_s for a rate, p50 to
 * p999 for a distribution in ns. A peer that a test could not be run on has the
 * metric "failed" and an error number.
 */
#ifndef CWQ_BENCH_H
#define CWQ_BENCH_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include <cwq/workqueue.h>

struct seq_file;
struct task_struct;

/* A thread (or what does for one) on each CPU, or a single one. */
enum bench_shape { PER_CPU, SINGLE };

/* What a peer can initialise an item to do, see loops.h. */
enum bench_fn { COUNT, CALL, PRODUCED };

struct bench_producer;

struct bench_item {
	union {
		struct cwq_work_struct cwq;
		struct work_struct kernel;
		struct kthread_work kthread;
		struct tasklet_struct tasklet;
	};
	union {
		void (*call)(struct bench_item *item);
		struct bench_producer *producer;
	};
};

union bench_delayed {
	struct cwq_delayed_work cwq;
	struct delayed_work kernel;
	struct kthread_delayed_work kthread;
};

/**
 * struct bench_producer - a thread that queues items of its own, each once
 * @produce: the peer's loop that does so
 * @target: which of the peer's queues
 * @items: @n of them
 * @n: how many
 * @samples: room for how long each call took, ns, if that is timed
 * @left: how many have not run yet
 * @all_run: none
 * @refused: calls that found an item pending, which none should be
 * @task: the thread
 */
struct bench_producer {
	void (*produce)(struct bench_producer *p);
	void *target;
	struct bench_item *items;
	unsigned int n;
	u32 *samples;
	unsigned int refused;
	struct task_struct *task;
	atomic_t left ____cacheline_aligned_in_smp;
	struct completion all_run;
} ____cacheline_aligned_in_smp;

/**
 * struct bench_peer - one way to have something done by another thread
 * @name: as in the figures
 * @shapes: a bit for each enum bench_shape that it comes in
 * @softirq: items run in softirqs
 * @wq_flags: for alloc_workqueue()
 * @create: make a queue; an error pointer if that fails
 * @destroy: run what is on it, and remove it
 * @target: what the loops below queue on; &bench_peer.queue_on chooses for
 *	itself
 * @init: make the item do one of enum bench_fn
 * @queue: put @n items
 * @queue_pending: put one item that is pending already, @n times
 * @ping: put an item and wait for it, @n times
 * @produce: put a producer's items
 * @produce_timed: that, and time each call
 * @produce_in_turn: that, and wait for each item before the next one is put
 * @queue_on: put an item on a CPU's queue
 * @flush: wait for what is on the queue, on all CPUs, or for all items
 * @flush_work: put an item and flush it, @n times
 * @cancel_work: put an item and cancel it, @n times; returns how often it had
 *	not run
 * @cancel_delayed: the same of an item that is delayed
 * @flush_idle: flush a queue that has nothing to do, @n times
 * @flush_busy: put FLUSHED items and flush the queue, @n times
 *
 * The loops over items are the peer's own: a call through a pointer for each
 * item would be charged to the item. What a peer does not have is NULL.
 */
struct bench_peer {
	const char *name;
	unsigned int shapes;
	bool softirq;
	unsigned int wq_flags;
	void *(*create)(const struct bench_peer *peer, enum bench_shape shape);
	void (*destroy)(void *queue);
	void *(*target)(void *queue, int cpu);
	void (*init)(struct bench_item *item, enum bench_fn fn);
	void (*queue)(void *target, struct bench_item *items, int n);
	void (*queue_pending)(void *target, struct bench_item *item, int n);
	void (*ping)(void *target, struct bench_item *item, int n);
	void (*produce)(struct bench_producer *p);
	void (*produce_timed)(struct bench_producer *p);
	void (*produce_in_turn)(struct bench_producer *p);
	void (*queue_on)(void *queue, int cpu, struct bench_item *item);
	void (*flush)(void *queue);
	void (*flush_work)(void *target, struct bench_item *item, int n);
	int (*cancel_work)(void *target, struct bench_item *item, int n);
	int (*cancel_delayed)(void *target, int n);
	void (*flush_idle)(void *target, int n);
	void (*flush_busy)(void *target, struct bench_item *items, int n);
};

#define FLUSHED 16

extern const struct bench_peer cwq_peer, bound_peer, highpri_peer, ordered_peer,
	unbound_peer, bh_peer, kthread_worker_peer, tasklet_peer, floor_peer;

/* items.c: the items of COUNT that have not run yet, and that none is left */
extern atomic_t bench_left;
extern struct completion bench_all_run;

static inline void bench_count_down(void)
{
	if (atomic_dec_and_test(&bench_left))
		complete(&bench_all_run);
}

void bench_expect(int items);
int bench_check_left(const struct bench_peer *peer, int expected);
int bench_wait_for_all(void);
void bench_block(const struct bench_peer *peer, void *target);
void bench_release(const struct bench_peer *peer);
void bench_wait_released(const struct bench_peer *peer);

/* main.c */

void bench_figure(struct seq_file *m, const char *test,
		  const struct bench_peer *peer, const char *metric, u64 value);
void bench_percentiles(struct seq_file *m, const char *test,
		       const struct bench_peer *peer, u32 *samples,
		       unsigned int n);

/**
 * typedef bench_test_t - measure one peer
 * @m: where the figures go
 * @peer: the peer
 *
 * Return: 0, or an error number if the peer could not be made; -EIO if items
 * got lost or ran too often.
 */
typedef int (*bench_test_t)(struct seq_file *m, const struct bench_peer *peer);

int bench_ops(struct seq_file *m, const struct bench_peer *peer);
int bench_own_queue(struct seq_file *m, const struct bench_peer *peer);
int bench_one_queue(struct seq_file *m, const struct bench_peer *peer);
int bench_in_turn(struct seq_file *m, const struct bench_peer *peer);
int bench_depth(struct seq_file *m, const struct bench_peer *peer);
int bench_flush(struct seq_file *m, const struct bench_peer *peer);
int bench_queues(struct seq_file *m, const struct bench_peer *peer);
int bench_latency(struct seq_file *m, const struct bench_peer *peer);

#endif /* CWQ_BENCH_H */
