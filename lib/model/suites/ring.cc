// SPDX-License-Identifier: GPL-2.0
/* Works that wait for one another, and works on two queues. */
#include "../scene.hpp"

namespace cwq {

/* Two works on two queues, each of which may wait for the other. */
class TwoQueues : public Scene<1, 2> {
public:
	void set_up() override
	{
		self = this;
		other = new_queue();
		a.body = [](Item *) {
			self->wait_for_b();
		};
		b.body = [](Item *) {
			self->wait_for_a();
		};
	}
	void client(unsigned) override
	{
		try_queue(wq, 0, a);
		try_queue(other, 0, b);
	}
	/* Both may be too late to wait, but never both in vain. */
	void check() override
	{
		RL_ASSERT(deadlocks <= 1);
		RL_ASSERT(a.runs() == 1 && b.runs() + cancelled == 1);
	}

protected:
	virtual void wait_for_b() = 0;
	virtual void wait_for_a() = 0;

	void count(WaitEnd end)
	{
		if (end == WaitEnd::deadlock)
			deadlocks++;
		else
			RL_ASSERT(end == WaitEnd::done);
	}

	static inline TwoQueues *self;
	Workqueue<Model> *other;
	int deadlocks = 0;
	bool cancelled = false;
};

struct RingOfFlushes : TwoQueues {
	void wait_for_b() override
	{
		count(flush_work(registry, b.work(), FOREVER).end);
	}
	void wait_for_a() override
	{
		count(flush_work(registry, a.work(), FOREVER).end);
	}
};

struct RingOfFlushAndCancel : TwoQueues {
	void wait_for_b() override
	{
		Waited waited = cancel_work_sync(registry, b.work());

		count(waited.end);
		cancelled = waited.result;
	}
	void wait_for_a() override
	{
		count(flush_workqueue(registry, wq, FOREVER).end);
	}
};

/* Only one of them waits: no alarm. */
struct ChainOfFlushes : TwoQueues {
	void wait_for_b() override
	{
		RL_ASSERT(flush_work(registry, b.work(), FOREVER).end ==
			  WaitEnd::done);
	}
	void wait_for_a() override
	{
	}
	void check() override
	{
		RL_ASSERT(!deadlocks);
	}
};

/* Three works on three queues, one of which waits already: the last of the other
 * two sees the ring. */
struct RingOfThree : Scene<1, 3> {
	static inline RingOfThree *self;
	Workqueue<Model> *second, *third;
	Item c;
	Model::Completion go_on;
	int deadlocks = 0;

	void wait_for(Item &item)
	{
		WaitEnd end = flush_work(registry, item.work(), FOREVER).end;

		if (end == WaitEnd::deadlock)
			deadlocks++;
		else
			RL_ASSERT(end == WaitEnd::done);
	}
	void set_up() override
	{
		self = this;
		second = new_queue();
		third = new_queue();
		a.body = [](Item *) {
			self->go_on.wait();
			self->wait_for(self->b);
		};
		b.body = [](Item *) {
			self->wait_for(self->c);
		};
		c.body = [](Item *) {
			self->wait_for(self->a);
		};
	}
	void prepare(unsigned) override
	{
		queue(a);
		try_queue(third, 0, c);
	}
	void client(unsigned) override
	{
		try_queue(second, 0, b);
		go_on.complete();
	}
	void check() override
	{
		RL_ASSERT(deadlocks == 1);
		RL_ASSERT(a.runs() == 1 && b.runs() == 1 && c.runs() == 1);
	}
};

/* Who is behind what another has waited for may wait for that one. */
struct ChainBehind : Scene<1, 2> {
	static inline ChainBehind *self;
	Workqueue<Model> *other;
	Item c;

	void set_up() override
	{
		self = this;
		other = new_queue();
		a.body = [](Item *) {
			self->flush(self->b);
		};
		c.body = [](Item *) {
			self->flush(self->a);
		};
	}
	void client(unsigned) override
	{
		try_queue(other, 0, b);
		try_queue(other, 0, c);
		queue(a);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1 && c.runs() == 1);
	}
};

/* A timed wait that gives up is no part of a ring any more. */
struct ImpatientChain : TwoQueues {
	void wait_for_b() override
	{
		flush_work(registry, b.work(), { true, 1 });
	}
	void wait_for_a() override
	{
		flush_work(registry, a.work(), { true, 1 });
	}
};

/* A work that waits for itself does not. */
struct SelfFlush : Scene<1, 1> {
	static inline SelfFlush *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			RL_ASSERT(flush_work(self->registry, item->work(),
					     FOREVER)
					  .end == WaitEnd::deadlock);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		flush(a);
		RL_ASSERT(a.runs() == 1);
	}
};

/* Nor one that cancels itself: it is taken off, though. */
struct SelfCancel : Scene<1, 1> {
	static inline SelfCancel *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			RL_ASSERT(self->queue(*item));

			Waited waited =
				cancel_work_sync(self->registry, item->work());

			RL_ASSERT(waited.result);
			RL_ASSERT(waited.end == WaitEnd::deadlock);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		flush(a);
		RL_ASSERT(a.runs() == 1);
	}
};

/*
 * A work that queues itself on another queue may run there while it still runs
 * here; so there is nothing to say about the order of its runs.
 */
class TwoRuns : public Scene<1, 2> {
public:
	void set_up() override
	{
		self = this;
		other = new_queue();
		init_work(a.work(), 0, leave);
	}

protected:
	static void leave(void *work)
	{
		Item *item = Item::of(work);

		if (self->entered.fetch_add(1, Order::relaxed) == 0)
			try_queue(self->other, 0, *item);
		self->left.fetch_add(1, Order::relaxed);
	}
	/* No function runs. What it did is seen. */
	bool is_over() const
	{
		return entered.load(Order::relaxed) ==
		       left.load(Order::relaxed);
	}

	static inline TwoRuns *self;
	Workqueue<Model> *other;
	Model::Atomic<int> entered, left;
};

/* Waits see both runs through. */
struct LeftBehindCancel : TwoRuns {
	void client(unsigned) override
	{
		queue(a);
		cancel_sync(a);
		RL_ASSERT(is_over());
		a.free();
	}
};

struct LeftBehindFlush : TwoRuns {
	void client(unsigned) override
	{
		queue(a);
		flush(a);

		int seen = left.load(Order::relaxed);

		RL_ASSERT(seen >= 1);
		flush(a);
		RL_ASSERT(left.load(Order::relaxed) == 2 && is_over());
		a.free();
	}
};

SUITE(RingOfFlushes, 5);
SUITE(RingOfFlushAndCancel, FULL);
SUITE(RingOfThree, 3);
SUITE(ChainOfFlushes, 5);
SUITE(ChainBehind, 4);
SUITE(ImpatientChain, 3);
SUITE(SelfFlush, FULL);
SUITE(SelfCancel, 5);
SUITE(LeftBehindCancel, 4);
SUITE(LeftBehindFlush, 3);

} // namespace cwq
