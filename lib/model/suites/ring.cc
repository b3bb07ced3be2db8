// SPDX-License-Identifier: GPL-2.0
/* Works that wait for one another, and works on two queues. */
#include "../suite.hpp"

namespace cwq {

/* Two works on two queues, each of which waits for the other. */
template <class S>
struct TwoQueues : Scene<S, 1, 2> {
	Workqueue<Model> *other;
	static inline S *self;
	int deadlocks = 0;

	void set_up()
	{
		self = static_cast<S *>(this);
		other = this->new_queue();
		this->a.body = [](Item *) {
			self->wait_for_b();
		};
		this->b.body = [](Item *) {
			self->wait_for_a();
		};
	}
	void client(unsigned)
	{
		S::queue(this->wq, 0, this->a);
		S::queue(other, 0, this->b);
	}
	void count(WaitEnd end)
	{
		if (end == WaitEnd::deadlock)
			deadlocks++;
		else
			RL_ASSERT(end == WaitEnd::done);
	}
	/* Both may be too late to wait, but never both in vain. */
	void check()
	{
		RL_ASSERT(deadlocks <= 1);
		RL_ASSERT(this->a.runs.get() == 1 && this->b.runs.get() == 1);
	}
};

struct RingOfFlushes : TwoQueues<RingOfFlushes> {
	void wait_for_b()
	{
		count(flush_work(registry, b.work(), FOREVER).end);
	}
	void wait_for_a()
	{
		count(flush_work(registry, a.work(), FOREVER).end);
	}
};

struct RingOfFlushAndCancel : TwoQueues<RingOfFlushAndCancel> {
	void wait_for_b()
	{
		count(flush_workqueue(registry, other, FOREVER).end);
	}
	void wait_for_a()
	{
		Waited waited = cancel_work_sync(registry, a.work());

		count(waited.end);
		cancelled = waited.result;
	}
	void check()
	{
		RL_ASSERT(deadlocks <= 1);
		RL_ASSERT(a.runs.get() + cancelled == 1);
	}

	bool cancelled = false;
};

/* Only one of them waits: no alarm. */
struct ChainOfFlushes : TwoQueues<ChainOfFlushes> {
	void wait_for_b()
	{
		RL_ASSERT(flush_work(registry, b.work(), FOREVER).end ==
			  WaitEnd::done);
	}
	void wait_for_a()
	{
	}
};

/* A work that waits for itself does not. */
struct SelfFlush : Scene<SelfFlush, 1, 1> {
	static inline SelfFlush *self;

	void set_up()
	{
		self = this;
		a.body = [](Item *item) {
			RL_ASSERT(flush_work(self->registry, item->work(),
					     FOREVER)
					  .end == WaitEnd::deadlock);
		};
	}
	void client(unsigned)
	{
		queue(a);
		flush(a);
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* It goes to another queue while it runs: waits see both runs through. */
struct LeftBehind : Scene<LeftBehind, 1, 2> {
	static inline LeftBehind *self;
	Workqueue<Model> *other;
	Item c;

	static void leave(void *work)
	{
		Item *item = static_cast<Item *>(work);

		if (item->inside.fetch_add(1, Order::relaxed) == 0 &&
		    !item->runs.get()) {
			item->runs.set(1);
			queue(self->other, 0, *item);
		}
		item->inside.fetch_add(-1, Order::relaxed);
	}
	void set_up()
	{
		self = this;
		other = new_queue();
		init_work(a.work(), 0, leave);
	}
	void client(unsigned)
	{
		queue(a);
		cancel_sync(a);
		RL_ASSERT(!a.inside.load(Order::relaxed));
	}
};

SUITE(RingOfFlushes, 2);
SUITE(RingOfFlushAndCancel, 2);
SUITE(ChainOfFlushes, 2);
SUITE(SelfFlush, 4);
SUITE(LeftBehind, 2);

} // namespace cwq
