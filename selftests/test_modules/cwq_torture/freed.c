// SPDX-License-Identifier: GPL-2.0
/*
 * Works that nobody waits for: each is allocated, queued, perhaps initialises and
 * queues itself again on other queues, and is freed by its own function. It is not
 * freed at once but filled with a pattern first, which must still be there later. Before
 * that, some have become other works, which that function queues and cancels.
 */
#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "torture.h"

#define MAX_ALIVE 2000
#define PATTERN 0x5a

struct freed_work {
	struct llist_node link;
	unsigned int hops;
	unsigned int whim;
	struct cwq_delayed_work dwork;
};

static atomic_long_t allocated, ended;
static LLIST_HEAD(dead);

static void freed_fn(struct cwq_work_struct *work);

/* Nobody else knows the work: it can not be refused. */
static void put(struct freed_work *f)
{
	struct torture_queue *q;
	bool yes;

	q = &torture_queues[f->whim / 4 % torture_nr_queues];
	CWQ_INIT_DELAYED_WORK(&f->dwork, freed_fn);
	if (f->whim % 4)
		yes = cwq_queue_work(q->wq, &f->dwork.work);
	else
		yes = cwq_queue_delayed_work(q->wq, &f->dwork, 1);
	/* It is gone by now, unless it was refused. */
	if (!torture_accepted(yes))
		torture_error("a new work was refused");
}

static void recycled_fn(struct cwq_work_struct *work)
{
	torture_count(executed);
}

/* By the function of the work that was in this memory, which goes on meanwhile. */
static void recycle(struct freed_work *f)
{
	struct torture_queue *q =
		&torture_queues[f->whim / 4 % torture_nr_queues];
	struct cwq_work_struct *work = &f->dwork.work;

	CWQ_INIT_WORK(work, recycled_fn);
	if (cwq_work_busy(work))
		torture_error("a new work is taken for the one that runs");
	if (!torture_accepted(cwq_queue_work(q->wq, work)))
		torture_error("a recycled work was refused");
	torture_cancelled(cwq_cancel_work_sync(work));
	if (cwq_work_busy(work))
		torture_error("a cancelled work is busy");
}

static void freed_fn(struct cwq_work_struct *work)
{
	struct freed_work *f =
		container_of(work, struct freed_work, dwork.work);

	torture_count(executed);
	if (cwq_work_pending(work))
		torture_error("a work is pending in its own function");
	if (f->hops) {
		f->hops--;
		f->whim /= 4;
		put(f);
		return;
	}
	if (f->whim % 4 == 1)
		recycle(f);
	memset(&f->dwork, PATTERN, sizeof(f->dwork));
	torture_count(freed);
	llist_add(&f->link, &dead);
	atomic_long_inc(&ended);
}

void torture_freed_make(struct rnd_state *random, gfp_t gfp)
{
	struct freed_work *f;

	if (atomic_long_read(&allocated) - atomic_long_read(&ended) > MAX_ALIVE)
		return;
	f = kmalloc(sizeof(*f), gfp);
	if (!f)
		return;
	atomic_long_inc(&allocated);
	f->hops = torture_below(random, 3);
	f->whim = prandom_u32_state(random);
	put(f);
}

void torture_freed_reap(void)
{
	struct llist_node *list = llist_del_all(&dead);
	struct freed_work *f, *next;

	llist_for_each_entry_safe(f, next, list, link) {
		if (memchr_inv(&f->dwork, PATTERN, sizeof(f->dwork)))
			torture_error(
				"a work was touched after it had been freed");
		kfree(f);
	}
}

/* The watchdog sees to it that this ends. */
void torture_freed_finish(struct torture_task *task)
{
	torture_step(task, "the wait for works that free themselves");
	while (atomic_long_read(&allocated) != atomic_long_read(&ended))
		schedule_timeout_uninterruptible(1);
	/* The last instructions of their functions. */
	torture_flush_queues();
	torture_freed_reap();
}
