// SPDX-License-Identifier: GPL-2.0
/* All queues that there are. */
#ifndef CWQ_REGISTRY_HPP
#define CWQ_REGISTRY_HPP

#include "pool.hpp"
#include "workqueue.hpp"

namespace cwq {

template <Platform P>
struct Registry {
	/*
	 * Who changes the list of queues holds both of these, so who holds either
	 * may walk it. Threads and memory are waited for under the first, which is
	 * outside the second; never under the second, which readers, the watchdog
	 * and whoever waits take.
	 */
	typename P::Mutex changes;
	typename P::Mutex mutex;
	ListNode<P> workqueues GUARDED_BY(mutex); /* by rising id */
	unsigned long next_id GUARDED_BY(mutex);
	CwqPool<P> pool GUARDED_BY(mutex);
	/* CWQ_OBSERVE_..., written under changes, read by anyone */
	typename P::template Atomic<unsigned int> observing;
	/* S: threads that were left behind, see leave_behind(); and runs within
	 * others, see nested.hpp. */
	typename P::template Atomic<unsigned long> nr_left;
	/* Who waits for what: see wait.hpp. Outside the locks of cwqs. */
	typename P::Lock waits_lock;
	ListNode<P> waiters GUARDED_BY(waits_lock); /* by rising id */
	unsigned long next_waiter GUARDED_BY(waits_lock);
	/* The watchdog's, in jiffies: see begin_round(). */
	unsigned long last_round GUARDED_BY(waits_lock);
	unsigned long goes_since GUARDED_BY(waits_lock);
	/* Modules that go, see evict.hpp. A leaf: taken under a cwq's lock. */
	typename P::Lock leaving_lock;
	ListNode<P> leaving GUARDED_BY(leaving_lock);
};

template <Platform P>
bool init_registry(Registry<P> *registry) NO_THREAD_SAFETY_ANALYSIS
{
	registry->changes.init(CWQ_MUTEX_CHANGES);
	registry->mutex.init(CWQ_MUTEX_QUEUES);
	registry->waits_lock.init(CWQ_LOCK_WAITS);
	registry->next_waiter = registry->next_id = 1;
	registry->last_round = registry->goes_since = P::now();
	registry->leaving_lock.init(CWQ_LOCK_LEAVING);
	init_list_head(&registry->waiters);
	init_list_head(&registry->leaving);
	init_list_head(&registry->workqueues);
	return registry->pool.init();
}

template <Platform P>
void destroy_registry(Registry<P> *registry) NO_THREAD_SAFETY_ANALYSIS
{
	registry->pool.destroy();
}

template <Platform P>
Workqueue<P> *workqueue_of(ListNode<P> *link)
{
	/* SAFETY: link is the first member, and no other node is on the list. */
	return reinterpret_cast<Workqueue<P> *>(link);
}

/* Call @visit(wq) for each queue until it returns false. */
template <Platform P, class Visit>
void for_each_workqueue(Registry<P> *registry, Visit visit)
	REQUIRES(registry->mutex)
{
	ListNode<P> *head = &registry->workqueues;

	for (ListNode<P> *link = head->next.get(); link != head;
	     link = link->next.get())
		if (!visit(workqueue_of(link)))
			break;
}

/* Call @visit(cwq) for each cwq of each queue until it returns false. */
template <Platform P, class Visit>
void for_each_cwq(Registry<P> *registry, Visit visit) REQUIRES(registry->mutex)
{
	for_each_workqueue(registry, [&](Workqueue<P> *wq) {
		for (int i = 0; i < nr_cwqs(wq); i++)
			if (!visit(wq->cwq[i]))
				return false;
		return true;
	});
}

/* A module that goes, for as long as it may not queue. */
template <Platform P>
struct Leaving {
	ListNode<P> link; /* in Registry::leaving; first, see is_leaving() */
	const void *module;
};

template <Platform P>
bool any_leaving(Registry<P> *registry)
{
	Guard<P> guard(registry->leaving_lock);

	return !list_empty(&registry->leaving);
}

/* Is @work of a module that is going? */
template <Platform P>
bool is_leaving(Registry<P> *registry, const Work<P> *work)
{
	Guard<P> guard(registry->leaving_lock);
	const ListNode<P> *head = &registry->leaving;

	for (const ListNode<P> *link = head->next.get(); link != head;
	     link = link->next.get()) {
		/* SAFETY: link is the first member. */
		auto *leaving = reinterpret_cast<const Leaving<P> *>(link);

		if (P::of_module(leaving->module, work, work->func.get()))
			return true;
	}
	return false;
}

/*
 * The work that @cwq runs goes to another queue: its data will name a cwq there,
 * and nothing but the thread itself tells that it still runs here. That is
 * rare, so such threads are counted, and a flush or a cancel looks for them only
 * when there are any.
 */
template <Platform P>
void leave_behind(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	if (cwq->after_run.get() & AFTER_RUN_LEFT)
		return;
	cwq->after_run.set(cwq->after_run.get() | AFTER_RUN_LEFT);
	cwq->wq.get()->registry->nr_left.fetch_add(1, Order::relaxed);
}

template <Platform P>
void end_of_left_work(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	/* Pairs with the acquire in any_left_behind(). */
	cwq->wq.get()->registry->nr_left.fetch_add(-1ul, Order::release);
}

/* If not, all that they did has happened: nobody waits for them any more. */
template <Platform P>
bool any_left_behind(const Registry<P> *registry)
{
	return UNLIKELY(registry->nr_left.load(Order::acquire));
}

/* Names are told apart as they are shown. */
inline char shown_as(char c)
{
	return c == '/' ? '!' : c;
}

inline bool same_name(const char *a, const char *b)
{
	while (*a && shown_as(*a) == shown_as(*b)) {
		a++;
		b++;
	}
	return shown_as(*a) == shown_as(*b);
}

/* Would the directory of the first queue of this name be where a file is? */
inline bool is_file(const char *name)
{
	return same_name(name, "queues") || same_name(name, "works") ||
	       same_name(name, "waiters") || same_name(name, "control") ||
	       same_name(name, "misuse");
}

/* The smallest number that no other queue of this name has. */
template <Platform P>
unsigned int free_instance(Registry<P> *registry, const char *name)
	REQUIRES(registry->mutex)
{
	for (unsigned int instance = is_file(name) ? 2 : 1;; instance++) {
		bool taken = false;

		for_each_workqueue(registry, [&](Workqueue<P> *wq) {
			taken = wq->instance == instance &&
				same_name(wq->name, name);
			return !taken;
		});
		if (!taken)
			return instance;
	}
}

/* More than one where a worker runs works within the functions of others. */
template <Platform P>
unsigned long nr_running(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	unsigned long nr = cwq->current_work.get() ? 1 : 0;

	for (const OuterRun<P> *run = cwq->outer.get(); run; run = run->outer)
		nr++;
	return nr;
}

template <Platform P>
void read_counters(const CpuWorkqueue<P> *cwq, typename P::Snapshot *snapshot)
	REQUIRES(cwq->lock)
{
	snapshot->cpu = cwq->cpu;
	snapshot->pid = cwq->pid.get();
	snapshot->accepted = cwq->accepted.get();
	snapshot->executed = cwq->executed.get();
	snapshot->cancelled = cwq->cancelled.get();
	snapshot->pending = nr_pending(cwq);
	snapshot->running = nr_running(cwq);
	snapshot->delayed = cwq->nr_delayed.get();
	snapshot->redirected = cwq->redirected.get();
}

/* What the counters of @cwq say, all at one moment. */
template <Platform P>
void take_snapshot(CpuWorkqueue<P> *cwq, typename P::Snapshot *snapshot)
{
	CwqGuard<P> guard(cwq);

	read_counters(cwq, snapshot);
}

} // namespace cwq

#endif // CWQ_REGISTRY_HPP
