// SPDX-License-Identifier: GPL-2.0
/*
 * What a model needs besides memory and locks: threads, timers, CPUs and the
 * storage of one execution. One suite has one machine.
 */
#ifndef CWQ_MACHINE_HPP
#define CWQ_MACHINE_HPP

#include "model.hpp"

#include "../evict.hpp"
#include "../hotplug.hpp"

namespace cwq {

/* Laid out as a client's delayed work is: the work first. */
struct DelayedWork {
	Work<Model> work;
	Model::Timer timer;
};

/*
 * Storage that gives the same addresses in each execution: the core orders locks
 * by address, and relacy wants executions to be repeatable.
 */
class Arena {
public:
	template <class T>
	T *make(int n, unsigned long extra)
	{
		unsigned long align = alignof(T) > 64 ? alignof(T) : 64;
		unsigned long start = (used_ + align - 1) & -align;

		RL_ASSERT(start + n * sizeof(T) + extra <= sizeof(memory_));
		used_ = start + n * sizeof(T) + extra;
		__builtin_memset(memory_ + start, 0, n * sizeof(T) + extra);

		T *objects = reinterpret_cast<T *>(memory_ + start);

		for (int i = 0; i < n; i++) {
			new (&objects[i]) T();
			RL_ASSERT(nr_ < MAX_OBJECTS);
			ends_[nr_++] = { &objects[i], [](void *object) {
						static_cast<T *>(object)->~T();
					} };
		}
		return objects;
	}

	void clear()
	{
		while (nr_) {
			nr_--;
			ends_[nr_].end(ends_[nr_].object);
		}
		used_ = 0;
	}

private:
	static constexpr int MAX_OBJECTS = 64;

	struct End {
		void *object;
		void (*end)(void *object);
	};

	alignas(64) static inline unsigned char memory_[1 << 16];
	static inline unsigned long used_ = 0;
	static inline End ends_[MAX_OBJECTS];
	static inline int nr_ = 0;
};

class Machine {
public:
	static constexpr int MAX_THREADS = 4;
	static constexpr int MAX_TIMERS = 2;
	static constexpr int MAX_RL_THREADS = 8;

	explicit Machine(int cpus) : nr_cpus(cpus)
	{
		machine = this;
		registry = arena.make<Registry<Model>>(1, 0);
	}
	~Machine()
	{
		arena.clear();
	}

	static inline Machine *machine = nullptr;

	Arena arena;
	Registry<Model> *registry;
	int nr_cpus;
	bool online[2] = { true, true };
	bool out_of_memory = false;
	bool running = false; /* the clients have started */
	int threads_to_be_had = MAX_THREADS;

	/* The life of a thread that the core makes, by number. */
	void run_thread(int i, HERE)
	{
		Model::Thread &thread = threads[i];

		if (!thread.started_early) {
			thread.monitor.lock(info);
			while (!thread.started.get() &&
			       !thread.should_stop.load(Order::relaxed))
				thread.monitor.sleep(info);
			thread.monitor.unlock(info);
		}

		/* The kernel does not call the function of a thread that is
		 * stopped before it has come to run. */
		bool runs =
			thread.started.get() &&
			(!thread.should_stop.load(Order::relaxed) || ending);

		if (runs) {
			current[rl::thread_index()] = &thread;
			worker_thread(cwq_of(&thread));
			current[rl::thread_index()] = nullptr;
		}

		thread.monitor.lock(info);
		thread.exited.set(true);
		thread.monitor.wake_all(info);
		thread.monitor.unlock(info);
	}

	/* Ask a thread to end, whether it was ever started or not. */
	void tell_to_stop(Model::Thread *thread, HERE)
	{
		thread->monitor.lock(info);
		thread->should_stop.store(true, Order::relaxed);
		thread->monitor.wake_all(info);
		thread->monitor.unlock(info);
		if (thread->cwq)
			cwq_of(thread)->more_work.wake_up(info);
	}

	/* The CPU that all timers fire on, until the clients are done. */
	void run_timers(HERE)
	{
		base.lock(info);
		for (;;) {
			DelayedWork *due = nullptr;

			for (int i = 0; i < nr_timers; i++)
				if (timers[i]->timer.armed.load(Order::relaxed))
					due = timers[i];
			if (due) {
				due->timer.armed.store(false, Order::relaxed);
				due->timer.running.set(true);
				base.unlock(info);
				delayed_work_timer_fn(&due->work);
				base.lock(info);
				due->timer.running.set(false);
				base.wake_all(info);
			} else if (clients_done.get()) {
				break;
			} else {
				base.sleep(info);
			}
		}
		base.unlock(info);
		stop_threads();
	}

	/* A client of the suite has ended; the last one ends the machine. */
	void client_done(int nr_clients, bool has_timers, HERE)
	{
		if (++done != nr_clients)
			return;
		if (!has_timers) {
			stop_threads();
			return;
		}
		base.lock(info);
		clients_done.set(true);
		base.wake_all(info);
		base.unlock(info);
	}

	/* The suite is over: what is queued still runs. */
	void stop_threads()
	{
		ending = true;
		for (auto &thread : threads)
			tell_to_stop(&thread);
	}

	void add_timer(DelayedWork *dwork)
	{
		timers[nr_timers++] = dwork;
	}

	Model::Thread threads[MAX_THREADS];
	int nr_threads = 0;
	Model::Thread *current[MAX_RL_THREADS] = {};

	Model::Monitor base; /* guards timers, as a timer base's lock does */
	DelayedWork *timers[MAX_TIMERS] = {};
	int nr_timers = 0;

private:
	static CpuWorkqueue<Model> *cwq_of(const Model::Thread *thread)
	{
		return static_cast<CpuWorkqueue<Model> *>(thread->cwq);
	}

	/* The suite's own, not memory of the kernel's. */
	bool ending = false;
	int done = 0;
	Model::Var<bool> clients_done;
};

template <class T>
T *Model::make(int n, unsigned long extra)
{
	return Machine::machine->arena.make<T>(n, extra);
}

template <class T>
T *Model::make_on(int)
{
	return Machine::machine->arena.make<T>(1, 0);
}

template <class T>
T *Model::make_atomic(int n)
{
	if (Machine::machine->out_of_memory)
		return nullptr;
	return Machine::machine->arena.make<T>(n, 0);
}

inline void Model::free(void *)
{
}

inline bool Model::is_memory(const void *)
{
	return true;
}

inline Model::Thread *Model::thread_create(void *cwq, const char *, int, bool)
{
	Machine *m = Machine::machine;

	if (m->nr_threads == m->threads_to_be_had)
		return nullptr;

	Thread *thread = &m->threads[m->nr_threads++];

	thread->cwq = cwq;
	return thread;
}

inline void Model::thread_start(Thread *thread)
{
	rl::debug_info info = $;

	if (thread->started_early)
		return;
	if (!Machine::machine->running) {
		thread->started_early = true;
		thread->started.set(true);
		return;
	}
	thread->monitor.lock(info);
	thread->started.set(true);
	thread->monitor.wake_all(info);
	thread->monitor.unlock(info);
}

inline void Model::thread_rebind(Thread *, int)
{
}

inline int Model::thread_pid(Thread *thread)
{
	return thread - Machine::machine->threads + 1;
}

inline bool Model::thread_should_stop(rl::debug_info info)
{
	Thread *thread = Machine::machine->current[rl::thread_index()];

	return thread->should_stop.load(Order::relaxed, info);
}

inline void Model::thread_stop(Thread *thread)
{
	rl::debug_info info = $;

	Machine::machine->tell_to_stop(thread);
	thread->monitor.lock(info);
	while (!thread->exited.get())
		thread->monitor.sleep(info);
	thread->monitor.unlock(info);
}

/* The machine never sleeps. */
inline void Model::set_freezable()
{
}

inline void Model::freeze()
{
}

inline void *Model::current_worker()
{
	Thread *thread = Machine::machine->current[rl::thread_index()];

	return thread ? thread->cwq : nullptr;
}

/* SAFETY: works with a timer are those of a DelayedWork. */
inline Model::Timer *timer_of(auto *work)
{
	return &reinterpret_cast<DelayedWork *>(work)->timer;
}

inline void Model::timer_arm(auto *work, unsigned long, rl::debug_info info)
{
	Monitor &base = Machine::machine->base;

	base.lock(info);
	timer_of(work)->armed.store(true, Order::relaxed);
	base.wake_all(info);
	base.unlock(info);
}

inline bool Model::timer_take_out(auto *work, rl::debug_info info)
{
	Monitor &base = Machine::machine->base;
	Timer *timer = timer_of(work);
	bool taken;

	base.lock(info);
	taken = !timer->running.get();
	if (taken)
		timer->armed.store(false, Order::relaxed);
	base.unlock(info);
	return taken;
}

inline void Model::timer_delete_sync(auto *work, rl::debug_info info)
{
	Monitor &base = Machine::machine->base;
	Timer *timer = timer_of(work);

	base.lock(info);
	timer->armed.store(false, Order::relaxed);
	while (timer->running.get())
		base.sleep(info);
	base.unlock(info);
}

inline void Model::cpus_lock()
{
}

inline void Model::cpus_unlock()
{
}

inline int Model::nr_cpus()
{
	return Machine::machine->nr_cpus;
}

inline bool Model::cpu_online(int cpu)
{
	return Machine::machine->online[cpu];
}

inline bool Model::may_sleep()
{
	return true;
}

inline bool Model::may_queue()
{
	return true;
}

static_assert(Platform<Model>);

} // namespace cwq

#endif // CWQ_MACHINE_HPP
