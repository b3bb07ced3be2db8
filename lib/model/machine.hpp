// SPDX-License-Identifier: GPL-2.0
/*
 * What a model needs besides memory and locks: threads, timers and CPUs. There
 * is one machine at a time.
 */
#ifndef CWQ_MACHINE_HPP
#define CWQ_MACHINE_HPP

#include "arena.hpp"

#include "../evict.hpp"
#include "../hotplug.hpp"
#include "../worker.hpp"

namespace cwq {

/* Laid out as a client's delayed work is: the work first. */
struct DelayedWork {
	Work<Model> work;
	Model::Timer timer;
};

class Machine {
public:
	static constexpr int MAX_THREADS = 5;
	static constexpr int MAX_TIMERS = 2;
	static constexpr int MAX_TASKS = 8;

	Machine(const Crew &crew, int cpus)
		: crew(crew),
		  nr_cpus(cpus),
		  threads_to_be_had(crew.threads),
		  clients_left_(crew.clients)
	{
		machine = this;
		for (int i = crew.clients; i < MAX_TASKS; i++)
			tasks_[i].parked = true;
		hotplug.init(true, false, true, false, $);
		uninterrupted.ended.store(0, rl::mo_relaxed, $);
		registry = arena.make<Registry<Model>>(1, 0);
	}
	~Machine()
	{
		hotplug.deinit($);
	}

	static inline Machine *machine = nullptr;

	const Crew crew;
	const int nr_cpus;
	Arena arena;
	Registry<Model> *registry;
	bool out_of_memory = false;
	int threads_to_be_had;
	/* Called by who makes a thread, and may hold him up. */
	void (*before_thread)() = nullptr;
	int spurious = 0; /* so many sleeps may yet end for no reason */

	bool online[2] = { true, true };
	rl::generic_mutex<Machine> hotplug; /* cpus_read_lock() and the other */

	Model::Thread threads[MAX_THREADS];
	int nr_threads = 0;

	/* What the kernel keeps for each CPU, and locks. */
	struct TimerBase {
		DelayedWork *dwork = nullptr;
		bool running = false; /* its function; dwork may be gone */
		rl::mutex mutex;
		Sleepers sleepers; /* until the function has returned */
	} bases[MAX_TIMERS];

	/* Who has interrupts off, and who waits for one of them. */
	struct {
		int nr = 0;
		rl::atomic<unsigned> ended;
		rl::mutex mutex;
		Sleepers sleepers;
	} uninterrupted;

	void add_timer(int base, DelayedWork *dwork)
	{
		dwork->timer.base = base;
		bases[base].dwork = dwork;
	}
	void remove_timer(const DelayedWork *dwork)
	{
		RL_ASSERT(!dwork->timer.armed);
		bases[dwork->timer.base].dwork = nullptr;
	}
	/* Tell the CPU of a timer that it is armed, if it has one. */
	void wake_base(int base, rl::debug_info info)
	{
		if (base < crew.timers)
			wake(crew.clients + crew.threads + base, info);
	}

	/* The life of a thread that the core makes. */
	void run_thread(int i, HERE)
	{
		Model::Thread *thread = &threads[i];

		while (!is_decided(thread, info))
			Model::sleep(info);

		/* The kernel does not call the function of a thread that is
		 * stopped before it has come to run. */
		if (thread->started &&
		    !thread->should_stop.load(Order::relaxed, info)) {
			self().worker = thread;
			worker_thread(static_cast<CpuWorkqueue<Model> *>(
				thread->cwq));
			self().worker = nullptr;
		}
		{
			StepLock guard(thread->mutex, info);

			thread->exited = true;
			thread->sleepers.wake_all(info);
		}
		finish(info);
	}

	/* The life of a CPU: its timer fires at any moment after it was armed. It counts
	 * as running, with interrupts off, until the CPU has come back from it. */
	void run_timer(int i, HERE)
	{
		TimerBase *base = &bases[i];

		while (!ending_) {
			if (!begin_timer(base, info)) {
				Model::sleep(info);
				continue;
			}
			delayed_work_timer_fn(&base->dwork->work);
			{
				StepLock guard(base->mutex, info);

				base->running = false;
				base->sleepers.wake_all(info);
			}
			Model::interrupts_restore(0, info);
		}
		finish(info);
	}

	/* A client of the suite has ended; the last one ends the machine. */
	void end_client(HERE)
	{
		if (--clients_left_)
			return;
		wait_for_quiet(info);
		check_all_done();
		rl::preemption_disabler guard(rl::ctx());

		ending_ = true;
		end_next(info);
	}

	/* As the kernel takes a CPU down, and brings it up: false if that
	 * failed. */
	void take_down(int cpu, HERE)
	{
		begin_hotplug(info);
		cpu_offline(registry, cpu);
		online[cpu] = false;
		end_hotplug(info);
	}
	bool bring_up(int cpu, HERE)
	{
		begin_hotplug(info);
		online[cpu] = true;

		bool up = cwq::cpu_online(registry, cpu);

		online[cpu] = up;
		end_hotplug(info);
		return up;
	}

	void wait_for_exit(Model::Thread *thread, HERE)
	{
		while (!has_exited(thread, info))
			sleep(false, info);
	}

	/* set_current_state(); it is woken by those who lock @mutex. */
	void prepare_to_sleep(const rl::mutex *mutex, rl::debug_info info)
	{
		rl::preemption_disabler guard(rl::ctx());

		self().waits_at = mutex;
		self().mutex.lock(info);
		self().woken = false;
		self().mutex.unlock(info);
	}

	/* schedule(): false if the time was up. */
	bool sleep(bool limited, rl::debug_info info)
	{
		Task &task = self();
		Step step({ task.waits_at, false,
			    accesses.task(rl::thread_index()) });

		if (task.woken)
			return true;
		if (spurious && rl::rand(2)) {
			spurious--;
			return true;
		}
		task.limited = limited;
		task.parked = true;
		tell_of_quiet(info);

		bool in_time = rl::ctx().park_current_thread(limited, false,
							     false, info) ==
			       rl::unpark_reason_normal;

		task.parked = false;
		if (ending_ && !task.undisturbed) {
			task.undisturbed = true;
			rl::ctx().disable_preemption();
		}
		return in_time;
	}

	/* wake_up_process(): wherever it sleeps. */
	void wake(unsigned number, rl::debug_info info)
	{
		rl::preemption_disabler guard(rl::ctx());
		Task &task = tasks_[number];

		task.mutex.lock(info);
		if (!task.woken && task.parked) {
			task.parked = false;
			rl::ctx().unpark_thread(number, false, info);
		}
		task.woken = true;
		task.mutex.unlock(info);
	}

	Model::Thread *current_worker()
	{
		return self().worker;
	}

	bool is_ending() const
	{
		return ending_;
	}

private:
	void begin_hotplug(rl::debug_info info)
	{
		intend({ &hotplug, true });
		hotplug.lock_exclusive(info);
	}
	void end_hotplug(rl::debug_info info)
	{
		rl::preemption_disabler guard(rl::ctx());

		access_now({ &hotplug, true });
		hotplug.unlock_exclusive(info);
	}

	/* A thread of relacy's. All but the clients sleep at first. */
	struct Task {
		bool woken = false; /* since it was about to sleep */
		const rl::mutex *waits_at = nullptr;
		bool parked = false;
		bool limited = false; /* may wake up by itself */
		bool finished = false;
		bool undisturbed = false; /* nothing happens beside its end */
		Model::Thread *worker = nullptr;
		rl::mutex mutex; /* as that of a run queue, orders the above */
	};

	Task &self()
	{
		return tasks_[rl::thread_index()];
	}

	/* Is it started, or never to be? If not, the next sleep ends when it
	 * is. */
	bool is_decided(Model::Thread *thread, rl::debug_info info)
	{
		StepLock guard(thread->mutex, info);

		prepare_to_sleep(&thread->mutex, info);
		return thread->started || ending_ ||
		       thread->should_stop.load(Order::relaxed, info);
	}

	/* If not, the next sleep ends when it has. */
	bool has_exited(Model::Thread *thread, rl::debug_info info)
	{
		StepLock guard(thread->mutex, info);

		if (!thread->exited)
			thread->sleepers.prepare(&thread->mutex, info);
		return thread->exited;
	}

	/* If the timer is not armed, the next sleep ends when it is. */
	bool begin_timer(TimerBase *base, rl::debug_info info)
	{
		StepLock guard(base->mutex, info);

		prepare_to_sleep(&base->mutex, info);
		if (!base->dwork || !base->dwork->timer.armed ||
		    base->dwork->timer.far_away)
			return false;
		base->dwork->timer.armed = false;
		base->running = true;
		Model::interrupts_off();
		return true;
	}

	/* All sleep, and nobody is left to wake them: a work that is on a list
	 * now is one whose wake-up was lost. */
	void check_all_done()
	{
		MutexGuard<Model> registry_guard(registry->mutex);

		for_each_cwq(registry, [](CpuWorkqueue<Model> *cwq) {
			CwqGuard<Model> guard(cwq);

			RL_ASSERT(list_empty(&cwq->worklist));
			return true;
		});
	}

	/* Is there nothing left to do, when the clients have done their part? */
	bool is_quiet() const
	{
		int nr = crew.clients + crew.threads + crew.timers;

		for (int i = crew.clients; i < nr; i++)
			if (!tasks_[i].finished &&
			    (!tasks_[i].parked || tasks_[i].limited))
				return false;
		return true;
	}

	void wait_for_quiet(rl::debug_info info)
	{
		Step step({});

		if (is_quiet())
			return;
		waiter_for_quiet_ = rl::thread_index();
		self().parked = true;
		rl::ctx().park_current_thread(false, false, false, info);
	}

	/* Within a step. */
	void tell_of_quiet(rl::debug_info info)
	{
		if (waiter_for_quiet_ < 0 || !is_quiet())
			return;
		rl::ctx().unpark_thread(waiter_for_quiet_, false, info);
		waiter_for_quiet_ = -1;
	}

	void finish(rl::debug_info info)
	{
		Task &task = self();
		rl::preemption_disabler guard(rl::ctx());

		task.finished = true;
		tell_of_quiet(info);
		if (ending_)
			end_next(info);
		if (task.undisturbed)
			rl::ctx().enable_preemption();
	}

	/*
	 * The suite is over, all sleep: one after another they wake up and see
	 * that. Their order is of no interest, so there is just one.
	 */
	void end_next(rl::debug_info info)
	{
		int nr = crew.clients + crew.threads + crew.timers;

		for (int i = crew.clients; i < nr; i++)
			if (!tasks_[i].finished) {
				wake(i, info);
				return;
			}
	}

	Task tasks_[MAX_TASKS];
	int clients_left_;
	int waiter_for_quiet_ = -1;
	bool ending_ = false;
};

inline void Sleepers::prepare(const rl::mutex *mutex, rl::debug_info info)
{
	mask_ |= 1u << rl::thread_index();
	Machine::machine->prepare_to_sleep(mutex, info);
}

inline void Sleepers::leave()
{
	mask_ &= ~(1u << rl::thread_index());
}

inline void Sleepers::wake_all(rl::debug_info info)
{
	for (unsigned i = 0; mask_ >> i; i++)
		if (mask_ >> i & 1)
			Machine::machine->wake(i, info);
	mask_ = 0;
}

inline void Model::RcuWait::prepare(rl::debug_info info)
{
	StepLock guard(barriers, info);
	int self = rl::thread_index();

	RL_ASSERT(task == NOBODY || task == self);
	task = self;
	Machine::machine->prepare_to_sleep(&barriers, info);
}

inline void Model::RcuWait::finish(rl::debug_info info)
{
	StepLock guard(barriers, info);

	task = NOBODY;
}

inline void Model::RcuWait::wake_up(rl::debug_info info)
{
	int number;

	{
		StepLock guard(barriers, info);

		number = task;
	}
	if (number == NOBODY)
		return;

	Step step({ accesses.task(number), true });

	Machine::machine->wake(number, info);
}

inline void Model::sleep(rl::debug_info info)
{
	Machine::machine->sleep(false, info);
}

inline bool Model::sleep_for_a_while(rl::debug_info info)
{
	return Machine::machine->sleep(true, info);
}

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

inline void Model::free(void *memory)
{
	Machine::machine->arena.free(memory);
}

/* Whoever is not ordered behind the end of the memory fails. */
template <class V, class T>
bool Model::peek(const V &where, T *what)
{
	if constexpr (requires { where.get(); })
		*what = where.get();
	else
		*what = where.load(Order::relaxed);
	return true;
}

inline bool Model::holds(const void *const *where, const void *what)
{
	return *where == what;
}

inline Model::Thread *Model::thread_create(void *cwq, const char *, int, bool,
					   int *error)
{
	Machine *m = Machine::machine;

	if (m->before_thread)
		m->before_thread();
	if (m->nr_threads == m->threads_to_be_had) {
		*error = NO_MEMORY;
		return nullptr;
	}

	Thread *thread = &m->threads[m->nr_threads++];

	thread->exists.set(true);
	thread->cwq = cwq;
	thread->number = m->crew.clients + m->nr_threads - 1;
	return thread;
}

inline void Model::thread_start(Thread *thread, rl::debug_info info)
{
	RL_ASSERT(thread->exists.get(info));

	StepLock guard(thread->mutex, info);

	thread->started = true;
	Machine::machine->wake(thread->number, info);
}

inline void Model::thread_rebind(Thread *thread, int, rl::debug_info info)
{
	RL_ASSERT(thread->exists.get(info));
}

inline int Model::thread_pid(Thread *thread)
{
	return thread - Machine::machine->threads + 1;
}

inline bool Model::thread_should_stop(rl::debug_info info)
{
	Machine *m = Machine::machine;

	return m->is_ending() ||
	       m->current_worker()->should_stop.load(Order::relaxed, info);
}

inline void Model::thread_stop(Thread *thread, rl::debug_info info)
{
	RL_ASSERT(thread->exists.get(info));
	thread->should_stop.store(true, Order::relaxed, info);
	{
		Step step({ accesses.task(thread->number), true });

		Machine::machine->wake(thread->number, info);
	}
	Machine::machine->wait_for_exit(thread, info);
	thread->exists.set(false, info);
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
	Thread *thread = Machine::machine->current_worker();

	return thread ? thread->cwq : nullptr;
}

/* SAFETY: works with a timer are those of a DelayedWork. */
inline Model::Timer *timer_of(auto *work)
{
	return &reinterpret_cast<DelayedWork *>(work)->timer;
}

inline void Model::timer_arm(auto *work, unsigned long delay,
			     rl::debug_info info)
{
	Machine *m = Machine::machine;
	Timer *timer = timer_of(work);
	StepLock guard(m->bases[timer->base].mutex, info);

	timer->armed = true;
	timer->far_away = delay == FAR_AWAY;
	m->wake_base(timer->base, info);
}

inline bool Model::timer_take_out(auto *work, rl::debug_info info)
{
	Timer *timer = timer_of(work);
	auto &base = Machine::machine->bases[timer->base];
	StepLock guard(base.mutex, info);

	if (!timer->armed)
		return !base.running;
	timer->armed = false;
	return true;
}

inline void Model::timer_delete_sync(auto *work, rl::debug_info info)
{
	Timer *timer = timer_of(work);
	auto &base = Machine::machine->bases[timer->base];

	for (;;) {
		{
			StepLock guard(base.mutex, info);

			if (!base.running) {
				timer->armed = false;
				return;
			}
			base.sleepers.prepare(&base.mutex, info);
		}
		sleep(info);
	}
}

inline void Model::cpus_lock(rl::debug_info info)
{
	auto &hotplug = Machine::machine->hotplug;

	intend({ &hotplug, true });
	hotplug.lock_shared(info);
}

inline void Model::cpus_unlock(rl::debug_info info)
{
	auto &hotplug = Machine::machine->hotplug;
	rl::preemption_disabler guard(rl::ctx());

	access_now({ &hotplug, true });
	hotplug.unlock_shared(info);
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

inline unsigned long Model::interrupts_off()
{
	Machine::machine->uninterrupted.nr++;
	return 0;
}

/* Nobody comes in between the last thing that was done and this: who waits would
 * only have to wait on. */
inline void Model::interrupts_restore(unsigned long, rl::debug_info info)
{
	auto &uninterrupted = Machine::machine->uninterrupted;
	rl::preemption_disabler guard(rl::ctx());

	access_now({ &uninterrupted.mutex, true });
	uninterrupted.nr--;
	uninterrupted.ended.fetch_add(1, rl::mo_release, info);
	uninterrupted.sleepers.wake_all(info);
}

/* Waits until one of them is through, and sees what that one has done: in the end
 * everybody does. None of them waits for who calls this. */
inline void Model::relax(rl::debug_info info)
{
	auto &uninterrupted = Machine::machine->uninterrupted;

	{
		Step step({ &uninterrupted.mutex, true,
			    accesses.task(rl::thread_index()) });

		if (uninterrupted.nr)
			uninterrupted.sleepers.prepare(&uninterrupted.mutex,
						       info);
		uninterrupted.ended.fetch_add(0, rl::mo_acquire, info);
		if (!uninterrupted.nr)
			return;
	}
	sleep(info);
	uninterrupted.sleepers.leave();
	uninterrupted.ended.fetch_add(0, rl::mo_acquire, info);
}

static_assert(Platform<Model>);

} // namespace cwq

#endif // CWQ_MACHINE_HPP
