// SPDX-License-Identifier: GPL-2.0
/*
 * Looking for what takes too long: a function that runs, a work that is pending.
 *
 * A work carries no time. But a list is worked off in order, so the watchdog leaves
 * a mark: so many works had been accepted then. As long as fewer have left the list
 * since, one of those is still pending, and has been for as long as the mark is old.
 * A mark that is passed is replaced by a new one. So who waits too long is found
 * after twice the time at most, and no queuer does anything for it.
 */
#ifndef CWQ_WATCHDOG_HPP
#define CWQ_WATCHDOG_HPP

#include "waiters.hpp"

namespace cwq {

/*
 * A round begins, which was to begin within @period jiffies of the last one. If it is
 * late by more than @slack, the watchdog has not been let run, and so maybe nobody: the
 * machine is virtual and was paused, or somebody has stopped it to debug. Nothing has
 * taken too long then before it has since now.
 */
template <Platform P>
void begin_round(Registry<P> *registry, unsigned long period,
		 unsigned long slack)
{
	Guard<P> guard(registry->waits_lock);
	unsigned long now = P::now();

	if (now - registry->last_round > period &&
	    now - registry->last_round - period > slack)
		registry->goes_since = now;
	registry->last_round = now;
}

/* For how long has it been so since @since, as far as the machine has gone on? */
template <Platform P>
unsigned long age_since(const Registry<P> *registry, unsigned long since)
	REQUIRES(registry->waits_lock)
{
	unsigned long goes_since = registry->goes_since;

	return P::now() -
	       (static_cast<long>(goes_since - since) > 0 ? goes_since : since);
}

template <Platform P>
void restart_mark(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	cwq->mark.set(cwq->accepted.get());
	cwq->marked.set(P::now());
	cwq->mark_told.set(false);
}

/* Has all that was accepted before the mark left the list? */
template <Platform P>
bool mark_passed(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	unsigned long left = cwq->accepted.get() - nr_pending(cwq);

	return static_cast<long>(left - cwq->mark.get()) >= 0;
}

/*
 * Is there an incident at @cwq that has not been told? Says for how long in @age,
 * and of which function in @func.
 */
template <Platform P>
bool is_incident(const Registry<P> *registry, CpuWorkqueue<P> *cwq,
		 unsigned long thresh, cwq_stall *stall)
	REQUIRES(cwq->lock, registry->waits_lock)
{
	if (mark_passed(cwq) || is_frozen(cwq))
		restart_mark(cwq);

	stall->running = cwq->current_work.get() != nullptr;
	stall->age = age_since(registry, cwq->started.get());
	if (stall->running && stall->age >= thresh) {
		/* Who waits behind it is not told once more. */
		cwq->mark_told.set(true);
		if (is_stalled(cwq))
			return false;
		stall->func = P::address(cwq->current_func.get());
		cwq->stalled_at.set(progress(cwq));
		return true;
	}

	stall->running = false;
	stall->age = age_since(registry, cwq->marked.get());
	if (mark_passed(cwq) || cwq->mark_told.get() || stall->age < thresh)
		return false;
	cwq->mark_told.set(true);
	stall->func = P::address(first_pending(cwq)->func.get());
	/* If one after the other runs, and only too many, it is no standstill. */
	if (!cwq->current_work.get())
		cwq->stalled_at.set(progress(cwq));
	return true;
}

/* Note who waits behind what @cwq does. */
template <Platform P>
void list_waiters(Registry<P> *registry, const CpuWorkqueue<P> *cwq,
		  cwq_stall *stall) REQUIRES(registry->waits_lock)
{
	ListNode<P> *head = &registry->waiters;

	stall->nr_waiters = 0;
	for (ListNode<P> *link = head->next.get(); link != head;
	     link = link->next.get()) {
		const Waiter<P> *waiter = waiter_of(link);

		if (!waits_at(waiter, cwq))
			continue;
		if (stall->nr_waiters < CWQ_STALL_WAITERS) {
			auto *row = &stall->waiters[stall->nr_waiters];

			P::thread_describe(waiter->thread, &row->task);
			row->call = waiter->patience.call;
			row->waits = P::now() - waiter->since;
		}
		stall->nr_waiters++;
	}
}

/*
 * Look at the queues from @place on for an incident, which becomes @stall. Its
 * worker, if there is one, is held.
 */
template <Platform P>
bool next_stall(Registry<P> *registry, unsigned long thresh, cwq_place *place,
		cwq_stall *stall, typename P::Thread **worker)
{
	MutexGuard<P> registry_guard(registry->mutex);

	while (CpuWorkqueue<P> *cwq = cwq_at(registry, place)) {
		Guard<P> waits_guard(registry->waits_lock);

		place->index++;
		{
			CwqGuard<P> guard(cwq);

			if (!is_incident(registry, cwq, thresh, stall))
				continue;
			cwq->stalls.set(cwq->stalls.get() + 1);
			show_where(cwq, &stall->where);
			*worker = cwq->thread.get();
			if (*worker)
				P::thread_get(*worker);
		}
		list_waiters(registry, cwq, stall);
		return true;
	}
	return false;
}

} // namespace cwq

#endif // CWQ_WATCHDOG_HPP
