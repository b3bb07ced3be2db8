// SPDX-License-Identifier: GPL-2.0
/* The life of a worker: working off the list of its cwq, and sleeping. */
#ifndef CWQ_WORKER_HPP
#define CWQ_WORKER_HPP

#include "barrier.hpp"
#include "observe.hpp"

namespace cwq {

/*
 * The worker that calls this shall freeze, and runs a function. It freezes when that
 * is done: while a work counts as running, a cancel in somebody's suspend callback
 * waits for it.
 */
template <Platform P>
void freeze_after_run(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	cwq->after_run.set(cwq->after_run.get() | AFTER_RUN_FREEZE);
}

template <Platform P>
NOINLINE void finish_run(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	unsigned char after_run = cwq->after_run.get();

	cwq->after_run.set(0);
	if (after_run & AFTER_RUN_LEFT)
		end_of_left_work(cwq);
	if (after_run & AFTER_RUN_OBSERVED)
		observe_end(cwq);
	if (after_run & AFTER_RUN_FREEZE) {
		cwq->lock.unlock_irq();
		P::freeze();
		cwq->lock.lock_irq();
	}
}

/* @work, which was pending with @data, has no function any more. */
template <Platform P>
NOINLINE void drop_work(CpuWorkqueue<P> *cwq, Work<P> *work, unsigned long data)
	REQUIRES(cwq->lock)
{
	const char *name = cwq->wq.get()->name;

	P::debug_deactivate(work);
	P::trace_cancel(cwq, work);
	observe_cancelled(cwq, work, data);
	one_less(cwq);
	cwq->head_since.set(P::now());
	cwq->cancelled.set(cwq->cancelled.get() + 1);
	cwq->lock.unlock_irq();
	P::log_lost_func(name);
	cwq->lock.lock_irq();
}

/* Is there nothing to run? Then the worker is asleep, as who queues sees it. If
 * something comes at this moment, it is not, and wait_for_work() sees that. */
template <Platform P>
ALWAYS_INLINE bool falls_asleep(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	if (!list_empty(&cwq->worklist) || collect(cwq))
		return false;
	cwq->inbox.fall_asleep(is_shut(cwq));
	return true;
}

/*
 * Work off the list. Called by the worker, in process context.
 *
 * move_wq_data() takes PENDING off and in the same step acquires what refused
 * queuers have released, so the function sees everything that was stored before
 * a call that found the work pending.
 */
template <Platform P>
void run_workqueue(CpuWorkqueue<P> *cwq)
{
	cwq->lock.lock_irq();
	while (!falls_asleep(cwq)) {
		Work<P> *work = work_of(cwq->worklist.next.get());
		typename P::Func func = work->func.get();

		list_del(&work->entry);
		if (func) /* it is no barrier */
			P::debug_deactivate(work);

		/* From here on it can be queued again. */
		unsigned long data = move_wq_data(work, cwq, 0);

		if (UNLIKELY(!func)) {
			if (data & WORK_BARRIER)
				pass_barrier(cwq, work);
			else
				drop_work(cwq, work, data);
			continue;
		}
		if (UNLIKELY(data & WORK_OBSERVED))
			observe_start(cwq, work, func);
		one_less(cwq);
		cwq->current_work.set(work);
		cwq->current_func.set(func);
		cwq->started.set(P::now());
		cwq->lock.unlock_irq();

		/* From here on the work belongs to its function: it may be
		 * gone. */
		P::run(func, work);

		cwq->lock.lock_irq();
		cwq->current_work.set(nullptr);
		cwq->executed.set(cwq->executed.get() + 1);
		if (UNLIKELY(cwq->after_run.get()))
			finish_run(cwq);
	}
	cwq->lock.unlock_irq();
}

/* Is the thread of @cwq to end now, having nothing to do? Then it has ended for
 * everybody else: nothing is put on the list of an offline CPU. */
template <Platform P>
NOINLINE bool retires(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	if (!(cwq->state.get() & STATE_RETIRING) || !falls_asleep(cwq))
		return false;
	cwq->pid.set(0);
	return true;
}

/*
 * Sleep until there is something to run; false if the thread is to end instead. Who
 * tells it to retire has shut the inbox, and who stops it puts nothing on the list any
 * more: both come after what is there.
 */
template <Platform P>
bool wait_for_work(CpuWorkqueue<P> *cwq)
{
	bool work = false;

	cwq->more_work.wait([cwq, &work] {
		typename Inbox<P>::Seen seen = cwq->inbox.look();

		/* Since it fell asleep something has come. */
		work = !seen.is_asleep();
		return work || P::thread_should_stop() ||
		       (UNLIKELY(seen.is_shut()) && retires(cwq));
	});
	return work;
}

/* The life of a worker. It ends with an empty list. */
template <Platform P>
void worker_thread(CpuWorkqueue<P> *cwq)
{
	if (is_freezeable(cwq))
		P::set_freezable();
	while (wait_for_work(cwq))
		run_workqueue(cwq);
}

} // namespace cwq

#endif // CWQ_WORKER_HPP
