// SPDX-License-Identifier: GPL-2.0
/*
 * A client module goes: nothing of it may stay.
 *
 * By now it should have cancelled its works and destroyed its queues; the code of
 * its functions is about to be freed. What it has forgotten is reported. Its
 * works are cancelled rather than run, since what they work on may be gone, and
 * no new ones are let in while that is done: every cwq is STATE_SCREENED, which
 * costs others the short cut of queue_work_on() for a moment.
 */
#ifndef CWQ_EVICT_HPP
#define CWQ_EVICT_HPP

#include "lifecycle.hpp"

namespace cwq {

template <Platform P>
void screen(Registry<P> *registry, Leaving<P> *leaving)
{
	MutexGuard<P> guard(registry->mutex);

	{
		Guard<P> leaving_guard(registry->leaving_lock);

		list_add_tail(&leaving->link, &registry->leaving);
	}
	for_each_cwq(registry, [](CpuWorkqueue<P> *cwq) {
		set_state(cwq, STATE_SCREENED, 0);
		return true;
	});
}

template <Platform P>
void end_screening(Registry<P> *registry, Leaving<P> *leaving)
{
	MutexGuard<P> guard(registry->mutex);

	{
		Guard<P> leaving_guard(registry->leaving_lock);

		list_del(&leaving->link);
	}
	if (any_leaving(registry))
		return;
	for_each_cwq(registry, [](CpuWorkqueue<P> *cwq) {
		set_state(cwq, 0, STATE_SCREENED);
		return true;
	});
}

/* Cancel what @module has on the lists. */
template <Platform P>
void evict_pending(Registry<P> *registry, const void *module)
	NO_THREAD_SAFETY_ANALYSIS
{
	MutexGuard<P> guard(registry->mutex);
	auto match = [module](const Work<P> *work) {
		return P::of_module(module, work, work->func.get());
	};

	for_each_cwq(
		registry, [&](CpuWorkqueue<P> *cwq) NO_THREAD_SAFETY_ANALYSIS {
			const char *name = cwq->wq.get()->name;
			typename P::Func func;

			while (cancel_first(cwq, &cwq->delayed, match, &func) ||
			       cancel_first(cwq, &cwq->worklist, match, &func))
				P::log_evicted(module, func, name, false);
			return true;
		});
}

template <Platform P>
bool runs_for(const CpuWorkqueue<P> *cwq, const void *module)
	REQUIRES(cwq->lock)
{
	const Work<P> *work = cwq->current_work.get();

	if (!work)
		return false;
	for (const OuterRun<P> *run = cwq->outer.get(); run; run = run->outer)
		if (P::of_module(module, run->work, run->func))
			return true;
	return P::of_module(module, work, cwq->current_func.get());
}

/* Tell which functions of @module run. */
template <Platform P>
void log_running(Registry<P> *registry, const void *module)
{
	MutexGuard<P> registry_guard(registry->mutex);

	for_each_cwq(registry, [module](CpuWorkqueue<P> *cwq) {
		Guard<P> guard(cwq->lock);

		if (runs_for(cwq, module))
			P::log_evicted(module, cwq->current_func.get(),
				       cwq->wq.get()->name, true);
		return true;
	});
}

/* Put @barrier behind a function of @module that runs, if there is one. */
template <Platform P>
bool insert_evict_barrier(Registry<P> *registry, const void *module,
			  WqBarrier<P> *barrier, Flusher<P> *flusher)
{
	MutexGuard<P> registry_guard(registry->mutex);
	bool inserted = false;

	for_each_cwq(registry, [&](CpuWorkqueue<P> *cwq) {
		CwqGuard<P> guard(cwq);

		if (!runs_for(cwq, module))
			return true;
		insert_only_barrier<P>(cwq, barrier, flusher, &cwq->worklist,
				       nullptr);
		inserted = true;
		return false;
	});
	return inserted;
}

template <Platform P>
void evict_running(Registry<P> *registry, const void *module)
{
	WqBarrier<P> barrier;
	Flusher<P> flusher;

	while (insert_evict_barrier(registry, module, &barrier, &flusher)) {
		Waiter<P> waiter(forever(CWQ_CALL_MODULE_EXIT));

		wait_for_barriers(registry, &flusher, &waiter);
	}
}

/* A queue of @module; nullptr if there is none left. */
template <Platform P>
Workqueue<P> *owned_workqueue(Registry<P> *registry, const void *module)
{
	MutexGuard<P> guard(registry->mutex);
	Workqueue<P> *owned = nullptr;

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (wq->owner == module)
			owned = wq;
		return !owned;
	});
	return owned;
}

/* Several modules may go at once, and a work of one may wait for another. */
template <Platform P>
void evict(Registry<P> *registry, const void *module)
{
	Leaving<P> leaving;

	leaving.module = module;
	screen(registry, &leaving);
	log_running(registry, module);
	evict_pending(registry, module);
	evict_running(registry, module);
	end_screening(registry, &leaving);

	while (Workqueue<P> *wq = owned_workqueue(registry, module)) {
		P::log_evicted_queue(module, wq->name);
		destroy_workqueue(registry, wq);
	}
}

} // namespace cwq

#endif // CWQ_EVICT_HPP
