// SPDX-License-Identifier: GPL-2.0
/*
 * What the core asks of the world it runs in.
 *
 * The core is templates over one Platform. It touches shared memory only
 * through Platform::Atomic<T>, Var<T> and Hint<T>, and it blocks only through
 * the Platform: that is why the very same source runs in the kernel
 * (lib/kernel.hpp) and wherever else a Platform is given.
 */
#ifndef CWQ_PLATFORM_HPP
#define CWQ_PLATFORM_HPP

#include "core.h"

/*
 * Locking, written down for clang's -Wthread-safety; nothing to other
 * compilers.
 */
#ifdef __clang__
#define CWQ_ATTR(x) __attribute__((x))
#else
#define CWQ_ATTR(x)
#endif

#define CAPABILITY(name) CWQ_ATTR(capability(name))
#define SCOPED_CAPABILITY CWQ_ATTR(scoped_lockable)
#define GUARDED_BY(lock) CWQ_ATTR(guarded_by(lock))
#define REQUIRES(...) CWQ_ATTR(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) CWQ_ATTR(acquire_capability(__VA_ARGS__))
#define RELEASE(...) CWQ_ATTR(release_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(lock) CWQ_ATTR(assert_capability(lock))
/* For locks taken in an order or number that the analysis cannot follow. */
#define NO_THREAD_SAFETY_ANALYSIS CWQ_ATTR(no_thread_safety_analysis)

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NOINLINE __attribute__((noinline))
#ifdef CC_USING_PATCHABLE_FUNCTION_ENTRY
#define NOTRACE __attribute__((patchable_function_entry(0, 0)))
#else
#define NOTRACE __attribute__((no_instrument_function))
#endif
#define ALWAYS_INLINE inline __attribute__((always_inline))
/* For an object whose initialisation is somewhere else: not to be zeroed as well. */
#if __has_attribute(uninitialized)
#define UNINITIALIZED __attribute__((uninitialized))
#else
#define UNINITIALIZED
#endif

namespace cwq {

/* Memory orders, as in C++ and in the kernel's _relaxed, _acquire, _release. */
enum class Order { relaxed, acquire, release, acq_rel };

template <class P>
concept Platform = requires(typename P::Lock &lock, typename P::Mutex &mutex,
			    typename P::WaitQueue &waitq,
			    typename P::RcuWait &rcuwait,
			    typename P::Completion &done,
			    typename P::template Atomic<unsigned long> &atomic,
			    typename P::template Var<unsigned long> &var,
			    typename P::template Hint<unsigned long> &hint,
			    typename P::Thread *thread, typename P::Func func,
			    unsigned long word, int cpu, void *memory)
{
	/* An observer has a table of 2 to the power of that. */
	word = P::OBSERVER_BITS;

	/* Shared memory: Atomic may be raced for, Var is guarded by a lock; a
	 * Hint may be raced for, and nothing depends on it. */
	atomic.store(word, Order::release);
	word = atomic.load(Order::acquire);
	word = atomic.exchange(word, Order::acq_rel);
	atomic.compare_exchange(word, word, Order::acq_rel);
	word = atomic.fetch_add(word, Order::relaxed);
	var.set(word);
	word = var.get();
	hint.set(word);
	word = hint.get();

	/* It spins, everywhere. lock() also shuts out interrupts, lock_irq() may only
	 * be used where they are known to be on. lock_nested() is for the
	 * second lock of two. is_held() asks whether anybody has it. */
	lock.init(CWQ_LOCK_CWQ);
	word = lock.lock();
	lock.unlock(word);
	lock.lock_irq();
	lock.unlock_irq();
	lock.lock_nested();
	lock.unlock_nested();
	lock.assert_held();
	lock.is_held();

	/* Blocking. wait() sleeps until the predicate holds, and looks at it
	 * again after each wake_up() that comes after the sleeper has
	 * looked. On an RcuWait one thread may wait at a time, which may be
	 * frozen there; so its wake_up() takes no lock. */
	mutex.init(CWQ_MUTEX_QUEUES);
	mutex.lock();
	mutex.unlock();
	waitq.init();
	waitq.exit();
	waitq.wake_up();
	waitq.wait([] { return true; });
	rcuwait.init();
	rcuwait.wake_up();
	rcuwait.wait([] { return true; });
	done.init();
	done.complete();
	done.wait();
	done.wait_killable(word);

	/* Objects, so many and so many bytes behind them, as if of zeroed
	 * memory; nullptr when there is none. make_atomic() does not sleep. */
	P::template make<int>(cpu, word);
	P::template make_on<int>(cpu);
	P::template make_atomic<int>(cpu);
	P::free(memory);
	/* Does an address hold a pointer? No, where make_on() never makes an
	 * object, and where there is no memory. */
	P::holds(&memory, memory);
	/* What stands in an Atomic or a Var of memory that may be anybody's by
	 * now. False if there is no memory. */
	P::peek(atomic, &word);
	P::peek(var, &word);

	/* A work that @memory wants to queue: report it if it is on the stack. */
	P::check_place(memory, memory);

	/* The context of the caller. */
	P::may_sleep();
	memory = P::current_worker();

	/* Interrupts off, and as they were; a Lock may be taken in between. And
	 * what a loop does that waits for somebody who has them off. */
	word = P::interrupts_off();
	P::interrupts_restore(word);
	P::relax();

	/* Threads. One that is stopped before its function was called may end
	 * without calling it. */
	P::thread_start(thread);
	P::thread_should_stop();
	P::thread_stop(thread);
	P::thread_rebind(thread, cpu);
	cpu = P::thread_set_cpus(thread, memory);
	P::thread_inherit(thread, thread);
	cpu = P::thread_pid(thread);
	P::thread_get(thread);
	word = P::thread_frozen(thread);
	word = P::thread_died(thread);
	P::thread_describe(thread, static_cast<cwq_task *>(memory));
	P::set_freezable();
	P::freeze();

	/* Time, in jiffies and in ns; how much of it the caller's thread has run, and
	 * how much is too much for one function, 0: none; and who calls, or is
	 * interrupted. */
	word = P::now();
	word = P::clock();
	word = P::cpu_time();
	word = P::hog_limit();
	thread = P::current_thread();

	/* A place where a queue is shown. */
	P::directory_remove(memory);

	/* The CPUs; none comes or goes while cpus_lock() is held. */
	P::cpus_lock();
	P::cpus_unlock();
	cpu = P::nr_cpus();
	P::mask_has(memory, cpu);
	P::cpu_online(cpu);
};

/* The only ways to hold a lock of the core. */
template <Platform P>
class SCOPED_CAPABILITY Guard {
public:
	explicit Guard(typename P::Lock &lock) ACQUIRE(lock)
		: lock_(lock),
		  flags_(lock.lock())
	{
	}
	~Guard() RELEASE()
	{
		lock_.unlock(flags_);
	}
	Guard(const Guard &) = delete;
	Guard &operator=(const Guard &) = delete;

private:
	typename P::Lock &lock_;
	unsigned long flags_;
};

/* The same where interrupts are known to be on. */
template <Platform P>
class SCOPED_CAPABILITY IrqGuard {
public:
	explicit IrqGuard(typename P::Lock &lock) ACQUIRE(lock) : lock_(lock)
	{
		lock_.lock_irq();
	}
	~IrqGuard() RELEASE()
	{
		lock_.unlock_irq();
	}
	IrqGuard(const IrqGuard &) = delete;
	IrqGuard &operator=(const IrqGuard &) = delete;

private:
	typename P::Lock &lock_;
};

template <Platform P>
class SCOPED_CAPABILITY MutexGuard {
public:
	explicit MutexGuard(typename P::Mutex &mutex) ACQUIRE(mutex)
		: mutex_(mutex)
	{
		mutex_.lock();
	}
	~MutexGuard() RELEASE()
	{
		mutex_.unlock();
	}
	MutexGuard(const MutexGuard &) = delete;
	MutexGuard &operator=(const MutexGuard &) = delete;

private:
	typename P::Mutex &mutex_;
};

} // namespace cwq

#endif // CWQ_PLATFORM_HPP
