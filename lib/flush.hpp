// SPDX-License-Identifier: GPL-2.0
/* Waiting for a work, and for a queue. */
#ifndef CWQ_FLUSH_HPP
#define CWQ_FLUSH_HPP

#include "barrier.hpp"
#include "registry.hpp"

namespace cwq {

/* How a call that waits for work has ended. */
struct Waited {
	bool result; /* what the caller is told */
	bool for_itself; /* it would have waited for itself, and did not */
};

/* Put @barrier behind the run of @work on a thread that it has left behind. */
template <Platform P>
bool insert_left_barrier(Registry<P> *registry, const Work<P> *work,
			 WqBarrier<P> *barrier, Flusher<P> *flusher, bool *own)
{
	MutexGuard<P> registry_guard(registry->mutex);
	bool inserted = false;

	for_each_cwq(registry, [&](CpuWorkqueue<P> *cwq) {
		Guard<P> guard(cwq->lock);

		if (!cwq->left.get() || cwq->current_work.get() != work)
			return true;
		if (cwq->thread.get() == P::current_thread()) {
			*own = true;
			return true;
		}
		insert_wq_barrier(cwq, barrier, flusher, &cwq->worklist);
		inserted = true;
		return false;
	});
	return inserted;
}

/*
 * Wait for every thread that @work has left behind, see leave_behind(). Called
 * after the lock of the cwq that it has gone to was held, so that the count is
 * seen.
 */
template <Platform P>
Waited flush_left_behind(Registry<P> *registry, const Work<P> *work)
{
	Waited waited = { false, false };

	while (UNLIKELY(registry->nr_left.load(Order::relaxed))) {
		WqBarrier<P> barrier;
		Flusher<P> flusher;

		init_flusher(&flusher, 1);
		if (!insert_left_barrier(registry, work, &barrier, &flusher,
					 &waited.for_itself))
			break;
		flusher.done.wait();
		waited.result = true;
	}
	return waited;
}

/*
 * Wait until @work is neither pending nor running. In one queue it is on one
 * CPU only, so one barrier will do: behind it if it is on the list, else, if it
 * is running, at the head. An armed timer is not waited for.
 */
template <Platform P>
Waited flush_work(Registry<P> *registry, Work<P> *work)
{
	WqBarrier<P> barrier;
	Flusher<P> flusher;
	bool listed, busy;

	{
		WorkGuard<P> at(work);

		if (!at.cwq)
			return { false, false };
		at.cwq->lock.assert_held();

		listed = (at.data & WORK_FLAGS) == WORK_PENDING;
		busy = listed || at.cwq->current_work.get() == work;
		if (busy && at.cwq->thread.get() == P::current_thread())
			return { false, true };
		if (busy) {
			init_flusher(&flusher, 1);
			insert_wq_barrier(at.cwq, &barrier, &flusher,
					  listed ? &work->entry
						 : &at.cwq->worklist);
		}
	}
	if (busy)
		flusher.done.wait();

	Waited left = flush_left_behind(registry, work);

	return { busy || left.result, left.for_itself };
}

/*
 * A barrier for each thread of a queue. The queue keeps one set, which the next
 * flusher gets that comes along meanwhile only if there is no memory for a set
 * of its own: it then waits its turn. So a flush neither fails nor depends on
 * memory that may need the flush.
 */
template <Platform P>
class BarrierSet {
public:
	explicit BarrierSet(Workqueue<P> *wq) NO_THREAD_SAFETY_ANALYSIS
		: wq_(wq),
		  own_(nullptr)
	{
		if (wq->spare_lock.trylock())
			return;
		/* SAFETY: plain memory; insert_wq_barrier() initialises it. */
		own_ = static_cast<WqBarrier<P> *>(
			P::alloc_atomic(sizeof(WqBarrier<P>) * nr_cwqs(wq)));
		if (!own_)
			wq->spare_lock.lock();
	}
	~BarrierSet() NO_THREAD_SAFETY_ANALYSIS
	{
		if (own_)
			P::free(own_);
		else
			wq_->spare_lock.unlock();
	}
	BarrierSet(const BarrierSet &) = delete;
	BarrierSet &operator=(const BarrierSet &) = delete;

	WqBarrier<P> *operator[](int i) NO_THREAD_SAFETY_ANALYSIS
	{
		return own_ ? &own_[i] : &wq_->spare[i];
	}

private:
	Workqueue<P> *wq_;
	WqBarrier<P> *own_;
};

template <Platform P>
bool is_idle(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return list_empty(&cwq->worklist) && !cwq->current_work.get();
}

/* Put a barrier at the tail of each busy cwq of @wq; how many there were. */
template <Platform P>
unsigned long insert_wq_barriers(Workqueue<P> *wq, BarrierSet<P> &barriers,
				 Flusher<P> *flusher)
{
	unsigned long inserted = 0;

	for (int i = 0; i < nr_cwqs(wq); i++) {
		CpuWorkqueue<P> *cwq = wq->cwq[i];
		Guard<P> guard(cwq->lock);

		if (is_idle(cwq))
			continue;
		flusher->missing.fetch_add(1, Order::relaxed);
		insert_wq_barrier(cwq, barriers[i], flusher,
				  cwq->worklist.prev.get());
		inserted++;
	}
	return inserted;
}

/*
 * Wait for everything that was queued before the call: all barriers first, then
 * one wait.
 */
template <Platform P>
Waited flush_workqueue(Workqueue<P> *wq)
{
	Flusher<P> flusher;
	bool busy = false;

	for (int i = 0; i < nr_cwqs(wq); i++) {
		CpuWorkqueue<P> *cwq = wq->cwq[i];
		Guard<P> guard(cwq->lock);

		if (cwq->thread.get() == P::current_thread())
			return { false, true };
		busy |= !is_idle(cwq);
	}
	if (!busy)
		return { false, false };

	BarrierSet<P> barriers(wq);

	/* One for ourselves, so that the count cannot end too early. */
	init_flusher(&flusher, 1);
	if (insert_wq_barriers(wq, barriers, &flusher) &&
	    !was_last_barrier(&flusher))
		flusher.done.wait();
	return { true, false };
}

} // namespace cwq

#endif // CWQ_FLUSH_HPP
