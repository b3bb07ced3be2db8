// SPDX-License-Identifier: GPL-2.0
/* Waiting for a work, and for a queue. */
#ifndef CWQ_FLUSH_HPP
#define CWQ_FLUSH_HPP

#include "wait.hpp"

namespace cwq {

/* Is this called by the function of @work? */
template <Platform P>
bool within_work(const Work<P> *work) NO_THREAD_SAFETY_ANALYSIS
{
	CpuWorkqueue<P> *self = current_cwq<P>();

	/* Our own worker does not change that while we are here. */
	if (!self || self->current_work.get() != work)
		return false;

	Guard<P> guard(self->lock);

	return runs_last(self, work);
}

/* The next function of @work is @func. Its own function may call this. */
template <Platform P>
void prepare_work(Work<P> *work, typename P::Func func)
{
	CpuWorkqueue<P> *self = current_cwq<P>();

	if (!within_work(work)) {
		work->func.set(func);
		return;
	}

	/* Both in one go for who asks what runs. */
	Guard<P> guard(self->lock);

	self->after_run.set(self->after_run.get() | AFTER_RUN_PREPARED);
	self->next_func.set(func);
	work->func.set(func);
}

/* For lockdep: we wait for @work. Who waits for itself is told otherwise. */
template <Platform P>
void touch_work_map(Work<P> *work)
{
	if (P::HAS_MAPS && !within_work(work))
		P::touch_map(work);
}

/* For lockdep: we wait for @wq. Its works may wait for one another. */
template <Platform P>
void touch_queue_map(Workqueue<P> *wq)
{
	if (!within_workqueue(wq))
		wq->map.touch();
}

/*
 * Put @barrier behind the run of @work on a thread that it has left behind. Our
 * own is left out, which @own tells.
 */
template <Platform P>
bool insert_left_barrier(Registry<P> *registry, const Work<P> *work,
			 WqBarrier<P> *barrier, Flusher<P> *flusher, bool *own)
{
	MutexGuard<P> registry_guard(registry->mutex);
	bool inserted = false;

	for_each_cwq(registry, [&](CpuWorkqueue<P> *cwq) {
		Guard<P> guard(cwq->lock);

		if (!(cwq->after_run.get() & AFTER_RUN_LEFT) ||
		    !runs(cwq, work))
			return true;
		if (cwq == current_cwq<P>()) {
			*own = true;
			return true;
		}
		insert_only_barrier(cwq, barrier, flusher,
				    behind_run(cwq, work), work);
		inserted = true;
		return false;
	});
	return inserted;
}

/* The same as flush_left_behind(), when there is something. */
template <Platform P>
NOINLINE Waited flush_what_is_left(Registry<P> *registry, const Work<P> *work,
				   Waiter<P> *waiter)
{
	Waited waited = { false, WaitEnd::done };
	bool own = false;

	while (any_left_behind(registry) && waited.end == WaitEnd::done) {
		WqBarrier<P> barrier;
		Flusher<P> flusher;

		if (!insert_left_barrier(registry, work, &barrier, &flusher,
					 &own))
			break;
		waited.end = wait_for_barriers(registry, &flusher, waiter);
		waited.result = waited.end == WaitEnd::done;
	}
	if (own && waited.end == WaitEnd::done)
		waited.end = WaitEnd::deadlock;
	return waited;
}

/*
 * Wait for every thread that @work has left behind, see leave_behind(). Called
 * after the lock of the cwq that it has gone to was held, so that the count is
 * seen.
 */
template <Platform P>
ALWAYS_INLINE Waited flush_left_behind(Registry<P> *registry,
				       const Work<P> *work, Waiter<P> *waiter)
{
	if (!any_left_behind(registry))
		return { false, WaitEnd::done };
	return flush_what_is_left(registry, work, waiter);
}

/*
 * Wait until @work is neither pending nor running on the cwq that it names. In one
 * queue it is on one CPU only, so one barrier will do: behind it if it is on the list,
 * else, if it is running, at the head.
 */
template <Platform P>
ALWAYS_INLINE Waited wait_for_run(Registry<P> *registry, Work<P> *work,
				  Waiter<P> *waiter)
{
	UNINITIALIZED WqBarrier<P> barrier;
	UNINITIALIZED Flusher<P> flusher;
	Waited waited = { false, WaitEnd::done };

	{
		typename P::MapGuard map_guard;
		Workqueue<P> *wq = nullptr;

		{
			WorkGuard<P> at(work);

			if (!at.cwq)
				return waited;
			at.cwq->lock.assert_held();

			bool listed = is_listed(at.data);

			if (listed || runs(at.cwq, work)) {
				insert_only_barrier(at.cwq, &barrier, &flusher,
						    listed ? &work->entry
							   : behind_run(at.cwq,
									work),
						    work);
				wq = at.cwq->wq.get();
			}
		}
		if (wq) {
			touch_queue_map(wq);
			waited.result = true;
		}
	}
	if (waited.result)
		waited.end = wait_for_barriers(registry, &flusher, waiter);
	return waited;
}

/*
 * The wait has not come to its @end. If that is a ring, the caller is a worker, and may
 * run @work itself, which ends it well. Or is it worth another try?
 */
template <Platform P>
NOINLINE bool tries_again(Work<P> *work, Waiter<P> *waiter, WaitEnd *end)
{
	const auto ring = waiter->ring;

	waiter->ring = Waiter<P>::NOT_JUDGED;
	if (ring == Waiter<P>::NESTABLE &&
	    run_within(current_cwq<P>(), work, waiter->data)) {
		*end = WaitEnd::done;
		return false;
	}
	return ring == Waiter<P>::NESTABLE || ring == Waiter<P>::MOVED;
}

/* Wait until @work is neither pending nor running. An armed timer is not waited for. */
template <Platform P>
Waited flush_work(Registry<P> *registry, Work<P> *work, Patience patience)
{
	Waiter<P> waiter(patience);
	Waited waited;

	touch_work_map(work);
	/* Who has a limit, or wants the work run on its own CPU, is told of a ring. */
	if (!patience.limited && patience.call != CWQ_CALL_SCHEDULE_ON_EACH_CPU)
		waiter.work = work;
	do {
		waited = wait_for_run(registry, work, &waiter);
	} while (UNLIKELY(waited.end != WaitEnd::done) &&
		 tries_again(work, &waiter, &waited.end));
	if (waited.end != WaitEnd::done)
		return { false, waited.end };

	Waited left = flush_left_behind(registry, work, &waiter);

	return { waited.result || left.result, left.end };
}

/*
 * Barriers for the threads of a queue: one for each, or if there is no memory a
 * single one, and then the flush goes from thread to thread. So a flush neither
 * fails nor depends on memory that may need the flush.
 */
template <Platform P>
class BarrierSet {
public:
	explicit BarrierSet(const Workqueue<P> *wq) : nr(nr_cwqs(wq))
	{
		first = P::template make_atomic<WqBarrier<P>>(nr);
		if (first)
			return;
		first = &single_;
		nr = 1;
	}
	~BarrierSet()
	{
		if (first != &single_)
			P::free(first);
	}
	BarrierSet(const BarrierSet &) = delete;
	BarrierSet &operator=(const BarrierSet &) = delete;

	WqBarrier<P> *first;
	int nr;

private:
	WqBarrier<P> single_ = {};
};

template <Platform P>
bool is_idle(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return list_empty(&cwq->worklist) && !cwq->current_work.get();
}

template <Platform P>
bool is_idle(Workqueue<P> *wq)
{
	for (int i = 0; i < nr_cwqs(wq); i++) {
		CwqGuard<P> guard(wq->cwq[i]);

		if (!is_idle(wq->cwq[i]))
			return false;
	}
	return true;
}

/* Put a barrier at the tail of each busy cwq of @wq from @first on, as many as
 * @flusher has; @own, if any, is left out. Returns whether there is anything to wait
 * for. */
template <Platform P>
bool insert_wq_barriers(Workqueue<P> *wq, int first, Flusher<P> *flusher,
			const CpuWorkqueue<P> *own)
{
	for (int i = 0; i < flusher->nr; i++) {
		CpuWorkqueue<P> *cwq = wq->cwq[first + i];
		CwqGuard<P> guard(cwq);

		if (is_idle(cwq) || cwq == own)
			continue;
		flusher->missing.fetch_add(1, Order::relaxed);
		insert_wq_barrier(cwq, &flusher->barriers[i], flusher,
				  cwq->worklist.prev.get());
	}
	/* The one is for ourselves, so that the count does not end too early. */
	return !was_last_barrier(flusher);
}

/*
 * A work of @own flushes its queue, so it waits for itself and for what is behind it.
 * Run what is pending there: then nothing but the work has not ended when the flush
 * returns. What comes meanwhile comes behind that.
 */
template <Platform P>
void run_what_is_behind(CpuWorkqueue<P> *own) NO_THREAD_SAFETY_ANALYSIS
{
	Work<P> *work = nullptr;
	unsigned long nr, data;

	{
		CwqGuard<P> guard(own);

		nr = nr_pending(own);
	}
	for (; nr && may_nest(own); nr--) {
		{
			CwqGuard<P> guard(own);

			work = first_to_nest(own);
			if (!work)
				return;
			data = work->data.load(Order::relaxed);
		}
		run_within(own, work, data);
	}
}

/*
 * Wait for everything that was queued before the call: all barriers first, then
 * one wait.
 */
template <Platform P>
Waited flush_workqueue(Registry<P> *registry, Workqueue<P> *wq,
		       Patience patience)
{
	Waited waited = { false, WaitEnd::done };

	touch_queue_map(wq);
	if (is_idle(wq))
		return waited;

	CpuWorkqueue<P> *own = nullptr;

	if (!patience.limited && within_workqueue(wq)) {
		own = current_cwq<P>();
		run_what_is_behind(own);
	}

	BarrierSet<P> barriers(wq);
	Waiter<P> waiter(patience);

	for (int i = 0; i < nr_cwqs(wq) && waited.end == WaitEnd::done;
	     i += barriers.nr) {
		Flusher<P> flusher;

		init_flusher(&flusher, barriers.first, barriers.nr);
		if (!insert_wq_barriers(wq, i, &flusher, own))
			continue;
		waited.end = wait_for_barriers(registry, &flusher, &waiter);
		waited.result = true;
	}
	if (own && waited.end == WaitEnd::done) {
		log_wait_for_itself(own);
		waited.end = WaitEnd::deadlock;
	}
	return waited;
}

} // namespace cwq

#endif // CWQ_FLUSH_HPP
