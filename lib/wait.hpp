// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for barriers, but never in a ring.
 *
 * A worker that waits for barriers does so within a work, and nothing behind that
 * work runs meanwhile, other barriers included. So when the cwqs that a worker
 * waits for, and those that their workers wait for, and so on, lead back to its
 * own, nobody of them would ever go on. A worker looks before it waits, and if
 * that is so, it does not.
 *
 * Who looks sees every ring that it is about to close: each worker writes down
 * what it waits for, and looks, in one go under Registry::waits_lock, so of the
 * workers of a ring the last one finds the others there. There is no false
 * alarm: a barrier counts as long as it is PENDING, and while the worker that
 * would come to it waits itself, that does not change.
 */
#ifndef CWQ_WAIT_HPP
#define CWQ_WAIT_HPP

#include "barrier.hpp"
#include "registry.hpp"

namespace cwq {

/* How long a caller wants to wait. */
struct Patience {
	bool limited; /* and can be killed */
	unsigned long left; /* jiffies, if limited */
};

inline constexpr Patience FOREVER = { false, 0 };

enum class WaitEnd { done, deadlock, timeout, killed };

/* How a call that waits for work has ended. */
struct Waited {
	bool result; /* what the caller is told */
	WaitEnd end;
};

/* The cwqs that a waiting worker depends on, nearest first. */
template <Platform P>
class RingSearch {
public:
	/* Does @self depend on itself when it waits for @flusher? */
	bool find(CpuWorkqueue<P> *self, const Flusher<P> *flusher)
	{
		add_targets(self, flusher);
		for (CpuWorkqueue<P> *cwq = first_; cwq && !self->asker.get();
		     cwq = cwq->next_asked.get())
			if (const Flusher<P> *waits = cwq->waits.get())
				add_targets(cwq, waits);
		return self->asker.get() != nullptr;
	}

	/* Who waits for whom, back from @self to @self. */
	void log(const CpuWorkqueue<P> *self) const NO_THREAD_SAFETY_ANALYSIS
	{
		const CpuWorkqueue<P> *cwq = self;

		do {
			const CpuWorkqueue<P> *asker = cwq->asker.get();

			P::log_wait(asker->wq.get()->name, asker->cpu,
				    asker->current_func.get(),
				    cwq->wq.get()->name, cwq->cpu,
				    cwq->current_func.get());
			cwq = asker;
		} while (cwq != self);
	}

	~RingSearch()
	{
		for (CpuWorkqueue<P> *cwq = first_; cwq;
		     cwq = cwq->next_asked.get())
			cwq->asker.set(nullptr);
	}

private:
	void add_targets(CpuWorkqueue<P> *asker, const Flusher<P> *flusher)
	{
		for (int i = 0; i < flusher->nr; i++) {
			unsigned long data =
				get_wq_data(&flusher->barriers[i].work);

			if (data & WORK_PENDING)
				add(cwq_of<P>(data), asker);
		}
	}

	void add(CpuWorkqueue<P> *cwq, CpuWorkqueue<P> *asker)
	{
		if (cwq->asker.get())
			return;
		cwq->asker.set(asker);
		cwq->next_asked.set(nullptr);
		if (last_)
			last_->next_asked.set(cwq);
		else
			first_ = cwq;
		last_ = cwq;
	}

	CpuWorkqueue<P> *first_ = nullptr;
	CpuWorkqueue<P> *last_ = nullptr;
};

/* The worker of @self is about to wait for @flusher. False if it must not. */
template <Platform P>
bool begin_wait(Registry<P> *registry, CpuWorkqueue<P> *self,
		const Flusher<P> *flusher, bool log)
{
	Guard<P> guard(registry->waits_lock);
	RingSearch<P> search;

	if (search.find(self, flusher)) {
		if (log)
			search.log(self);
		return false;
	}
	self->waits.set(flusher);
	return true;
}

template <Platform P>
void end_wait(Registry<P> *registry, CpuWorkqueue<P> *self)
{
	Guard<P> guard(registry->waits_lock);

	self->waits.set(nullptr);
}

template <Platform P>
WaitEnd wait_until_done(Flusher<P> *flusher, Patience *patience)
{
	if (!patience->limited) {
		flusher->done.wait();
		return WaitEnd::done;
	}

	long left = flusher->done.wait_killable(patience->left);

	patience->left = left > 0 ? left : 0;
	if (left < 0)
		return WaitEnd::killed;
	return left ? WaitEnd::done : WaitEnd::timeout;
}

/*
 * Wait for the barriers of @flusher, which are on their lists. When the call
 * returns, they no longer are, however it ends. A deadlock is logged if the
 * caller, having no limit, cannot be told.
 */
template <Platform P>
WaitEnd wait_for_barriers(Registry<P> *registry, Flusher<P> *flusher,
			  Patience *patience)
{
	CpuWorkqueue<P> *self = current_cwq<P>();
	WaitEnd end = WaitEnd::deadlock;

	if (!self) {
		end = wait_until_done(flusher, patience);
	} else if (begin_wait(registry, self, flusher, !patience->limited)) {
		end = wait_until_done(flusher, patience);
		end_wait(registry, self);
	}
	if (end != WaitEnd::done && !withdraw_wq_barriers(flusher))
		end = WaitEnd::done;
	return end;
}

} // namespace cwq

#endif // CWQ_WAIT_HPP
