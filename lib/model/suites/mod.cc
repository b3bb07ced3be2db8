// SPDX-License-Identifier: GPL-2.0
/* mod_delayed_work() beside a function that runs, another queue, a queue that goes. */
#include "../scene.hpp"

namespace cwq {

/* Moved to another CPU while it is pending behind its own run: it stays where that is. */
struct ModRunning : Scene<1, 2, 2> {
	static inline ModRunning *self;
	Model::Completion started, go_on;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() > 1)
				return;
			RL_ASSERT(self->queue(*item));
			self->started.complete();
			self->go_on.wait();
		};
	}
	void client(unsigned) override
	{
		queue(a);
		started.wait();
		RL_ASSERT(mod(a, 0, 1));
		go_on.complete();
		flush(a);
		RL_ASSERT(a.runs() == 2);
		a.free();
	}
};

/* Moved to another queue meanwhile, where nothing keeps it from running: a cancel waits
 * for both. */
struct ModToOther : Scene<1, 2> {
	static inline ModToOther *self;
	Model::Completion started, go_on;
	Model::Atomic<int> runs;
	Model::Var<bool> first_ended;
	Workqueue<Model> *other;

	static void fn(void *work)
	{
		if (self->runs.fetch_add(1, Order::relaxed))
			return;
		RL_ASSERT(self->queue(*Item::of(work)));
		self->started.complete();
		self->go_on.wait();
		self->first_ended.set(true);
	}
	void set_up() override
	{
		self = this;
		init_work(a.work(), 0, fn);
		other = new_queue();
	}
	void client(unsigned) override
	{
		queue(a);
		started.wait();
		RL_ASSERT(mod_delayed_work_on(other->cwq[0], a.work(), 0) ==
			  Queued::pending);
		go_on.complete();

		const bool cancelled = cancel_sync(a);

		RL_ASSERT(first_ended.get());
		RL_ASSERT(runs.load(Order::relaxed) == 2 - cancelled);
		a.free();
	}
};

/* Moved to a queue that is being destroyed, or drained: it is there, or as it was. */
template <bool Drained>
struct ModGoing : Scene<2, 2> {
	Workqueue<Model> *other;
	CpuWorkqueue<Model> *to;

	void set_up() override
	{
		other = new_queue();
		to = other->cwq[0];
		queue_delayed_work_on(wq->cwq[0], a.work(), Model::FAR_AWAY);
	}
	void client(unsigned i) override
	{
		if (!i) {
			if (Drained)
				drain_workqueue(registry, other);
			else
				destroy_workqueue(registry, other);
			return;
		}

		const Queued queued = mod_delayed_work_on(to, a.work(), 0);

		if (queued == Queued::pending) {
			flush(a);
			RL_ASSERT(a.runs() == 1);
			return;
		}
		RL_ASSERT(queued ==
			  (Drained ? Queued::draining : Queued::closed));
		RL_ASSERT(a.is_armed());
		RL_ASSERT(cancel_sync(a));
	}
};
using ModDestroy = ModGoing<false>;
using ModDrain = ModGoing<true>;

/* Refused by a drain, having met the timer function: what that function's item has armed
 * since stays armed. */
struct ModDrainRearm : Scene<2, 1, 1, 1> {
	static inline ModDrainRearm *self;
	int accepted = 1;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				self->accepted += self->queue_delayed(*item);
		};
		queue_delayed(a);
	}
	void client(unsigned i) override
	{
		if (i)
			accepted += mod_delayed_work_on(wq->cwq[0], a.work(),
							0) == Queued::yes;
		else
			drain_workqueue(registry, wq);
	}
	void check() override
	{
		RL_ASSERT(a.runs() + a.is_armed() == accepted);
	}
};

SUITE(ModRunning, FULL);
SUITE(ModToOther, 3);
SUITE(ModDestroy, 3);
SUITE(ModDrain, 3);
SUITE(ModDrainRearm, 2);

} // namespace cwq
