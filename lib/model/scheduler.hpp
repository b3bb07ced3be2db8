// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which the threads of a model take turns.
 *
 * A search goes through all executions with up to so many switches that nothing
 * forces, but for those that differ from another one only in what nobody can
 * tell. Say a thread is stopped before an access, others run, and it goes on, and
 * meanwhile nobody came near the object of that access: then it might as well
 * have made the access before it was stopped, in another execution of the search
 * with no more switches than this one. So it does not go on before somebody did
 * come near it; if nobody else can run, the execution is redundant, and ends
 * without further choices.
 *
 * Each operation of the model says what it is about to access before relacy may
 * switch, by intend(). Elsewhere there is no switch.
 */
#ifndef CWQ_SCHEDULER_HPP
#define CWQ_SCHEDULER_HPP

#include "suite.hpp"

namespace cwq {

struct Access {
	const void *object = nullptr;
	bool write = false;
	const void *task = nullptr; /* its own state is changed, too */

	bool conflicts(const Access &other) const
	{
		if (object && object == other.object)
			return write || other.write;
		return (object && object == other.task) ||
		       (task && task == other.object);
	}
};

/* What each thread is about to access, and who was stopped before that. */
class Accesses {
public:
	static constexpr unsigned MAX_THREADS = 8;

	/* What stands for the state of a thread. */
	const void *task(unsigned thread) const
	{
		return &next_[thread];
	}
	void clear()
	{
		*this = Accesses();
	}
	void intend(unsigned thread, const Access &access)
	{
		next_[thread] = access;
		intends_[thread] = true;
	}
	/* If not, this is a place of relacy's own, such as a constructor. */
	bool intends(unsigned thread) const
	{
		return intends_[thread];
	}
	void stop(unsigned thread)
	{
		stopped_[thread] = true;
	}
	/* Others have not come near what it was about to access. */
	bool is_stopped(unsigned thread) const
	{
		return stopped_[thread];
	}
	/* It makes its access. */
	void go_on(unsigned thread)
	{
		stopped_[thread] = intends_[thread] = false;
		made(next_[thread]);
	}
	void made(const Access &access)
	{
		for (unsigned i = 0; i < MAX_THREADS; i++)
			if (stopped_[i] && next_[i].conflicts(access))
				stopped_[i] = false;
	}

private:
	Access next_[MAX_THREADS];
	bool intends_[MAX_THREADS] = {};
	bool stopped_[MAX_THREADS] = {};
};

inline Accesses accesses;

/* The search begins when these threads, a bit each, have gone to sleep or have
 * settled. Until then there is nothing to choose: one after another. */
inline unsigned unsettled;

/* The next switch is before an @access of the calling thread; within a step,
 * there is none. */
inline void intend(const Access &access)
{
	accesses.intend(rl::thread_index(), access);
	accesses.made(access);
}

/* The calling thread makes an @access without giving others a turn. */
inline void access_now(const Access &access)
{
	accesses.made(access);
}

/* The calling thread has got to where the search is to begin. */
inline void settle()
{
	unsettled &= ~(1u << rl::thread_index());
	intend({});
	rl::ctx().sched();
}

/*
 * Begins with the clients only; the machine wakes the others, see
 * Machine::wake(). relacy knows such threads as dynamic ones, which it would also
 * start by itself rather than tell of a deadlock.
 */
template <class Base>
class ClientsFirst : public Base {
public:
	static inline unsigned others; /* how many threads are not clients */

	ClientsFirst(rl::test_params &params,
		     typename Base::shared_context_t &context, rl::thread_id_t)
		: Base(params, context, others)
	{
	}
	rl::thread_id_t iteration_begin(rl::iteration_t iteration)
	{
		accesses.clear();
		unsettled = 0;

		rl::thread_id_t first = Base::iteration_begin(iteration);

		this->dynamic_thread_count_ = 0;
		return first;
	}
};

template <rl::thread_id_t N>
class SearchScheduler : public rl::tree_search_scheduler<
				SearchScheduler<N>,
				rl::context_bound_scheduler_thread_info<N>, N> {
public:
	using Base = rl::tree_search_scheduler<
		SearchScheduler<N>, rl::context_bound_scheduler_thread_info<N>,
		N>;
	using typename Base::shared_context_t;
	using typename Base::thread_info_t;

	using Base::Base;

	rl::thread_id_t iteration_begin_impl()
	{
		left_ = this->params_.context_bound;
		settled_ = redundant_ = false;
		this->stree_depth_ = 0;
		return this->running_threads[0];
	}

	/* Who is next? The calling thread is about to make its access, or it has
	 * gone to sleep or ended: then the switch is forced. */
	rl::thread_id_t schedule_impl(rl::unpark_reason &reason, unsigned)
	{
		thread_info_t &self = *this->thread_;
		bool forced = self.state_ != rl::thread_state_running;
		rl::thread_id_t next = self.index_;

		reason = rl::unpark_reason_normal;
		if (!settled_) {
			if (is_unsettled(self, forced, next))
				return next;
			settled_ = true;
			next = first();
			accesses.go_on(next);
			return next;
		}
		if (redundant_)
			next = forced ? any(reason) : next;
		else if (forced || (left_ && accesses.intends(self.index_)))
			next = choose(self, forced, reason);

		if (!forced && next != self.index_) {
			left_--;
			accesses.stop(self.index_);
		}
		accesses.go_on(next);
		return next;
	}

	unsigned rand_impl(unsigned limit, rl::sched_type type)
	{
		return redundant_ ? 0 : Base::rand_impl(limit, type);
	}

	double iteration_count_approx()
	{
		return 1.0;
	}

private:
	/* Is somebody still on the way to where the search begins? */
	bool is_unsettled(const thread_info_t &self, bool forced,
			  rl::thread_id_t &next)
	{
		if (!forced && unsettled >> self.index_ & 1)
			return true;
		for (rl::thread_id_t i = 0; i != this->running_threads_count;
		     i++) {
			next = this->running_threads[i];
			if (unsettled >> next & 1)
				return true;
		}
		return false;
	}

	/* The search begins with one of the clients. */
	rl::thread_id_t first()
	{
		rl::thread_id_t ready[N];
		unsigned nr = 0;

		for (rl::thread_id_t i = 0; i != this->running_threads_count;
		     i++)
			if (this->running_threads[i] <
			    N - this->total_dynamic_threads_)
				ready[nr++] = this->running_threads[i];
		return ready[nr > 1 ? this->rand(nr, rl::sched_type_sched) : 0];
	}

	/* One that sleeps with a limit: its time is up. */
	rl::thread_id_t time_out(unsigned i, rl::unpark_reason &reason)
	{
		rl::thread_id_t next = this->timed_threads_[i]->index_;

		this->unpark_thread(next);
		reason = rl::unpark_reason_timeout;
		return next;
	}

	rl::thread_id_t choose(const thread_info_t &self, bool forced,
			       rl::unpark_reason &reason)
	{
		unsigned nr_timed = this->timed_thread_count_;
		rl::thread_id_t ready[N];
		unsigned nr = 0;

		if (!forced)
			ready[nr++] = self.index_;
		for (rl::thread_id_t i = 0; i != this->running_threads_count;
		     i++) {
			rl::thread_id_t thread = this->running_threads[i];

			if (thread != self.index_ &&
			    !accesses.is_stopped(thread))
				ready[nr++] = thread;
		}
		if (!nr && !nr_timed) {
			redundant_ = true;
			return any(reason);
		}

		unsigned choice = 0;

		if (nr + nr_timed > 1)
			choice =
				this->rand(nr + nr_timed, rl::sched_type_sched);
		return choice < nr ? ready[choice]
				   : time_out(choice - nr, reason);
	}

	rl::thread_id_t any(rl::unpark_reason &reason)
	{
		return this->running_threads_count ? this->running_threads[0]
						   : time_out(0, reason);
	}

	unsigned left_; /* switches that nothing forces */
	bool settled_; /* the search has begun */
	bool redundant_;
};

} // namespace cwq

#endif // CWQ_SCHEDULER_HPP
