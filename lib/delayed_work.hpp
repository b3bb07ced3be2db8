// SPDX-License-Identifier: GPL-2.0
/*
 * Delayed work: linked into cwq->delayed while its timer is armed.
 *
 * The cwq is chosen when the work is queued, not when the timer fires. The timer
 * is armed and, where that is the whole purpose, taken out under the lock of the
 * cwq. Once the timer function has been entered, only it moves the work, unless
 * a cancel grabs the work first; that cancel waits for the timer function to
 * return before it lets go, so no timer function outlives the work.
 */
#ifndef CWQ_DELAYED_WORK_HPP
#define CWQ_DELAYED_WORK_HPP

#include "flush.hpp"
#include "queue.hpp"

namespace cwq {

template <Platform P>
Queued queue_delayed_work_on(CpuWorkqueue<P> *cwq, Work<P> *work,
			     unsigned long delay)
{
	if (!delay)
		return queue_work_on(cwq, work);

	return queue_work_at(
		cwq, work, WORK_PENDING | WORK_DELAYED,
		[work,
		 delay](CpuWorkqueue<P> *target) NO_THREAD_SAFETY_ANALYSIS {
			list_add_tail(&work->entry, &target->delayed);
			target->nr_delayed.set(target->nr_delayed.get() + 1);
			P::timer_add(work, delay);
			return false;
		});
}

template <Platform P>
void unlink_delayed(CpuWorkqueue<P> *cwq, Work<P> *work) REQUIRES(cwq->lock)
{
	list_del_init(&work->entry);
	cwq->nr_delayed.set(cwq->nr_delayed.get() - 1);
}

/* The time has come: from the delayed list of @cwq to the worklist of @target.
 * Returns whether to wake the worker of @target. */
template <Platform P>
[[nodiscard]] bool end_delay(CpuWorkqueue<P> *cwq, CpuWorkqueue<P> *target,
			     Work<P> *work) REQUIRES(cwq->lock, target->lock)
{
	unlink_delayed(cwq, work);
	move_wq_data(work, target, WORK_PENDING);
	return insert_work(target, work);
}

template <Platform P>
void delayed_work_timer_fn(Work<P> *work) NO_THREAD_SAFETY_ANALYSIS
{
	unsigned long data = get_wq_data(work);
	CpuWorkqueue<P> *cwq = cwq_of<P>(data);
	CpuWorkqueue<P> *target = cwq;
	bool wake;

	if (!(data & WORK_DELAYED))
		return;

	for (;;) {
		QueueGuard<P> guard(target, cwq);

		/* A cancel was faster, or destroy_workqueue() is about to. */
		if (work->data.load(Order::relaxed) != data ||
		    target->state.get() == CwqState::closed)
			return;
		if (must_redirect(target, work)) {
			target = fallback(cwq);
			continue;
		}
		if (target != cwq)
			target->redirected.set(target->redirected.get() + 1);
		wake = end_delay(cwq, target, work);
		break;
	}
	if (wake)
		wake_worker(target);
	announce_move(cwq);
}

/*
 * Queue @work now if it waits for its timer, and say whether it did. If the timer
 * function is under way already, it will do that; wait until it has.
 */
template <Platform P>
bool expedite_delayed_work(Work<P> *work)
{
	for (bool delayed = false;; delayed = true) {
		CpuWorkqueue<P> *cwq;
		unsigned long data;
		bool expedited, wake = false;

		{
			WorkGuard<P> at(work);

			cwq = at.cwq;
			data = at.data;
			if (!(data & WORK_DELAYED))
				return delayed;
			cwq->lock.assert_held();
			expedited = P::timer_delete(work);
			if (expedited)
				wake = end_delay(cwq, cwq, work);
		}
		if (wake)
			wake_worker(cwq);
		if (expedited)
			return true;
		wait_for_move(cwq, work, data);
	}
}

template <Platform P>
Waited flush_delayed_work(Registry<P> *registry, Work<P> *work)
{
	bool delayed = expedite_delayed_work(work);
	Waited waited = flush_work(registry, work);

	/* It may have run by now: then it was waited for all the same. */
	waited.result |= delayed;
	return waited;
}

} // namespace cwq

#endif // CWQ_DELAYED_WORK_HPP
