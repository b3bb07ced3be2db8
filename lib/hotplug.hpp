// SPDX-License-Identifier: GPL-2.0
/* How CPUs come and go. */
#ifndef CWQ_HOTPLUG_HPP
#define CWQ_HOTPLUG_HPP

#include "lifecycle.hpp"

namespace cwq {

/* Has @wq a cwq for @cpu of its own that is not closed? */
template <Platform P>
bool follows_cpu(const Workqueue<P> *wq, int cpu)
{
	if (wq->singlethread)
		return false;

	Guard<P> guard(wq->cwq[cpu]->lock);

	return wq->cwq[cpu]->state.get() != CwqState::closed;
}

template <Platform P>
bool has_thread(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	return cwq->thread.get() != nullptr;
}

template <Platform P>
void open_cwq(CpuWorkqueue<P> *cwq)
{
	typename P::Thread *thread;

	{
		Guard<P> guard(cwq->lock);

		thread = cwq->thread.get();
	}
	P::thread_rebind(thread, cwq->cpu);
	set_state(cwq, CwqState::open);
}

/*
 * @cpu has come: it gets its threads, all or none, and takes work. False if a
 * thread could not be made; nothing takes work on @cpu then.
 */
template <Platform P>
bool cpu_online(Registry<P> *registry, int cpu)
{
	MutexGuard<P> guard(registry->mutex);
	bool ok = true;

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (follows_cpu(wq, cpu) && !has_thread(wq->cwq[cpu]))
			ok = start_thread(wq, wq->cwq[cpu]);
		return ok;
	});
	if (!ok)
		return false;

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (follows_cpu(wq, cpu))
			open_cwq(wq->cwq[cpu]);
		return true;
	});
	return true;
}

/* An open cwq of @wq other than that of @cpu. One CPU is always left. */
template <Platform P>
CpuWorkqueue<P> *open_beside(Workqueue<P> *wq, int cpu)
{
	for (int i = 0; i < nr_cwqs(wq); i++) {
		Guard<P> guard(wq->cwq[i]->lock);

		if (i != cpu && wq->cwq[i]->state.get() == CwqState::open)
			return wq->cwq[i];
	}
	return nullptr;
}

/*
 * @cpu is about to go: new work goes elsewhere. What is queued on it is run by
 * its threads, which the scheduler lets run elsewhere; they sleep until the CPU
 * comes back or the queue is destroyed.
 */
template <Platform P>
void cpu_offline(Registry<P> *registry, int cpu)
{
	MutexGuard<P> guard(registry->mutex);

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (!follows_cpu(wq, cpu))
			return true;
		/* Pairs with the acquire in fallback(). Before the state, so
		 * that who finds it offline finds another CPU. */
		wq->fallback.store(open_beside(wq, cpu), Order::release);
		set_state(wq->cwq[cpu], CwqState::offline);
		return true;
	});
}

} // namespace cwq

#endif // CWQ_HOTPLUG_HPP
