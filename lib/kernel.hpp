// SPDX-License-Identifier: GPL-2.0
/*
 * The Platform that is the Linux kernel: calls into the shim, see core.h.
 *
 * The core has no kernel header, so it keeps the kernel's objects as opaque
 * memory. module/layout.c tells their sizes to the build, which leaves them in
 * layout.h.
 */
#ifndef CWQ_KERNEL_HPP
#define CWQ_KERNEL_HPP

#include "layout.h"

/* What <cwq/types.h> wants to be complete: as the kernel lays them out. */
struct list_head {
	list_head *next, *prev;
};

struct timer_list {
	alignas(CWQ_ALIGNOF_TIMER) unsigned char opaque[CWQ_SIZEOF_TIMER];
};

#ifdef CONFIG_LOCKDEP
struct lockdep_map {
	alignas(8) unsigned char opaque[CWQ_SIZEOF_LOCKDEP_MAP];
};
#endif

#include <cwq/types.h>

/* Of the kernel's. */
extern "C" volatile unsigned long jiffies;

#include "platform.hpp"

#ifdef CONFIG_ARM64
#include "lse.hpp"
#endif

/* The answer holds for as long as the caller's call lasts, so a question on which
 * nothing depends (without lockdep, there are such) can be left out. */
extern "C" CWQ_DIRECT __attribute__((pure)) void *cwq_shim_current_worker(void);

namespace cwq {

template <unsigned long Size, unsigned long Align>
struct Opaque {
	alignas(Align) unsigned char bytes[Size];
};

/* What not every kernel has. */
template <unsigned long Align>
struct Opaque<0, Align> {
};

/*
 * Nothing of the core is seen outside its object but what core.h declares. Without this,
 * each function of a template would be a group of sections, which the objtool of
 * Linux 6.12 leaves with a wrong signature when it adds a symbol to the object; a
 * linker then takes groups for copies of one another, and discards them.
 */
namespace {

struct Kernel {
	using Thread = task_struct;
	using Func = cwq_work_func_t;
	using Snapshot = cwq_snapshot;

	/* 1,024 slots, of which half may be in use. */
	static constexpr unsigned int OBSERVER_BITS = 10;

	static constexpr int order(Order order)
	{
		switch (order) {
		case Order::relaxed:
			return __ATOMIC_RELAXED;
		case Order::acquire:
			return __ATOMIC_ACQUIRE;
		case Order::release:
			return __ATOMIC_RELEASE;
		case Order::acq_rel:
			break;
		}
		return __ATOMIC_ACQ_REL;
	}

	template <class T>
	struct Atomic {
		T load(Order o) const
		{
			return __atomic_load_n(&value, order(o));
		}
		void store(T v, Order o)
		{
			__atomic_store_n(&value, v, order(o));
		}
		T exchange(T v, Order o)
		{
#ifdef CONFIG_ARM64
			if (LIKELY(has_lse()))
				return lse_exchange(&value, v, o);
#endif
			return __atomic_exchange_n(&value, v, order(o));
		}
		T fetch_add(T v, Order o)
		{
#ifdef CONFIG_ARM64
			if (LIKELY(has_lse()))
				return lse_fetch_add(&value, v, o);
#endif
			return __atomic_fetch_add(&value, v, order(o));
		}
		bool compare_exchange(T expected, T v, Order o)
		{
#ifdef CONFIG_ARM64
			if (LIKELY(has_lse()))
				return lse_compare_exchange(&value, expected, v,
							    o);
#endif
			return __atomic_compare_exchange_n(&value, &expected, v,
							   false, order(o),
							   __ATOMIC_RELAXED);
		}

		T value;
	};

	template <class T>
	struct Var {
		T get() const
		{
			return value;
		}
		void set(T v)
		{
			value = v;
		}

		T value;
	};

	template <class T>
	struct Hint {
		T get() const
		{
			return value.load(Order::relaxed);
		}
		void set(T v)
		{
			value.store(v, Order::relaxed);
		}

		Atomic<T> value;
	};

	struct CAPABILITY("spinlock") Lock {
		void init(enum cwq_lock_class lock_class)
		{
			cwq_shim_lock_init(this, lock_class);
		}
		unsigned long lock() ACQUIRE()
		{
			return cwq_shim_lock(this);
		}
		void unlock(unsigned long flags) RELEASE()
		{
			cwq_shim_unlock(this, flags);
		}
		void lock_irq() ACQUIRE()
		{
			cwq_shim_lock_irq(this);
		}
		void unlock_irq() RELEASE()
		{
			cwq_shim_unlock_irq(this);
		}
		void lock_nested() ACQUIRE()
		{
			cwq_shim_lock_nested(this);
		}
		void unlock_nested() RELEASE()
		{
			cwq_shim_unlock_nested(this);
		}
		void assert_held() ASSERT_CAPABILITY(this)
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_assert_held(this);
		}
		bool is_held() const
		{
			return cwq_shim_lock_is_held(this);
		}

		Opaque<CWQ_SIZEOF_LOCK, CWQ_ALIGNOF_LOCK> memory;
	};

	struct CAPABILITY("mutex") Mutex {
		void init(enum cwq_mutex_class mutex_class)
		{
			cwq_shim_mutex_init(this, mutex_class);
		}
		void lock() ACQUIRE()
		{
			cwq_shim_mutex_lock(this);
		}
		void unlock() RELEASE()
		{
			cwq_shim_mutex_unlock(this);
		}

		Opaque<CWQ_SIZEOF_MUTEX, CWQ_ALIGNOF_MUTEX> memory;
	};

	template <class Done>
	static bool call(void *done)
	{
		/* SAFETY: it is what a wait() has passed on, which outlives the
		 * call. */
		return (*static_cast<Done *>(done))();
	}

	struct WaitQueue {
		void init()
		{
			cwq_shim_waitq_init(this);
		}
		void exit()
		{
			cwq_shim_waitq_exit(this);
		}
		void wake_up()
		{
			cwq_shim_wake_up(this);
		}
		template <class Done>
		void wait(Done done)
		{
			cwq_shim_wait(this, call<Done>, &done);
		}

		Opaque<CWQ_SIZEOF_WAITQ, CWQ_ALIGNOF_WAITQ> memory;
	};

	struct RcuWait {
		void init()
		{
			cwq_shim_rcuwait_init(this);
		}
		void wake_up()
		{
			cwq_shim_rcuwait_wake_up(this);
		}
		template <class Done>
		void wait(Done done)
		{
			cwq_shim_rcuwait(this, call<Done>, &done);
		}

		Opaque<CWQ_SIZEOF_RCUWAIT, CWQ_ALIGNOF_RCUWAIT> memory;
	};

	struct Completion {
		void init()
		{
			cwq_shim_completion_init(this);
		}
		void complete()
		{
			cwq_shim_complete(this);
		}
		void wait()
		{
			cwq_shim_wait_for_completion(this);
		}
		/* Time left, at least 1; 0: none; negative: killed. */
		long wait_killable(unsigned long timeout)
		{
			return cwq_shim_wait_killable(this, timeout);
		}

		Opaque<CWQ_SIZEOF_COMPLETION, CWQ_ALIGNOF_COMPLETION> memory;
	};

	/* SAFETY: all of the core's types are plain memory to the kernel, for
	 * which zero is a good value; see cwq_shim_alloc_on() on alignment. */
	template <class T>
	static T *make(int n, unsigned long extra)
	{
		return static_cast<T *>(cwq_shim_alloc(sizeof(T) * n + extra));
	}
	template <class T>
	static T *make_on(int cpu)
	{
		return static_cast<T *>(cwq_shim_alloc_on(cpu, sizeof(T)));
	}
	template <class T>
	static T *make_atomic(int n)
	{
		return static_cast<T *>(cwq_shim_alloc_atomic(sizeof(T) * n));
	}
	static void free(void *memory)
	{
		cwq_shim_free(memory);
	}
	template <class V, class T>
	static bool peek(const V &where, T *what)
	{
		static_assert(sizeof(where.value) == sizeof(unsigned long));
		static_assert(sizeof(*what) == sizeof(unsigned long));
		return cwq_shim_peek(&where.value, what);
	}
	static bool holds(const void *const *where, const void *what)
	{
		return cwq_shim_holds(where, what);
	}

	/*
	 * What lockdep knows of a queue, and of a work: held while a function
	 * runs, taken for a moment by who waits for it. A work's is initialised
	 * by the client.
	 */
	struct QueueMap {
		void init(const char *name)
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_queue_map_init(this, name);
		}
		void exit()
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_queue_map_exit(this);
		}
		void touch()
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_queue_map_touch(this);
		}

		[[no_unique_address]] Opaque<CWQ_SIZEOF_QUEUE_MAP, 8> memory;
	};

	/* A queue that was found by way of a work keeps its map meanwhile. */
	struct MapGuard {
		MapGuard()
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_maps_lock();
		}
		~MapGuard()
		{
			if (IS_ENABLED(CONFIG_LOCKDEP))
				cwq_shim_maps_unlock();
		}
		MapGuard(const MapGuard &) = delete;
		MapGuard &operator=(const MapGuard &) = delete;
	};

	struct WorkMap {
		[[no_unique_address]] Opaque<CWQ_SIZEOF_LOCKDEP_MAP, 8> memory;
	};

	[[maybe_unused]] static constexpr int NO_MEMORY = CWQ_ENOMEM;
	[[maybe_unused]] static constexpr int NO_CPU = CWQ_ENODEV;
	static Thread *thread_create(void *cwq, const char *name, int cpu,
				     bool rt, int *error)
	{
		return cwq_shim_thread_create(cwq, name, cpu, rt, error);
	}
	static void thread_start(Thread *thread)
	{
		cwq_shim_thread_start(thread);
	}
	static void thread_rebind(Thread *thread, int cpu)
	{
		cwq_shim_thread_rebind(thread, cpu);
	}
	static int thread_set_cpus(Thread *thread, const void *cpus)
	{
		return cwq_shim_thread_set_cpus(thread, cpus);
	}
	static void thread_inherit(Thread *thread, const Thread *ended)
	{
		cwq_shim_thread_inherit(thread, ended);
	}
	static int thread_pid(Thread *thread)
	{
		return cwq_shim_thread_pid(thread);
	}
	static bool thread_should_stop()
	{
		return cwq_shim_thread_should_stop();
	}
	static void thread_stop(Thread *thread)
	{
		cwq_shim_thread_stop(thread);
	}
	static void thread_get(Thread *thread)
	{
		cwq_shim_thread_get(thread);
	}
	static bool thread_frozen(Thread *thread)
	{
		return cwq_shim_thread_frozen(thread);
	}
	static bool thread_died(Thread *thread)
	{
		return cwq_shim_thread_died(thread);
	}
	static void thread_describe(Thread *thread, cwq_task *task)
	{
		cwq_shim_thread_describe(thread, task);
	}
	static Thread *current_thread()
	{
		return cwq_shim_current_thread();
	}
	static unsigned long clock()
	{
		return cwq_shim_clock();
	}
	static unsigned long cpu_time()
	{
		return cwq_shim_cpu_time();
	}
	static unsigned long hog_limit()
	{
		return cwq_shim_hog_limit();
	}
	static void *directory_create(auto *wq, int nr)
	{
		/* SAFETY: pointers to cwqs, of which the shim knows nothing. */
		return cwq_shim_directory_create(
			wq, wq->name, wq->instance,
			reinterpret_cast<void *const *>(wq->cwq), nr,
			wq->singlethread);
	}
	static void directory_remove(void *directory)
	{
		cwq_shim_directory_remove(directory);
	}
	static unsigned long now()
	{
		return jiffies;
	}
	static void check_place(const void *work, const void *caller)
	{
		cwq_shim_check_place(work, caller);
	}
	static void *current_worker()
	{
		return cwq_shim_current_worker();
	}
	static void set_freezable()
	{
		cwq_shim_set_freezable();
	}
	static void freeze()
	{
		cwq_shim_freeze();
	}

	/* Work<Kernel> cannot be named in here: Kernel is not complete. */

	/* SAFETY: the layouts are the same (core.cc), and a work with a timer
	 * is the first member of a delayed work. */
	static cwq_delayed_work *dwork(auto *work)
	{
		return reinterpret_cast<cwq_delayed_work *>(work);
	}
	static void timer_arm(auto *work, unsigned long delay)
	{
		cwq_shim_timer_arm(dwork(work), delay);
	}
	static bool timer_take_out(auto *work)
	{
		return cwq_shim_timer_take_out(dwork(work));
	}
	static void timer_delete_sync(auto *work)
	{
		cwq_shim_timer_delete_sync(dwork(work));
	}
	static unsigned long timer_expires(auto *work)
	{
		return cwq_shim_timer_expires(dwork(work));
	}

	/* SAFETY: the layouts are the same, see core.cc. */
	static cwq_work_struct *client(auto *work)
	{
		return reinterpret_cast<cwq_work_struct *>(work);
	}
	static void run(Func func, auto *work)
	{
		cwq_shim_run(client(work), func);
	}
	static void run_nested(Func func, auto *work)
	{
		cwq_shim_run_nested(client(work), func);
	}
	/* A work gets on a list, or leaves it; for the kernel's object
	 * debugging. */
	static void debug_activate(auto *work)
	{
		if (IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
			cwq_shim_debug_activate(client(work));
	}
	static void debug_deactivate(auto *work)
	{
		if (IS_ENABLED(CONFIG_DEBUG_OBJECTS_WORK))
			cwq_shim_debug_deactivate(client(work));
	}
	[[maybe_unused]] static constexpr bool HAS_MAPS =
		IS_ENABLED(CONFIG_LOCKDEP);
	static void touch_map(auto *work)
	{
		cwq_shim_work_map_touch(client(work));
	}
	/* SAFETY: a function's address, to be printed. */
	static const void *address(Func func)
	{
		return reinterpret_cast<const void *>(func);
	}
	static bool of_module(const void *module, const auto *work, Func func)
	{
		return cwq_shim_within_module(module, address(func)) ||
		       cwq_shim_within_module(module, work);
	}

	static void log_no_thread(const char *queue, int cpu, int error)
	{
		cwq_shim_log_no_thread(queue, cpu, error);
	}
	static void log_hog(const char *queue, int cpu, const auto &hog)
	{
		cwq_shim_log_hog(queue, cpu, hog.func, hog.used, hog.nr);
	}
	static void log_lost_func(const char *queue)
	{
		cwq_shim_log_lost_func(queue);
	}
	static void log_freed_armed(const char *queue)
	{
		cwq_shim_log_freed_armed(queue);
	}
	static void log_cancelled(const char *queue, Func func)
	{
		cwq_shim_log_cancelled(queue, address(func));
	}
	static void log_wait(const char *queue, int cpu, Func func,
			     const char *for_queue, int for_cpu, Func for_func)
	{
		cwq_shim_log_wait(queue, cpu, address(func), for_queue, for_cpu,
				  address(for_func));
	}
	static void log_evicted(const void *module, Func func,
				const char *queue, bool running)
	{
		cwq_shim_log_evicted(module, address(func), queue, running);
	}
	static void log_evicted_queue(const void *module, const char *queue)
	{
		cwq_shim_log_evicted_queue(module, queue);
	}

	/* These three are called under the lock of @cwq. */
	static void trace_queue_work(auto *asked, auto *cwq, auto *work)
		NO_THREAD_SAFETY_ANALYSIS
	{
		if (LIKELY(!cwq_shim_tracing))
			return;
		cwq_shim_trace_queue_work(cwq->wq.get()->name, asked->cpu,
					  cwq->cpu, client(work),
					  address(work->func.get()));
	}
	static void trace_cancel(auto *cwq, auto *work)
		NO_THREAD_SAFETY_ANALYSIS
	{
		if (LIKELY(!cwq_shim_tracing))
			return;
		cwq_shim_trace_cancel(cwq->wq.get()->name, cwq->cpu,
				      client(work), address(work->func.get()));
	}
	static void trace_insert_barrier(auto *cwq) NO_THREAD_SAFETY_ANALYSIS
	{
		if (LIKELY(!cwq_shim_tracing))
			return;
		cwq_shim_trace_insert_barrier(cwq->wq.get()->name, cwq->cpu);
	}
	static void trace_create(const char *queue)
	{
		cwq_shim_trace_create(queue);
	}
	static void trace_destroy(const char *queue)
	{
		cwq_shim_trace_destroy(queue);
	}

	static void cpus_lock()
	{
		cwq_shim_cpus_lock();
	}
	static void cpus_unlock()
	{
		cwq_shim_cpus_unlock();
	}
	static int nr_cpus()
	{
		return cwq_shim_nr_cpus();
	}
	static bool cpu_online(int cpu)
	{
		return cwq_shim_cpu_online(cpu);
	}
	static bool mask_has(const void *cpus, int cpu)
	{
		return cwq_shim_mask_has(cpus, cpu);
	}
	/* Not defined: cwq_shim_push_work() does this where it costs no call. */
	static unsigned long interrupts_off();
	static void interrupts_restore(unsigned long flags)
	{
		cwq_shim_interrupts_restore(flags);
	}
	static void relax()
	{
		cwq_shim_relax();
	}
	static bool may_sleep()
	{
		return cwq_shim_may_sleep();
	}
};

} // namespace

} // namespace cwq

#endif // CWQ_KERNEL_HPP
