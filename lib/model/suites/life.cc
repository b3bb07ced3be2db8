// SPDX-License-Identifier: GPL-2.0
/* Queues and modules that come and go. */
#include "../scene.hpp"

namespace cwq {

/* What was accepted before the queue went has run. The call has looked the cwq
 * up before: the queue itself may be gone when it gets there. */
struct DestroyQueue : Scene<2, 1> {
	CpuWorkqueue<Model> *cwq;
	bool queued;

	void set_up() override
	{
		cwq = wq->cwq[0];
	}
	void client(unsigned i) override
	{
		if (i)
			queued = queue_on(cwq, a) == Queued::yes;
		else
			RL_ASSERT(destroy_workqueue(registry, wq));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == queued);
	}
};

/* The same for a work that has been there before. */
struct DestroyAgain : DestroyQueue {
	void set_up() override
	{
		DestroyQueue::set_up();
		queue(a);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 + queued);
	}
};

/* At once: the thread may not even have come up. */
struct DestroyAtOnce : Scene<1, 1> {
	void set_up() override
	{
		queue(a);
	}
	void client(unsigned) override
	{
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

/* A timer that fires while the queue goes. */
struct DestroyTimer : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		queue_delayed(a);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs() <= 1);
		a.free();
	}
};

/* By its own work: refused, and the queue goes on, timers included. */
struct DestroyFromWithin : Scene<1, 1> {
	static inline DestroyFromWithin *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			RL_ASSERT(!destroy_workqueue(self->registry, self->wq));
		};
	}
	void client(unsigned) override
	{
		queue_delayed(b);
		queue(a);
		flush(a);
		RL_ASSERT(b.is_armed());
		RL_ASSERT(mod(b, 0));
		flush(b);
		RL_ASSERT(b.runs() == 1);
	}
};

/* The work outlives its queue, and goes to the next, which is made of the same
 * memory. */
struct QueueAfterDestroy : Scene<1, 2> {
	void client(unsigned) override
	{
		Workqueue<Model> *other;

		queue(a);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(!flush(a) && !cancel_sync(a));
		other = new_queue();
		RL_ASSERT(other);
		RL_ASSERT(try_queue(other, 0, a) == Queued::yes);
		flush(a);
		RL_ASSERT(a.runs() == 2);
	}
};

/* A cancel of what the queue is about to run to its end. */
struct DestroyCancel : Scene<2, 1> {
	bool cancelled;

	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i)
			cancelled = cancel_sync(a);
		else
			RL_ASSERT(destroy_workqueue(registry, wq));
	}
	void check() override
	{
		RL_ASSERT(cancelled + a.runs() == 1);
	}
};

/* A stale name leads to a queue that is just being made. */
struct CreateCancel : Scene<2, 2> {
	void prepare(unsigned i) override
	{
		if (i)
			return;
		queue(a);
		RL_ASSERT(destroy_workqueue(registry, wq));
	}
	void client(unsigned i) override
	{
		Workqueue<Model> *other;

		if (i) {
			cancel_sync(a);
			return;
		}
		other = new_queue();
		RL_ASSERT(other);
		try_queue(other, 0, b);
	}
	void check() override
	{
		RL_ASSERT(b.runs() == 1);
	}
};

/* A cancel follows a work to a queue that it has never heard of. */
template <bool Again>
struct CreatePublishWith : Scene<2, 2> {
	void prepare(unsigned i) override
	{
		if (!Again || i)
			return;
		queue(a);
		flush(a);
	}
	void client(unsigned i) override
	{
		Workqueue<Model> *other;

		if (i) {
			cancel_sync(a);
			return;
		}
		other = new_queue();
		RL_ASSERT(other);
		try_queue(other, 0, a);
	}
};
using CreatePublish = CreatePublishWith<false>;
using CreatePublishAgain = CreatePublishWith<true>;

/* The same for a work that is moved there from its timer. */
struct CreatePublishMod : Scene<2, 2> {
	void set_up() override
	{
		queue_delayed(a);
	}
	void client(unsigned i) override
	{
		Workqueue<Model> *other;

		if (i) {
			cancel_sync(a);
			return;
		}
		other = new_queue();
		RL_ASSERT(other);
		mod_delayed_work_on(other->cwq[0], a.work(), 0);
	}
};

/* There is a thread for one queue only: the other is not made, without a trace. */
struct CreateFails : Scene<2, 2, 2> {
	void set_up() override
	{
		machine.threads_to_be_had = 2;
	}
	void client(unsigned i) override
	{
		if (i)
			RL_ASSERT(!new_queue());
		else
			queue(a, 1);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* A module goes: what its functions belong to stands for it here. */
template <int Clients, int Threads, int Cpus = 1, int Timers = 0>
struct Going : Scene<Clients, Threads, Cpus, Timers> {
	static const void *module()
	{
		return reinterpret_cast<const void *>(Item::fn);
	}
};

/* With a work that queues itself. */
struct Evict : Going<1, 1> {
	static inline Evict *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() < 3)
				self->queue(*item);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		evict(registry, module());
		a.free();
	}
};

/* With works that run on two CPUs. */
struct EvictTwo : Going<1, 2, 2> {
	void client(unsigned) override
	{
		queue(a, 0);
		queue(b, 1);
		evict(registry, module());
		RL_ASSERT(a.runs() <= 1 && b.runs() <= 1);
		a.free();
		b.free();
	}
};

/* With a timer armed. */
struct EvictTimer : Going<1, 1, 1, 1> {
	void client(unsigned) override
	{
		queue_delayed(a);
		evict(registry, module());
		a.free();
	}
};

/* With a timer armed, whose CPU goes as well: its work may not move to one that has been
 * looked at. */
struct EvictTimerOffline : Going<2, 2, 2, 1> {
	void set_up() override
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			return;
		}
		evict(registry, module());
		a.free();
	}
};

/* While somebody else wants its delayed work to run at once. */
struct EvictFlush : Going<2, 1, 1, 1> {
	void set_up() override
	{
		queue_delayed_work_on(wq->cwq[0], a.work(), Model::FAR_AWAY);
	}
	void client(unsigned i) override
	{
		if (i)
			flush_delayed_work(registry, a.work());
		else
			evict(registry, module());
	}
	void check() override
	{
		RL_ASSERT(a.runs() <= 1 && !a.is_pending());
	}
};

/* While another module uses the same queue. */
struct EvictBeside : Going<2, 1> {
	static inline Model::Atomic<int> *ran;
	Model::Atomic<int> ran_;

	static void others_fn(void *)
	{
		ran->fetch_add(1, Order::relaxed);
	}
	void set_up() override
	{
		ran = &ran_;
		init_work(b.work(), 0, others_fn);
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i) {
			RL_ASSERT(queue(b));
			return;
		}
		evict(registry, module());
		a.free();
	}
	void check() override
	{
		RL_ASSERT(ran->load(Order::relaxed) == 1);
		RL_ASSERT(!wq->cwq[0]->state.get());
	}
};

/* While a queue is made, on which its work queues itself. */
struct EvictCreate : Scene<2, 2> {
	static inline EvictCreate *self;
	Workqueue<Model> *other;
	Model::Completion made;

	static void fn(void *work)
	{
		if (current_cwq<Model>() != self->wq->cwq[0])
			return;
		self->made.wait();
		try_queue(self->other, 0, *Item::of(work));
	}
	void set_up() override
	{
		self = this;
		init_work(a.work(), 0, fn);
	}
	void prepare(unsigned i) override
	{
		if (!i)
			queue(a);
	}
	void client(unsigned i) override
	{
		if (i) {
			other = new_queue();
			made.complete();
			return;
		}
		evict(registry, reinterpret_cast<const void *>(fn));
		a.free();
	}
};

/* With a queue of its own, with something on it. */
struct EvictQueue : Going<1, 2> {
	void client(unsigned) override
	{
		Workqueue<Model> *own = new_queue(module());

		RL_ASSERT(own);
		try_queue(own, 0, a);
		evict(registry, module());
		a.free();
		RL_ASSERT(machine.threads[1].exited);
	}
};

SUITE(DestroyQueue, 5);
SUITE(DestroyAgain, 3);
SUITE(DestroyAtOnce, FULL);
SUITE(DestroyTimer, 5);
SUITE(DestroyFromWithin, 5);
SUITE(QueueAfterDestroy, 4);
SUITE(DestroyCancel, 4);
SUITE(CreateCancel, 5);
SUITE(CreatePublish, 5);
SUITE(CreatePublishAgain, 4);
SUITE(CreatePublishMod, 5);
SUITE(CreateFails, FULL);
SUITE(Evict, FULL);
SUITE(EvictTwo, 3);
SUITE(EvictTimer, FULL);
SUITE(EvictTimerOffline, 3);
SUITE(EvictFlush, 3);
SUITE(EvictBeside, 3);
SUITE(EvictCreate, 2);
SUITE(EvictQueue, 5);

} // namespace cwq
