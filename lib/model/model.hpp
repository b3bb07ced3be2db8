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

#include <relacy/relacy.hpp>

/* relacy takes these words for itself. */
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert

#include <new>

#include "../platform.hpp"

namespace cwq {

/* Where in the core an operation stands, for the history of a failure. */
#define HERE                                  \
	rl::debug_info info = rl::debug_info( \
		__builtin_FUNCTION(), __builtin_FILE(), __builtin_LINE())

struct Model {
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

	template <class T>
	struct Atomic {
		Atomic() : value(T())
		{
		}
		T load(Order o, HERE) const
		{
			return value.load(order(o), info);
		}
		void store(T v, Order o, HERE)
		{
			value.store(v, order(o), info);
		}
		T exchange(T v, Order o, HERE)
		{
			return value.exchange(v, order(o), info);
		}
		T fetch_add(T v, Order o, HERE)
		{
			return value.fetch_add(v, order(o), info);
		}
		bool compare_exchange(T expected, T v, Order o, HERE)
		{
			return value.compare_exchange_strong(expected, v,
							     order(o), info,
							     rl::mo_relaxed,
							     info);
		}

		rl::atomic<T> value;
	};

	/* Two accesses, one of them a store, that are not ordered by anything
	 * are a data race, and a failure. */
	template <class T>
	struct Var {
		Var() : value(T())
		{
		}
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

	struct Lock {
		void init(enum cwq_lock_class)
		{
		}
		unsigned long lock(HERE)
		{
			mutex.lock(info);
			return 0;
		}
		void unlock(unsigned long, HERE)
		{
			mutex.unlock(info);
		}
		void lock_irq(HERE)
		{
			mutex.lock(info);
		}
		void unlock_irq(HERE)
		{
			mutex.unlock(info);
		}
		void lock_nested(HERE)
		{
			mutex.lock(info);
		}
		void unlock_nested(HERE)
		{
			mutex.unlock(info);
		}
		void assert_held()
		{
		}

		rl::mutex mutex;
	};

	struct Mutex {
		void init()
		{
		}
		void lock(HERE)
		{
			mutex.lock(info);
		}
		void unlock(HERE)
		{
			mutex.unlock(info);
		}

		rl::mutex mutex;
	};

	/* Sleeping and waking, each under one lock. */
	struct Monitor {
		void lock(rl::debug_info info)
		{
			mutex.lock(info);
		}
		void unlock(rl::debug_info info)
		{
			mutex.unlock(info);
		}
		void sleep(rl::debug_info info)
		{
			condition.wait(mutex, info);
		}
		void wake_all(rl::debug_info info)
		{
			condition.notify_all(info);
		}

		rl::mutex mutex;
		rl::condition_variable_any condition;
	};

	/*
	 * The kernel's protocol: get on the queue, look, sleep unless woken
	 * since. So a wake-up that comes after the look is not lost, and one
	 * that comes before it is not needed. The kernel does both under the
	 * queue's lock, which orders the two sides as the read-modify-writes do
	 * here; these are fewer steps to explore.
	 */
	struct WaitQueue {
		void init()
		{
		}
		void wake_up(HERE)
		{
			wake_ups.fetch_add(1, Order::acq_rel, info);
			/* Not shared memory: nothing comes between this and
			 * the step before. */
			if (!sleepers)
				return;
			monitor.lock(info);
			monitor.wake_all(info);
			monitor.unlock(info);
		}
		template <class Done>
		void wait(Done done, HERE)
		{
			for (;;) {
				unsigned long seen = latest(info);

				if (done())
					return;

				monitor.lock(info);
				while (latest(info) == seen) {
					sleepers++;
					monitor.sleep(info);
					sleepers--;
				}
				monitor.unlock(info);
			}
		}
		template <class Done>
		void wait_freezable(Done done, HERE)
		{
			wait(done, info);
		}

		unsigned long latest(rl::debug_info info)
		{
			return wake_ups.fetch_add(0, Order::acq_rel, info);
		}

		Monitor monitor;
		Atomic<unsigned long> wake_ups;
		int sleepers = 0;
	};

	struct Completion {
		void init()
		{
		}
		void complete(HERE)
		{
			monitor.lock(info);
			completed.set(true);
			monitor.wake_all(info);
			monitor.unlock(info);
		}
		void wait(HERE)
		{
			monitor.lock(info);
			while (!completed.get())
				monitor.sleep(info);
			monitor.unlock(info);
		}
		/* The time may be up at any moment. */
		long wait_killable(unsigned long timeout, HERE)
		{
			bool patient = rl::rand(2);
			long left = timeout;

			monitor.lock(info);
			while (patient && !completed.get())
				monitor.sleep(info);
			if (!completed.get())
				left = 0;
			monitor.unlock(info);
			return left;
		}

		Monitor monitor;
		Var<bool> completed;
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
		Monitor monitor;
		bool started_early = false; /* before the clients started */
		Var<bool> started, exited;
		Atomic<bool> should_stop;
	};

	struct Timer {
		Var<bool> running;
		Atomic<bool> armed;
	};

	/* The rest needs the machine, and is in machine.hpp. */
	template <class T>
	static T *make(int n, unsigned long extra);
	template <class T>
	static T *make_on(int cpu);
	template <class T>
	static T *make_atomic(int n);
	static void free(void *memory);
	static bool is_memory(const void *memory);

	static Thread *thread_create(void *cwq, const char *name, int cpu,
				     bool rt);
	static void thread_start(Thread *thread);
	static void thread_rebind(Thread *thread, int cpu);
	static int thread_pid(Thread *thread);
	static bool thread_should_stop(HERE);
	static void thread_stop(Thread *thread);
	static void set_freezable();
	static void freeze();
	static void *current_worker();
	static void thread_get(Thread *)
	{
	}
	static bool thread_frozen(Thread *)
	{
		return false;
	}

	/* All at once: only who looks asks for it. */
	static unsigned long now()
	{
		return 0;
	}
	static void current_task(cwq_task *)
	{
	}
	static const void *address(Func func)
	{
		return reinterpret_cast<const void *>(func);
	}
	static unsigned long clock()
	{
		return 0;
	}
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

	static void cpus_lock();
	static void cpus_unlock();
	static int nr_cpus();
	static bool cpu_online(int cpu);
	static bool may_sleep();
	static bool may_queue();

	static bool of_module(const void *module, const auto *, Func func)
	{
		return module == reinterpret_cast<const void *>(func);
	}
	static void run(Func func, auto *work)
	{
		func(work);
	}

	/* What only tells somebody. */
	static void touch_map(auto *)
	{
	}
	static void debug_activate(auto *)
	{
	}
	static void debug_deactivate(auto *)
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
