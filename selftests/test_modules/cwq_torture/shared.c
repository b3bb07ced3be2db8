// SPDX-License-Identifier: GPL-2.0
/*
 * Works that everybody uses, from every context. Every second one stays on a queue,
 * where it must never run twice at once; the others wander. In the end each must
 * have run as often as it was accepted and not cancelled.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/slab.h>

#include "torture.h"

struct shared_work {
	struct cwq_delayed_work dwork;
	struct torture_queue *home; /* NULL: it wanders */
	atomic_long_t accepted;
	atomic_long_t cancelled;
	atomic_long_t runs;
	atomic_t inside;
	atomic_t whim; /* what the next run does: see shared_fn() */
};

static struct shared_work *works;
static unsigned int nr_works;

static void accepted(struct shared_work *w, bool yes)
{
	if (torture_accepted(yes))
		atomic_long_inc(&w->accepted);
}

static void cancelled(struct shared_work *w, bool yes)
{
	if (torture_cancelled(yes))
		atomic_long_inc(&w->cancelled);
}

/* Sometimes it sleeps, sometimes it queues itself again; once for each whim. */
static void shared_fn(struct cwq_work_struct *work)
{
	struct shared_work *w =
		container_of(work, struct shared_work, dwork.work);
	unsigned int whim = atomic_xchg(&w->whim, 0);
	struct torture_queue *q = w->home;

	if (atomic_inc_return(&w->inside) > 1 && q)
		torture_error("shared work %td runs twice at once", w - works);
	atomic_long_inc(&w->runs);
	torture_count(executed);
	if (whim % 16 == 1)
		usleep_range(1, 50);
	atomic_dec(&w->inside);
	if (whim % 8 >= 6 && !torture_is_stopping()) {
		if (!q)
			q = &torture_queues[whim / 8 % torture_nr_queues];
		accepted(w, cwq_queue_work(q->wq, work));
	}
}

/* What any context may do. */
void torture_shared_call(struct rnd_state *random)
{
	struct shared_work *w = &works[torture_below(random, nr_works)];
	struct torture_queue *q = w->home ?: torture_queue(random);
	unsigned long delay = torture_below(random, MAX_DELAY);
	struct cwq_delayed_work *dwork = &w->dwork;
	int cpu = torture_cpu(random);

	atomic_set(&w->whim, prandom_u32_state(random));
	switch (torture_below(random, 16)) {
	case 0 ... 3:
		accepted(w, cwq_queue_work(q->wq, &dwork->work));
		break;
	case 4 ... 6:
		accepted(w, cwq_queue_work_on(cpu, q->wq, &dwork->work));
		break;
	case 7:
		accepted(w, cwq_queue_delayed_work(q->wq, dwork, delay));
		break;
	case 8:
		accepted(w,
			 cwq_queue_delayed_work_on(cpu, q->wq, dwork, delay));
		break;
	case 9:
		accepted(w, !cwq_mod_delayed_work(q->wq, dwork, delay));
		break;
	case 10 ... 11:
		accepted(w, !cwq_mod_delayed_work_on(cpu, q->wq, dwork, delay));
		break;
	case 12:
		cancelled(w, cwq_cancel_work(&dwork->work));
		break;
	case 13:
		cancelled(w, cwq_cancel_delayed_work(dwork));
		break;
	default:
		torture_check_ledger(q->wq, cpu);
		break;
	}
}

/* What only a thread may do. */
void torture_shared_wait(struct rnd_state *random, struct torture_task *task)
{
	struct shared_work *w = &works[torture_below(random, nr_works)];
	struct torture_queue *q = torture_queue(random);
	unsigned long limit = torture_below(random, MAX_DELAY);
	int ret = 0;

	switch (torture_below(random, 12)) {
	case 0 ... 2:
		torture_step(task, "cancel_work_sync");
		cancelled(w, cwq_cancel_work_sync(&w->dwork.work));
		break;
	case 3 ... 5:
		torture_step(task, "cancel_delayed_work_sync");
		cancelled(w, cwq_cancel_delayed_work_sync(&w->dwork));
		break;
	case 6 ... 7:
		torture_step(task, "flush_work");
		cwq_flush_work(&w->dwork.work);
		break;
	case 8:
		torture_step(task, "flush_delayed_work");
		cwq_flush_delayed_work(&w->dwork);
		break;
	case 9:
		torture_step(task, "flush_work_timeout");
		ret = cwq_flush_work_timeout(&w->dwork.work, limit);
		break;
	case 10:
		torture_step(task, "flush_workqueue_timeout");
		ret = cwq_flush_workqueue_timeout(q->wq, limit);
		break;
	case 11:
		torture_step(task, "flush_workqueue");
		cwq_flush_workqueue(q->wq);
		break;
	}
	if (ret == -ETIMEDOUT)
		torture_count(timeouts);
	else if (ret)
		torture_error("%s: %d", task->doing, ret);
}

/* A work finds itself on a queue that is gone right afterwards. */
bool torture_shared_wander(struct rnd_state *random,
			   struct cwq_workqueue_struct *wq)
{
	struct shared_work *w = &works[torture_below(random, nr_works) & ~1u];
	bool yes = cwq_queue_work(wq, &w->dwork.work);

	accepted(w, yes);
	return yes;
}

/* Nobody queues any more. What has been accepted runs now. */
void torture_shared_finish(struct torture_task *task)
{
	unsigned int i;

	for (i = 0; i < nr_works; i++) {
		torture_step(task, "the last flush_delayed_work");
		cwq_flush_delayed_work(&works[i].dwork);
	}
	/* A run that was not over may have queued its work just before. */
	torture_step(task, "the last flush_workqueue");
	torture_flush_queues();
	for (i = 0; i < nr_works; i++) {
		struct shared_work *w = &works[i];
		long in = atomic_long_read(&w->accepted);
		long runs = atomic_long_read(&w->runs);
		long out = atomic_long_read(&w->cancelled);

		if (in != runs + out || cwq_work_busy(&w->dwork.work))
			torture_error(
				"shared work %u: %ld accepted, %ld executed, %ld cancelled, busy %#x",
				i, in, runs, out,
				cwq_work_busy(&w->dwork.work));
	}
}

int torture_shared_create(unsigned int n)
{
	unsigned int i;

	works = kvcalloc(n, sizeof(*works), GFP_KERNEL);
	if (!works)
		return -ENOMEM;
	nr_works = n;
	for (i = 0; i < n; i++) {
		CWQ_INIT_DELAYED_WORK(&works[i].dwork, shared_fn);
		if (i % 2)
			works[i].home =
				&torture_queues[i / 2 % torture_nr_queues];
	}
	return 0;
}

void torture_shared_free(void)
{
	kvfree(works);
	works = NULL;
	nr_works = 0;
}
