// SPDX-License-Identifier: GPL-2.0
/* How queues come and go, and their threads with them. */
#ifndef CWQ_LIFECYCLE_HPP
#define CWQ_LIFECYCLE_HPP

#include "cancel.hpp"

namespace cwq {

/* From 1 to NAME_LEN - 1 characters? */
inline bool valid_name(const char *name)
{
	int len = 0;

	if (!name)
		return false;
	while (len < NAME_LEN && name[len])
		len++;
	return len > 0 && len < NAME_LEN;
}

/* Give @cwq a thread. It goes to its CPU when the CPU takes work. */
template <Platform P>
bool start_thread(const Workqueue<P> *wq, CpuWorkqueue<P> *cwq)
{
	typename P::Thread *thread = P::thread_create(cwq, wq->name, cwq->cpu);

	if (!thread)
		return false;

	Guard<P> guard(cwq->lock);

	cwq->thread.set(thread);
	cwq->pid.set(P::thread_pid(thread));
	return true;
}

template <Platform P>
void stop_thread(CpuWorkqueue<P> *cwq)
{
	typename P::Thread *thread;

	{
		Guard<P> guard(cwq->lock);

		thread = cwq->thread.get();
	}
	if (thread)
		P::thread_stop(thread);
}

template <Platform P>
void set_state(CpuWorkqueue<P> *cwq, CwqState state)
{
	Guard<P> guard(cwq->lock);

	cwq->state.set(state);
}

/* A cwq from the pool becomes one of @wq. */
template <Platform P>
void adopt_cwq(Workqueue<P> *wq, CpuWorkqueue<P> *cwq, CwqState state)
{
	Guard<P> guard(cwq->lock);

	cwq->wq.set(wq);
	cwq->state.set(state);
	cwq->asleep.set(false);
	cwq->left.set(false);
	cwq->thread.set(nullptr);
	cwq->pid.set(0);
	cwq->accepted.set(0);
	cwq->executed.set(0);
	cwq->cancelled.set(0);
	cwq->redirected.set(0);
}

/* Stop what runs of @wq and free it; nothing is pending. */
template <Platform P>
void free_workqueue(Registry<P> *registry, Workqueue<P> *wq)
	REQUIRES(registry->mutex) NO_THREAD_SAFETY_ANALYSIS
{
	for (int i = 0; i < nr_cwqs(wq); i++)
		if (wq->cwq[i])
			registry->pool.put(wq->cwq[i]);
	P::free(wq->spare);
	P::free(wq);
}

template <Platform P>
bool populate_workqueue(Registry<P> *registry, Workqueue<P> *wq)
	REQUIRES(registry->mutex) NO_THREAD_SAFETY_ANALYSIS
{
	wq->spare_lock.init();
	/* SAFETY: plain memory; insert_wq_barrier() initialises it. */
	wq->spare = static_cast<WqBarrier<P> *>(
		P::alloc(sizeof(WqBarrier<P>) * nr_cwqs(wq)));
	if (!wq->spare)
		return false;

	for (int i = 0; i < nr_cwqs(wq); i++) {
		int cpu = wq->singlethread ? -1 : i;
		bool up = wq->singlethread || P::cpu_online(i);
		CpuWorkqueue<P> *cwq = registry->pool.get(cpu);

		if (!cwq)
			return false;
		wq->cwq[i] = cwq;
		adopt_cwq(wq, cwq, up ? CwqState::open : CwqState::offline);
		if (up && !wq->fallback.load(Order::relaxed))
			wq->fallback.store(cwq, Order::release);
		if (up && !start_thread(wq, cwq))
			return false;
	}
	for (int i = nr_cwqs(wq); i < P::nr_cpus(); i++)
		wq->cwq[i] = wq->cwq[0];
	return true;
}

/* While it lives, no CPU comes or goes. Outside the registry's mutex. */
template <Platform P>
struct CpusGuard {
	CpusGuard()
	{
		P::cpus_lock();
	}
	~CpusGuard()
	{
		P::cpus_unlock();
	}
	CpusGuard(const CpusGuard &) = delete;
	CpusGuard &operator=(const CpusGuard &) = delete;
};

/* Make a queue; nullptr if there is no memory or no thread. */
template <Platform P>
Workqueue<P> *create_workqueue(Registry<P> *registry, const char *name,
			       bool singlethread) NO_THREAD_SAFETY_ANALYSIS
{
	/* SAFETY: zeroed memory, filled in below. */
	auto *wq = static_cast<Workqueue<P> *>(
		P::alloc(sizeof(Workqueue<P>) +
			 sizeof(CpuWorkqueue<P> *) * P::nr_cpus()));

	if (!wq)
		return nullptr;
	wq->registry = registry;
	wq->singlethread = singlethread;
	for (int i = 0; name[i]; i++)
		wq->name[i] = name[i];

	CpusGuard<P> cpus;
	MutexGuard<P> guard(registry->mutex);

	wq->instance = free_instance(registry, name);
	if (!populate_workqueue(registry, wq)) {
		for (int i = 0; i < nr_cwqs(wq); i++)
			if (wq->cwq[i])
				stop_thread(wq->cwq[i]);
		free_workqueue(registry, wq);
		return nullptr;
	}
	list_add_tail(&wq->link, &registry->workqueues);
	return wq;
}

/*
 * Refuse new work, cancel armed timers, run what is queued, stop the threads.
 * Returns false, and does nothing, if called by a thread of @wq itself.
 */
template <Platform P>
bool destroy_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	for (int i = 0; i < nr_cwqs(wq); i++) {
		Guard<P> guard(wq->cwq[i]->lock);

		if (wq->cwq[i]->thread.get() == P::current_thread())
			return false;
	}

	{
		/* Keeps cpu_online() from starting threads from here on. */
		MutexGuard<P> guard(registry->mutex);

		for (int i = 0; i < nr_cwqs(wq); i++)
			set_state(wq->cwq[i], CwqState::closed);
	}

	for (int i = 0; i < nr_cwqs(wq); i++) {
		typename P::Func func;

		while (cancel_first_delayed(wq->cwq[i], &func))
			P::log_cancelled(wq->name, func);
	}

	/* A thread that is stopped before it has come to run never does. So
	 * wait for what is queued, rather than leave it to the last look. */
	flush_workqueue(wq);
	for (int i = 0; i < nr_cwqs(wq); i++)
		stop_thread(wq->cwq[i]);

	MutexGuard<P> guard(registry->mutex);

	list_del_init(&wq->link);
	free_workqueue(registry, wq);
	return true;
}

} // namespace cwq

#endif // CWQ_LIFECYCLE_HPP
