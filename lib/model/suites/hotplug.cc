// SPDX-License-Identifier: GPL-2.0
/* CPUs that go and come, at any moment. */
#include "../scene.hpp"

#include "../../affinity.hpp"

namespace cwq {

/* A CPU goes beside something else. */
class Offline : public Scene<2, 2, 2> {
public:
	void client(unsigned i) override
	{
		if (i)
			machine.take_down(cpu);
		else
			beside();
	}

protected:
	explicit Offline(int cpu = 1) : cpu(cpu)
	{
	}
	virtual void beside() = 0;

	const int cpu;
};

/* Work is queued on it: that runs, once, somewhere. */
struct OfflineQueue : Offline {
	using Offline::Offline;

	void beside() override
	{
		RL_ASSERT(queue(a, cpu));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
		RL_ASSERT(machine.threads[cpu].exited);
	}
};

/* CPU 0 goes, which others have been sent to before. */
struct OfflineFirst : OfflineQueue {
	OfflineFirst() : OfflineQueue(0)
	{
	}
};

/* The same while the inbox is shut for another reason. */
struct OfflineObserved : OfflineQueue {
	void set_up() override
	{
		RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));
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

struct OfflineFlush : Offline {
	void beside() override
	{
		queue(a, 1);
		flush(a);
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

struct OfflineFlushQueue : Offline {
	void beside() override
	{
		queue(a, 1);
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs() == 1);
	}
};

struct OfflineCancel : Offline {
	void beside() override
	{
		queue(a, 1);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(a.runs() + cancelled == 1);
		a.free();
	}
};

/* A work that keeps running stays where it is, however often it is queued. */
struct OfflineRequeue : Offline {
	static inline OfflineRequeue *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				RL_ASSERT(self->queue(*item, 1));
		};
	}
	void beside() override
	{
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

struct OfflineMod : Offline {
	bool idle;

	void set_up() override
	{
		queue_delayed(a, 1);
	}
	void beside() override
	{
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

/* There is no thread to be had: the CPU stays away, and all goes on, to its end. */
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
		RL_ASSERT(destroy_workqueue(registry, wq));
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
		RL_ASSERT(cwq_of<Model>(get_wq_data(a.work())) == wq->cwq[up]);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* A queue goes, or comes, while a CPU does. */
struct OfflineDestroy : Offline {
	void beside() override
	{
		queue(a, 1);
		RL_ASSERT(destroy_workqueue(registry, wq));
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

struct OfflineCreate : Scene<2, 4, 2> {
	/* There are enough threads without those of the first queue. */
	void prepare(unsigned i) override
	{
		if (i)
			RL_ASSERT(destroy_workqueue(registry, wq));
	}
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

/* So many CPUs by their bits. */
static const unsigned FIRST = 1, SECOND = 2, BOTH = 3;

/* A queue keeps off a CPU while works are queued there. */
struct KeepOff : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			RL_ASSERT(!set_cpus(registry, wq, &FIRST));
			machine.wait_for_exit(&machine.threads[1]);
		} else {
			RL_ASSERT(queue(a, 1));
		}
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* The same, and back again. */
struct KeepOffAndOn : Scene<2, 3, 2> {
	void client(unsigned i) override
	{
		if (i) {
			RL_ASSERT(!set_cpus(registry, wq, &FIRST));
			RL_ASSERT(!set_cpus(registry, wq, &BOTH));
			RL_ASSERT(queue(b, 1));
			RL_ASSERT(cwq_of<Model>(get_wq_data(b.work())) ==
				  wq->cwq[1]);
		} else {
			RL_ASSERT(queue(a, 1));
			flush(a);
		}
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* The only CPU that is used goes: its thread stays, and works off what comes. */
struct KeepOffLast : Scene<2, 3, 2> {
	void set_up() override
	{
		RL_ASSERT(!set_cpus(registry, wq, &SECOND));
	}
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			RL_ASSERT(set_cpus(registry, wq, &SECOND) ==
				  Model::NO_CPU);
			RL_ASSERT(machine.bring_up(1));
		} else {
			RL_ASSERT(queue(a, 0));
			flush(a);
			RL_ASSERT(a.runs() == 1);
		}
	}
};

/* And the other one is used again. */
struct KeepOffLastAndUse : Scene<2, 3, 2> {
	void set_up() override
	{
		RL_ASSERT(!set_cpus(registry, wq, &SECOND));
	}
	void client(unsigned i) override
	{
		if (i) {
			machine.take_down(1);
			RL_ASSERT(!set_cpus(registry, wq, &BOTH));
			machine.wait_for_exit(&machine.threads[1]);
		} else {
			RL_ASSERT(queue(a, 1));
		}
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* A CPU that comes is not used for that. */
struct KeepOffOnline : Scene<1, 4, 2> {
	void client(unsigned) override
	{
		RL_ASSERT(!set_cpus(registry, wq, &FIRST));
		machine.take_down(1);
		RL_ASSERT(machine.bring_up(1));
		RL_ASSERT(queue(a, 1));
		flush(a);
		RL_ASSERT(cwq_of<Model>(get_wq_data(a.work())) == wq->cwq[0]);
		RL_ASSERT(!is_open(wq->cwq[1]));
	}
};

/* There is no thread to be had: all is as it was. */
struct KeepOffFails : Scene<1, 2, 2> {
	void set_up() override
	{
		RL_ASSERT(!set_cpus(registry, wq, &FIRST));
		machine.threads_to_be_had = 2;
	}
	void client(unsigned) override
	{
		machine.wait_for_exit(&machine.threads[1]);
		RL_ASSERT(set_cpus(registry, wq, &BOTH));
		RL_ASSERT(is_kept_off(registry, wq->cwq[1]));
		RL_ASSERT(queue(a, 1));
		flush(a);
		RL_ASSERT(a.runs() == 1);
	}
};

SUITE(KeepOff, 4);
SUITE(KeepOffAndOn, 2);
SUITE(KeepOffLast, 4);
SUITE(KeepOffLastAndUse, 3);
SUITE(KeepOffOnline, 4);
SUITE(KeepOffFails, FULL);
SUITE(OfflineQueue, FULL);
SUITE(OfflineObserved, 4);
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
SUITE(OnlineFails, 5);
SUITE(OnlineFailsTwo, 4);
SUITE(OfflineDestroy, 2);
SUITE(OfflineCreate, 3);

} // namespace cwq
