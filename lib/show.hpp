// SPDX-License-Identifier: GPL-2.0
/*
 * What a queue is doing, for who looks.
 *
 * Whoever reads all queues comes back for one cwq after the other and holds no lock
 * in between, so queues come and go meanwhile: a place is the number of a queue,
 * which no other queue ever gets, and the index of a cwq.
 */
#ifndef CWQ_SHOW_HPP
#define CWQ_SHOW_HPP

#include "delayed_list.hpp"
#include "observe.hpp"
#include "wait.hpp"

namespace cwq {

/* The cwq at @place or, if it is gone, the next one; nullptr behind the last. */
template <Platform P>
CpuWorkqueue<P> *cwq_at(Registry<P> *registry, cwq_place *place)
	REQUIRES(registry->mutex)
{
	CpuWorkqueue<P> *cwq = nullptr;

	if (!place->end)
		place->end = registry->next_id;
	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		unsigned int index = wq->id == place->id ? place->index : 0;

		if (wq->id < place->id ||
		    index >= static_cast<unsigned int>(nr_cwqs(wq)))
			return true;
		if (wq->id >= place->end)
			return false;
		place->id = wq->id;
		place->index = index;
		cwq = wq->cwq[index];
		return false;
	});
	return cwq;
}

template <Platform P>
void show_where(const CpuWorkqueue<P> *cwq, cwq_where *where)
	REQUIRES(cwq->lock)
{
	const Workqueue<P> *wq = cwq->wq.get();

	where->cpu = cwq->cpu;
	where->name[0] = '\0';
	if (!wq)
		return;
	for (int i = 0; i < NAME_LEN; i++)
		where->name[i] = wq->name[i];
	where->instance = wq->instance;
}

template <Platform P>
bool is_frozen(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->thread.get() && P::thread_frozen(cwq->thread.get());
}

/*
 * Has the worker of @cwq died in the function that it ran? Then that never ends, and
 * nothing behind it is ever run.
 */
template <Platform P>
bool has_died(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->current_work.get() && cwq->thread.get() &&
	       P::thread_died(cwq->thread.get());
}

/*
 * Since when the first pending work is the first: since the worker took the one
 * before it, or since it came to an empty list, whichever was later.
 */
template <Platform P>
unsigned long oldest_since(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	unsigned long since = cwq->head_since.get();
	unsigned long started = cwq->started.get();

	return static_cast<long>(started - since) > 0 ? started : since;
}

/* Changes whenever a function starts or ends. */
template <Platform P>
unsigned long progress(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return 2 * cwq->executed.get() + (cwq->current_work.get() ? 1 : 0);
}

/* Is it where the watchdog has found it to have stopped? */
template <Platform P>
bool is_stalled(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->stalled_at.get() == progress(cwq) &&
	       (cwq->current_work.get() || nr_pending(cwq));
}

template <Platform P>
cwq_queue_state queue_state(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	if (has_died(cwq))
		return CWQ_QUEUE_DEAD;
	if (is_stalled(cwq))
		return CWQ_QUEUE_STALLED;
	if (is_frozen(cwq))
		return CWQ_QUEUE_FROZEN;
	if (cwq->current_work.get())
		return CWQ_QUEUE_RUNNING;
	return nr_pending(cwq) ? CWQ_QUEUE_PENDING : CWQ_QUEUE_IDLE;
}

template <Platform P>
void show_queue(CpuWorkqueue<P> *cwq, cwq_queue_row *row,
		typename P::Snapshot *snapshot)
{
	CwqGuard<P> guard(cwq);
	const Workqueue<P> *wq = cwq->wq.get();
	unsigned char state = cwq->state.get();
	unsigned long now = P::now();

	show_where(cwq, &row->where);
	read_counters(cwq, snapshot);
	row->freezeable = wq->freezeable;
	row->rt = wq->rt;
	row->state = queue_state(cwq);
	row->flags = (state & STATE_OFFLINE ? CWQ_FLAG_OFFLINE : 0) |
		     (state & STATE_DRAINING ? CWQ_FLAG_DRAINING : 0) |
		     (state & STATE_CLOSED ? CWQ_FLAG_CLOSED : 0) |
		     (state & STATE_OBSERVED ? CWQ_FLAG_OBSERVED : 0) |
		     (cwq->kept_off ? CWQ_FLAG_KEPT_OFF : 0);
	row->pending_max = cwq->pending_max.get();
	/* See one_less(): it may be longer than ever just now. */
	if (row->pending_max < nr_pending(cwq))
		row->pending_max = nr_pending(cwq);
	row->stalls = cwq->stalls.get();
	row->oldest = now - oldest_since(cwq);
	row->running = now - cwq->started.get();
	row->func = cwq->current_work.get()
			    ? P::address(cwq->current_func.get())
			    : nullptr;
}

template <Platform P>
bool next_queue(Registry<P> *registry, cwq_place *place, cwq_queue_row *row,
		typename P::Snapshot *snapshot)
{
	MutexGuard<P> guard(registry->mutex);
	CpuWorkqueue<P> *cwq = cwq_at(registry, place);

	if (cwq)
		show_queue(cwq, row, snapshot);
	return cwq != nullptr;
}

template <Platform P>
cwq_work_row *add_work(cwq_works *works, cwq_work_state state,
		       typename P::Func func)
{
	cwq_work_row *row = &works->rows[works->nr++];

	row->state = state;
	row->func = P::address(func);
	row->known = 0;
	return row;
}

/* @row is of a work of which this is known, if @known is not nullptr. */
template <Platform P>
void show_known(const KnownWork<P> *known, cwq_work_row *row)
{
	if (!known)
		return;
	row->known = known->known;
	row->origin = known->origin;
	if (row->known & CWQ_OBSERVE_TIMING)
		row->waited = P::clock() - known->since;
}

/* Add the first works of @list. Returns how many. */
template <Platform P>
unsigned long show_works_of(CpuWorkqueue<P> *cwq, ListNode<P> *list,
			    cwq_works *works) REQUIRES(cwq->lock)
{
	unsigned long steps = 2 * CWQ_WORKS_SHOWN, shown = 0;

	for (ListNode<P> *entry = next_on(cwq, list, list);
	     entry != list && shown < CWQ_WORKS_SHOWN && steps;
	     entry = next_on(cwq, list, entry), steps--) {
		Work<P> *work = work_of(entry);
		unsigned long data = work->data.load(Order::relaxed);

		if (data & WORK_BARRIER)
			continue;
		shown++;

		bool delayed = data & WORK_DELAYED;
		cwq_work_row *row = add_work<P>(
			works, delayed ? CWQ_SHOWN_DELAYED : CWQ_SHOWN_PENDING,
			work->func.get());

		if (delayed)
			row->expires = P::timer_expires(work) - P::now();
		if (data & WORK_OBSERVED && cwq->observer.get())
			show_known(cwq->observer.get()->find(work), row);
	}
	return shown;
}

/* Add those that a cancel of @cwq keeps while it waits. */
template <Platform P>
void show_cancels(Registry<P> *registry, const CpuWorkqueue<P> *cwq,
		  cwq_works *works) REQUIRES(registry->waits_lock)
{
	ListNode<P> *head = &registry->waiters;
	unsigned int shown = 0;

	for (ListNode<P> *link = head->next.get(); link != head;
	     link = link->next.get()) {
		const Waiter<P> *waiter = waiter_of(link);

		if (waiter->grabbed_from != cwq)
			continue;
		if (shown++ < CWQ_CANCELS_SHOWN)
			add_work<P>(works, CWQ_SHOWN_CANCELLING,
				    waiter->grabbed)
				->age = P::now() - waiter->since;
		else
			works->truncated++;
	}
}

/* What the observer knows is of the outermost, which it has seen start. */
template <Platform P>
void show_running(const CpuWorkqueue<P> *cwq, cwq_works *works)
	REQUIRES(cwq->lock)
{
	const Observer<P> *observer = cwq->observer.get();
	cwq_work_row *row;

	if (!cwq->current_work.get())
		return;
	row = add_work<P>(works, CWQ_SHOWN_RUNNING, cwq->current_func.get());
	row->age = P::now() - cwq->started.get();
	for (const OuterRun<P> *run = cwq->outer.get(); run; run = run->outer) {
		row = add_work<P>(works, CWQ_SHOWN_RUNNING, run->func);
		row->age = P::now() - run->started;
	}
	if (observer && observer->running.work)
		show_known(&observer->running, row);
}

/* A work that a cancel keeps is on no list, and before the cancel begins to wait for
 * it, it needs waits_lock: no work is shown twice. */
template <Platform P>
void show_works(Registry<P> *registry, CpuWorkqueue<P> *cwq, cwq_works *works)
{
	Guard<P> waits_guard(registry->waits_lock);
	unsigned long shown;

	works->nr = 0;
	{
		CwqGuard<P> guard(cwq);

		show_where(cwq, &works->where);
		show_running(cwq, works);
		works->truncated = nr_pending(cwq) -
				   show_works_of(cwq, &cwq->worklist, works);
		/* What is lost on the way does not count. */
		shown = show_works_of(cwq, &cwq->delayed, works);
		works->truncated += cwq->nr_delayed.get() - shown;
	}
	show_cancels(registry, cwq, works);
}

template <Platform P>
bool next_works(Registry<P> *registry, cwq_place *place, cwq_works *works)
{
	MutexGuard<P> guard(registry->mutex);
	CpuWorkqueue<P> *cwq = cwq_at(registry, place);

	if (cwq)
		show_works(registry, cwq, works);
	return cwq != nullptr;
}

} // namespace cwq

#endif // CWQ_SHOW_HPP
