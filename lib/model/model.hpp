// SPDX-License-Identifier: GPL-2.0
/*
 * The Platform that is a model: the kernel as far as the core sees it, on
 * relacy, which runs a test over and over with another interleaving each time,
 * and lets each load see any store that the C++ memory model allows.
 *
 * Documentation/model.md says which primitive of the kernel stands behind each of
 * these, what it promises there, and what the model leaves out.
 */
#ifndef CWQ_MODEL_HPP
#define CWQ_MODEL_HPP

#include "suite.hpp"

#include "scheduler.hpp"

#include "../platform.hpp"

namespace cwq {

/* Where in the core an operation stands, for the history of a failure. */
#define HERE                                  \
	rl::debug_info info = rl::debug_info( \
		__builtin_FUNCTION(), __builtin_FILE(), __builtin_LINE())

/*
 * A step of a primitive: another thread may come in before it, none within. What
 * threads of the model know of each other besides shared memory, such as who
 * sleeps, is plain data that only steps touch.
 */
class Step {
public:
	explicit Step(const Access &access)
	{
		intend(access);
		rl::ctx().sched();
		rl::ctx().disable_preemption();
	}
	~Step()
	{
		rl::ctx().enable_preemption();
	}
	Step(const Step &) = delete;
	Step &operator=(const Step &) = delete;
};

/* A step under a lock of the kernel's, which orders memory. */
class StepLock {
public:
	StepLock(rl::mutex &mutex, rl::debug_info info)
		: step_({ &mutex, true, accesses.task(rl::thread_index()) }),
		  mutex_(mutex),
		  info_(info)
	{
		mutex_.lock(info_);
	}
	~StepLock()
	{
		mutex_.unlock(info_);
	}
	StepLock(const StepLock &) = delete;
	StepLock &operator=(const StepLock &) = delete;

private:
	Step step_;
	rl::mutex &mutex_;
	rl::debug_info info_;
};

/*
 * Who sleeps for one reason, by number of thread. Guarded by the lock of a
 * StepLock. The functions are in machine.hpp.
 */
class Sleepers {
public:
	/* set_current_state(): from here on a wake-up is not lost. */
	void prepare(const rl::mutex *mutex, rl::debug_info info);
	void wake_all(rl::debug_info info);
	void leave();
	bool empty() const
	{
		return !mask_;
	}

private:
	unsigned mask_ = 0;
};

struct Model {
	/* Somebody goes on alone, as after a panic: see LookStopped. */
	static inline bool others_stopped;

	/* A work's function; it is called with the Work<Model>. */
	using Func = void (*)(void *work);

	static constexpr unsigned int OBSERVER_BITS = 2;

	struct Snapshot {
		int cpu, pid;
		unsigned long accepted, executed, cancelled, pending, running,
			delayed, redirected;
	};

	static constexpr rl::memory_order order(Order order)
	{
		switch (order) {
		case Order::relaxed:
			return rl::mo_relaxed;
		case Order::acquire:
			return rl::mo_acquire;
		case Order::release:
			return rl::mo_release;
		case Order::acq_rel:
			break;
		}
		return rl::mo_acq_rel;
	}

	/*
	 * Two accesses, one of them a store, that are not ordered by anything
	 * are a data race, and a failure. The end of the object is a store:
	 * who uses it must be ordered before.
	 */
	template <class T>
	struct Var {
		Var() : value(T())
		{
		}
		~Var()
		{
			set(T());
		}
		Var(const Var &) = delete;
		Var &operator=(const Var &) = delete;
		T get(HERE) const
		{
			return value(info).load();
		}
		void set(T v, HERE)
		{
			value(info).store(v);
		}

		rl::var<T> value;
	};

	/* Only its end can race: @exists is loaded by each access. */
	template <class T>
	struct Atomic {
		Atomic() : value(T())
		{
		}
		T load(Order o, HERE) const
		{
			exists.get(info);
			intend({ &value, false });
			return value.load(order(o), info);
		}
		void store(T v, Order o, HERE)
		{
			intend_change(info);
			value.store(v, order(o), info);
		}
		T exchange(T v, Order o, HERE)
		{
			intend_change(info);
			return value.exchange(v, order(o), info);
		}
		T fetch_add(T v, Order o, HERE)
		{
			intend_change(info);
			return value.fetch_add(v, order(o), info);
		}
		bool compare_exchange(T expected, T v, Order o, HERE)
		{
			intend_change(info);
			return value.compare_exchange_strong(expected, v,
							     order(o), info,
							     rl::mo_relaxed,
							     info);
		}
		void intend_change(rl::debug_info info)
		{
			exists.get(info);
			intend({ &value, true });
		}

		rl::atomic<T> value;
		Var<bool> exists;
	};

	template <class T>
	struct Hint {
		T get() const
		{
			return T();
		}
		void set(T)
		{
		}
	};

	/*
	 * Others may run while it is held, on other CPUs, but nobody is
	 * scheduled between the last step under the lock and the unlock: who
	 * would find it locked there may as well come after.
	 */
	struct CAPABILITY("mutex") Mutex {
		void init(enum cwq_mutex_class)
		{
		}
		void lock(HERE) ACQUIRE()
		{
			intend({ &mutex, true });
			mutex.lock(info);
		}
		void unlock(HERE) RELEASE()
		{
			rl::preemption_disabler guard(rl::ctx());

			access_now({ &mutex, true });
			mutex.unlock(info);
		}

		rl::mutex mutex;
	};

	/* Who locks it must have seen that it was initialised. */
	struct CAPABILITY("lock") Lock {
		void init(enum cwq_lock_class, HERE)
		{
			exists.set(true, info);
		}
		unsigned long lock(HERE) ACQUIRE()
		{
			exists.get(info);
			RL_ASSERT(!held || !others_stopped);
			mutex.lock(info);
			held = true;
			return 0;
		}
		void unlock(unsigned long, HERE) RELEASE()
		{
			held = false;
			mutex.unlock(info);
		}
		void lock_irq(HERE) ACQUIRE()
		{
			lock(info);
		}
		void unlock_irq(HERE) RELEASE()
		{
			unlock(0, info);
		}
		void lock_nested(HERE) ACQUIRE()
		{
			lock(info);
		}
		void unlock_nested(HERE) RELEASE()
		{
			unlock(0, info);
		}
		void assert_held() ASSERT_CAPABILITY(this)
		{
		}
		/* Of use only when nobody else can change it. */
		bool is_held() const
		{
			RL_ASSERT(others_stopped);
			return held;
		}

		Mutex mutex;
		Var<bool> exists;
		bool held = false;
	};

	/*
	 * wait_event(): look; get on the queue, look, sleep unless woken since;
	 * again. wake_up() looks whether anybody is on it, one step before it
	 * wakes who is on it then. The lock stands for the barriers as well
	 * that both sides make.
	 */
	struct WaitQueue {
		void init()
		{
		}
		void exit()
		{
		}
		void wake_up(HERE)
		{
			{
				StepLock guard(mutex, info);

				if (sleepers.empty())
					return;
			}

			StepLock guard(mutex, info);

			sleepers.wake_all(info);
		}
		template <class Done>
		void wait(Done done, HERE)
		{
			if (done())
				return;
			for (;;) {
				{
					StepLock guard(mutex, info);

					sleepers.prepare(&mutex, info);
				}
				if (done())
					break;
				sleep(info);
			}
			sleepers.leave();
		}

		rl::mutex mutex;
		Sleepers sleepers;
	};

	/*
	 * rcuwait_wait_event(): say who waits; look, sleep unless woken since;
	 * again. wake_up() has found who waits one step before it wakes it up,
	 * which may be somewhere else by then.
	 */
	struct RcuWait {
		static constexpr int NOBODY = -1;

		void init()
		{
		}
		void wake_up(HERE);
		template <class Done>
		void wait(Done done, HERE)
		{
			for (;;) {
				prepare(info);
				if (done())
					break;
				sleep(info);
			}
			finish(info);
		}
		void prepare(rl::debug_info info);
		void finish(rl::debug_info info);

		rl::mutex barriers; /* which both sides make */
		int task = NOBODY;
	};

	struct Completion {
		void init()
		{
		}
		void complete(HERE)
		{
			StepLock guard(mutex, info);

			done.set(done.get(info) + 1, info);
			sleepers.wake_all(info);
		}
		void wait(HERE)
		{
			while (!is_complete(info))
				sleep(info);
		}
		/* The time may be up at any moment. Being killed is the same. */
		long wait_killable(unsigned long timeout, HERE)
		{
			bool in_time = true;

			for (;;) {
				if (is_complete(info))
					return timeout + 1;
				if (!in_time)
					return 0;
				in_time = sleep_for_a_while(info);
			}
		}
		/* If so, that is used up; if not, the next sleep ends when it
		 * is. */
		bool is_complete(rl::debug_info info)
		{
			StepLock guard(mutex, info);

			if (unsigned nr = done.get(info)) {
				done.set(nr - 1, info);
				sleepers.leave();
				return true;
			}
			sleepers.prepare(&mutex, info);
			return false;
		}

		rl::mutex mutex;
		Sleepers sleepers;
		Var<unsigned> done; /* so many need not wait */
	};

	struct QueueMap {
		void init(const char *)
		{
		}
		void exit()
		{
		}
		void touch()
		{
		}
	};
	struct WorkMap {};
	struct MapGuard {
		MapGuard()
		{
		}
	};

	/* A thread of the kernel's: see Machine::run_thread(). */
	struct Thread {
		void *cwq; /* a CpuWorkqueue<Model>, which cannot be named here */
		/* Until it was stopped: then the task belongs to others. */
		Var<bool> exists;
		unsigned number; /* of relacy's thread */
		bool started = false;
		bool exited = false;
		Atomic<bool> should_stop;
		rl::mutex mutex; /* orders all this */
		Sleepers sleepers; /* who waits for the exit */
	};

	/* One that fires on a CPU of its own, unless it is far away: see
	 * Machine::run_timer(). */
	static constexpr unsigned long FAR_AWAY = ~0ul;
	struct Timer {
		bool armed = false;
		bool far_away;
		int base = -1;
	};

	/* The rest needs the machine, and is in machine.hpp. */
	static void sleep(rl::debug_info info);
	static bool sleep_for_a_while(rl::debug_info info);

	template <class T>
	static T *make(int n, unsigned long extra);
	template <class T>
	static T *make_on(int cpu);
	template <class T>
	static T *make_atomic(int n);
	static void free(void *memory);
	static bool holds(const void *const *where, const void *what);
	template <class V, class T>
	static bool peek(const V &where, T *what);

	static constexpr int NO_MEMORY = 1;
	static constexpr int NO_CPU = 2;
	static Thread *thread_create(void *cwq, const char *name, int cpu,
				     bool rt, int *error);
	static void thread_start(Thread *thread, HERE);
	static void thread_rebind(Thread *thread, int cpu, HERE);
	static int thread_set_cpus(Thread *, const void *)
	{
		return 0;
	}
	static void thread_inherit(Thread *thread, const Thread *ended, HERE)
	{
		RL_ASSERT(thread->exists.get(info) && ended->exists.get(info));
	}
	static int thread_pid(Thread *thread);
	static bool thread_should_stop(HERE);
	static void thread_stop(Thread *thread, HERE);
	static void set_freezable();
	static void freeze();
	static void *current_worker();
	static void thread_get(Thread *thread, HERE)
	{
		RL_ASSERT(thread->exists.get(info));
	}
	static bool thread_frozen(Thread *thread, HERE)
	{
		RL_ASSERT(thread->exists.get(info));
		return false;
	}
	static bool thread_died(Thread *thread, HERE)
	{
		RL_ASSERT(thread->exists.get(info));
		return false;
	}

	/* All at once: only who looks asks for it. */
	static unsigned long now()
	{
		return 0;
	}
	static void thread_describe(Thread *, cwq_task *)
	{
	}
	static Thread *current_thread()
	{
		return nullptr;
	}
	static const void *address(Func func)
	{
		return reinterpret_cast<const void *>(func);
	}
	static unsigned long clock()
	{
		return 0;
	}
	/* All are hogs, one after the other. */
	static unsigned long cpu_time()
	{
		return ++time_used;
	}
	static unsigned long hog_limit()
	{
		return 1;
	}
	static inline unsigned long time_used;
	static void *directory_create(auto *, int)
	{
		return nullptr;
	}
	static void directory_remove(void *)
	{
	}
	static unsigned long timer_expires(auto *)
	{
		return 0;
	}

	static void timer_arm(auto *work, unsigned long delay, HERE);
	static bool timer_take_out(auto *work, HERE);
	static void timer_delete_sync(auto *work, HERE);

	static void cpus_lock(HERE);
	static void cpus_unlock(HERE);
	static int nr_cpus();
	static bool cpu_online(int cpu);
	/* @cpus has a bit for each. */
	static bool mask_has(const void *cpus, int cpu)
	{
		return *static_cast<const unsigned *>(cpus) >> cpu & 1;
	}
	static bool may_sleep();

	static unsigned long interrupts_off();
	static void interrupts_restore(unsigned long flags, HERE);
	static void relax(HERE);

	static bool of_module(const void *module, const auto *, Func func)
	{
		return module == reinterpret_cast<const void *>(func);
	}
	static void run(Func func, auto *work)
	{
		func(work);
	}
	static void run_nested(Func func, auto *work)
	{
		func(work);
	}

	/* What only tells somebody. */
	static constexpr bool HAS_MAPS = true;
	static void touch_map(auto *)
	{
	}
	static void debug_activate(auto *)
	{
	}
	static void debug_deactivate(auto *)
	{
	}
	static void log_no_thread(const char *, int, int)
	{
	}
	static void check_place(const void *, const void *)
	{
	}
	static void log_hog(const char *, int, const auto &)
	{
	}
	static void log_lost_func(const char *)
	{
	}
	static void log_freed_armed(const char *)
	{
	}
	static void log_cancelled(const char *, Func)
	{
	}
	static void log_wait(const char *, int, Func, const char *, int, Func)
	{
	}
	static void log_evicted(const void *, Func, const char *, bool)
	{
	}
	static void log_evicted_queue(const void *, const char *)
	{
	}
	static void trace_queue_work(auto *, auto *, auto *)
	{
	}
	static void trace_cancel(auto *, auto *)
	{
	}
	static void trace_insert_barrier(auto *)
	{
	}
	static void trace_create(const char *)
	{
	}
	static void trace_destroy(const char *)
	{
	}
};

} // namespace cwq

#endif // CWQ_MODEL_HPP
