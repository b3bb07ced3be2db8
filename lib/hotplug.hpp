// SPDX-License-Identifier: GPL-2.0
/*
 * How CPUs come and go, and threads with them.
 *
 * Nothing here waits for a work: works may wait for the CPU hotplug lock, which
 * the caller holds. So a thread is not stopped when its CPU goes, but told to end
 * when it has worked off its list, elsewhere, for which the scheduler sees. It is
 * reaped when the CPU comes back, or with its queue.
 */
#ifndef CWQ_HOTPLUG_HPP
#define CWQ_HOTPLUG_HPP

#include "lifecycle.hpp"

namespace cwq {

/* Is the thread of @cwq still at work? Then it stays. */
template <Platform P>
bool keep_thread(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	if (!cwq->pid.get())
		return false;
	change_state(cwq, 0, STATE_RETIRING);
	return true;
}

/* The thread of @cwq has ended, or was never started: be done with it. */
template <Platform P>
void reap_thread(CpuWorkqueue<P> *cwq)
{
	stop_thread(cwq);

	Guard<P> guard(cwq->lock);

	cwq->pid.set(0);
}

/* The next thread of @cwq gets the priority that the one before had last, whoever gave
 * it that. 0, or an errno. */
template <Platform P>
int prepare_thread(const Workqueue<P> *wq, CpuWorkqueue<P> *cwq)
{
	int error;

	if (keep_thread(cwq))
		return 0;

	typename P::Thread *ended = take_thread(cwq);

	if (create_thread(wq, cwq, &error)) {
		if (ended) {
			P::thread_inherit(get_thread(cwq), ended);
			P::thread_stop(ended);
		}
		return 0;
	}
	P::log_no_thread(wq->name, cwq->cpu, error);

	Guard<P> guard(cwq->lock);

	cwq->thread.set(ended);
	return error;
}

/* @cwq is offline: tell its thread to end when it has nothing to do. */
template <Platform P>
void retire_thread(CpuWorkqueue<P> *cwq)
{
	set_state(cwq, STATE_OFFLINE | STATE_RETIRING, 0);
	wake_worker(cwq);
}

/* Undo prepare_thread(). */
template <Platform P>
void abandon_thread(CpuWorkqueue<P> *cwq)
{
	bool kept;

	{
		Guard<P> guard(cwq->lock);

		kept = !(cwq->state.get() & STATE_RETIRING);
	}
	if (kept)
		retire_thread(cwq);
	else
		reap_thread(cwq);
}

template <Platform P>
void open_cwq(CpuWorkqueue<P> *cwq)
{
	typename P::Thread *thread = get_thread(cwq);

	P::thread_rebind(thread, cwq->cpu);
	set_state(cwq, 0, STATE_OFFLINE | STATE_RETIRING);
	P::thread_start(thread);
}

template <Platform P>
bool is_open(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	return !(cwq->state.get() & STATE_OFFLINE);
}

/* Has @wq a thread for @cpu when that is online? */
template <Platform P>
bool uses_cpu(const Workqueue<P> *wq, int cpu)
{
	return !wq->singlethread && !wq->cwq[cpu]->kept_off;
}

/* @cpu has come, one that @wq uses: what stays open on one that is offline, because
 * there was no such CPU, need no longer. */
template <Platform P>
void retire_strays(Registry<P> *registry, Workqueue<P> *wq, int cpu)
{
	MutexGuard<P> guard(registry->mutex);

	for (int i = 0; i < nr_cwqs(wq); i++)
		if (i != cpu && !P::cpu_online(i) && is_open(wq->cwq[i])) {
			/* Pairs with the acquire in fallback(); as in
			 * cpu_offline(). */
			wq->fallback.store(wq->cwq[cpu], Order::release);
			retire_thread(wq->cwq[i]);
		}
}

/*
 * @cpu has come: it gets its threads, all or none, and takes work. False if a
 * thread could not be made; nothing has changed then.
 */
template <Platform P>
bool cpu_online(Registry<P> *registry, int cpu) NO_THREAD_SAFETY_ANALYSIS
{
	MutexGuard<P> guard(registry->changes);
	const Workqueue<P> *failed = nullptr;

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (uses_cpu(wq, cpu) && prepare_thread(wq, wq->cwq[cpu]))
			failed = wq;
		return !failed;
	});
	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		if (wq == failed)
			return false;
		if (!uses_cpu(wq, cpu))
			return true;
		if (failed) {
			abandon_thread(wq->cwq[cpu]);
			return true;
		}
		open_cwq(wq->cwq[cpu]);
		if (wq->keeps_off)
			retire_strays(registry, wq, cpu);
		return true;
	});
	return !failed;
}

/* An open cwq of @wq other than that of @cpu; nullptr if @wq keeps off all the others
 * that are online. */
template <Platform P>
CpuWorkqueue<P> *open_beside(Workqueue<P> *wq, int cpu)
{
	for (int i = 0; i < nr_cwqs(wq); i++)
		if (i != cpu && is_open(wq->cwq[i]))
			return wq->cwq[i];
	return nullptr;
}

/* @cpu is about to go: new work goes elsewhere. */
template <Platform P>
void cpu_offline(Registry<P> *registry, int cpu)
{
	MutexGuard<P> guard(registry->mutex);

	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		CpuWorkqueue<P> *open = nullptr;

		if (!wq->singlethread)
			open = open_beside(wq, cpu);
		if (!open)
			return true;
		/* Pairs with the acquire in fallback(). Before the state, so
		 * that who finds it offline finds another CPU. */
		wq->fallback.store(open, Order::release);
		retire_thread(wq->cwq[cpu]);
		return true;
	});
}

} // namespace cwq

#endif // CWQ_HOTPLUG_HPP
