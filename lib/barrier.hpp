// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for work: barriers in the worklist.
 *
 * A barrier is an item that the flusher puts on the list, in the place behind
 * which nothing concerns it. When the worker gets there, all that the flusher
 * waits for has ended. Barriers are not counted in the ledger.
 *
 * A cwq that a barrier goes to has something pending or running, so its worker
 * is awake and needs no wake-up.
 */
#ifndef CWQ_BARRIER_HPP
#define CWQ_BARRIER_HPP

#include "cpu_workqueue.hpp"

namespace cwq {

template <Platform P>
struct WqBarrier;

/* Who waits, for one barrier or for several. On the waiter's stack. */
template <Platform P>
struct Flusher {
	typename P::template Atomic<unsigned long> missing; /* barriers */
	typename P::Completion done;
	WqBarrier<P> *barriers;
	int nr; /* of barriers; not all need be on a list */
	const Work<P> *of; /* it waits for that one alone, unless nullptr */
};

/* A barrier is on a list as long as it is PENDING; the cwq is in its data. */
template <Platform P>
struct WqBarrier {
	Work<P> work;
	Flusher<P> *flusher;
};

template <Platform P>
void init_flusher(Flusher<P> *flusher, WqBarrier<P> *barriers, int nr)
{
	flusher->missing.store(1, Order::relaxed);
	flusher->done.init();
	flusher->barriers = barriers;
	flusher->nr = nr;
	flusher->of = nullptr;
}

/* One barrier less. Who takes the last one away completes the flusher, and only
 * then may the flusher be gone. */
template <Platform P>
[[nodiscard]] bool was_last_barrier(Flusher<P> *flusher)
{
	return flusher->missing.fetch_add(-1ul, Order::acq_rel) == 1;
}

/* @work, on a list with WORK_BARRIER set, is part of a barrier: whose? */
template <Platform P>
Flusher<P> *flusher_of(Work<P> *work)
{
	/* SAFETY: WORK_BARRIER is set in the first member of a WqBarrier only,
	 * by insert_wq_barrier(). */
	return reinterpret_cast<WqBarrier<P> *>(work)->flusher;
}

/* The worker has got to a barrier: called without the lock. */
template <Platform P>
void finish_barrier(Work<P> *work)
{
	Flusher<P> *flusher = flusher_of(work);

	if (was_last_barrier(flusher))
		flusher->done.complete();
}

/* Put @barrier right behind @pos: a pending work, or the head of the list. */
template <Platform P>
void insert_wq_barrier(CpuWorkqueue<P> *cwq, WqBarrier<P> *barrier,
		       Flusher<P> *flusher, ListNode<P> *pos)
	REQUIRES(cwq->lock)
{
	init_work(&barrier->work, wq_data(cwq, WORK_PENDING | WORK_BARRIER),
		  typename P::Func());
	barrier->flusher = flusher;
	list_add(&barrier->work.entry, pos);
	P::trace_insert_barrier(cwq);
}

/* For a single one: put it behind @pos, to be waited for. All that it waits for is
 * the run of @work, unless that is nullptr. */
template <Platform P>
ALWAYS_INLINE void insert_only_barrier(CpuWorkqueue<P> *cwq,
				       WqBarrier<P> *barrier,
				       Flusher<P> *flusher, ListNode<P> *pos,
				       const Work<P> *work) REQUIRES(cwq->lock)
{
	init_flusher(flusher, barrier, 1);
	flusher->of = work;
	insert_wq_barrier(cwq, barrier, flusher, pos);
}

/* The worker of @cwq has taken a barrier off its list, and it is @work. */
template <Platform P>
void pass_barrier(CpuWorkqueue<P> *cwq, Work<P> *work) REQUIRES(cwq->lock)
{
	cwq->lock.unlock_irq();
	finish_barrier(work);
	cwq->lock.lock_irq();
}

/* Take @barrier off its list, if it is on one. */
template <Platform P>
bool withdraw_wq_barrier(WqBarrier<P> *barrier)
{
	for (;;) {
		unsigned long data = get_wq_data(&barrier->work);

		if (!(data & WORK_PENDING))
			return false;

		Guard<P> guard(cwq_of<P>(data)->lock);

		/* It may have moved before we had the lock: see nested.hpp. */
		if (get_wq_data(&barrier->work) != data)
			continue;
		list_del(&barrier->work.entry);
		barrier->work.data.store(0, Order::relaxed);
		return true;
	}
}

/*
 * The flusher no longer wants to wait. A worker may have just taken a barrier
 * off the list, and is about to say so: that is waited for. Returns false if
 * there was nothing left to withdraw, so all has ended.
 */
template <Platform P>
bool withdraw_wq_barriers(Flusher<P> *flusher)
{
	bool withdrawn = false, last = false;

	for (int i = 0; i < flusher->nr; i++)
		if (withdraw_wq_barrier(&flusher->barriers[i])) {
			withdrawn = true;
			last = was_last_barrier(flusher);
		}
	if (!last)
		flusher->done.wait();
	return withdrawn;
}

} // namespace cwq

#endif // CWQ_BARRIER_HPP
