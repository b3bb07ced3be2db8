// SPDX-License-Identifier: GPL-2.0
/* How queues come and go, and their threads with them. */
#ifndef CWQ_LIFECYCLE_HPP
#define CWQ_LIFECYCLE_HPP

#include "cancel.hpp"
#include "drain.hpp"

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

/* Give @cwq a thread, which P::thread_start() starts. If there is none, why: an
 * errno. */
template <Platform P>
bool create_thread(const Workqueue<P> *wq, CpuWorkqueue<P> *cwq, int *error)
{
	typename P::Thread *thread =
		P::thread_create(cwq, wq->name, cwq->cpu, wq->rt, error);

	if (!thread)
		return false;

	Guard<P> guard(cwq->lock);

	cwq->thread.set(thread);
	cwq->pid.set(P::thread_pid(thread));
	return true;
}

template <Platform P>
typename P::Thread *get_thread(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	return cwq->thread.get();
}

/* Who looks at the thread under the lock finds it alive. */
template <Platform P>
typename P::Thread *take_thread(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);
	typename P::Thread *thread = cwq->thread.get();

	cwq->thread.set(nullptr);
	return thread;
}

template <Platform P>
void stop_thread(CpuWorkqueue<P> *cwq)
{
	typename P::Thread *thread = take_thread(cwq);

	if (thread)
		P::thread_stop(thread);
}

/* A cwq from the pool becomes one of @wq. */
template <Platform P>
void adopt_cwq(Workqueue<P> *wq, CpuWorkqueue<P> *cwq, unsigned char state)
{
	Guard<P> guard(cwq->lock);

	cwq->wq.set(wq);
	cwq->kept_off = false;
	cwq->after_run.set(0);
	cwq->thread.set(nullptr);
	cwq->pid.set(0);
	cwq->accepted.set(0);
	cwq->executed.set(0);
	cwq->cancelled.set(0);
	cwq->redirected.set(0);
	cwq->nr_lost.set(0);
	cwq->behind_first.set(-1ul);
	cwq->pending_max.set(0);
	cwq->mark.set(0);
	cwq->stalls.set(0);
	cwq->stalled_at.set(-1ul);
	change_state(cwq, state, ~state);
}

/* The same the other way round: nothing is pending, nobody works or looks. */
template <Platform P>
void abandon_cwq(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	cwq->wq.set(nullptr);
}

/* Stop the threads of @wq. May it be freed? Not if a timer may fire that knows it,
 * since its work was freed while it was armed. */
template <Platform P>
bool stop_threads(Workqueue<P> *wq)
{
	bool known = false;

	for (int i = 0; i < nr_cwqs(wq); i++)
		if (wq->cwq[i]) {
			stop_thread(wq->cwq[i]);
			detach_observer(wq->cwq[i]);
			known |= has_lost_delayed(wq->cwq[i]);
		}
	return !known;
}

/* Stop the threads of @wq and free it; nothing is pending, and it is on no list. */
template <Platform P>
void free_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	if (!stop_threads(wq))
		return;
	for (int i = 0; i < nr_cwqs(wq); i++)
		if (wq->cwq[i]) {
			abandon_cwq(wq->cwq[i]);

			MutexGuard<P> guard(registry->mutex);

			registry->pool.put(wq->cwq[i]);
		}
	wq->map.exit();
	P::free(wq);
}

/* Why a queue was not made. */
struct Failure {
	int cpu = -1; /* for which something was missing; -1: for none */
	int error = 0; /* an errno */
};

template <Platform P>
CpuWorkqueue<P> *get_cwq(Registry<P> *registry, int cpu)
{
	{
		MutexGuard<P> guard(registry->mutex);

		if (CpuWorkqueue<P> *cwq = registry->pool.take(cpu))
			return cwq;
	}
	return CwqPool<P>::make(cpu);
}

/* Give @wq its cwqs and threads, while nobody else knows of it, and no CPU comes or
 * goes. */
template <Platform P>
bool populate_workqueue(Registry<P> *registry, Workqueue<P> *wq,
			Failure *failure)
{
	for (int i = 0; i < nr_cwqs(wq); i++) {
		int cpu = wq->singlethread ? -1 : i;
		bool up = wq->singlethread || P::cpu_online(i);
		CpuWorkqueue<P> *cwq = get_cwq(registry, cpu);

		*failure = { cpu, P::NO_MEMORY };
		if (!cwq)
			return false;
		wq->cwq[i] = cwq;
		adopt_cwq(wq, cwq, up ? 0 : STATE_OFFLINE | STATE_RETIRING);
		if (up && !wq->fallback.load(Order::relaxed))
			wq->fallback.store(cwq, Order::release);
		if (up && !create_thread(wq, cwq, &failure->error))
			return false;
		if (up)
			P::thread_start(get_thread(cwq));
	}
	for (int i = nr_cwqs(wq); i < P::nr_cpus(); i++)
		wq->cwq[i] = wq->cwq[0];
	return true;
}

/* Put @wq where others find it. */
template <Platform P>
void publish_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	MutexGuard<P> changes(registry->changes);
	unsigned int observing = registry->observing.load(Order::relaxed);

	/* If there is no memory, it is not observed: the table says so. */
	for (int i = 0; observing && i < nr_cwqs(wq); i++)
		if (attach_observer(wq->cwq[i]))
			set_wanted(wq->cwq[i], observing);

	MutexGuard<P> guard(registry->mutex);

	if (any_leaving(registry))
		set_states(wq, STATE_SCREENED, 0);
	wq->id = registry->next_id++;
	wq->instance = free_instance(registry, wq->name);
	list_add_tail(&wq->link, &registry->workqueues);
}

template <Platform P>
void unpublish_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	MutexGuard<P> changes(registry->changes);
	MutexGuard<P> guard(registry->mutex);

	list_del(&wq->link);
}

/* While it lives, no CPU comes or goes. Outside the registry's mutexes. */
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

/* What kind of queue to make, and whose. */
struct WorkqueueKind {
	bool singlethread;
	bool freezeable;
	bool rt;
	const void *owner;
};

template <Platform P>
Workqueue<P> *make_workqueue(Registry<P> *registry, const char *name,
			     const WorkqueueKind &kind, Failure *failure)
	NO_THREAD_SAFETY_ANALYSIS
{
	auto *wq = P::template make<Workqueue<P>>(1, sizeof(CpuWorkqueue<P> *) *
							     P::nr_cpus());

	if (!wq) {
		failure->error = P::NO_MEMORY;
		return nullptr;
	}
	wq->registry = registry;
	wq->singlethread = kind.singlethread;
	wq->freezeable = kind.freezeable;
	wq->rt = kind.rt;
	wq->owner = kind.owner;
	for (int i = 0; name[i]; i++)
		wq->name[i] = name[i];
	wq->map.init(wq->name);

	CpusGuard<P> cpus;

	if (!populate_workqueue(registry, wq, failure)) {
		free_workqueue(registry, wq);
		return nullptr;
	}
	publish_workqueue(registry, wq);
	P::trace_create(wq->name);
	return wq;
}

/* Make a queue; nullptr if there is no memory or no thread, as @failure says. */
template <Platform P>
Workqueue<P> *create_workqueue(Registry<P> *registry, const char *name,
			       const WorkqueueKind &kind, Failure *failure)
{
	Workqueue<P> *wq = make_workqueue(registry, name, kind, failure);

	/* Its directory shows nothing of the registry's, but whoever reads
	 * there may wait for the registry. */
	if (wq)
		wq->directory = P::directory_create(wq, nr_cwqs(wq));
	return wq;
}

/* Cancel the works of @cwq, which is closed, that wait for their timers. */
template <Platform P>
void cancel_all_delayed(CpuWorkqueue<P> *cwq) NO_THREAD_SAFETY_ANALYSIS
{
	typename P::Func func;
	auto any = [](const Work<P> *) {
		return true;
	};

	while (cancel_first(cwq, &cwq->delayed, any, &func))
		P::log_cancelled(cwq->wq.get()->name, func);
}

/*
 * Refuse new work, cancel armed timers, run what is queued, stop the threads.
 * Returns false, and leaves the queue open, if it would wait for the work that
 * calls it. Until it is certain that it does not, the queue follows the CPUs that
 * come and go.
 */
template <Platform P>
bool destroy_workqueue(Registry<P> *registry, Workqueue<P> *wq)
{
	if (within_workqueue(wq))
		return false;

	set_states(wq, STATE_CLOSED, 0);
	for (int i = 0; i < nr_cwqs(wq); i++)
		cancel_all_delayed(wq->cwq[i]);

	/* A thread that is stopped before it has come to run never does. So
	 * wait for what is queued, rather than leave it to the thread. */
	if (flush_workqueue(registry, wq, forever(CWQ_CALL_DESTROY_WORKQUEUE))
		    .end != WaitEnd::done) {
		set_states(wq, 0, STATE_CLOSED);
		return false;
	}
	/* Before another queue may get its name. */
	P::directory_remove(wq->directory);
	/* No CPU starts or reaps a thread of it from here on. */
	unpublish_workqueue(registry, wq);
	P::trace_destroy(wq->name);
	free_workqueue(registry, wq);
	return true;
}

} // namespace cwq

#endif // CWQ_LIFECYCLE_HPP
