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
		if (UNLIKELY(second_))
			second_->lock.lock_nested();
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
	return UNLIKELY(cwq->state.get() & STATE_OFFLINE) &&
	       cwq->current_work.get() != work;
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
	return last && last != cwq && last->current_work.get() == work;
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

/* Let @work go from idle, as @old says it is, to @flags on @cwq. Under the lock
 * of the cwq that @old names. */
template <Platform P>
bool claim_known(Work<P> *work, unsigned long old, CpuWorkqueue<P> *cwq,
		 unsigned long flags)
{
	if (work->data.load(Order::relaxed) != old)
		return false;
	set_wq_data(work, cwq, flags);
	return true;
}

/*
 * The same under the locks of a QueueGuard; only the first time, when @old names
 * none, they do not keep other queuers out.
 */
template <Platform P>
bool claim(Work<P> *work, unsigned long old, CpuWorkqueue<P> *cwq,
	   unsigned long flags)
{
	if (UNLIKELY(!old))
		return work->data.compare_exchange(old, wq_data(cwq, flags),
						   Order::acq_rel);
	return claim_known(work, old, cwq, flags);
}

/* Is @work, which was just claimed for the first time, anything but zeros? If not,
 * the claim is taken back. */
template <Platform P>
bool is_initialised(Work<P> *work)
{
	if (LIKELY(list_empty(&work->entry)))
		return true;
	work->data.store(0, Order::relaxed);
	return false;
}

/*
 * Queue @work on @cwq or where it has to go instead. @flags is the state it
 * gets, @link(cwq, target, work) links it, under the lock, and says whether to
 * wake the worker.
 */
template <Platform P, class Link>
ALWAYS_INLINE Queued queue_work_at(CpuWorkqueue<P> *cwq, Work<P> *work,
				   unsigned long flags, Link link)
	NO_THREAD_SAFETY_ANALYSIS
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
		if (UNLIKELY(!old && !is_initialised(work)))
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

/* The same as queue_work_on(), without its short cuts. @caller is who queues it,
 * to be told to who observes it. */
template <Platform P>
NOINLINE Queued queue_work_slowly(CpuWorkqueue<P> *cwq, Work<P> *work,
				  const void *caller)
{
	const unsigned long old = get_wq_data(work);

	if (UNLIKELY(cwq_of<P>(old) != cwq && !names_cwq<P>(old)))
		return Queued::not_initialised;
	return queue_work_at(cwq, work, WORK_PENDING,
			     [caller](const CpuWorkqueue<P> *asked,
				      CpuWorkqueue<P> *target,
				      Work<P> *work) NO_THREAD_SAFETY_ANALYSIS {
				     P::trace_queue_work(asked, target, work);
				     observe_queued(asked, target, work,
						    WORK_PENDING, caller);
				     return insert_work(target, work);
			     });
}

/* Queue @work on @cwq, if nothing is in the way. @claim() says so of the work,
 * under the lock. */
template <Platform P, class Claim>
ALWAYS_INLINE bool queue_work_here(CpuWorkqueue<P> *cwq, Work<P> *work,
				   Claim claim)
{
	bool wake;

	{
		Guard<P> guard(cwq->lock);

		if (UNLIKELY(cwq->state.get()) || UNLIKELY(!claim()))
			return false;
		P::debug_activate(work);
		wake = insert_work(cwq, work);
	}
	if (wake)
		wake_worker(cwq);
	return true;
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
 * the last time, or on none ever, so there is one lock to take and nowhere else
 * to look.
 */
template <Platform P>
ALWAYS_INLINE Queued queue_work_on(CpuWorkqueue<P> *cwq, Work<P> *work,
				   const void *caller = nullptr)
{
	const unsigned long old = get_wq_data(work);

	if (LIKELY(old == wq_data(cwq, 0))) {
		if (LIKELY(queue_work_here(cwq, work, [=] {
			    return claim_known(work, old, cwq, WORK_PENDING);
		    })))
			return Queued::yes;
	} else if (!old) {
		if (LIKELY(queue_work_here(cwq, work, [=] {
			    return claim(work, 0, cwq, WORK_PENDING) &&
				   is_initialised(work);
		    })))
			return Queued::yes;
	}
	return queue_work_slowly(cwq, work, caller);
}

} // namespace cwq

#endif // CWQ_QUEUE_HPP
