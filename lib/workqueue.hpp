// SPDX-License-Identifier: GPL-2.0
/* A queue: its name and its cwqs. */
#ifndef CWQ_WORKQUEUE_HPP
#define CWQ_WORKQUEUE_HPP

#include "cpu_workqueue.hpp"

namespace cwq {

inline constexpr int NAME_LEN = 32; /* CWQ_NAME_LEN */

template <Platform P>
struct WqBarrier;
template <Platform P>
struct Registry;

/* I: constant from creation on.  R: guarded by the registry's mutex.
 * M: guarded by spare_lock.  S: its own synchronisation. */
template <Platform P>
struct Workqueue {
	ListNode<P> link; /* R: in Registry::workqueues */
	Registry<P> *registry; /* I */
	char name[NAME_LEN]; /* I */
	unsigned int instance; /* I: tells queues of one name apart, from 1 */
	bool singlethread; /* I */
	/* S: an open cwq, for work whose CPU is offline. */
	typename P::template Atomic<CpuWorkqueue<P> *> fallback;
	typename P::Mutex spare_lock; /* S */
	WqBarrier<P> *spare GUARDED_BY(spare_lock); /* M: nr_cwqs() of them */
	/* I: one entry per CPU number; all the same if single-threaded. */
	CpuWorkqueue<P> *cwq[];
};

template <Platform P>
int nr_cwqs(const Workqueue<P> *wq)
{
	return wq->singlethread ? 1 : P::nr_cpus();
}

template <Platform P>
CpuWorkqueue<P> *fallback(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->wq.get()->fallback.load(Order::acquire);
}

} // namespace cwq

#endif // CWQ_WORKQUEUE_HPP
