// SPDX-License-Identifier: GPL-2.0
/*
 * One queue on one CPU: a list, a lock and a thread that works it off; and in front
 * of the list an inbox, so that who queues an item, as a rule, needs no lock.
 *
 * Who takes the lock to look at the list, or at what is counted, collects what is in
 * the inbox first (class CwqGuard). The worker does so when its list is empty.
 */
#ifndef CWQ_CPU_WORKQUEUE_HPP
#define CWQ_CPU_WORKQUEUE_HPP

#include "inbox.hpp"
#include "work.hpp"

namespace cwq {

template <Platform P>
struct Workqueue;
template <Platform P>
struct Waiter;
template <Platform P>
class Observer;
template <Platform P>
struct OuterRun;

/* Why a cwq does not take every work. None of these: it does. */
inline constexpr unsigned char STATE_OFFLINE = 1 << 0; /* goes elsewhere */
inline constexpr unsigned char STATE_CLOSED = 1 << 1; /* destroyed: refused */
inline constexpr unsigned char STATE_DRAINING = 1 << 2; /* only from within */
inline constexpr unsigned char STATE_SCREENED = 1 << 3; /* see evict.hpp */
inline constexpr unsigned char STATE_OBSERVED = 1 << 5; /* see observe.hpp */
/* Besides, of an offline one: its thread ends when it has nothing to do. */
inline constexpr unsigned char STATE_RETIRING = 1 << 4;

/* What the worker does besides when the function has returned. */
inline constexpr unsigned char AFTER_RUN_LEFT = 1 << 0; /* leave_behind() */
inline constexpr unsigned char AFTER_RUN_FREEZE = 1 << 1; /* if freezeable */
inline constexpr unsigned char AFTER_RUN_OBSERVED = 1 << 2; /* observe_end() */
inline constexpr unsigned char AFTER_RUN_PREPARED = 1 << 3; /* prepare_work() */

/*
 * L: guarded by lock.  I: constant from creation on.  R: guarded by the
 * registry's mutex.  W: guarded by the registry's waits_lock.  S: its own
 * synchronisation.
 *
 * The lock and what is waited on are initialised once and outlive the queue: a
 * stale pointer in a work may still take the lock, and a waker may come late.
 */
template <Platform P>
struct alignas(64) CpuWorkqueue {
	template <class T>
	using Var = typename P::template Var<T>;

	Inbox<P> inbox; /* S */
	typename P::RcuWait more_work; /* S: the worker sleeps here */

	/* Away from what queuers write. */
	alignas(64) typename P::Lock lock; /* S */
	ListNode<P> worklist GUARDED_BY(lock); /* L: pending works, barriers */
	Var<Work<P> *> current_work GUARDED_BY(lock); /* L: func runs */
	Var<typename P::Func> current_func GUARDED_BY(lock); /* L: its func */
	Var<typename P::Func> next_func GUARDED_BY(lock); /* L: see runs() */
	Var<OuterRun<P> *> outer GUARDED_BY(lock); /* L: see nested.hpp */
	Var<unsigned char> after_run GUARDED_BY(lock); /* L: AFTER_RUN_... */
	Var<unsigned char> state GUARDED_BY(lock); /* L: STATE_... */
	Var<Workqueue<P> *> wq GUARDED_BY(lock); /* L, I: whose it is */

	/* The ledger: accepted = executed + cancelled + pending + running. */
	Var<unsigned long> accepted GUARDED_BY(lock); /* L */
	Var<unsigned long> executed GUARDED_BY(lock); /* L */
	Var<unsigned long> cancelled GUARDED_BY(lock); /* L */
	Var<unsigned long> behind_first GUARDED_BY(lock); /* L: nr_pending() */

	/* For who looks; times in jiffies. */
	Var<unsigned long> pending_max GUARDED_BY(lock); /* L: note_length() */
	Var<unsigned long> head_since GUARDED_BY(lock); /* L: oldest_since() */
	Var<unsigned long> started GUARDED_BY(lock); /* L: the last run */

	Var<typename P::Thread *> thread GUARDED_BY(lock); /* L */
	Var<int> pid GUARDED_BY(lock); /* L: of thread; 0: it has ended */
	ListNode<P> delayed GUARDED_BY(lock); /* L: works with a timer armed */
	Var<unsigned long> nr_delayed GUARDED_BY(lock); /* L */
	/* L: armed, but on no list: see delayed_list.hpp. */
	Var<unsigned long> nr_lost GUARDED_BY(lock);
	Var<unsigned long> redirected GUARDED_BY(lock); /* L */
	typename P::WaitQueue work_moved; /* S: see wait_for_move() */
	Var<const Waiter<P> *> waits; /* W: its worker does, like this */
	Var<CpuWorkqueue *> asker; /* W: see class RingSearch */
	Var<CpuWorkqueue *> next_asked; /* W */
	bool kept_off; /* R: by its queue, which does not use this CPU */
	int cpu; /* I: -1 for the thread of a single-threaded queue */
	const void *self; /* I: the mark that names_cwq() looks for */
	ListNode<P> free_link; /* R: in the CwqPool */

	Var<Observer<P> *> observer GUARDED_BY(lock); /* L: or nullptr */

	/* The watchdog's: see watchdog.hpp. */
	Var<unsigned long> mark GUARDED_BY(lock); /* L: accepted by then */
	Var<unsigned long> marked GUARDED_BY(lock); /* L: when, in jiffies */
	Var<bool> mark_told GUARDED_BY(lock); /* L: that it is not passed */
	Var<unsigned long> stalled_at GUARDED_BY(lock); /* L: see progress() */
	Var<unsigned long> stalls GUARDED_BY(lock); /* L: incidents */
};

/*
 * May @data be that of a work? In one that was never initialised, anything may
 * stand.
 */
template <Platform P>
bool names_cwq(unsigned long data)
{
	const CpuWorkqueue<P> *cwq = cwq_of<P>(data);

	return !data || P::holds(&cwq->self, cwq);
}

/* What is counted are those behind the first, so that a queuer sees by the sum that
 * it has put the first one there. */
template <Platform P>
unsigned long nr_pending(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->behind_first.get() + 1;
}

/* The list has grown: keep the high-water mark. What is in the inbox does not count
 * until it is collected. */
template <Platform P>
void note_length(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	if (nr_pending(cwq) > cwq->pending_max.get())
		cwq->pending_max.set(nr_pending(cwq));
}

/* The same as collect(), when there is something. */
template <Platform P>
NOINLINE void collect_works(CpuWorkqueue<P> *cwq, typename Inbox<P>::Seen seen)
	REQUIRES(cwq->lock)
{
	ListNode<P> *next = &cwq->worklist, *entry = cwq->inbox.take(seen);
	ListNode<P> *const last = next->prev.get();
	unsigned long nr = 0;

	/* From the newest, which becomes the last, to the oldest. */
	while (entry) {
		ListNode<P> *older = entry->next.get();

		entry->next.set(next);
		next->prev.set(entry);
		next = entry;
		entry = older;
		nr++;
	}
	last->next.set(next);
	next->prev.set(last);

	if (!nr_pending(cwq))
		cwq->head_since.set(cwq->inbox.first_pushed());
	cwq->accepted.set(cwq->accepted.get() + nr);
	cwq->behind_first.set(cwq->behind_first.get() + nr);
	note_length(cwq);
}

/* Put what is in the inbox of @cwq on its list, in the order in which it was put
 * there. False if there is nothing. */
template <Platform P>
ALWAYS_INLINE bool collect(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	typename Inbox<P>::Seen seen = cwq->inbox.look();

	if (LIKELY(seen.is_empty()))
		return false;
	collect_works(cwq, seen);
	return true;
}

/* The lock of a cwq, with all that is pending on its list. */
template <Platform P>
class SCOPED_CAPABILITY CwqGuard {
public:
	explicit CwqGuard(CpuWorkqueue<P> *cwq) ACQUIRE(cwq->lock)
		: lock_(cwq->lock),
		  flags_(cwq->lock.lock())
	{
		collect(cwq);
	}
	~CwqGuard() RELEASE()
	{
		lock_.unlock(flags_);
	}
	CwqGuard(const CwqGuard &) = delete;
	CwqGuard &operator=(const CwqGuard &) = delete;

private:
	typename P::Lock &lock_;
	unsigned long flags_;
};

/* A cwq that does not take every work has its inbox shut. */
template <Platform P>
bool is_shut(const CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	return cwq->state.get();
}

template <Platform P>
void change_state(CpuWorkqueue<P> *cwq, unsigned char set, unsigned char clear)
	REQUIRES(cwq->lock)
{
	bool shut = is_shut(cwq);

	cwq->state.set((cwq->state.get() | set) & ~clear);
	if (is_shut(cwq) != shut)
		cwq->inbox.toggle_shut();
}

template <Platform P>
void set_state(CpuWorkqueue<P> *cwq, unsigned char set, unsigned char clear)
{
	Guard<P> guard(cwq->lock);

	change_state(cwq, set, clear);
}

/*
 * Is @work, which @data says is on a list, still on its way there? The lock is held,
 * and must be dropped before P::relax(): the queuer may need it to get through.
 */
template <Platform P>
bool is_on_its_way(const Work<P> *work, unsigned long data)
{
	return is_listed(data) && UNLIKELY(!is_linked(&work->entry));
}

/*
 * The lock of the cwq that a work names.
 *
 * While the guard lives, the work's state stands still unless it is idle or
 * CANCELING. cwq is nullptr, and nothing is locked, if the work was never queued.
 */
template <Platform P>
class WorkGuard {
public:
	explicit WorkGuard(const Work<P> *work) NO_THREAD_SAFETY_ANALYSIS
	{
		for (bool on_its_way = false;;) {
			data = get_wq_data(work);
			cwq = cwq_of<P>(data);
			if (!cwq)
				return;
			flags_ = cwq->lock.lock();
			collect(cwq);
			/* It may have moved before we had the lock. */
			if (work->data.load(Order::relaxed) == data) {
				on_its_way = is_on_its_way(work, data);
				if (!on_its_way)
					return;
			}
			cwq->lock.unlock(flags_);
			if (on_its_way)
				P::relax();
		}
	}
	~WorkGuard() NO_THREAD_SAFETY_ANALYSIS
	{
		if (cwq)
			cwq->lock.unlock(flags_);
	}
	/* Before the guard ends. */
	void unlock() NO_THREAD_SAFETY_ANALYSIS
	{
		cwq->lock.unlock(flags_);
		cwq = nullptr;
	}
	/* The same, by somebody else, who gets what this returns. */
	unsigned long hand_over()
	{
		cwq = nullptr;
		return flags_;
	}
	WorkGuard(const WorkGuard &) = delete;
	WorkGuard &operator=(const WorkGuard &) = delete;

	CpuWorkqueue<P> *cwq;
	unsigned long data;

private:
	unsigned long flags_;
};

/* Is @work, which has the address of the one that runs on @cwq, that one? */
template <Platform P>
NOINLINE bool is_current(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	return work->func.get() == (cwq->after_run.get() & AFTER_RUN_PREPARED
					    ? cwq->next_func.get()
					    : cwq->current_func.get());
}

/*
 * Is @work the one that the worker of @cwq has called last? A function may free its
 * work, and the memory become another one while the function goes on. What tells
 * the two apart is the function; of the work that runs it is next_func if that was
 * prepared since.
 */
template <Platform P>
bool runs_last(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	return UNLIKELY(cwq->current_work.get() == work) &&
	       is_current(cwq, work);
}

/*
 * What the worker has put aside while it runs another work within the function of
 * this one: see nested.hpp. Guarded by the lock of its cwq.
 */
template <Platform P>
struct OuterRun {
	OuterRun *outer; /* around this one, or nullptr */
	Work<P> *work;
	typename P::Func func;
	typename P::Func next_func;
	bool prepared; /* then that is the work's function */
	unsigned long started;
	/* Not a work: its entry heads the list of the barriers that wait for the
	 * run within this one. */
	Work<P> behind;

	bool is_of(const Work<P> *asked) const
	{
		return work == asked &&
		       asked->func.get() == (prepared ? next_func : func);
	}
};

/* The same as runs(), of the works within whose functions others run. */
template <Platform P>
NOINLINE bool runs_outside(const CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	for (const OuterRun<P> *run = cwq->outer.get(); run; run = run->outer)
		if (run->is_of(work))
			return true;
	return false;
}

/* Does the worker of @cwq run @work? */
template <Platform P>
bool runs(const CpuWorkqueue<P> *cwq, const Work<P> *work) REQUIRES(cwq->lock)
{
	return runs_last(cwq, work) ||
	       (UNLIKELY(cwq->outer.get()) && runs_outside(cwq, work));
}

/* Where a barrier goes that waits for the run of @work on @cwq. */
template <Platform P>
ListNode<P> *behind_run(CpuWorkqueue<P> *cwq, const Work<P> *work)
	REQUIRES(cwq->lock)
{
	OuterRun<P> *run = cwq->outer.get();

	if (LIKELY(!run))
		return &cwq->worklist;
	if (runs_last(cwq, work))
		return &run->behind.entry;
	while (run->outer && !run->is_of(work))
		run = run->outer;
	return run->outer ? &run->outer->behind.entry : &cwq->worklist;
}

/* The work that will run next; nullptr if none is pending. */
template <Platform P>
Work<P> *first_pending(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	ListNode<P> *entry = cwq->worklist.next.get();

	for (; entry != &cwq->worklist; entry = entry->next.get()) {
		Work<P> *work = work_of(entry);

		if (!(work->data.load(Order::relaxed) & WORK_BARRIER))
			return work;
	}
	return nullptr;
}

/*
 * Put @work at the tail of @cwq. Its data names @cwq as PENDING already: that
 * was a release, so who finds the cwq by way of the work sees it whole.
 *
 * Returns whether the caller has to wake the worker, once the lock is dropped.
 */
template <Platform P>
[[nodiscard]] bool insert_work(CpuWorkqueue<P> *cwq, Work<P> *work)
	REQUIRES(cwq->lock)
{
	list_add_tail(&work->entry, &cwq->worklist);
	cwq->accepted.set(cwq->accepted.get() + 1);
	cwq->behind_first.set(cwq->behind_first.get() + 1);
	if (UNLIKELY(!cwq->behind_first.get()))
		cwq->head_since.set(P::now());
	note_length(cwq);
	return cwq->inbox.rouse();
}

/*
 * Wake the worker of @cwq, without its lock. The queue may be gone by now, the
 * worker having been awake all the time; then this wakes nobody, or somebody
 * who looks and sleeps on.
 */
template <Platform P>
void wake_worker(CpuWorkqueue<P> *cwq)
{
	cwq->more_work.wake_up();
}

/*
 * Sleep until @work, seen with @data on @cwq, is in another state. Either a cancel owns
 * it, or it is delayed and its module is being unloaded: in both cases only a cancel or
 * mod_delayed_work() moves it, and calls announce_move() afterwards.
 */
template <Platform P>
void wait_for_move(CpuWorkqueue<P> *cwq, const Work<P> *work,
		   unsigned long data)
{
	cwq->work_moved.wait(
		[work, data] { return get_wq_data(work) != data; });
}

template <Platform P>
void announce_move(CpuWorkqueue<P> *cwq)
{
	cwq->work_moved.wake_up();
}

/* A work leaves the list. */
template <Platform P>
void one_less(CpuWorkqueue<P> *cwq) REQUIRES(cwq->lock)
{
	cwq->behind_first.set(cwq->behind_first.get() - 1);
}

/* The cwq whose worker calls this; nullptr if it is called by no worker. */
template <Platform P>
CpuWorkqueue<P> *current_cwq()
{
	/* SAFETY: what worker_thread() was called with. */
	return static_cast<CpuWorkqueue<P> *>(P::current_worker());
}

} // namespace cwq

#endif // CWQ_CPU_WORKQUEUE_HPP
