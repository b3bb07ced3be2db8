// SPDX-License-Identifier: GPL-2.0
/*
 * Queueing a work.
 *
 * A work goes to the CPU that the caller asks for, with two exceptions: while
 * its function runs in another thread of the same queue, beside, it follows it
 * there, so that it never runs twice at once; and if the CPU is offline,
 * another one takes it.
 */
#ifndef CWQ_QUEUE_HPP
#define CWQ_QUEUE_HPP

#include "observe.hpp"

namespace cwq {

enum class Queued {
	yes,
	pending, /* refused: it is pending already */
	closed, /* refused: the queue is being destroyed */
	draining, /* refused: the queue is being drained, from without */
	leaving, /* refused: the work's module is going */
	not_initialised, /* refused: the work never was */
};

/*
 * A queue call finds PENDING set in @old: the work is on its way, nothing to
 * do. Writing the same value back tells whether it still is, and releases what
 * the caller has stored; pairs with the acquire in move_wq_data().
 */
template <Platform P>
bool refuse(Work<P> *work, unsigned long old)
{
	return work->data.compare_exchange(old, old, Order::release);
}

/*
 * The locks to put a work on one cwq that another may name: both, in the order
 * of their addresses.
 */
template <Platform P>
class QueueGuard {
public:
	QueueGuard(CpuWorkqueue<P> *cwq, CpuWorkqueue<P> *last)
		NO_THREAD_SAFETY_ANALYSIS
	{
		first_ = cwq;
		second_ = nullptr;
		if (UNLIKELY(last && last != cwq)) {
			first_ = last < cwq ? last : cwq;
			second_ = last < cwq ? cwq : last;
		}
		flags_ = first_->lock.lock();
		collect(first_);
		if (UNLIKELY(second_)) {
			second_->lock.lock_nested();
			collect(second_);
		}
	}
	~QueueGuard() NO_THREAD_SAFETY_ANALYSIS
	{
		if (UNLIKELY(second_))
			second_->lock.unlock_nested();
		first_->lock.unlock(flags_);
	}
	QueueGuard(const QueueGuard &) = delete;
	QueueGuard &operator=(const QueueGuard &) = delete;

private:
	CpuWorkqueue<P> *first_;
	CpuWorkqueue<P> *second_;
	unsigned long flags_;
};

/* An offline CPU takes no work, unless it is running it. */
template <Platform P>
bool must_redirect(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	return UNLIKELY(cwq->state.get() & STATE_OFFLINE) && !runs(cwq, work);
}

/* Is @work of a module that is going? */
template <Platform P>
bool is_leaving(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	return cwq->state.get() & STATE_SCREENED &&
	       is_leaving(cwq->wq.get()->registry, work);
}

/* May @work go on @cwq, which is not just open? If not, why. */
template <Platform P>
Queued admit(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	if (cwq->state.get() & STATE_CLOSED)
		return Queued::closed;
	if (cwq->state.get() & STATE_DRAINING &&
	    !within_workqueue(cwq->wq.get()))
		return Queued::draining;
	return is_leaving(cwq, work) ? Queued::leaving : Queued::yes;
}

/* Does the function of @work, which is to go to @cwq, run at its last one? */
template <Platform P>
bool runs_beside(const CpuWorkqueue<P> *cwq, const CpuWorkqueue<P> *last,
		 const Work<P> *work) NO_THREAD_SAFETY_ANALYSIS
{
	return last && last != cwq && runs(last, work);
}

/* A work that was to go to @asked, and then, that being offline, to @cwq, goes to
 * @target. */
template <Platform P>
void count_redirect(const CpuWorkqueue<P> *asked, const CpuWorkqueue<P> *cwq,
		    CpuWorkqueue<P> *target) REQUIRES(target->lock)
{
	if (UNLIKELY(cwq != asked && target == cwq))
		target->redirected.set(target->redirected.get() + 1);
}

/*
 * Let @work go from idle, as @old says it is, to @flags on @cwq; false if it is not
 * idle. The acquire pairs with the release of who has let go of it last.
 */
template <Platform P>
bool claim(Work<P> *work, unsigned long old, const CpuWorkqueue<P> *cwq,
	   unsigned long flags)
{
	return work->data.compare_exchange(old, wq_data(cwq, flags),
					   Order::acq_rel);
}

/*
 * Take back the first claim of @work. An exchange, because queue calls may have been
 * refused meanwhile: what they have released in refuse() must reach the function of who
 * claims it next, with the acquire in claim().
 */
template <Platform P>
void take_back_claim(Work<P> *work)
{
	work->data.exchange(0, Order::acq_rel);
}

/*
 * Is @work, which @caller has claimed for the first time, anything but zeros? If not,
 * the claim is taken back.
 *
 * What CWQ_DECLARE_WORK() and its siblings leave has no next. They are for what is not
 * on the stack, and nobody has looked yet.
 */
template <Platform P>
NOINLINE bool is_initialised(Work<P> *work, const void *caller)
{
	if (list_empty(&work->entry))
		return true;
	if (!work->entry.next.get() && work->entry.prev.get() == &work->entry) {
		P::check_place(work, caller);
		return true;
	}
	take_back_claim(work);
	return false;
}

/*
 * Queue @work for @caller on @cwq or where it has to go instead. @flags is the state
 * it gets, @link(cwq, target, work) links it, under the lock, and says whether to
 * wake the worker.
 */
template <Platform P, class Link>
ALWAYS_INLINE Queued queue_work_at(CpuWorkqueue<P> *cwq, Work<P> *work,
				   unsigned long flags, const void *caller,
				   Link link) NO_THREAD_SAFETY_ANALYSIS
{
	const CpuWorkqueue<P> *const asked = cwq;
	CpuWorkqueue<P> *target;
	bool beside, wake;

	for (;;) {
		unsigned long old = get_wq_data(work);

		if (old & WORK_PENDING) {
			if (refuse(work, old))
				return Queued::pending;
			continue;
		}

		CpuWorkqueue<P> *last = cwq_of<P>(old);
		QueueGuard<P> guard(cwq, last);

		target = cwq;
		beside = runs_beside(cwq, last, work);
		if (UNLIKELY(beside) && last->wq.get() == cwq->wq.get())
			target = last;

		if (UNLIKELY(target->state.get())) {
			Queued admitted = admit(target, work);

			if (admitted != Queued::yes)
				return admitted;
		}
		if (must_redirect(target, work)) {
			cwq = fallback(target);
			continue;
		}
		if (!claim(work, old, target, flags))
			continue;
		if (UNLIKELY(!old && !is_initialised(work, caller)))
			return Queued::not_initialised;
		count_redirect(asked, cwq, target);
		if (UNLIKELY(beside && target != last))
			leave_behind(last);
		P::debug_activate(work);
		wake = link(asked, target, work);
		break;
	}
	if (wake)
		wake_worker(target);
	return Queued::yes;
}

/* Link @work, PENDING on @target by now. That it was to go to @asked, and that it is
 * @caller who queues it, is for who observes it. */
template <Platform P>
[[nodiscard]] bool insert_queued_work(const CpuWorkqueue<P> *asked,
				      CpuWorkqueue<P> *target, Work<P> *work,
				      const void *caller) REQUIRES(target->lock)
{
	P::trace_queue_work(asked, target, work);
	observe_queued(asked, target, work, WORK_PENDING, caller);
	return insert_work(target, work);
}

/* The same as queue_work_on(), without its short cuts. */
template <Platform P>
NOINLINE Queued queue_work_slowly(CpuWorkqueue<P> *cwq, Work<P> *work,
				  const void *caller)
{
	const unsigned long old = get_wq_data(work);

	if (UNLIKELY(cwq_of<P>(old) != cwq && !names_cwq<P>(old)))
		return Queued::not_initialised;
	return queue_work_at(
		cwq, work, WORK_PENDING, caller,
		[caller](const CpuWorkqueue<P> *asked, CpuWorkqueue<P> *target,
			 Work<P> *work) NO_THREAD_SAFETY_ANALYSIS {
			return insert_queued_work(asked, target, work, caller);
		});
}

/*
 * @work was claimed for @cwq, but then its inbox was shut. So it is queued as by
 * queue_work_at(), only that it is PENDING already.
 *
 * If it may not be queued, it is let go. Another queuer may have been refused in the
 * meantime; but whoever queues on a queue that is closing has nothing to expect.
 */
template <Platform P>
NOINLINE Queued queue_claimed_work(CpuWorkqueue<P> *cwq, Work<P> *work,
				   const void *caller) NO_THREAD_SAFETY_ANALYSIS
{
	CpuWorkqueue<P> *target = cwq;
	bool wake;

	for (;;) {
		QueueGuard<P> guard(target, cwq);
		Queued admitted = admit(target, work);

		if (admitted != Queued::yes) {
			P::debug_deactivate(work);
			set_wq_data(work, cwq, 0);
			return admitted;
		}
		if (must_redirect(target, work)) {
			target = fallback(target);
			continue;
		}
		count_redirect(cwq, target, target);
		move_wq_data(work, target, WORK_PENDING);
		wake = insert_queued_work(cwq, target, work, caller);
		break;
	}
	if (wake)
		wake_worker(target);
	return Queued::yes;
}

/*
 * Claim @work and put it into the inbox of @cwq. Interrupts are off from before the
 * claim until the work is in the inbox: a cancel that finds the work in between waits
 * for that, see is_on_its_way(). Only the first of the results is complete, the others
 * are end_push()'s to deal with.
 */
template <Platform P>
ALWAYS_INLINE Pushed push_work(CpuWorkqueue<P> *cwq, Work<P> *work)
{
	const unsigned long old = get_wq_data(work);
	typename Inbox<P>::Seen seen = cwq->inbox.look();

	if (UNLIKELY(seen.is_shut()))
		return Pushed::no;
	if (LIKELY(old == wq_data(cwq, 0))) {
		if (UNLIKELY(!claim(work, old, cwq, WORK_PENDING)))
			return Pushed::no;
	} else {
		if (old || !claim(work, 0, cwq, WORK_PENDING))
			return Pushed::no;
		if (UNLIKELY(!list_empty(&work->entry)))
			return Pushed::claimed;
	}
	P::debug_activate(work);
	return cwq->inbox.push(&work->entry, seen);
}

/*
 * What is left to do after push_work(): restore the interrupts to @flags, wake the
 * worker, or queue @work another way.
 */
template <Platform P>
Queued end_push(Pushed pushed, CpuWorkqueue<P> *cwq, Work<P> *work,
		const void *caller, unsigned long flags)
{
	Queued queued = Queued::yes;

	if (UNLIKELY(pushed == Pushed::shut))
		queued = queue_claimed_work(cwq, work, caller);
	if (UNLIKELY(pushed == Pushed::claimed))
		take_back_claim(work);
	P::interrupts_restore(flags);
	if (pushed == Pushed::no || UNLIKELY(pushed == Pushed::claimed))
		return queue_work_slowly(cwq, work, caller);
	if (pushed == Pushed::yes_wake)
		wake_worker(cwq);
	return queued;
}

/*
 * Is @work on the list of @cwq, where it is to go? Then there is nothing to do:
 * the first of the usual cases, and the cheapest.
 */
template <Platform P>
bool refuse_here(const CpuWorkqueue<P> *cwq, Work<P> *work)
{
	const unsigned long old = wq_data(cwq, WORK_PENDING);

	return work->data.load(Order::relaxed) == old && refuse(work, old);
}

/*
 * The other usual cases spare what the rest needs: @work is idle and was on @cwq
 * the last time, or on none ever, and @cwq is open. Then there is nowhere else to
 * look, and no lock to take.
 *
 * The kernel's instance has the same steps in core.cc, where a function in C disables
 * the interrupts without being called and returned from.
 */
template <Platform P>
Queued queue_work_on(CpuWorkqueue<P> *cwq, Work<P> *work,
		     const void *caller = nullptr)
{
	const unsigned long flags = P::interrupts_off();
	const Pushed pushed = push_work(cwq, work);

	return end_push(pushed, cwq, work, caller, flags);
}

} // namespace cwq

#endif // CWQ_QUEUE_HPP
