// SPDX-License-Identifier: GPL-2.0
/*
 * What every suite needs: a queue on a machine, clients, and items that check
 * what is promised of each run.
 */
#ifndef CWQ_SCENE_HPP
#define CWQ_SCENE_HPP

#include "machine.hpp"

namespace cwq {

/*
 * A work that reports on itself. Its counters are Vars: each run must be ordered
 * behind the one before, and so must whoever waits for one, or it is a data race.
 */
class Item {
	/* First: the function is called with it. */
	alignas(DelayedWork) unsigned char memory_[sizeof(DelayedWork)];
	bool exists_ = true;
	Model::Var<int> begun_, ended_, other_runs_;

public:
	Item()
	{
		new (memory_) DelayedWork();
		init_work(work(), 0, fn);
	}
	~Item()
	{
		if (exists_)
			dwork()->~DelayedWork();
	}

	void (*body)(Item *item) = nullptr;
	bool announces = false; /* the end of a run, by ended */
	Model::Completion ended;

	/* SAFETY: it was made in there. */
	DelayedWork *dwork()
	{
		return reinterpret_cast<DelayedWork *>(memory_);
	}
	Work<Model> *work()
	{
		return &dwork()->work;
	}
	bool is_armed()
	{
		return exists_ && dwork()->timer.armed;
	}
	bool is_pending()
	{
		return exists_ && get_wq_data(work()) & WORK_PENDING;
	}
	int runs(HERE) const
	{
		return begun_.get(info);
	}

	/* Nothing may touch it any more: relacy tells who does. */
	void free()
	{
		RL_ASSERT(!(get_wq_data(work()) & WORK_PENDING));
		Machine::machine->remove_timer(dwork());
		exists_ = false;
		dwork()->~DelayedWork();
	}

	/* Called by its function: the work is gone, and its memory another one, of
	 * other_fn(). */
	void recycle()
	{
		const int base = dwork()->timer.base;

		RL_ASSERT(!(get_wq_data(work()) & WORK_PENDING));
		dwork()->~DelayedWork();
		new (memory_) DelayedWork();
		dwork()->timer.base = base;
		init_work(work(), 0, other_fn);
	}
	int other_runs(HERE) const
	{
		return other_runs_.get(info);
	}

	/* SAFETY: the work is at the start of an Item. */
	static Item *of(void *work)
	{
		return static_cast<Item *>(work);
	}

	static void fn(void *work)
	{
		Item *item = of(work);
		int run = item->begun_.get() + 1;

		/* One after another. */
		RL_ASSERT(item->ended_.get() == run - 1);
		item->begun_.set(run);
		if (item->body)
			item->body(item);
		item->ended_.set(run);
		if (item->announces)
			item->ended.complete();
	}

	static void other_fn(void *work)
	{
		Item *item = of(work);

		item->other_runs_.set(item->other_runs_.get() + 1);
	}
};

/*
 * A suite, once. What it is about is in these four; after check() the ledger
 * must be right and all lists empty. When a search begins, set_up() and all of
 * prepare() are over, and whoever has been woken by these sleeps again, but for
 * the timers, and for the threads of the queues if set_up() has queued works.
 */
class AnyScene : public Play {
public:
	virtual void set_up()
	{
	}
	virtual void prepare(unsigned)
	{
	}
	virtual void client(unsigned i) = 0;
	virtual void check()
	{
	}
	void before() final
	{
		RL_ASSERT(init_registry(registry));
		wq = new_queue();
		machine.add_timer(0, a.dwork());
		machine.add_timer(1, b.dwork());
		set_up();
		unsettled = (1u << machine.crew.clients) - 1;
		if (has_nothing_to_do())
			unsettled |= ((1u << machine.crew.threads) - 1)
				     << machine.crew.clients;
		if (rl::ctx().is_random_sched())
			machine.spurious = 2;
	}
	void thread(unsigned i) final
	{
		const Crew &crew = machine.crew;

		if (i < (unsigned)crew.clients) {
			prepare(i);
			settle();
			client(i);
			machine.end_client();
			return;
		}
		i -= crew.clients;
		if (i < (unsigned)crew.threads)
			machine.run_thread(i);
		else
			machine.run_timer(i - crew.threads);
	}
	void after() final
	{
		unsigned long delayed = 0;

		for_each_cwq(registry, [&delayed](CpuWorkqueue<Model> *cwq) {
			check_ledger(cwq, &delayed);
			return true;
		});
		RL_ASSERT(delayed ==
			  (unsigned long)a.is_armed() + b.is_armed());
		RL_ASSERT(a.is_armed() == a.is_pending());
		RL_ASSERT(b.is_armed() == b.is_pending());
		check();
	}

protected:
	AnyScene(const Crew &crew, int cpus)
		: machine(crew, cpus),
		  registry(machine.registry),
		  singlethread_(cpus == 1)
	{
	}

	Machine machine;
	Registry<Model> *registry;
	Workqueue<Model> *wq;
	Item a, b;

	Workqueue<Model> *new_queue(const void *owner = nullptr)
	{
		return make_queue(singlethread_, owner);
	}
	Workqueue<Model> *make_queue(bool singlethread,
				     const void *owner = nullptr)
	{
		Failure failure;
		Workqueue<Model> *made =
			create_workqueue<Model>(registry, "model",
						{ .singlethread = singlethread,
						  .freezeable = false,
						  .rt = false,
						  .owner = owner },
						&failure);

		RL_ASSERT(made || failure.error == Model::NO_MEMORY);
		return made;
	}

	static Queued queue_on(CpuWorkqueue<Model> *cwq, Item &item)
	{
		return refuse_here(cwq, item.work())
			       ? Queued::pending
			       : queue_work_on(cwq, item.work());
	}
	static Queued try_queue(Workqueue<Model> *queue, int cpu, Item &item)
	{
		return queue_on(queue->cwq[cpu], item);
	}
	bool queue(Item &item, int cpu = 0)
	{
		return try_queue(wq, cpu, item) == Queued::yes;
	}
	bool queue_delayed(Item &item, int cpu = 0)
	{
		return queue_delayed_work_on(wq->cwq[cpu], item.work(), 1) ==
		       Queued::yes;
	}
	/* Was it pending? */
	bool mod(Item &item, unsigned long delay, int cpu = 0)
	{
		return mod_delayed_work_on(wq->cwq[cpu], item.work(), delay) ==
		       Queued::pending;
	}
	bool cancel_sync(Item &item)
	{
		Waited waited = cancel_work_sync(registry, item.work());

		RL_ASSERT(waited.end == WaitEnd::done);
		return waited.result;
	}
	bool flush(Item &item)
	{
		Waited waited = flush_work(registry, item.work(), FOREVER);

		RL_ASSERT(waited.end == WaitEnd::done);
		return waited.result;
	}
	WaitEnd flush_queue(Patience patience = FOREVER)
	{
		return flush_workqueue(registry, wq, patience).end;
	}

private:
	bool has_nothing_to_do()
	{
		bool idle = true;

		for_each_cwq(registry, [&idle](CpuWorkqueue<Model> *cwq) {
			idle = list_empty(&cwq->worklist) &&
			       cwq->inbox.look().is_empty();
			return idle;
		});
		return idle;
	}

	/* All is quiet: no work is on a list, but for one whose timer never
	 * fires, and nothing got lost. */
	static void check_ledger(CpuWorkqueue<Model> *cwq,
				 unsigned long *delayed)
	{
		Model::Snapshot s;

		take_snapshot(cwq, &s);
		RL_ASSERT(s.accepted == s.executed + s.cancelled);
		RL_ASSERT(!s.pending && !s.running);
		RL_ASSERT(list_empty(&cwq->worklist));
		RL_ASSERT(list_empty(&cwq->delayed) == !s.delayed);
		*delayed += s.delayed;
	}

	bool singlethread_;
};

/* So many clients, threads for the queues, CPUs and timers: a's, then b's. A
 * queue is single-threaded if there is one CPU. */
template <int Clients, int Threads, int Cpus = 1, int Timers = 0>
class Scene : public AnyScene {
public:
	static constexpr Crew CREW = { Clients, Threads, Timers };

	Scene() : AnyScene(CREW, Cpus)
	{
	}
};

} // namespace cwq

#endif // CWQ_SCENE_HPP
