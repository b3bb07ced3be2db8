// SPDX-License-Identifier: GPL-2.0
/* Queues, CPUs and modules that come and go. */
#include "../suite.hpp"

namespace cwq {

/* What was accepted before the queue went has run. */
struct QueueDestroy : Scene<QueueDestroy, 2, 1> {
	bool queued;

	void client(unsigned i)
	{
		if (i)
			queued = queue(a);
		else
			RL_ASSERT(destroy_workqueue(registry, wq));
	}
	void check()
	{
		RL_ASSERT(a.runs.get() == queued);
	}
};

/* At once: the thread may not even have come up. */
struct DestroyAtOnce : Scene<DestroyAtOnce, 1, 1> {
	void client(unsigned)
	{
		queue(a);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* A timer that fires while the queue goes. */
struct DestroyTimer : Scene<DestroyTimer, 1, 1, 1, true> {
	void client(unsigned)
	{
		queue_delayed(a, 1);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs.get() <= 1);
		a.free();
	}
	void check()
	{
		RL_ASSERT(!a.dwork.timer.armed.load(Order::relaxed));
	}
};

/* The CPU goes while work is queued on it: it runs, once, somewhere. */
struct OfflineQueue : Scene<OfflineQueue, 2, 2, 2> {
	void client(unsigned i)
	{
		if (i) {
			cpu_offline(registry, 1);
			return;
		}
		queue(a, 1);
		a.ended.wait();
	}
	void check()
	{
		RL_ASSERT(a.runs.get() == 1);
		RL_ASSERT(machine.threads[1].exited.get());
	}
};

struct OfflineFlush : Scene<OfflineFlush, 2, 2, 2> {
	void client(unsigned i)
	{
		if (i) {
			cpu_offline(registry, 1);
			return;
		}
		queue(a, 1);
		flush(a);
		RL_ASSERT(a.runs.get() == 1);
		queue(a, 1);
		cancel_sync(a);
		a.free();
	}
};

/* Its timer fires when the CPU has gone, or before. */
struct OfflineTimer : Scene<OfflineTimer, 1, 2, 2, true> {
	void client(unsigned)
	{
		queue_delayed_work_on(wq->cwq[1], a.work(), 1);
		cpu_offline(registry, 1);
		a.ended.wait();
	}
};

/* The CPU is back before its thread has ended, or after. */
struct OfflineOnline : Scene<OfflineOnline, 1, 3, 2> {
	void client(unsigned)
	{
		queue(a, 1);
		cpu_offline(registry, 1);
		RL_ASSERT(cpu_online(registry, 1));
		queue(b, 1);
		b.ended.wait();
		flush(a);
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* There is no thread to be had: the CPU stays away, and all goes on. */
struct OnlineFails : Scene<OnlineFails, 1, 2, 2> {
	void set_up()
	{
		machine.threads_to_be_had = 2;
	}
	void client(unsigned)
	{
		cpu_offline(registry, 1);
		cpu_online(registry, 1);
		queue(a, 1);
		a.ended.wait();
	}
};

/* A module goes with a work that queues itself. */
struct Evict : Scene<Evict, 1, 1> {
	static inline Evict *self;

	void set_up()
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs.get() < 3)
				self->queue(*item);
		};
	}
	void client(unsigned)
	{
		queue(a);
		evict(registry, reinterpret_cast<const void *>(Item::fn));
		a.free();
	}
};

SUITE(QueueDestroy, 2);
SUITE(DestroyAtOnce, 4);
SUITE(DestroyTimer, 2);
SUITE(OfflineQueue, 2);
SUITE(OfflineFlush, 2);
SUITE(OfflineTimer, 2);
SUITE(OfflineOnline, 2);
SUITE(OnlineFails, 2);
SUITE(Evict, 2);

} // namespace cwq
