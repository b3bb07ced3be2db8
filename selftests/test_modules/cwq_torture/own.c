// SPDX-License-Identifier: GPL-2.0
/*
 * A few works that one producer has to itself, so that it knows after each call what
 * must have become of them. They stay on a queue until they are idle.
 *
 * The runs of a work are numbered. Of a run it is known when and where it may take
 * place if the work was idle when it was queued.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "torture.h"

#define NR_OWN 8

/**
 * struct own_work - a work of one producer's
 * @dwork: the work
 * @id: for messages
 * @q: where it goes
 * @accepted: queued by the producer
 * @cancelled: and taken off again
 * @must_see: what the next run must see in @stored
 * @delayed: its timer may be armed
 * @idle: it is certain that it does nothing
 * @stored: what is stored before each call
 * @again: how often the function is to queue the work again
 * @slow: it takes so many microseconds
 * @nr: the run for which @not_before and @place stand, or 0
 * @not_before: jiffies
 * @placed: @place counts
 * @place: where
 * @started: runs
 * @ended: runs
 * @requeued: queued by the function
 * @seen: what the last run saw in @stored
 */
struct own_work {
	struct cwq_delayed_work dwork;
	unsigned int id;
	struct torture_queue *q;

	unsigned long accepted;
	unsigned long cancelled;
	unsigned long must_see;
	bool delayed;
	bool idle;

	unsigned long stored;
	unsigned int again;
	unsigned int slow;
	unsigned long nr;
	unsigned long not_before;
	bool placed;
	struct torture_place place;

	unsigned long started;
	unsigned long ended;
	unsigned long requeued;
	unsigned long seen;
};

struct own_works {
	struct own_work works[NR_OWN];
};

/* The function */

static void check_promise(struct own_work *w, unsigned long nr)
{
	unsigned long now = jiffies, not_before;
	bool placed;

	/* Pairs with promise(), and the second look with begin(). */
	if (smp_load_acquire(&w->nr) != nr)
		return;
	not_before = READ_ONCE(w->not_before);
	placed = READ_ONCE(w->placed) && torture_misplaced(&w->place);
	smp_rmb(); /* see begin() */
	if (READ_ONCE(w->nr) != nr)
		return;
	if (time_before(now, not_before))
		torture_error("own work %u: run %lu is %ld jiffies early",
			      w->id, nr, not_before - now);
	if (placed)
		torture_error("own work %u: run %lu is on CPU %d, not %d",
			      w->id, nr, raw_smp_processor_id(), w->place.cpu);
}

static void own_fn(struct cwq_work_struct *work)
{
	struct own_work *w = container_of(work, struct own_work, dwork.work);
	unsigned long nr = w->started + 1;
	unsigned int again = READ_ONCE(w->again);
	unsigned int slow = READ_ONCE(w->slow);

	check_promise(w, nr);
	if (w->ended != w->started)
		torture_error("own work %u: run %lu beside the last one", w->id,
			      nr);
	WRITE_ONCE(w->started, nr);
	WRITE_ONCE(w->seen, READ_ONCE(w->stored));
	torture_count(executed);
	if (again && !torture_is_stopping()) {
		WRITE_ONCE(w->again, again - 1);
		if (torture_accepted(cwq_queue_work(w->q->wq, work)))
			WRITE_ONCE(w->requeued, w->requeued + 1);
	}
	if (slow)
		usleep_range(slow, 2 * slow);
	WRITE_ONCE(w->ended, nr);
}

/* What the producer knows */

/* The runs of what has been accepted so far. */
static unsigned long due(const struct own_work *w)
{
	return w->accepted + READ_ONCE(w->requeued) - w->cancelled;
}

static void check_idle(struct own_work *w, const char *since)
{
	unsigned long started = READ_ONCE(w->started);
	unsigned long ended = READ_ONCE(w->ended);

	if (started != due(w) || ended != due(w) ||
	    cwq_work_busy(&w->dwork.work))
		torture_error(
			"own work %u: idle since %s, but %lu accepted, %lu requeued, %lu cancelled, %lu started, %lu ended, busy %#x",
			w->id, since, w->accepted, READ_ONCE(w->requeued),
			w->cancelled, started, ended,
			cwq_work_busy(&w->dwork.work));
}

/* The runs that were @needed when the flush began have ended. */
static void check_flushed(struct own_work *w, unsigned long needed,
			  const char *by)
{
	unsigned long ended = READ_ONCE(w->ended);

	if (w->delayed)
		return;
	if (ended < needed)
		torture_error(
			"own work %u: %lu of %lu runs have ended after %s",
			w->id, ended, needed, by);
	if (READ_ONCE(w->seen) < w->must_see)
		torture_error("own work %u: %lu seen, not %lu, after %s", w->id,
			      READ_ONCE(w->seen), w->must_see, by);
	w->must_see = 0;
	w->idle = needed == due(w);
}

static void cancelled(struct own_work *w, bool yes)
{
	if (!torture_cancelled(yes))
		return;
	w->cancelled++;
	w->must_see = 0;
	w->delayed = false;
}

/* The queue call has been made, at @since. What does the run have to keep to? */
static void promise(struct own_work *w, bool accepted, unsigned long delay,
		    unsigned long since, const struct torture_place *place)
{
	bool was_idle = w->idle;

	if (torture_accepted(accepted))
		w->accepted++;
	else if (was_idle)
		torture_error("own work %u: pending though idle", w->id);
	w->must_see = w->stored;
	w->idle = false;
	w->delayed = delay;
	WRITE_ONCE(w->not_before, since + delay);
	WRITE_ONCE(w->placed, place && was_idle && !w->q->single);
	if (place) {
		WRITE_ONCE(w->place.cpu, place->cpu);
		WRITE_ONCE(w->place.seq, place->seq);
	}
	/* Pairs with check_promise(). */
	smp_store_release(&w->nr, due(w));
}

/* It is pending, and so will run and see what was stored. */
static void refused(struct own_work *w)
{
	torture_accepted(false);
	if (w->idle)
		torture_error("own work %u: pending though idle", w->id);
	w->must_see = w->stored;
}

/* Nothing is promised of what runs meanwhile. */
static void begin(struct own_work *w, struct rnd_state *random)
{
	WRITE_ONCE(w->nr, 0);
	smp_wmb(); /* before what promise() stores; see check_promise() */
	WRITE_ONCE(w->stored, w->stored + 1);
	WRITE_ONCE(w->slow, torture_below(random, 4)
				    ? 0
				    : 1 + torture_below(random, 200));
}

static void queue(struct own_work *w, struct rnd_state *random)
{
	struct torture_place place = torture_place(torture_cpu(random));
	struct cwq_work_struct *work = &w->dwork.work;
	bool on = torture_below(random, 2), yes;
	unsigned long since = jiffies;

	begin(w, random);
	if (!torture_below(random, 4))
		WRITE_ONCE(w->again, torture_below(random, 4));
	yes = on ? cwq_queue_work_on(place.cpu, w->q->wq, work)
		 : cwq_queue_work(w->q->wq, work);
	if (yes)
		promise(w, true, 0, since, on ? &place : NULL);
	else
		refused(w);
}

static void queue_delayed(struct own_work *w, struct rnd_state *random,
			  bool mod)
{
	struct torture_place place = torture_place(torture_cpu(random));
	unsigned long delay = torture_below(random, MAX_DELAY);
	bool on = torture_below(random, 2), yes;
	struct cwq_workqueue_struct *wq = w->q->wq;
	unsigned long since = jiffies;

	begin(w, random);
	if (mod)
		yes = !(on ? cwq_mod_delayed_work_on(place.cpu, wq, &w->dwork,
						     delay)
			   : cwq_mod_delayed_work(wq, &w->dwork, delay));
	else
		yes = on ? cwq_queue_delayed_work_on(place.cpu, wq, &w->dwork,
						     delay)
			 : cwq_queue_delayed_work(wq, &w->dwork, delay);
	if (yes || mod)
		promise(w, yes, delay, since, on ? &place : NULL);
	else
		refused(w);
}

static void cancel(struct own_work *w, struct rnd_state *random,
		   struct torture_task *task)
{
	/* What the function queues when this is gone has the same number. */
	WRITE_ONCE(w->nr, 0);
	switch (torture_below(random, 4)) {
	case 0:
		cancelled(w, cwq_cancel_work(&w->dwork.work));
		return;
	case 1:
		cancelled(w, cwq_cancel_delayed_work(&w->dwork));
		return;
	case 2:
		torture_step(task, "cancel_work_sync");
		cancelled(w, cwq_cancel_work_sync(&w->dwork.work));
		break;
	case 3:
		torture_step(task, "cancel_delayed_work_sync");
		cancelled(w, cwq_cancel_delayed_work_sync(&w->dwork));
		break;
	}
	w->delayed = false;
	w->idle = true;
	check_idle(w, task->doing);
}

static void flush(struct own_work *w, struct rnd_state *random,
		  struct torture_task *task)
{
	unsigned long needed = due(w);
	int ret = 0;

	switch (torture_below(random, 8)) {
	case 0 ... 2:
		torture_step(task, "flush_work");
		cwq_flush_work(&w->dwork.work);
		break;
	case 3 ... 4:
		torture_step(task, "flush_delayed_work");
		/* It may be early now. */
		WRITE_ONCE(w->nr, 0);
		cwq_flush_delayed_work(&w->dwork);
		w->delayed = false;
		break;
	case 5:
		torture_step(task, "flush_workqueue");
		cwq_flush_workqueue(w->q->wq);
		break;
	case 6:
		torture_step(task, "flush_work_timeout");
		ret = cwq_flush_work_timeout(&w->dwork.work,
					     torture_below(random, MAX_DELAY));
		break;
	case 7:
		/* Nobody else does anything about it. */
		torture_step(task, "the wait for its end");
		while (READ_ONCE(w->ended) < needed)
			schedule_timeout_uninterruptible(1);
		return;
	}
	if (ret == -ETIMEDOUT)
		torture_count(timeouts);
	else if (ret)
		torture_error("%s: %d", task->doing, ret);
	else
		check_flushed(w, needed, task->doing);
}

void torture_own_step(struct own_works *own, struct rnd_state *random,
		      struct torture_task *task)
{
	struct own_work *w = &own->works[torture_below(random, NR_OWN)];

	if (w->idle) {
		check_idle(w, "some time");
		if (!torture_below(random, 8))
			w->q = torture_queue(random);
	}
	switch (torture_below(random, 16)) {
	case 0 ... 6:
		queue(w, random);
		break;
	case 7 ... 8:
		queue_delayed(w, random, false);
		break;
	case 9 ... 10:
		queue_delayed(w, random, true);
		break;
	case 11 ... 12:
		cancel(w, random, task);
		break;
	case 13 ... 15:
		flush(w, random, task);
		break;
	}
}

struct own_works *torture_own_create(unsigned int id, struct rnd_state *random)
{
	struct own_works *own = kzalloc(sizeof(*own), GFP_KERNEL);
	unsigned int i;

	if (!own)
		return NULL;
	for (i = 0; i < NR_OWN; i++) {
		struct own_work *w = &own->works[i];

		CWQ_INIT_DELAYED_WORK(&w->dwork, own_fn);
		w->id = id * NR_OWN + i;
		w->q = torture_queue(random);
		w->idle = true;
	}
	return own;
}

/* What is left runs now. */
void torture_own_free(struct own_works *own, struct torture_task *task)
{
	unsigned int i;

	for (i = 0; i < NR_OWN; i++) {
		struct own_work *w = &own->works[i];

		WRITE_ONCE(w->again, 0);
		WRITE_ONCE(w->nr, 0);
		torture_step(task, "flush_delayed_work");
		cwq_flush_delayed_work(&w->dwork);
		torture_step(task, "cancel_delayed_work_sync");
		cancelled(w, cwq_cancel_delayed_work_sync(&w->dwork));
		check_idle(w, task->doing);
	}
	kfree(own);
}
