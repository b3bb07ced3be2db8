// SPDX-License-Identifier: GPL-2.0
/*
 * Observing works one by one: when they were queued and by whom, and how long their
 * functions take.
 *
 * A work has no room for that, so while anything of it is wanted each cwq has an
 * Observer: a table of its live works by address, and one of functions. A work that
 * is in the table carries WORK_OBSERVED in its data, so that the worker, who looks at
 * the flags anyway, does not look for others; and a cwq with an observer is
 * STATE_OBSERVED, which keeps queue_work_on() off its short cut. With none, nobody
 * does anything for this.
 *
 * The flag is a hint only: the observer, or another before it, may be gone.
 */
#ifndef CWQ_OBSERVE_HPP
#define CWQ_OBSERVE_HPP

#include "registry.hpp"

namespace cwq {

/* What is known of a work. */
template <Platform P>
struct KnownWork {
	const Work<P> *work; /* nullptr: none */
	unsigned int known; /* CWQ_OBSERVE_...: which of these */
	unsigned long since; /* clock: it got on its list */
	cwq_origin origin;
};

/* A function that has used its CPU for longer than P::hog_limit(), in ns. */
struct Hog {
	const void *func;
	unsigned long used;
	unsigned long nr; /* so many runs of it have; 0: it is not told */
};

/*
 * Plain memory, all zero at first. Guarded by the lock of the cwq by way of which
 * alone it is found.
 */
template <Platform P>
class Observer {
public:
	unsigned int wanted; /* CWQ_OBSERVE_... */

	/* Get to know @work. False if there is no room. */
	bool add(const Work<P> *work, const cwq_origin &origin)
	{
		KnownWork<P> known = { work, wanted, now(), origin };

		return put(known);
	}
	/* As before, but on another list from now on. */
	bool add_again(KnownWork<P> known)
	{
		known.since = now();
		known.known &= wanted | CWQ_OBSERVE_PROVENANCE;
		return put(known);
	}

	const KnownWork<P> *find(const Work<P> *work) const
	{
		for (unsigned int i = home(work); works_[i].work; i = next(i))
			if (works_[i].work == work)
				return &works_[i];
		return nullptr;
	}

	/* Forget @work, which goes elsewhere. False if it was not known. */
	bool take(const Work<P> *work, KnownWork<P> *taken)
	{
		const KnownWork<P> *found = find(work);

		if (!found)
			return false;
		*taken = *found;
		remove(found - works_);
		return true;
	}

	/* The worker takes @work off its list, and is about to call @func. */
	void start(const Work<P> *work, typename P::Func func)
	{
		running = {};
		if (!take(work, &running))
			return;
		func_ = func;
		/* What is wanted all the time, and so has its times. */
		running.known &= wanted | CWQ_OBSERVE_PROVENANCE;
		started_ = now();
		waited_ = started_ - running.since;
		cpu_started_ = P::cpu_time();
	}

	/* The function has returned. Was it a hog, and is that to be told? */
	Hog end()
	{
		unsigned int known =
			running.known & wanted &
			(CWQ_OBSERVE_TIMING | CWQ_OBSERVE_HISTOGRAMS);
		Hog hog = {};

		running = {};
		if (!known)
			return hog;

		cwq_func_stats *stats = stats_of(P::address(func_));
		unsigned long ran = now() - started_;

		if (known & CWQ_OBSERVE_TIMING) {
			stats->count++;
			add_time(ran, &stats->run_total, &stats->run_max);
			add_time(waited_, &stats->wait_total, &stats->wait_max);
			hog = judge(P::cpu_time() - cpu_started_, stats);
		}
		if (known & CWQ_OBSERVE_HISTOGRAMS) {
			stats->run[bucket(ran)]++;
			stats->wait[bucket(waited_)]++;
		}
		return hog;
	}

	/* Is no work known? */
	bool empty() const
	{
		return !nr_;
	}

	void read(cwq_stats *stats) const
	{
		*stats = stats_;
	}
	void reset()
	{
		stats_ = {};
	}

	KnownWork<P> running; /* what is known of the one that runs */

private:
	static constexpr unsigned int BITS = P::OBSERVER_BITS;
	static constexpr unsigned int SIZE = 1 << BITS; /* of the table */
	static constexpr unsigned int ROOM = SIZE / 2; /* in use, at most */

	unsigned long now() const
	{
		return wanted & (CWQ_OBSERVE_TIMING | CWQ_OBSERVE_HISTOGRAMS)
			       ? P::clock()
			       : 0;
	}

	static unsigned int home(const Work<P> *work)
	{
		return (reinterpret_cast<unsigned long>(work) >> 3) *
			       0x9e3779b97f4a7c15ul >>
		       (64 - BITS);
	}
	static unsigned int next(unsigned int i)
	{
		return (i + 1) % SIZE;
	}

	bool put(const KnownWork<P> &known)
	{
		unsigned int i = home(known.work);

		if (nr_ == ROOM) {
			stats_.works_missed++;
			return false;
		}
		while (works_[i].work)
			i = next(i);
		works_[i] = known;
		nr_++;
		return true;
	}

	/* Open addressing: those behind it move up, unless that is before their
	 * home. */
	void remove(unsigned int hole)
	{
		for (unsigned int i = next(hole); works_[i].work; i = next(i)) {
			unsigned int from_home =
				(i - home(works_[i].work)) % SIZE;

			if (from_home < (i - hole) % SIZE)
				continue;
			works_[hole] = works_[i];
			hole = i;
		}
		works_[hole].work = nullptr;
		nr_--;
	}

	/* Those of @func; if there is no room, those of all others. */
	cwq_func_stats *stats_of(const void *func)
	{
		for (int i = 0; i < CWQ_FUNCS_KNOWN; i++) {
			cwq_func_stats *stats = &stats_.funcs[i];

			if (!stats->func)
				stats->func = func;
			if (stats->func == func)
				return stats;
		}
		stats_.funcs_missed++;
		return &stats_.funcs[CWQ_FUNCS_KNOWN];
	}

	static void add_time(unsigned long time, unsigned long *total,
			     unsigned long *max)
	{
		*total += time;
		if (time > *max)
			*max = time;
	}

	/* A function has @used its CPU. Each one is counted, the 1st, 2nd, 4th, 8th
	 * and so on told. */
	Hog judge(unsigned long used, cwq_func_stats *stats) const
	{
		unsigned long limit = P::hog_limit();

		if (!limit || used < limit)
			return {};
		stats->hogs++;
		if (stats->hogs & (stats->hogs - 1))
			return {};
		return { P::address(func_), used, stats->hogs };
	}

	/* 0: below 1 us; n: from 2^(n - 1) us on, and below twice that. */
	static unsigned int bucket(unsigned long ns)
	{
		unsigned long us = ns / 1000;
		unsigned int n = us ? 64 - __builtin_clzl(us) : 0;

		return n < CWQ_BUCKETS ? n : CWQ_BUCKETS - 1;
	}

	typename P::Func func_; /* of running, with these */
	unsigned long started_;
	unsigned long waited_;
	unsigned long cpu_started_; /* as P::cpu_time() */
	cwq_stats stats_;
	unsigned int nr_; /* of works_ */
	KnownWork<P> works_[SIZE];
};

/* The same as observe_queued(), when there is an observer. */
template <Platform P>
NOINLINE void tell_queued(Observer<P> *observer, const CpuWorkqueue<P> *asked,
			  CpuWorkqueue<P> *target, Work<P> *work,
			  unsigned long flags, const void *caller)
	REQUIRES(target->lock)
{
	cwq_origin origin = { caller, {}, asked->cpu };

	if (observer->wanted & CWQ_OBSERVE_PROVENANCE)
		P::thread_describe(P::current_thread(), &origin.task);
	if (observer->add(work, origin))
		move_wq_data(work, target, flags | WORK_OBSERVED);
}

/*
 * @work has got on a list of @target, with @flags in its data; @asked was asked for,
 * by @caller.
 */
template <Platform P>
ALWAYS_INLINE void observe_queued(const CpuWorkqueue<P> *asked,
				  CpuWorkqueue<P> *target, Work<P> *work,
				  unsigned long flags, const void *caller)
	REQUIRES(target->lock)
{
	Observer<P> *observer = target->observer.get();

	if (UNLIKELY(observer))
		tell_queued(observer, asked, target, work, flags, caller);
}

/* The same as observe_gone(), when it may be known. */
template <Platform P>
NOINLINE KnownWork<P> take_known(Observer<P> *observer, const Work<P> *work)
{
	KnownWork<P> known = {};

	observer->take(work, &known);
	return known;
}

/* @work, which @data says is on a list of @cwq, leaves that. */
template <Platform P>
ALWAYS_INLINE KnownWork<P> observe_gone(CpuWorkqueue<P> *cwq,
					const Work<P> *work, unsigned long data)
	REQUIRES(cwq->lock)
{
	Observer<P> *observer = cwq->observer.get();

	if (UNLIKELY(data & WORK_OBSERVED) && observer)
		return take_known(observer, work);
	return {};
}

template <Platform P>
NOINLINE void forget_known(Observer<P> *observer, const Work<P> *work)
{
	take_known(observer, work);
}

/* The same as observe_gone(), and @work gets on no other list. What is known of it
 * takes more of a stack than whoever takes it off needs besides. */
template <Platform P>
ALWAYS_INLINE void observe_cancelled(CpuWorkqueue<P> *cwq, const Work<P> *work,
				     unsigned long data) REQUIRES(cwq->lock)
{
	Observer<P> *observer = cwq->observer.get();

	if (UNLIKELY(data & WORK_OBSERVED) && observer)
		forget_known(observer, work);
}

/* It was @known on the list that it comes from, if it was. */
template <Platform P>
void observe_moved(CpuWorkqueue<P> *target, Work<P> *work,
		   const KnownWork<P> &known) REQUIRES(target->lock)
{
	Observer<P> *observer = target->observer.get();

	if (UNLIKELY(known.work) && observer && observer->add_again(known))
		move_wq_data(work, target, WORK_PENDING | WORK_OBSERVED);
}

template <Platform P>
NOINLINE void observe_start(CpuWorkqueue<P> *cwq, const Work<P> *work,
			    typename P::Func func) REQUIRES(cwq->lock)
{
	Observer<P> *observer = cwq->observer.get();

	if (!observer)
		return;
	observer->start(work, func);
	cwq->after_run.set(cwq->after_run.get() | AFTER_RUN_OBSERVED);
}

template <Platform P>
void observe_end(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	Observer<P> *observer = cwq->observer.get();
	Hog hog = {};

	if (observer)
		hog = observer->end();
	if (!hog.nr)
		return;

	const char *name = cwq->wq.get()->name;

	cwq->lock.unlock_irq();
	P::log_hog(name, cwq->cpu, hog);
	cwq->lock.lock_irq();
}

/* Give @cwq an observer, which wants nothing yet. False if there is no memory. */
template <Platform P>
bool attach_observer(CpuWorkqueue<P> *cwq)
{
	auto *observer = P::template make<Observer<P>>(1, 0);

	if (!observer)
		return false;

	Guard<P> guard(cwq->lock);

	cwq->observer.set(observer);
	return true;
}

template <Platform P>
void detach_observer(CpuWorkqueue<P> *cwq)
{
	Observer<P> *observer;

	{
		Guard<P> guard(cwq->lock);

		observer = cwq->observer.get();
		cwq->observer.set(nullptr);
		change_state(cwq, 0, STATE_OBSERVED);
	}
	if (observer)
		P::free(observer);
}

/* It does what is @wanted from now on, if there is one. */
template <Platform P>
void set_wanted(CpuWorkqueue<P> *cwq, unsigned int wanted)
{
	Guard<P> guard(cwq->lock);
	Observer<P> *observer = cwq->observer.get();

	if (!observer)
		return;
	observer->wanted = wanted;
	change_state(cwq, STATE_OBSERVED, 0);
}

template <Platform P>
bool attach_observers(Registry<P> *registry) REQUIRES(registry->changes)
	NO_THREAD_SAFETY_ANALYSIS
{
	bool attached = true;

	for_each_cwq(registry, [&](CpuWorkqueue<P> *cwq) {
		attached = attach_observer(cwq);
		return attached;
	});
	return attached;
}

template <Platform P>
void detach_observers(Registry<P> *registry) REQUIRES(registry->changes)
	NO_THREAD_SAFETY_ANALYSIS
{
	for_each_cwq(registry, [](CpuWorkqueue<P> *cwq) {
		detach_observer(cwq);
		return true;
	});
}

/* Turn @flag, one of CWQ_OBSERVE_..., on or off, for all queues. False if there is
 * no memory; nothing has changed then. */
template <Platform P>
bool observe(Registry<P> *registry, unsigned int flag, bool on)
	NO_THREAD_SAFETY_ANALYSIS
{
	MutexGuard<P> guard(registry->changes);
	unsigned int observing = registry->observing.load(Order::relaxed);
	unsigned int wanted = on ? observing | flag : observing & ~flag;

	if (wanted && !observing && !attach_observers(registry)) {
		detach_observers(registry);
		return false;
	}
	registry->observing.store(wanted, Order::relaxed);
	if (wanted)
		for_each_cwq(registry, [wanted](CpuWorkqueue<P> *cwq) {
			set_wanted(cwq, wanted);
			return true;
		});
	else
		detach_observers(registry);
	return true;
}

template <Platform P>
unsigned int observing(Registry<P> *registry)
{
	return registry->observing.load(Order::relaxed);
}

template <Platform P>
void read_stats(CpuWorkqueue<P> *cwq, cwq_stats *stats)
{
	Guard<P> guard(cwq->lock);

	if (const Observer<P> *observer = cwq->observer.get())
		observer->read(stats);
	else
		*stats = {};
}

template <Platform P>
void reset_stats(CpuWorkqueue<P> *cwq)
{
	CwqGuard<P> guard(cwq);

	cwq->pending_max.set(nr_pending(cwq));
	if (Observer<P> *observer = cwq->observer.get())
		observer->reset();
}

} // namespace cwq

#endif // CWQ_OBSERVE_HPP
