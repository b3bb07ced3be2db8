// SPDX-License-Identifier: GPL-2.0
/*
 * Many works at a time, which one producer has to itself: all idle, they are queued
 * one after the other in one place. Each must run once, there, and in this order.
 */
#include <linux/cpumask.h>
#include <linux/slab.h>

#include "torture.h"

#define SIZE 128

struct batch_item {
	struct cwq_work_struct work;
	struct batch *batch;
	unsigned long seq; /* its number in the order of queueing */
	unsigned long ran; /* the same, when it has run */
	bool cancelled;
};

/* The functions find all constant but for @last and @cancelling. */
struct batch {
	unsigned int id;
	unsigned long seq;
	unsigned long last; /* the latest that has been started */
	bool on_cpu;
	bool in_order;
	bool cancelling; /* a cancel that waits sets PENDING meanwhile */
	struct torture_place place;
	struct cwq_workqueue_struct *wq;
	unsigned int more; /* batches that go to the same place */
	struct batch_item items[SIZE];
};

/* Works that were redirected may run beside those that were not. */
static void check_order(struct batch *b, const struct batch_item *item)
{
	unsigned long last = READ_ONCE(b->last);

	if (last >= item->seq && b->in_order &&
	    (!b->on_cpu || torture_stayed(&b->place)))
		torture_error("batch %u: item %lu was started after %lu", b->id,
			      item->seq, last);
	WRITE_ONCE(b->last, item->seq);
}

static void batch_fn(struct cwq_work_struct *work)
{
	struct batch_item *item = container_of(work, struct batch_item, work);
	struct batch *b = item->batch;

	torture_count(executed);
	if (cwq_work_pending(work)) {
		smp_rmb(); /* the cancel is announced before it is made */
		if (!READ_ONCE(b->cancelling))
			torture_error(
				"batch %u: item %lu is pending in its function",
				b->id, item->seq);
	}
	if (READ_ONCE(item->ran) == item->seq)
		torture_error("batch %u: item %lu runs twice", b->id,
			      item->seq);
	check_order(b, item);
	if (b->on_cpu && torture_misplaced(&b->place))
		torture_error("batch %u: item %lu runs on CPU %d, not %d",
			      b->id, item->seq, raw_smp_processor_id(),
			      b->place.cpu);
	WRITE_ONCE(item->ran, item->seq);
}

static bool has_run(const struct batch_item *item)
{
	return READ_ONCE(item->ran) == item->seq;
}

/* A CPU, or a single thread, or, in no order, the CPU that we happen to be on. */
static void choose_place(struct batch *b, struct rnd_state *random)
{
	struct torture_queue *q = torture_queue(random);

	b->wq = q->wq;
	b->on_cpu = !q->single && torture_below(random, 4);
	b->in_order = q->single || b->on_cpu;
	b->place.cpu = torture_cpu(random);
	b->more = torture_below(random, 16);
}

/* Queue some on @wq or, if that is NULL, anywhere; returns how many. */
unsigned int torture_batch_put(struct batch *b, struct rnd_state *random,
			       struct cwq_workqueue_struct *wq)
{
	unsigned int i, n = 1 + torture_below(random, SIZE);

	if (wq) {
		b->wq = wq;
		b->on_cpu = false;
		b->in_order = false;
		b->more = 0;
	} else if (b->more) {
		b->more--;
	} else {
		choose_place(b, random);
	}
	b->place = torture_place(b->place.cpu);
	b->cancelling = false;
	for (i = 0; i < n; i++) {
		struct batch_item *item = &b->items[i];
		bool yes;

		item->seq = ++b->seq;
		item->cancelled = false;
		yes = b->on_cpu ? cwq_queue_work_on(b->place.cpu, b->wq,
						    &item->work)
				: cwq_queue_work(b->wq, &item->work);
		if (!torture_accepted(yes))
			torture_error("batch %u: item %lu was refused", b->id,
				      item->seq);
	}
	return n;
}

/* The first @n are to have run; is that so? */
void torture_batch_check(struct batch *b, unsigned int n, const char *after)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct batch_item *item = &b->items[i];

		if (has_run(item) == item->cancelled)
			torture_error(
				"batch %u: item %u of %u, %lu, has %srun after %s%s",
				b->id, i, n, item->seq,
				has_run(item) ? "" : "not ", after,
				item->cancelled ? ", though cancelled" : "");
	}
}

static void cancel_some(struct batch *b, struct rnd_state *random,
			unsigned int n, struct torture_task *task)
{
	unsigned int i, step = 1 + torture_below(random, 4);

	WRITE_ONCE(b->cancelling, true);
	smp_wmb(); /* see batch_fn() */
	for (i = torture_below(random, n); i < n; i += step) {
		struct batch_item *item = &b->items[i];

		if (torture_below(random, 2)) {
			item->cancelled = cwq_cancel_work(&item->work);
		} else {
			torture_step(task, "cancel_work_sync");
			item->cancelled = cwq_cancel_work_sync(&item->work);
			if (has_run(item) == item->cancelled)
				torture_error(
					"batch %u: item %lu has %srun when cancelled: %d",
					b->id, item->seq,
					has_run(item) ? "" : "not ",
					item->cancelled);
		}
		torture_cancelled(item->cancelled);
	}
}

/* A flush of one means that it has run, and those before it if they run in order. */
static void flush_one(struct batch *b, struct rnd_state *random, unsigned int n,
		      struct torture_task *task)
{
	unsigned int i = torture_below(random, n);

	if (b->items[i].cancelled)
		return;
	torture_step(task, "flush_work");
	cwq_flush_work(&b->items[i].work);
	if (!has_run(&b->items[i]))
		torture_error(
			"batch %u: item %u of %u has not run after flush_work",
			b->id, i, n);
	else if (b->in_order && (!b->on_cpu || torture_stayed(&b->place)))
		torture_batch_check(b, i, "flush_work of a later one");
}

static void flush_in_time(struct batch *b, struct rnd_state *random,
			  unsigned int n, struct torture_task *task)
{
	int ret;

	torture_step(task, "flush_workqueue_timeout");
	ret = cwq_flush_workqueue_timeout(b->wq, torture_below(random, 3));
	if (!ret)
		torture_batch_check(b, n, task->doing);
	else if (ret == -ETIMEDOUT)
		torture_count(timeouts);
	else
		torture_error("%s: %d", task->doing, ret);
}

void torture_batch_step(struct batch *b, struct rnd_state *random,
			struct torture_task *task)
{
	unsigned int n = torture_batch_put(b, random, NULL);

	switch (torture_below(random, 8)) {
	case 0:
		cancel_some(b, random, n, task);
		break;
	case 1:
		flush_one(b, random, n, task);
		break;
	case 2:
		flush_in_time(b, random, n, task);
		break;
	}
	torture_check_ledger(b->wq, b->place.cpu);
	torture_step(task, "flush_workqueue");
	cwq_flush_workqueue(b->wq);
	torture_batch_check(b, n, task->doing);
}

struct batch *torture_batch_create(unsigned int id)
{
	struct batch *b = kvzalloc(sizeof(*b), GFP_KERNEL);
	unsigned int i;

	if (!b)
		return NULL;
	b->id = id;
	for (i = 0; i < SIZE; i++) {
		b->items[i].batch = b;
		CWQ_INIT_WORK(&b->items[i].work, batch_fn);
	}
	return b;
}

/* All are idle after each step. */
void torture_batch_free(struct batch *b)
{
	kvfree(b);
}
