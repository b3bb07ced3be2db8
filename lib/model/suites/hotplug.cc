// SPDX-License-Identifier: GPL-2.0
/* CPUs that go and come, at any moment. */
#include "../scene.hpp"

namespace cwq {

/* CPU 1 goes while work is queued on it: it runs, once, somewhere. */
struct OfflineQueue : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i)
			machine.take_down(1);
		else
			RL_ASSERT(queue(a, 1));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
		RL_ASSERT(machine.threads[1].exited);
	}
};

/* Nothing is on it: its thread ends all the same. */
struct OfflineIdle : Scene<1, 2, 2> {
	void client(unsigned) override
	{
		machine.take_down(1);
		machine.wait_for_exit(&machine.threads[1]);
	}
};

/* CPU 0 goes, which others have been sent to before. */
struct OfflineFirst : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i)
			machine.take_down(0);
		else
			RL_ASSERT(queue(a, 0));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
		RL_ASSERT(machine.threads[0].exited);
	}
};

struct OfflineFlush : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			return;
		}
		queue(a, 1);
		flush(a);
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

struct OfflineFlushQueue : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			return;
		}
		queue(a, 1);
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs() == 1);
	}
};

struct OfflineCancel : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			return;
		}
		queue(a, 1);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(a.runs() + cancelled == 1);
		a.free();
	}
};

/* A work that keeps running stays where it is, however often it is queued. */
struct OfflineRequeue : Scene<2, 2, 2> {
	static inline OfflineRequeue *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				RL_ASSERT(self->queue(*item, 1));
		};
	}
	void client(unsigned i) override
	{
		if (i)
			machine.take_down(1);
		else
			queue(a, 1);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 2);
	}
};

/* Its timer fires when the CPU has gone, or before. */
struct OfflineTimer : Scene<1, 2, 2, 1> {
	void client(unsigned) override
	{
		queue_delayed(a, 1);
		machine.take_down(1);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

struct OfflineMod : Scene<2, 2, 2> {
	bool idle;

	void set_up() override
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i) override
	{
		if (i)
			machine.take_down(1);
		else
			idle = !mod(a, 0, 1);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 + idle);
	}
};

/* The CPU is back before its thread has ended, or after. */
struct OfflineOnline : Scene<1, 3, 2> {
	void client(unsigned) override
	{
		queue(a, 1);
		machine.take_down(1);
		RL_ASSERT(machine.bring_up(1));
		queue(b, 1);
		RL_ASSERT(cwq_of<Model>(get_wq_data(b.work())) == wq->cwq[1]);
		flush(b);
		flush(a);
		RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* It comes while works are queued on it. */
struct OnlineQueue : Scene<2, 3, 2> {
	void set_up() override
	{
		machine.take_down(1);
	}
	void client(unsigned i) override
	{
		if (i)
			RL_ASSERT(machine.bring_up(1));
		else
			RL_ASSERT(queue(a, 1));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* There is no thread to be had: the CPU stays away, and all goes on. */
struct OnlineFails : Scene<1, 2, 2> {
	void set_up() override
	{
		machine.threads_to_be_had = 2;
	}
	void client(unsigned) override
	{
		machine.take_down(1);
		machine.bring_up(1);
		queue(a, 1);
		flush(a);
		RL_ASSERT(a.runs() == 1);
	}
};

/* There may be one for the first of two queues: then it is given back. */
struct OnlineFailsTwo : Scene<1, 5, 2> {
	Workqueue<Model> *other;

	void set_up() override
	{
		other = new_queue();
		RL_ASSERT(other);
		machine.threads_to_be_had = 5;
	}
	void client(unsigned) override
	{
		machine.take_down(1);

		bool up = machine.bring_up(1);

		queue(a, 1);
		try_queue(other, 1, b);
		RL_ASSERT(cwq_of<Model>(get_wq_data(a.work())) == wq->cwq[up]);
		flush(a);
		flush(b);
		RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* A queue goes, or comes, while a CPU does. */
struct OfflineDestroy : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			return;
		}
		queue(a, 1);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

struct OfflineCreate : Scene<2, 4, 2> {
	void client(unsigned i) override
	{
		Workqueue<Model> *other;

		if (i) {
			machine.take_down(1);
			return;
		}
		other = new_queue();
		RL_ASSERT(other);
		RL_ASSERT(try_queue(other, 1, a) == Queued::yes);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

SUITE(OfflineQueue, FULL);
SUITE(OfflineIdle, FULL);
SUITE(OfflineFirst, FULL);
SUITE(OfflineFlush, 4);
SUITE(OfflineFlushQueue, 4);
SUITE(OfflineCancel, 4);
SUITE(OfflineRequeue, FULL);
SUITE(OfflineTimer, FULL);
SUITE(OfflineMod, FULL);
SUITE(OfflineOnline, 4);
SUITE(OnlineQueue, FULL);
SUITE(OnlineFails, 4);
SUITE(OnlineFailsTwo, WIDE);
SUITE(OfflineDestroy, 4);
SUITE(OfflineCreate, 4);

} // namespace cwq
