// SPDX-License-Identifier: GPL-2.0
/*
 * Delayed work: linked into cwq->delayed while its timer is armed.
 *
 * The cwq is chosen when the work is queued, not when the timer fires. The timer
 * is armed and, where that is the whole purpose, taken out under the lock of the
 * cwq. Once the timer function has been entered, only it moves the work, unless
 * a cancel grabs the work first; that cancel waits for the timer function to
 * return before it lets go. So no timer function touches a freed work item. A timer
 * function that has moved its item may return late, on a virtual CPU: by then the item
 * may have run and be armed again.
 */
#ifndef CWQ_DELAYED_WORK_HPP
#define CWQ_DELAYED_WORK_HPP

#include "delayed_list.hpp"
#include "flush.hpp"
#include "queue.hpp"

namespace cwq {

/* Take @work off the worklist before its turn. */
template <Platform P>
void unlink_pending(CpuWorkqueue<P> *cwq, Work<P> *work) REQUIRES(cwq->lock)
{
	/* If it is the first, nobody knows how old the next one is. */
	if (first_pending(cwq) == work)
		cwq->head_since.set(P::now());
	list_del(&work->entry);
	one_less(cwq);
	cwq->cancelled.set(cwq->cancelled.get() + 1);
}

template <Platform P>
Queued queue_delayed_work_on(CpuWorkqueue<P> *cwq, Work<P> *work,
			     unsigned long delay, const void *caller = nullptr)
{
	const unsigned long flags = WORK_PENDING | WORK_DELAYED;

	if (!delay)
		return queue_work_slowly(cwq, work, caller);

	return queue_work_at(
		cwq, work, flags, caller,
		[delay, caller](const CpuWorkqueue<P> *asked,
				CpuWorkqueue<P> *target,
				Work<P> *work) NO_THREAD_SAFETY_ANALYSIS {
			observe_queued(asked, target, work, flags, caller);
			link_delayed(target, work, delay);
			return false;
		});
}

enum class DelayEnds {
	yes,
	elsewhere, /* the item has moved meanwhile, or a cancel owns it */
	leaving, /* no: its module is being unloaded, which cancels it */
	fires, /* no: the timer function is about to move it */
};

/*
 * From the delayed list that @data names to the worklist, unless @due(), asked under
 * the lock, says no. An unload walks the lists once all cwqs are screened, so it finds
 * the item on either list.
 */
template <Platform P, class Due>
DelayEnds end_delay(Work<P> *work, unsigned long data, Due due)
	NO_THREAD_SAFETY_ANALYSIS
{
	CpuWorkqueue<P> *cwq = cwq_of<P>(data);
	CpuWorkqueue<P> *target = cwq;
	bool wake;

	for (;;) {
		QueueGuard<P> guard(target, cwq);

		if (work->data.load(Order::relaxed) != data)
			return DelayEnds::elsewhere;
		if (is_leaving(cwq, work))
			return DelayEnds::leaving;
		if (must_redirect(target, work)) {
			target = fallback(cwq);
			continue;
		}
		if (!due())
			return DelayEnds::fires;
		if (target != cwq)
			target->redirected.set(target->redirected.get() + 1);

		KnownWork<P> known = observe_gone(cwq, work, data);

		unlink_delayed(cwq, work);
		move_wq_data(work, target, WORK_PENDING);
		P::trace_queue_work(cwq, target, work);
		observe_moved(target, work, known);
		wake = insert_work(target, work);
		break;
	}
	if (wake)
		wake_worker(target);
	return DelayEnds::yes;
}

template <Platform P>
void delayed_work_timer_fn(Work<P> *work)
{
	unsigned long data = get_wq_data(work);

	if (data & WORK_DELAYED)
		end_delay(work, data, [] { return true; });
}

/*
 * Queue @work now if its timer is armed, and say whether it was. If the timer function
 * is about to queue it, spin until it has; if its module is being unloaded, sleep until
 * the item is cancelled.
 */
template <Platform P>
bool expedite_delayed_work(Work<P> *work)
{
	for (bool delayed = false;; delayed = true) {
		unsigned long data = get_wq_data(work);

		if (!(data & WORK_DELAYED))
			return delayed;
		switch (end_delay(work, data,
				  [work] { return P::timer_take_out(work); })) {
		case DelayEnds::yes:
			return true;
		case DelayEnds::elsewhere:
			break;
		case DelayEnds::leaving:
			wait_for_move(cwq_of<P>(data), work, data);
			break;
		case DelayEnds::fires:
			P::relax();
			break;
		}
	}
}

/*
 * Take @work, which @old says is pending, off @last, and put it on @target; the
 * caller asked for @asked. False if its timer function is about to move it: nobody
 * may overtake that. Returns in @wake whether to wake the worker of @target.
 */
template <Platform P>
bool requeue(const CpuWorkqueue<P> *asked, CpuWorkqueue<P> *target,
	     CpuWorkqueue<P> *last, Work<P> *work, unsigned long old,
	     unsigned long delay, const void *caller, bool *wake)
	REQUIRES(target->lock, last->lock)
{
	*wake = false;
	if (old & WORK_DELAYED) {
		if (!P::timer_take_out(work))
			return false;
		unlink_delayed(last, work);
	} else {
		unlink_pending(last, work);
		P::trace_cancel(last, work);
	}

	observe_gone(last, work, old);
	if (delay) {
		const unsigned long flags = WORK_PENDING | WORK_DELAYED;

		move_wq_data(work, target, flags);
		observe_queued(asked, target, work, flags, caller);
		link_delayed(target, work, delay);
	} else {
		move_wq_data(work, target, WORK_PENDING);
		P::trace_queue_work(asked, target, work);
		observe_queued(asked, target, work, WORK_PENDING, caller);
		*wake = insert_work(target, work);
	}
	return true;
}

/*
 * Whatever @work does, it is queued on @cwq after @delay. Queued::pending if it
 * was pending before, and so has been moved, or is left to the cancel that has
 * it.
 */
template <Platform P>
Queued mod_delayed_work_on(CpuWorkqueue<P> *cwq, Work<P> *work,
			   unsigned long delay, const void *caller = nullptr)
	NO_THREAD_SAFETY_ANALYSIS
{
	const CpuWorkqueue<P> *const asked = cwq;
	CpuWorkqueue<P> *last, *target;
	bool wake;
	bool moving = false; /* by a queuer or the timer function */

	for (;;) {
		if (moving)
			P::relax();

		unsigned long old = get_wq_data(work);

		moving = false;

		if (!(old & WORK_PENDING)) {
			Queued queued =
				queue_delayed_work_on(cwq, work, delay, caller);

			if (queued != Queued::pending)
				return queued;
			continue;
		}
		if (old & WORK_CANCELING) {
			if (refuse(work, old))
				return Queued::pending;
			continue;
		}

		last = cwq_of<P>(old);
		{
			QueueGuard<P> guard(cwq, last);

			if (work->data.load(Order::relaxed) != old)
				continue;
			moving = is_on_its_way(work, old);
			if (moving)
				continue;
			target = cwq;

			bool beside = runs_beside(cwq, last, work);

			if (beside && last->wq.get() == cwq->wq.get())
				target = last;

			Queued admitted = admit(target, work);

			if (admitted != Queued::yes)
				return admitted;
			if (must_redirect(target, work)) {
				cwq = fallback(target);
				continue;
			}
			if (requeue(asked, target, last, work, old, delay,
				    caller, &wake)) {
				count_redirect(asked, cwq, target);
				if (beside && target != last)
					leave_behind(last);
				break;
			}
			moving = true;
		}
	}
	if (wake)
		wake_worker(target);
	announce_move(last);
	return Queued::pending;
}

template <Platform P>
Waited flush_delayed_work(Registry<P> *registry, Work<P> *work)
{
	bool delayed = expedite_delayed_work(work);
	Waited waited = flush_work(registry, work,
				   forever(CWQ_CALL_FLUSH_DELAYED_WORK));

	/* It may have run by now: then it was waited for all the same. */
	waited.result |= delayed;
	return waited;
}

} // namespace cwq

#endif // CWQ_DELAYED_WORK_HPP
