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
struct Item {
	DelayedWork dwork; /* first: the function is called with it */
	void (*body)(Item *item) = nullptr;
	Model::Var<int> runs;
	Model::Atomic<int> inside;
	Model::Var<bool> freed;
	Model::Completion ended;

	Item()
	{
		init_work(&dwork.work, 0, fn);
	}

	Work<Model> *work()
	{
		return &dwork.work;
	}

	/* Nothing may touch it any more: as if it were given back. */
	void free()
	{
		RL_ASSERT(!(get_wq_data(work()) & WORK_PENDING));
		freed.set(true);
	}

	static void fn(void *work)
	{
		Item *item = static_cast<Item *>(work);

		RL_ASSERT(item->inside.fetch_add(1, Order::relaxed) == 0);
		RL_ASSERT(!item->freed.get());
		item->runs.set(item->runs.get() + 1);
		if (item->body)
			item->body(item);
		item->ended.complete();
		item->inside.fetch_add(-1, Order::relaxed);
	}
};

/*
 * A suite S: so many clients, each running S::client(i), so many threads for the
 * queues, and a timer CPU if there are timers. The queue is single-threaded if
 * there is one CPU.
 */
template <class S, int Clients, int Threads, int Cpus = 1, bool Timers = false>
struct Scene : rl::test_suite<S, Clients + Threads + Timers> {
	Machine machine{ Cpus };
	Registry<Model> *registry = machine.registry;
	Workqueue<Model> *wq;
	Item a, b;

	void before()
	{
		RL_ASSERT(init_registry(registry));
		wq = new_queue();
		if (Timers) {
			machine.add_timer(&a.dwork);
			machine.add_timer(&b.dwork);
		}
		static_cast<S *>(this)->set_up();
		machine.running = true;
	}
	void thread(unsigned i)
	{
		if (i < Clients) {
			static_cast<S *>(this)->client(i);
			machine.client_done(Clients, Timers);
		} else if (i < Clients + Threads) {
			machine.run_thread(i - Clients);
		} else {
			machine.run_timers();
		}
	}
	void after()
	{
		for_each_cwq(registry, [](CpuWorkqueue<Model> *cwq) {
			check_ledger(cwq);
			return true;
		});
		static_cast<S *>(this)->check();
	}

	void set_up()
	{
	}
	void check()
	{
	}

	Workqueue<Model> *new_queue()
	{
		Workqueue<Model> *queue =
			create_workqueue<Model>(registry, "model",
						{ .singlethread = Cpus == 1,
						  .freezeable = false,
						  .rt = false,
						  .owner = nullptr });

		RL_ASSERT(queue);
		return queue;
	}

	static bool queue(Workqueue<Model> *queue, int cpu, Item &item)
	{
		return queue_work_on(queue->cwq[cpu], item.work()) ==
		       Queued::yes;
	}
	bool queue(Item &item, int cpu = 0)
	{
		return queue(wq, cpu, item);
	}
	bool queue_delayed(Item &item, unsigned long delay)
	{
		return queue_delayed_work_on(wq->cwq[0], item.work(), delay) ==
		       Queued::yes;
	}
	/* Was it pending? */
	bool mod(Item &item, unsigned long delay)
	{
		return mod_delayed_work_on(wq->cwq[0], item.work(), delay) ==
		       Queued::pending;
	}
	bool cancel_sync(Item &item)
	{
		return cancel_work_sync(registry, item.work()).result;
	}
	bool flush(Item &item)
	{
		return flush_work(registry, item.work(), FOREVER).result;
	}
	WaitEnd flush_queue(Patience patience = FOREVER)
	{
		return flush_workqueue(registry, wq, patience).end;
	}

	/* All is quiet: nothing is on a list, and nothing got lost. */
	static void check_ledger(CpuWorkqueue<Model> *cwq)
	{
		Model::Snapshot s;

		take_snapshot(cwq, &s);
		RL_ASSERT(s.accepted == s.executed + s.cancelled);
		RL_ASSERT(!s.pending && !s.running && !s.delayed);
		RL_ASSERT(list_empty(&cwq->worklist));
		RL_ASSERT(list_empty(&cwq->delayed));
	}
};

} // namespace cwq

#endif // CWQ_SCENE_HPP
