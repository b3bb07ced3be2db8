// SPDX-License-Identifier: GPL-2.0
/* Queueing and running. */
#include "../scene.hpp"

namespace cwq {

/* As many runs as calls that were told "queued". */
struct QueueQueue : Scene<2, 1> {
	bool queued[2];

	void client(unsigned i) override
	{
		queued[i] = queue(a);
	}
	void check() override
	{
		RL_ASSERT(queued[0] + queued[1] == a.runs());
	}
};

/* The same for what CWQ_DECLARE_WORK() leaves. */
struct QueueDeclared : QueueQueue {
	void set_up() override
	{
		a.work()->entry.next.set(nullptr);
	}
};

/* The same for a work that has been on the queue before. */
struct QueueAgain : Scene<2, 1> {
	bool queued[2];

	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		queued[i] = queue(a);
	}
	void check() override
	{
		RL_ASSERT(1 + queued[0] + queued[1] == a.runs());
	}
};

/* A sleeping worker hears of each call, the short cut of the second included; who
 * waits for it would hang. */
struct WakeUp : Scene<1, 1> {
	void set_up() override
	{
		a.announces = true;
	}
	void client(unsigned) override
	{
		for (int i = 0; i < 2; i++) {
			queue(a);
			a.ended.wait();
		}
	}
};

/* The same with two that queue: one of them owes the wake-up. */
struct WakeUpTwo : Scene<2, 1> {
	void set_up() override
	{
		a.announces = b.announces = true;
	}
	void client(unsigned i) override
	{
		Item &item = i ? b : a;

		queue(item);
		item.ended.wait();
	}
};

/* Queued or refused: a later run sees what was stored before the call. */
template <int Clients, int Timers>
class Storing : public Scene<Clients, 1, 1, Timers> {
public:
	void set_up() override
	{
		stored = &memory_;
		seen_ = false;
		this->a.body = [](Item *) {
			seen_ = stored->load(Order::relaxed);
		};
	}
	void check() override
	{
		RL_ASSERT(seen_);
	}

protected:
	static inline Model::Atomic<int> *stored;

private:
	static inline bool seen_;
	Model::Atomic<int> memory_;
};

struct StoreIsSeen : Storing<2, 0> {
	void client(unsigned i) override
	{
		if (i)
			stored->store(1, Order::relaxed);
		queue(a);
	}
};

/* For one that was declared, whose first claim is taken back. */
struct StoreIsSeenDeclared : StoreIsSeen {
	void set_up() override
	{
		StoreIsSeen::set_up();
		a.work()->entry.next.set(nullptr);
	}
};

/* For a work that goes from its timer to the list meanwhile. */
struct StoreIsSeenDelayed : Storing<1, 1> {
	void set_up() override
	{
		Storing::set_up();
		queue_delayed(a);
	}
	void client(unsigned) override
	{
		stored->store(1, Order::relaxed);
		queue_delayed(a);
	}
};

/* For one that is moved meanwhile. */
struct StoreIsSeenMod : Storing<2, 0> {
	void set_up() override
	{
		Storing::set_up();
		queue_delayed(a);
	}
	void client(unsigned i) override
	{
		if (i) {
			mod(a, 0);
			return;
		}
		stored->store(1, Order::relaxed);
		queue(a);
	}
};

/* Whoever has been told of the work's end sees what it did. */
struct RunIsSeen : Scene<1, 1> {
	void client(unsigned) override
	{
		queue(a);
		if (!flush(a))
			RL_ASSERT(a.runs() == 1);
		RL_ASSERT(a.runs() == 1);
	}
};

/* Queued on two CPUs, even while it runs: never two runs at once. */
struct NonReentrant : Scene<2, 2, 2> {
	bool queued[2];

	void client(unsigned i) override
	{
		queued[i] = queue(a, i);
	}
	void check() override
	{
		RL_ASSERT(queued[0] + queued[1] == a.runs());
	}
};

/* The function queues its own work on the other CPU. */
struct RequeueElsewhere : Scene<1, 2, 2> {
	static inline RequeueElsewhere *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				self->queue(*item, 1);
		};
	}
	void client(unsigned) override
	{
		queue(a, 0);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 2);
	}
};

/* A work that loses its function while it is pending does not run, and counts as
 * cancelled. */
struct LosesFunc : Scene<1, 1> {
	static inline LosesFunc *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->b.work()->func.set(nullptr);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		queue(b);
		flush(b);
		b.free();
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 && b.runs() <= 1);
	}
};

/* Two works change places: each takes both locks. */
struct Cross : Scene<2, 2, 2> {
	void prepare(unsigned i) override
	{
		queue(i ? b : a, i);
		flush(i ? b : a);
	}
	void client(unsigned i) override
	{
		queue(i ? b : a, !i);
	}
};

/* The function ends the work: nobody touches it afterwards. */
struct FreeFromWithin : Scene<1, 1> {
	void set_up() override
	{
		a.body = [](Item *item) {
			item->free();
		};
	}
	void client(unsigned) override
	{
		queue(a);
		queue(b);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* Works of one CPU run in the order of queueing. */
struct Fifo : Scene<1, 1> {
	static inline Fifo *self;

	void set_up() override
	{
		self = this;
		b.body = [](Item *) {
			RL_ASSERT(self->a.runs() == 1);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		queue(b);
	}
	void check() override
	{
		RL_ASSERT(b.runs() == 1);
	}
};

/* The same if the second is put on the list under the lock. */
struct FifoSlowly : Fifo {
	void client(unsigned) override
	{
		queue(a);
		RL_ASSERT(!mod(b, 0));
	}
};

/* The ledger holds in every snapshot, whatever goes on. */
struct SnapshotRun : Scene<2, 1> {
	void client(unsigned i) override
	{
		Model::Snapshot s;

		if (!i) {
			queue(a);
			queue(b);
			cancel_sync(b);
			return;
		}
		take_snapshot(wq->cwq[0], &s);
		RL_ASSERT(s.accepted ==
			  s.executed + s.cancelled + s.pending + s.running);
	}
};

SUITE(QueueQueue, 5);
SUITE(QueueDeclared, 3);
SUITE(QueueAgain, 3);
SUITE(WakeUp, FULL);
SUITE(WakeUpTwo, 3);
SUITE(StoreIsSeen, 5);
SUITE(StoreIsSeenDeclared, 4);
SUITE(StoreIsSeenDelayed, 5);
SUITE(StoreIsSeenMod, 5);
SUITE(RunIsSeen, FULL);
SUITE(NonReentrant, FULL);
SUITE(RequeueElsewhere, FULL);
SUITE(LosesFunc, 5);
SUITE(Cross, 5);
SUITE(FreeFromWithin, FULL);
SUITE(Fifo, FULL);
SUITE(FifoSlowly, FULL);
SUITE(SnapshotRun, 4);

} // namespace cwq
