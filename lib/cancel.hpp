// SPDX-License-Identifier: GPL-2.0
/*
 * Cancelling work.
 *
 * A cancel grabs the work: off its list, PENDING and CANCELING set. That keeps
 * queuers out, the function itself among them, until the cancel lets go.
 */
#ifndef CWQ_CANCEL_HPP
#define CWQ_CANCEL_HPP

#include "delayed_work.hpp"

namespace cwq {

/* Take @work, which @data says is on a list of @cwq, off that. Its state is @flags. */
template <Platform P>
void take_off(CpuWorkqueue<P> *cwq, Work<P> *work, unsigned long data,
	      unsigned long flags) REQUIRES(cwq->lock)
{
	if (data & WORK_DELAYED)
		unlink_delayed(cwq, work);
	else
		unlink_pending(cwq, work);
	observe_cancelled(cwq, work, data);
	P::debug_deactivate(work);
	P::trace_cancel(cwq, work);
	move_wq_data(work, cwq, flags);
}

/*
 * Become the owner of @work, which @data says is on @cwq, whatever its state.
 * Fails if another cancel owns it, or if it was idle and no longer is. On success
 * the caller calls let_go() when it has dropped the lock and waited for what it
 * wants to wait for.
 */
template <Platform P>
[[nodiscard]] bool try_to_grab_pending(CpuWorkqueue<P> *cwq, Work<P> *work,
				       unsigned long data) REQUIRES(cwq->lock)
{
	const unsigned long flags = WORK_PENDING | WORK_CANCELING;

	if (data & WORK_CANCELING)
		return false;
	if (!(data & WORK_PENDING))
		return claim(work, data, cwq, flags);
	take_off(cwq, work, data, flags);
	return true;
}

/*
 * End the ownership: the work is idle. @data is what it was grabbed with. The
 * timer function may just be on its way to find that it came too late; after
 * this the work may be freed, so wait until it is through.
 */
template <Platform P>
void let_go(CpuWorkqueue<P> *cwq, Work<P> *work, unsigned long data)
{
	if (data & WORK_DELAYED)
		P::timer_delete_sync(work);
	set_wq_data(work, cwq, 0);
	announce_move(cwq);
}

/*
 * Take @work off, which @data says is PENDING, but not on the worklist of @cwq. False if
 * another cancel has it. The lock is dropped, the interrupts are as @flags.
 */
template <Platform P>
NOINLINE bool cancel_unlisted(CpuWorkqueue<P> *cwq, Work<P> *work,
			      unsigned long data, unsigned long flags)
	NO_THREAD_SAFETY_ANALYSIS
{
	if (data & WORK_DELAYED && P::timer_take_out(work)) {
		take_off(cwq, work, data, 0);
		cwq->lock.unlock(flags);
		announce_move(cwq);
		return true;
	}

	const bool grabbed = try_to_grab_pending(cwq, work, data);

	cwq->lock.unlock(flags);
	if (grabbed)
		let_go(cwq, work, data);
	return grabbed;
}

/*
 * The same as cancel_work_sync(), when there may be something to wait for.
 *
 * If another cancel has the work, it waits for the function, and for us to see
 * what has become of the work. We wait for the function, too, rather than for
 * that cancel alone, so that a ring of waiting workers is seen whoever closes it.
 */
template <Platform P>
NOINLINE Waited cancel_and_wait(Registry<P> *registry, Work<P> *work)
{
	for (;;) {
		WorkGuard<P> at(work);
		CpuWorkqueue<P> *const cwq = at.cwq;
		const unsigned long data = at.data;

		if (!cwq)
			return { false, WaitEnd::done };
		cwq->lock.assert_held();

		const bool running = runs(cwq, work);

		/* Or no longer. */
		if (!running && !any_left_behind(registry) &&
		    !(data & WORK_PENDING))
			return { false, WaitEnd::done };

		Waiter<P> waiter(forever(CWQ_CALL_CANCEL_WORK_SYNC));
		WqBarrier<P> barrier;
		Flusher<P> flusher;
		WaitEnd end = WaitEnd::done;
		const bool grabbed = try_to_grab_pending(cwq, work, data);

		if (grabbed) {
			waiter.grabbed_from = cwq;
			waiter.grabbed = work->func.get();
		}
		if (running)
			insert_only_barrier(cwq, &barrier, &flusher,
					    behind_run(cwq, work), work);
		at.unlock();

		if (running)
			end = wait_for_barriers(registry, &flusher, &waiter);

		Waited left = flush_left_behind(registry, work, &waiter);

		if (end == WaitEnd::done)
			end = left.end;
		if (grabbed) {
			let_go(cwq, work, data);
			return { (data & WORK_PENDING) != 0, end };
		}
		if (end != WaitEnd::done)
			return { false, end };
		if (data & WORK_CANCELING)
			wait_for_cancel(registry, cwq, work, data, &waiter);
	}
}

/*
 * Take @work off wherever it is, wait for its function if that runs, and keep
 * it from being queued in the meantime. True if it was pending.
 *
 * As a rule there is nothing to wait for, and no meantime if it is on the worklist or
 * its timer is armed and not firing.
 */
template <Platform P>
Waited cancel_work_sync(Registry<P> *registry, Work<P> *work)
{
	touch_work_map(work);
	{
		WorkGuard<P> at(work);
		CpuWorkqueue<P> *const cwq = at.cwq;
		const unsigned long data = at.data;

		if (!cwq)
			return { false, WaitEnd::done };
		cwq->lock.assert_held();
		/* A run around another one counts as left behind. */
		if (LIKELY(!runs_last(cwq, work)) &&
		    !any_left_behind(registry)) {
			if (!(data & WORK_PENDING))
				return { false, WaitEnd::done };
			if (is_listed(data)) {
				take_off(cwq, work, data, 0);
				return { true, WaitEnd::done };
			}
			if (cancel_unlisted(cwq, work, data, at.hand_over()))
				return { true, WaitEnd::done };
		}
	}
	return cancel_and_wait(registry, work);
}

/*
 * Take @work off wherever it is, wait for nothing. False if there was nothing
 * to take, or another cancel has it.
 */
template <Platform P>
bool cancel_work(Work<P> *work)
{
	WorkGuard<P> at(work);
	CpuWorkqueue<P> *const cwq = at.cwq;
	const unsigned long data = at.data;

	if (!(data & WORK_PENDING))
		return false;
	cwq->lock.assert_held();
	if (is_listed(data)) {
		take_off(cwq, work, data, 0);
		return true;
	}
	return cancel_unlisted(cwq, work, data, at.hand_over());
}

/*
 * Take the first work that @match(work) off one of the lists of @cwq, which
 * takes no such work any more, and tell its function; false if there is none.
 */
template <Platform P, class Match>
bool cancel_first(CpuWorkqueue<P> *cwq, ListNode<P> *list, Match match,
		  typename P::Func *func)
{
	Work<P> *work;
	unsigned long data;

	{
		CwqGuard<P> guard(cwq);
		ListNode<P> *entry = list;

		for (;;) {
			entry = next_on(cwq, list, entry);
			if (entry == list)
				return false;
			work = work_of(entry);
			data = work->data.load(Order::relaxed);
			if (!(data & WORK_BARRIER) && match(work))
				break;
		}
		*func = work->func.get();
		if (!try_to_grab_pending(cwq, work, data))
			return false;
	}
	let_go(cwq, work, data);
	return true;
}

} // namespace cwq

#endif // CWQ_CANCEL_HPP
