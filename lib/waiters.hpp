// SPDX-License-Identifier: GPL-2.0
/* Who waits for whom, for who looks: the chains that wait.hpp looks for rings in. */
#ifndef CWQ_WAITERS_HPP
#define CWQ_WAITERS_HPP

#include "show.hpp"

namespace cwq {

/* How many works stand in front of @barrier, as far as that is counted? */
template <Platform P>
unsigned int count_ahead(const CpuWorkqueue<P> *cwq, const Work<P> *barrier)
	REQUIRES(cwq->lock)
{
	const ListNode<P> *entry = barrier->entry.prev.get();
	unsigned int ahead = 0, steps = 2 * CWQ_AHEAD_MAX;

	/* It comes back to the barrier if that waits for a run within another. */
	for (; entry != &cwq->worklist && entry != &barrier->entry &&
	       ahead < CWQ_AHEAD_MAX && steps;
	     entry = entry->prev.get(), steps--) {
		const Work<P> *work = work_of(const_cast<ListNode<P> *>(entry));

		ahead += !(work->data.load(Order::relaxed) & WORK_BARRIER);
	}
	return ahead;
}

/* What will the worker of @cwq do before it comes to the barrier? */
template <Platform P>
cwq_then what_then(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	if (cwq->waits.get())
		return CWQ_THEN_WAITS;
	if (is_frozen(cwq))
		return CWQ_THEN_FROZEN;
	if (has_died(cwq))
		return CWQ_THEN_DEAD;
	return cwq->current_work.get() ? CWQ_THEN_RUNS : CWQ_THEN_STARTS;
}

/* The rows of one waiter, nearest first; under Registry::waits_lock. If all others are
 * @stopped, what one of them holds is not waited for. */
template <Platform P>
class WaitChain {
public:
	WaitChain(cwq_waits *waits, bool stopped)
		: waits_(waits),
		  stopped_(stopped)
	{
		waits->nr = 0;
		waits->truncated = false;
	}

	void follow(const Waiter<P> *waiter)
	{
		add_waiter(waiter, 0);
		for (unsigned int i = 0; i < waits_->nr; i++) {
			const cwq_wait_row *row = &waits_->rows[i];

			if (row->then == CWQ_THEN_WAITS && !followed(i))
				add_waiter(cwq_of_row(row)->waits.get(),
					   row->hop + 1);
		}
	}

private:
	static const CpuWorkqueue<P> *cwq_of_row(const cwq_wait_row *row)
	{
		return static_cast<const CpuWorkqueue<P> *>(row->cwq);
	}

	/* Has a row before the @nr-th led to the same worker? */
	bool followed(unsigned int nr) const
	{
		for (unsigned int i = 0; i < nr; i++)
			if (waits_->rows[i].cwq == waits_->rows[nr].cwq)
				return true;
		return false;
	}

	void add_waiter(const Waiter<P> *waiter, unsigned int hop)
	{
		const Flusher<P> *flusher = waiter->flusher;
		bool any = false;

		for (int i = 0; flusher && i < flusher->nr; i++)
			any |= add_barrier(waiter, hop, &flusher->barriers[i]);
		if (!any)
			add_without_barrier(waiter, hop);
	}

	cwq_wait_row *add(const Waiter<P> *waiter, unsigned int hop)
	{
		if (waits_->nr == CWQ_WAITS_SHOWN) {
			waits_->truncated = true;
			return nullptr;
		}

		cwq_wait_row *row = &waits_->rows[waits_->nr++];

		*row = {};
		row->hop = hop;
		P::thread_describe(waiter->thread, &row->task);
		row->call = waiter->patience.call;
		row->waits = P::now() - waiter->since;
		return row;
	}

	/* False if @barrier is not on a list, or no longer. */
	bool add_barrier(const Waiter<P> *waiter, unsigned int hop,
			 const WqBarrier<P> *barrier)
	{
		unsigned long data = get_wq_data(&barrier->work);
		CpuWorkqueue<P> *cwq = cwq_of<P>(data);

		if (!(data & WORK_PENDING))
			return false;
		if (is_stuck(cwq)) {
			if (cwq_wait_row *row = add(waiter, hop))
				row->then = CWQ_THEN_LOCKED;
			return true;
		}

		Guard<P> guard(cwq->lock);

		if (barrier->work.data.load(Order::relaxed) != data)
			return false;
		if (cwq_wait_row *row = add(waiter, hop)) {
			show_cwq(cwq, row);
			row->ahead = count_ahead(cwq, &barrier->work);
			row->then = what_then(cwq);
		}
		return true;
	}

	void add_without_barrier(const Waiter<P> *waiter, unsigned int hop)
	{
		CpuWorkqueue<P> *cwq = waiter->moves_from;
		cwq_wait_row *row = add(waiter, hop);

		if (!row)
			return;
		row->then = cwq ? CWQ_THEN_CANCELLED : CWQ_THEN_WAKES;
		if (!cwq || is_stuck(cwq))
			return;

		Guard<P> guard(cwq->lock);

		show_cwq(cwq, row);
	}

	static void show_cwq(const CpuWorkqueue<P> *cwq, cwq_wait_row *row)
		REQUIRES(cwq->lock)
	{
		show_where(cwq, &row->where);
		row->cwq = cwq;
		row->worker = cwq->pid.get();
		if (!cwq->current_work.get())
			return;
		row->func = P::address(cwq->current_func.get());
		row->running = P::now() - cwq->started.get();
	}

	bool is_stuck(const CpuWorkqueue<P> *cwq) const
	{
		return stopped_ && cwq->lock.is_held();
	}

	cwq_waits *waits_;
	bool stopped_;
};

/* Does @waiter wait for what @cwq does? */
template <Platform P>
bool waits_at(const Waiter<P> *waiter, const CpuWorkqueue<P> *cwq)
{
	const Flusher<P> *flusher = waiter->flusher;

	for (int i = 0; flusher && i < flusher->nr; i++) {
		unsigned long data = get_wq_data(&flusher->barriers[i].work);

		if (data & WORK_PENDING && cwq_of<P>(data) == cwq)
			return true;
	}
	return waiter->moves_from == cwq;
}

/*
 * The waiter at @place or, if it no longer waits, the next one.
 *
 * After a panic all other CPUs are @stopped, wherever they were: nothing changes any
 * more, and nobody lets go of a lock. If one was stopped within a change of the list,
 * that is not read, and all that is told is that something is missing.
 */
template <Platform P>
bool next_waits(Registry<P> *registry, cwq_place *place, cwq_waits *waits,
		bool stopped = false)
{
	if (stopped && registry->waits_lock.is_held()) {
		*waits = { 0, true, 0, {} };
		return !place->index;
	}

	Guard<P> guard(registry->waits_lock);
	ListNode<P> *head = &registry->waiters;

	if (!place->end)
		place->end = registry->next_waiter;
	for (ListNode<P> *link = head->next.get(); link != head;
	     link = link->next.get()) {
		const Waiter<P> *waiter = waiter_of(link);

		if (waiter->id < place->id + (place->index ? 1 : 0))
			continue;
		if (waiter->id >= place->end)
			break;
		*place = { waiter->id, 0, place->end };
		waits->id = waiter->id;
		WaitChain<P>(waits, stopped).follow(waiter);
		return true;
	}
	return false;
}

} // namespace cwq

#endif // CWQ_WAITERS_HPP
