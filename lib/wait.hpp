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
 *
 * If what it would wait for is a work that is pending, it can run that itself: see
 * nested.hpp.
 *
 * Those who are no workers write down what they wait for as well, for who wants to
 * see it: lib/waiters.hpp.
 */
#ifndef CWQ_WAIT_HPP
#define CWQ_WAIT_HPP

#include "nested.hpp"

namespace cwq {

/* How long a caller wants to wait, and in which call. */
struct Patience {
	bool limited; /* and can be killed */
	unsigned long left; /* jiffies, if limited */
	cwq_call call = CWQ_CALL_FLUSH_WORK;
};

constexpr Patience forever(cwq_call call)
{
	return { false, 0, call };
}

inline constexpr Patience FOREVER = { false, 0 };

enum class WaitEnd : unsigned char { done, deadlock, timeout, killed };

/* How a call that waits for work has ended. */
struct Waited {
	bool result; /* what the caller is told */
	WaitEnd end;
};

/*
 * A call that waits, on the stack of who made it. What it waits for, and how it
 * stands on the list, changes under Registry::waits_lock.
 */
template <Platform P>
struct Waiter {
	explicit Waiter(Patience patience) : patience(patience), since(P::now())
	{
	}
	Waiter(const Waiter &) = delete;
	Waiter &operator=(const Waiter &) = delete;

	ListNode<P> link; /* W: in Registry::waiters; first, see waiter_of() */
	Patience patience;
	unsigned long since; /* jiffies */
	unsigned long id = 0; /* W: the order in Registry::waiters */
	typename P::Thread *thread; /* W: who it is, which waits, so it lives */
	const Flusher<P> *flusher; /* W: waits for its barriers, or if nullptr */
	CpuWorkqueue<P> *moves_from; /* W: for a work of that cwq to be let go */
	/* What a cancel keeps until it has waited. */
	CpuWorkqueue<P> *grabbed_from = nullptr;
	typename P::Func grabbed = {};
	/* What flush_work() waits for: see judge_ring(). */
	Work<P> *work = nullptr;
	enum { NOT_JUDGED, HOPELESS, MOVED, NESTABLE } ring = NOT_JUDGED;
	unsigned long data = 0; /* of the work, if NESTABLE */
};

template <Platform P>
Waiter<P> *waiter_of(ListNode<P> *link)
{
	/* SAFETY: link is the first member, and no other node is on the list. */
	return reinterpret_cast<Waiter<P> *>(link);
}

/* The smallest ring: what the worker of @self runs waits for itself. */
template <Platform P>
void log_wait_for_itself(const CpuWorkqueue<P> *self) NO_THREAD_SAFETY_ANALYSIS
{
	const char *name = self->wq.get()->name;

	P::log_wait(name, self->cpu, self->current_func.get(), name, self->cpu,
		    self->current_func.get());
}

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
			if (const Waiter<P> *waits = cwq->waits.get())
				add_targets(cwq, waits->flusher);
		return self->asker.get() != nullptr;
	}

	/* After find() has: will nobody of the ring lose patience? */
	bool is_firm(const CpuWorkqueue<P> *self) const
	{
		const CpuWorkqueue<P> *cwq = self->asker.get();

		for (; cwq != self; cwq = cwq->asker.get())
			if (cwq->waits.get()->patience.limited)
				return false;
		return true;
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
		for (int i = 0; flusher && i < flusher->nr; i++) {
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

/*
 * The worker of @self would wait for @flusher in the ring that @search has found.
 * Unless it waits for a work that it can run itself, or one that is no longer there, it
 * cannot be told, and so the log is.
 */
template <Platform P>
NOINLINE void judge_ring(const RingSearch<P> &search, CpuWorkqueue<P> *self,
			 Waiter<P> *waiter, const Flusher<P> *flusher)
{
	waiter->ring = Waiter<P>::HOPELESS;
	if (waiter->work && search.is_firm(self) && may_nest(self)) {
		CpuWorkqueue<P> *cwq =
			cwq_of<P>(get_wq_data(&flusher->barriers[0].work));
		Work<P> *work = waiter->work;
		Guard<P> guard(cwq->lock);
		bool running = runs(cwq, work);

		waiter->data = get_wq_data(work);
		if (cwq_of<P>(waiter->data) != cwq ||
		    (!is_listed(waiter->data) && !running))
			waiter->ring = Waiter<P>::MOVED;
		else if (!running && work->func.get())
			waiter->ring = Waiter<P>::NESTABLE;
	}
	if (waiter->ring == Waiter<P>::HOPELESS && !waiter->patience.limited)
		search.log(self);
}

/*
 * The caller, the worker of @self unless that is nullptr, is about to wait for
 * @flusher, or if that is nullptr, for a work of @moves_from to be let go. False
 * if it must not.
 */
template <Platform P>
ALWAYS_INLINE bool begin_wait(Registry<P> *registry, CpuWorkqueue<P> *self,
			      Waiter<P> *waiter, const Flusher<P> *flusher,
			      CpuWorkqueue<P> *moves_from)
{
	IrqGuard<P> guard(registry->waits_lock);

	if (self && flusher) {
		RingSearch<P> search;

		if (search.find(self, flusher)) {
			judge_ring(search, self, waiter, flusher);
			return false;
		}
	}
	waiter->id = registry->next_waiter++;
	waiter->flusher = flusher;
	waiter->moves_from = moves_from;
	waiter->thread = P::current_thread();
	list_add_tail(&waiter->link, &registry->waiters);
	if (self)
		self->waits.set(waiter);
	return true;
}

template <Platform P>
void end_wait(Registry<P> *registry, CpuWorkqueue<P> *self, Waiter<P> *waiter)
{
	IrqGuard<P> guard(registry->waits_lock);

	if (self)
		self->waits.set(nullptr);
	list_del(&waiter->link);
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
			  Waiter<P> *waiter)
{
	CpuWorkqueue<P> *self = current_cwq<P>();
	WaitEnd end = WaitEnd::deadlock;

	if (begin_wait<P>(registry, self, waiter, flusher, nullptr)) {
		end = wait_until_done(flusher, &waiter->patience);
		end_wait(registry, self, waiter);
	}
	if (end != WaitEnd::done && !withdraw_wq_barriers(flusher))
		end = WaitEnd::done;
	return end;
}

/* Wait until the cancel that has @work, of @cwq, lets go of it. */
template <Platform P>
void wait_for_cancel(Registry<P> *registry, CpuWorkqueue<P> *cwq,
		     const Work<P> *work, unsigned long data, Waiter<P> *waiter)
{
	CpuWorkqueue<P> *self = current_cwq<P>();

	begin_wait<P>(registry, self, waiter, nullptr, cwq);
	wait_for_move(cwq, work, data);
	end_wait(registry, self, waiter);
}

} // namespace cwq

#endif // CWQ_WAIT_HPP
