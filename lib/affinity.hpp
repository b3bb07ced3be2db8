// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPUs a queue keeps off.
 *
 * To the queue, such a CPU is as one that is offline: it has no thread there, and what
 * is queued there goes to another one. When none of those that are left is online, the
 * last of them to go stays open, and the scheduler moves its thread: see cpu_offline().
 */
#ifndef CWQ_AFFINITY_HPP
#define CWQ_AFFINITY_HPP

#include "hotplug.hpp"

namespace cwq {

/* Is @cpu one of @cpus, and online? */
template <Platform P>
bool is_to_use(const void *cpus, int cpu)
{
	return P::mask_has(cpus, cpu) && P::cpu_online(cpu);
}

/* Threads of @wq for those of @cpus that have none yet: all, or none and an errno. */
template <Platform P>
int prepare_threads(Workqueue<P> *wq, const void *cpus)
{
	for (int i = 0; i < nr_cwqs(wq); i++) {
		int error = 0;

		if (is_to_use<P>(cpus, i) && !is_open(wq->cwq[i]))
			error = prepare_thread(wq, wq->cwq[i]);
		if (!error)
			continue;
		while (i--)
			if (is_to_use<P>(cpus, i) && !is_open(wq->cwq[i]))
				abandon_thread(wq->cwq[i]);
		return error;
	}
	return 0;
}

/* @wq has its threads: use those of @cpus, and no others. */
template <Platform P>
void use_only(Registry<P> *registry, Workqueue<P> *wq, const void *cpus)
{
	MutexGuard<P> guard(registry->mutex);
	CpuWorkqueue<P> *open = nullptr;

	wq->keeps_off = false;
	for (int i = 0; i < nr_cwqs(wq); i++) {
		CpuWorkqueue<P> *cwq = wq->cwq[i];

		cwq->kept_off = !P::mask_has(cpus, i);
		wq->keeps_off |= cwq->kept_off;
		if (!is_to_use<P>(cpus, i))
			continue;
		if (!is_open(cwq))
			open_cwq(cwq);
		if (!open)
			open = cwq;
	}
	/* Pairs with the acquire in fallback(); as in cpu_offline(). */
	wq->fallback.store(open, Order::release);
	for (int i = 0; i < nr_cwqs(wq); i++)
		if (!is_to_use<P>(cpus, i) && is_open(wq->cwq[i]))
			retire_thread(wq->cwq[i]);
}

/* @wq is to use @cpus only. 0, or an errno, and then nothing has changed. */
template <Platform P>
int set_cpus(Registry<P> *registry, Workqueue<P> *wq, const void *cpus)
{
	CpusGuard<P> guard;
	MutexGuard<P> changes(registry->changes);
	bool any = false;

	for (int i = 0; i < P::nr_cpus(); i++)
		any |= is_to_use<P>(cpus, i);
	if (!any)
		return P::NO_CPU;
	if (wq->singlethread)
		return P::thread_set_cpus(get_thread(wq->cwq[0]), cpus);

	int error = prepare_threads(wq, cpus);

	if (!error)
		use_only(registry, wq, cpus);
	return error;
}

template <Platform P>
bool is_kept_off(Registry<P> *registry, const CpuWorkqueue<P> *cwq)
{
	MutexGuard<P> guard(registry->mutex);

	return cwq->kept_off;
}

} // namespace cwq

#endif // CWQ_AFFINITY_HPP
