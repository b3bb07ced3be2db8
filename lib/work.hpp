// SPDX-License-Identifier: GPL-2.0
/*
 * A work and the word that says where it is.
 *
 * Work::data holds the address of a CpuWorkqueue, or 0 for a work that was
 * never queued, and in the low bits the state:
 *
 *	cwq			idle; if it runs, it runs on cwq
 *	cwq PENDING		in cwq->inbox or linked into cwq->worklist
 *	cwq PENDING DELAYED	linked into cwq->delayed, its timer armed or
 *				about to call
 *	cwq PENDING CANCELING	linked nowhere; owned by the cancel that has
 *				grabbed it
 *
 * PENDING is the one bit that clients see. While it is set, queueing the work
 * is refused.
 *
 * The rule that everything rests on: as long as data names a cwq, and the work is
 * PENDING but not CANCELING, it changes only under the lock of that cwq. So whoever
 * takes the lock of the cwq that data names, and finds it still named, sees the
 * list, the running work and the state as one (class WorkGuard). An idle work may
 * be claimed at any moment, by whoever is first to compare and exchange (claim()).
 *
 * There is one state in between: a queuer that has claimed the work, but not put it
 * into the inbox yet. It has interrupts off, so who finds such a work (it is
 * PENDING, but not linked once the inbox is emptied) waits until it has.
 *
 * An idle work keeps naming its last cwq for as long as the client likes, also
 * when that queue has been destroyed. This is safe because the memory of a
 * CpuWorkqueue remains one until the module goes: see class CwqPool.
 */
#ifndef CWQ_WORK_HPP
#define CWQ_WORK_HPP

#include "list.hpp"

namespace cwq {

template <Platform P>
struct CpuWorkqueue;

/* The low bits of Work::data: kernel ABI only in so far as clients read
 * PENDING. A CpuWorkqueue is aligned so that they are free. */
inline constexpr unsigned long WORK_PENDING = 1ul << 0;
inline constexpr unsigned long WORK_DELAYED = 1ul << 1;
inline constexpr unsigned long WORK_CANCELING = 1ul << 2;
/* A barrier in a worklist, never seen by a client: see barrier.hpp. */
inline constexpr unsigned long WORK_BARRIER = 1ul << 3;
/* Beside PENDING: the observer of the cwq may know it, see observe.hpp. */
inline constexpr unsigned long WORK_OBSERVED = 1ul << 4;
inline constexpr unsigned long WORK_FLAGS = (1ul << 5) - 1;

/* Laid out as struct cwq_work_struct. */
template <Platform P>
struct Work {
	typename P::template Atomic<unsigned long> data;
	ListNode<P> entry; /* guarded by the lock of the cwq that data names */
	typename P::template Var<typename P::Func> func;
	[[no_unique_address]] typename P::WorkMap map;
};

template <Platform P>
CpuWorkqueue<P> *cwq_of(unsigned long data)
{
	/* SAFETY: data without its flags is what set_wq_data() put there. */
	return reinterpret_cast<CpuWorkqueue<P> *>(data & ~WORK_FLAGS);
}

/* A sum, which takes one instruction less than an or. */
template <Platform P>
unsigned long wq_data(const CpuWorkqueue<P> *cwq, unsigned long flags)
{
	return reinterpret_cast<unsigned long>(cwq) + flags;
}

/*
 * For a work that is idle. Pairs with the acquire in get_wq_data(): who finds
 * the cwq by way of the work finds it initialised.
 */
template <Platform P>
void set_wq_data(Work<P> *work, const CpuWorkqueue<P> *cwq, unsigned long flags)
{
	work->data.store(wq_data(cwq, flags), Order::release);
}

/*
 * For a work that is PENDING; returns what data was. An exchange, because queue
 * calls may be refused meanwhile: what those callers have stored must reach the
 * function however often the work moves before it runs. The acquire pairs with
 * the release in refuse(), the release with the acquire in get_wq_data().
 */
template <Platform P>
unsigned long move_wq_data(Work<P> *work, const CpuWorkqueue<P> *cwq,
			   unsigned long flags)
{
	return work->data.exchange(wq_data(cwq, flags), Order::acq_rel);
}

template <Platform P>
unsigned long get_wq_data(const Work<P> *work)
{
	return work->data.load(Order::acquire);
}

/* Is a work with this data on the worklist of its cwq, or about to get there? */
inline bool is_listed(unsigned long data)
{
	return (data & (WORK_PENDING | WORK_DELAYED | WORK_CANCELING)) ==
	       WORK_PENDING;
}

template <Platform P>
Work<P> *work_of(ListNode<P> *entry)
{
	/* SAFETY: every node of a worklist or a delayed list is Work::entry. */
	return reinterpret_cast<Work<P> *>(reinterpret_cast<char *>(entry) -
					   __builtin_offsetof(Work<P>, entry));
}

template <Platform P>
void init_work(Work<P> *work, unsigned long data, typename P::Func func)
{
	work->data.store(data, Order::relaxed);
	init_list_head(&work->entry);
	work->func.set(func);
}

} // namespace cwq

#endif // CWQ_WORK_HPP
