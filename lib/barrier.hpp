// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for work: barriers in the worklist.
 *
 * A barrier is an item that the flusher puts on the list, on its own stack, in
 * the place behind which nothing concerns it. When the worker gets there, all
 * that the flusher waits for has ended. Barriers are not counted in the ledger.
 *
 * A cwq that a barrier goes to has something pending or running, so its worker
 * is awake and needs no wake-up.
 */
#ifndef CWQ_BARRIER_HPP
#define CWQ_BARRIER_HPP

#include "cpu_workqueue.hpp"

namespace cwq {

/* Who waits, for one barrier or for several. On the waiter's stack. */
template <Platform P>
struct Flusher {
	typename P::template Atomic<unsigned long> missing; /* barriers */
	typename P::Completion done;
};

template <Platform P>
struct WqBarrier {
	Work<P> work;
	Flusher<P> *flusher;
};

template <Platform P>
void init_flusher(Flusher<P> *flusher, unsigned long n)
{
	flusher->missing.store(n, Order::relaxed);
	flusher->done.init();
}

/* One barrier less. Who takes the last one away completes the flusher, and only
 * then may the flusher be gone. */
template <Platform P>
[[nodiscard]] bool was_last_barrier(Flusher<P> *flusher)
{
	return flusher->missing.fetch_add(-1ul, Order::acq_rel) == 1;
}

/* The worker has got to a barrier: called without the lock. */
template <Platform P>
void finish_barrier(Work<P> *work)
{
	/* SAFETY: WORK_BARRIER is set in the first member of a WqBarrier only,
	 * by insert_wq_barrier(). */
	Flusher<P> *flusher = reinterpret_cast<WqBarrier<P> *>(work)->flusher;

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
}

} // namespace cwq

#endif // CWQ_BARRIER_HPP
