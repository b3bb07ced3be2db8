// SPDX-License-Identifier: GPL-2.0
/* Looking at queues and at who waits, while both come and go. */
#include "../scene.hpp"

#include "../../watchdog.hpp"

namespace cwq {

static void look_at_queues(Registry<Model> *registry)
{
	static cwq_queue_row row;
	static cwq_works works;
	Model::Snapshot s;
	cwq_place place = {};

	for (; next_queue(registry, &place, &row, &s); place.index++)
		RL_ASSERT(s.accepted ==
			  s.executed + s.cancelled + s.pending + s.running);
	place = {};
	for (; next_works(registry, &place, &works); place.index++)
		RL_ASSERT(!works.truncated);
}

static void look_at_waiters(Registry<Model> *registry)
{
	static cwq_waits waits;
	cwq_place place = {};

	for (; next_waits(registry, &place, &waits); place.index++) {
		RL_ASSERT(waits.nr);
		/* No suite has more works than these. */
		for (unsigned int i = 0; i < waits.nr; i++)
			RL_ASSERT(waits.rows[i].ahead <= 2);
	}
}

/* One looks at all there is, while another changes it. */
class Look : public Scene<2, 1> {
public:
	void client(unsigned i) override
	{
		if (i) {
			look_at_queues(registry);
			look_at_waiters(registry);
		} else {
			queue(a);
			beside();
		}
	}

protected:
	virtual void beside() = 0;
};

/* A thread is not to be had before all that there is has been read, and a queue
 * used. */
template <int Threads, int Cpus>
struct LookWithoutThread : Scene<2, Threads, Cpus> {
	static inline LookWithoutThread *self;
	Model::Completion looked;

	void prepare(unsigned i) override
	{
		if (i)
			return;
		self = this;
		this->machine.before_thread = [] {
			self->looked.wait();
		};
	}
	/* Who needs the thread. */
	virtual void make() = 0;

	void client(unsigned i) override
	{
		Registry<Model> *registry = this->registry;
		cwq_place place = {};
		Model::Thread *worker;
		cwq_stall stall;

		if (!i) {
			make();
			return;
		}
		look_at_queues(registry);
		look_at_waiters(registry);
		next_stall(registry, 1, &place, &stall, &worker);
		this->queue(this->a);
		RL_ASSERT(drain_workqueue(registry, this->wq) == WaitEnd::done);
		looked.complete();
	}
};

struct LookCreate : LookWithoutThread<2, 1> {
	void make() override
	{
		RL_ASSERT(new_queue());
	}
};

struct LookOnline : LookWithoutThread<3, 2> {
	void set_up() override
	{
		machine.take_down(1);
	}
	void make() override
	{
		RL_ASSERT(machine.bring_up(1));
	}
};

/* One CPU panics, wherever the others are, and tells who waits. */
struct LookStopped : Scene<2, 1> {
	void client(unsigned i) override
	{
		static cwq_waits waits;
		cwq_place place = {};

		if (!i) {
			queue(a, 0);
			flush(a);
			return;
		}

		rl::preemption_disabler guard(rl::ctx());

		Model::others_stopped = true;
		for (; next_waits(registry, &place, &waits, true);
		     place.index++)
			RL_ASSERT(waits.nr || waits.truncated);
		Model::others_stopped = false;
	}
};

struct LookFlush : Look {
	void beside() override
	{
		flush(a);
	}
};

/* Who waits for a work does not wait for what comes after that, also while he has
 * not noticed yet that the wait is over. */
struct LookPassed : Scene<2, 1> {
	static inline LookPassed *self;
	Model::Completion queued, go_on;

	static void wait_fn(void *)
	{
		self->go_on.wait();
	}
	void set_up() override
	{
		self = this;
		b.work()->func.set(wait_fn);
	}
	void prepare(unsigned i) override
	{
		if (i) {
			queued.wait();
			return;
		}
		queue(a);
		queued.complete();
	}
	void client(unsigned i) override
	{
		static cwq_waits waits;
		cwq_place place = {};

		if (!i) {
			flush(a);
			return;
		}
		queue(b);
		if (next_waits(registry, &place, &waits))
			RL_ASSERT(waits.rows[0].func !=
				  Model::address(wait_fn));
		go_on.complete();
	}
};

struct LookDestroy : Look {
	void beside() override
	{
		destroy_workqueue(registry, wq);
	}
};

/* A client waits for a worker that waits for another one, and that chain ends
 * while somebody looks. */
struct LookChain : Scene<3, 2, 2> {
	static inline LookChain *self;
	Model::Completion go_on;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->flush(self->b);
		};
		b.body = [](Item *) {
			self->go_on.wait();
		};
	}
	void prepare(unsigned i) override
	{
		if (i)
			return;
		queue(b, 1);
		queue(a, 0);
		flush(a);
	}
	void client(unsigned i) override
	{
		if (i == 1)
			go_on.complete();
		else if (i == 2)
			look_at_waiters(registry);
	}
};

/* One of two queues goes meanwhile: the other is seen, once. */
struct LookTwo : Scene<2, 2> {
	Workqueue<Model> *other;

	void set_up() override
	{
		other = new_queue();
	}
	void client(unsigned i) override
	{
		cwq_queue_row row;
		Model::Snapshot s;
		cwq_place place = {};
		int seen = 0;

		if (!i) {
			destroy_workqueue(registry, wq);
			return;
		}
		for (; next_queue(registry, &place, &row, &s); place.index++)
			seen += row.where.instance == 2;
		RL_ASSERT(seen == 1);
	}
};

/* What a cancel takes off the list while it runs is seen here or there. */
struct LookCancel : Scene<2, 1> {
	static inline LookCancel *self;
	Model::Completion go_on;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				self->go_on.wait();
		};
	}
	void prepare(unsigned i) override
	{
		if (i)
			queue(a);
	}
	void client(unsigned i) override
	{
		static cwq_works works;
		cwq_place place = {};

		if (!i) {
			queue(a);
			cancel_sync(a);
			return;
		}
		next_works(registry, &place, &works);
		RL_ASSERT(works.nr <= 2);
		go_on.complete();
	}
};

/* The watchdog looks: whatever stands still has done so for long enough. */
class Watching : public Scene<2, 1> {
protected:
	bool look(cwq_stall *stall)
	{
		cwq_place place = {};
		Model::Thread *worker;

		return next_stall(registry, 0, &place, stall, &worker);
	}
};

/* It finds a work that runs, once. */
struct Watch : Watching {
	static inline Watch *self;
	Model::Completion go_on;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->go_on.wait();
		};
	}
	void prepare(unsigned i) override
	{
		if (!i)
			queue(a);
	}
	void client(unsigned i) override
	{
		cwq_stall stall;
		bool found;

		if (!i) {
			flush(a);
			return;
		}
		found = look(&stall);
		RL_ASSERT(found || rl::ctx().is_random_sched());
		if (found) {
			RL_ASSERT(stall.func && stall.nr_waiters <= 1);
			RL_ASSERT(!stall.running || !look(&stall));
		}
		go_on.complete();
	}
};

/* Or the first one that is pending, which a barrier is not. */
struct WatchPending : Watching {
	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		cwq_stall stall;

		if (!i) {
			flush(a);
			return;
		}
		cancel_work(a.work());
		queue(b);
		if (look(&stall))
			RL_ASSERT(stall.func);
	}
};

/* A queue that is looked at is destroyed. */
struct WatchDestroy : Scene<2, 1> {
	void client(unsigned i) override
	{
		cwq_place place = {};
		cwq_stall stall;
		Model::Thread *worker;

		if (i) {
			while (next_stall(registry, 0, &place, &stall, &worker))
				RL_ASSERT(stall.func);
			return;
		}
		queue(a);
		destroy_workqueue(registry, wq);
	}
};

/* Observing begins and ends while works are queued and run. */
struct Observe : Scene<2, 1> {
	void client(unsigned i) override
	{
		if (i) {
			RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));
			look_at_queues(registry);
			observe(registry, CWQ_OBSERVE_TIMING, false);
		} else {
			queue(a);
			queue(b);
			cancel_sync(a);
		}
	}
	void check() override
	{
		RL_ASSERT(!wq->cwq[0]->state.get());
	}
};

/* What is observed is forgotten when it leaves its list, however it does. */
struct ObserveAll : Scene<1, 1, 1, 1> {
	void set_up() override
	{
		RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));
	}
	void client(unsigned) override
	{
		queue(b);
		queue_delayed(a);
		mod(a, 0);
		cancel_sync(a);
	}
	void check() override
	{
		static cwq_stats stats;

		for_each_cwq(registry, [](CpuWorkqueue<Model> *cwq) {
			RL_ASSERT(cwq->observer.get()->empty());
			return true;
		});
		read_stats(wq->cwq[0], &stats);
		RL_ASSERT(!stats.works_missed);
		RL_ASSERT(stats.funcs[0].count ==
			  static_cast<unsigned long>(a.runs() + b.runs()));
	}
};

/* A queue that is made meanwhile is observed like the others, till it goes. */
struct ObserveNew : Scene<1, 2> {
	void client(unsigned) override
	{
		static cwq_stats stats;

		RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));

		Workqueue<Model> *other = new_queue();
		CpuWorkqueue<Model> *cwq = other->cwq[0];

		try_queue(other, 0, a);
		RL_ASSERT(flush_workqueue(registry, other, FOREVER).end ==
			  WaitEnd::done);
		read_stats(cwq, &stats);
		RL_ASSERT(stats.funcs[0].count == 1);
		destroy_workqueue(registry, other);

		Guard<Model> guard(cwq->lock);

		RL_ASSERT(!cwq->observer.get());
	}
	void check() override
	{
		RL_ASSERT(wq->cwq[0]->state.get() == STATE_OBSERVED);
	}
};

SUITE(LookCreate, 3);
SUITE(LookOnline, 3);
SUITE(LookFlush, 4);
SUITE(LookStopped, 4);
SUITE(LookPassed, 5);
SUITE(LookDestroy, 3);
SUITE(LookChain, 5);
SUITE(LookTwo, FULL);
SUITE(LookCancel, 5);
SUITE(Watch, 5);
SUITE(WatchPending, 3);
SUITE(WatchDestroy, 3);
SUITE(Observe, 3);
SUITE(ObserveAll, 3);
SUITE(ObserveNew, 5);

} // namespace cwq
