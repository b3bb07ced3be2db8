// SPDX-License-Identifier: GPL-2.0
/* Waiting until a queue has nothing left to do. */
#ifndef CWQ_DRAIN_HPP
#define CWQ_DRAIN_HPP

#include "flush.hpp"

namespace cwq {

template <Platform P>
void set_states(Workqueue<P> *wq, unsigned char set, unsigned char clear)
{
	for (int i = 0; i < nr_cwqs(wq); i++)
		set_state(wq->cwq[i], set, clear);
}

/* One drain more, or less. As long as there is one, only works of @wq queue. */
template <Platform P>
void count_drainers(Registry<P> *registry, Workqueue<P> *wq, int change)
{
	MutexGuard<P> guard(registry->mutex);

	wq->nr_drainers += change;
	if (wq->nr_drainers)
		set_states(wq, STATE_DRAINING, 0);
	else
		set_states(wq, 0, STATE_DRAINING);
}

/* Is each cwq of @wq idle, when we look at it? Adds up what they accepted. */
template <Platform P>
bool look_for_idle(Workqueue<P> *wq, unsigned long *accepted)
{
	*accepted = 0;
	for (int i = 0; i < nr_cwqs(wq); i++) {
		CpuWorkqueue<P> *cwq = wq->cwq[i];
		CwqGuard<P> guard(cwq);

		if (!is_idle(cwq))
			return false;
		*accepted += cwq->accepted.get();
	}
	return true;
}

/*
 * Are all cwqs of @wq idle at once? Works queue on cwqs that have been looked at,
 * so look twice: what was idle both times, and has accepted nothing between, was
 * idle all the time between.
 */
template <Platform P>
bool is_at_rest(Workqueue<P> *wq)
{
	unsigned long before, after;

	return look_for_idle(wq, &before) && look_for_idle(wq, &after) &&
	       before == after;
}

/* Works whose timer fires meanwhile are run, and waited for, like the others. */
template <Platform P>
WaitEnd drain_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	const Patience patience = forever(CWQ_CALL_DRAIN_WORKQUEUE);
	WaitEnd end;

	count_drainers(registry, wq, 1);
	do {
		end = flush_workqueue(registry, wq, patience).end;
	} while (end == WaitEnd::done && !is_at_rest(wq));
	count_drainers(registry, wq, -1);
	return end;
}

} // namespace cwq

#endif // CWQ_DRAIN_HPP
