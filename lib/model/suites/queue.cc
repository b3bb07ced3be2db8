// SPDX-License-Identifier: GPL-2.0
/* Queueing and running. */
#include "../suite.hpp"

namespace cwq {

/* As many runs as calls that were told "queued". */
struct QueueQueue : Scene<QueueQueue, 2, 1> {
	bool queued[2];

	void client(unsigned i)
	{
		queued[i] = queue(a);
	}
	void check()
	{
		RL_ASSERT(queued[0] + queued[1] == a.runs.get());
	}
};

/* A sleeping worker hears of each item; who waits for it would hang. */
struct WakeUp : Scene<WakeUp, 1, 1> {
	void client(unsigned)
	{
		queue(a);
		a.ended.wait();
		queue(b);
		b.ended.wait();
	}
};

/* The same with two that queue: one of them owes the wake-up. */
struct WakeUpTwo : Scene<WakeUpTwo, 2, 1> {
	void client(unsigned i)
	{
		Item &item = i ? b : a;

		queue(item);
		item.ended.wait();
	}
};

/* Queued or refused: a later run sees what was stored before the call. */
struct StoreIsSeen : Scene<StoreIsSeen, 2, 1> {
	static inline Model::Atomic<int> *stored;
	static inline bool seen;
	Model::Atomic<int> memory;

	void set_up()
	{
		stored = &memory;
		seen = false;
		a.body = [](Item *) {
			seen = stored->load(Order::relaxed);
		};
	}
	void client(unsigned i)
	{
		if (i)
			memory.store(1, Order::relaxed);
		queue(a);
	}
	void check()
	{
		RL_ASSERT(seen);
	}
};

/* The same for a work that goes from its timer to the list meanwhile. */
struct StoreIsSeenDelayed : Scene<StoreIsSeenDelayed, 1, 1, 1, true> {
	static inline Model::Atomic<int> *stored;
	static inline bool seen;
	Model::Atomic<int> memory;

	void set_up()
	{
		stored = &memory;
		seen = false;
		a.body = [](Item *) {
			seen = stored->load(Order::relaxed);
		};
		queue_delayed(a, 1);
	}
	void client(unsigned)
	{
		memory.store(1, Order::relaxed);
		queue_delayed(a, 1);
	}
	void check()
	{
		RL_ASSERT(seen);
	}
};

/* Queued on two CPUs, even while it runs: never two runs at once. */
struct NonReentrant : Scene<NonReentrant, 2, 2, 2> {
	void client(unsigned i)
	{
		queue(a, i);
	}
};

/* The function queues its own work on the other CPU. */
struct RequeueElsewhere : Scene<RequeueElsewhere, 1, 2, 2> {
	static inline RequeueElsewhere *self;

	void set_up()
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs.get() == 1)
				self->queue(*item, 1);
		};
	}
	void client(unsigned)
	{
		queue(a, 0);
	}
	void check()
	{
		RL_ASSERT(a.runs.get() == 2);
	}
};

/* Works of one CPU run in the order of queueing. */
struct Fifo : Scene<Fifo, 1, 1> {
	static inline Fifo *self;

	void set_up()
	{
		self = this;
		b.body = [](Item *) {
			RL_ASSERT(self->a.runs.get() == 1);
		};
	}
	void client(unsigned)
	{
		queue(a);
		queue(b);
	}
	void check()
	{
		RL_ASSERT(b.runs.get() == 1);
	}
};

SUITE(QueueQueue, 3);
SUITE(WakeUp, 4);
SUITE(WakeUpTwo, 3);
SUITE(StoreIsSeen, 3);
SUITE(StoreIsSeenDelayed, 2);
SUITE(NonReentrant, 2);
SUITE(RequeueElsewhere, 3);
SUITE(Fifo, 4);

} // namespace cwq
