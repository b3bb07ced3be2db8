// SPDX-License-Identifier: GPL-2.0
/* A queue: its name and its cwqs. */
#ifndef CWQ_WORKQUEUE_HPP
#define CWQ_WORKQUEUE_HPP

#include "cpu_workqueue.hpp"

namespace cwq {

inline constexpr int NAME_LEN = 32; /* CWQ_NAME_LEN */

template <Platform P>
struct Registry;

/* I: constant from creation on.  R: guarded by the registry's mutex.
 * S: its own synchronisation. */
template <Platform P>
struct Workqueue {
	ListNode<P> link; /* R: in Registry::workqueues */
	Registry<P> *registry; /* I */
	unsigned long id; /* I: of no other queue, ever */
	char name[NAME_LEN]; /* I */
	unsigned int instance; /* I: tells queues of one name apart, from 1 */
	bool singlethread; /* I */
	bool freezeable; /* I */
	bool rt; /* I */
	bool keeps_off; /* R: some of its CPUs, see affinity.hpp */
	void *directory; /* I: in debugfs */
	const void *owner; /* I: the module that made it */
	[[no_unique_address]] typename P::QueueMap map; /* S */
	/* S: an open cwq, for work whose CPU is offline. */
	typename P::template Atomic<CpuWorkqueue<P> *> fallback;
	unsigned int nr_drainers; /* R */
	/* I: one entry per CPU number; all the same if single-threaded. */
	CpuWorkqueue<P> *cwq[];
};

template <Platform P>
int nr_cwqs(const Workqueue<P> *wq)
{
	return wq->singlethread ? 1 : P::nr_cpus();
}

template <Platform P>
bool is_freezeable(CpuWorkqueue<P> *cwq)
{
	Guard<P> guard(cwq->lock);

	return cwq->wq.get()->freezeable;
}

/* Is this called by a work of @wq? */
template <Platform P>
bool within_workqueue(const Workqueue<P> *wq) NO_THREAD_SAFETY_ANALYSIS
{
	const CpuWorkqueue<P> *self = current_cwq<P>();

	return self && self->wq.get() == wq;
}

template <Platform P>
CpuWorkqueue<P> *fallback(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->wq.get()->fallback.load(Order::acquire);
}

} // namespace cwq

#endif // CWQ_WORKQUEUE_HPP
