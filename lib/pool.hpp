// SPDX-License-Identifier: GPL-2.0
/* Where cwqs come from, and go. */
#ifndef CWQ_POOL_HPP
#define CWQ_POOL_HPP

#include "cpu_workqueue.hpp"

namespace cwq {

/*
 * CpuWorkqueues that are not in use, per CPU.
 *
 * An idle work names the cwq it was on last, and nothing tells it when that
 * queue is destroyed. So the memory of a cwq is never given back while anybody
 * may hold such a work: it waits here for the next queue, its lock intact. What
 * a stale name then leads to is at worst the cwq of another queue, which does
 * not hold that work, and every caller looks for that.
 */
template <Platform P>
class CwqPool {
public:
	bool init()
	{
		int nr = P::nr_cpus() + 1;

		free_ = P::template make<ListNode<P>>(nr, 0);
		if (!free_)
			return false;
		for (int i = 0; i < nr; i++)
			init_list_head(&free_[i]);
		return true;
	}

	/* Nobody holds a work any more. */
	void destroy()
	{
		for (int cpu = -1; cpu < P::nr_cpus(); cpu++)
			while (CpuWorkqueue<P> *cwq = take(cpu)) {
				cwq->work_moved.exit();
				P::free(cwq);
			}
		P::free(free_);
	}

	void put(CpuWorkqueue<P> *cwq)
	{
		list_add(&cwq->free_link, &free_[cwq->cpu + 1]);
	}

	/* nullptr if there is none. */
	CpuWorkqueue<P> *take(int cpu)
	{
		ListNode<P> *head = &free_[cpu + 1];

		if (list_empty(head))
			return nullptr;

		ListNode<P> *link = head->next.get();

		list_del(link);
		/* SAFETY: put() alone links nodes here. */
		return reinterpret_cast<CpuWorkqueue<P> *>(
			reinterpret_cast<char *>(link) -
			__builtin_offsetof(CpuWorkqueue<P>, free_link));
	}

	/* A new one, of which nobody else knows yet; nullptr if there is no memory. */
	static CpuWorkqueue<P> *make(int cpu) NO_THREAD_SAFETY_ANALYSIS
	{
		auto *cwq = P::template make_on<CpuWorkqueue<P>>(cpu);

		if (!cwq)
			return nullptr;
		cwq->lock.init(CWQ_LOCK_CWQ);
		cwq->more_work.init();
		cwq->work_moved.init();
		init_list_head(&cwq->worklist);
		init_list_head(&cwq->delayed);
		init_list_head(&cwq->free_link);
		cwq->cpu = cpu;
		cwq->self = cwq;
		return cwq;
	}

private:
	ListNode<P> *free_;
};

} // namespace cwq

#endif // CWQ_POOL_HPP
