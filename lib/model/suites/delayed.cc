// SPDX-License-Identifier: GPL-2.0
/* Timers, which may fire at any moment. */
#include "../scene.hpp"

namespace cwq {

/* It fires by itself. */
struct DelayedFire : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		RL_ASSERT(queue_delayed(a));
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* Two that queue it: one of them does, whatever the timer does meanwhile. */
struct DelayedQueue : Scene<2, 1, 1, 1> {
	bool queued[2];

	void client(unsigned i) override
	{
		queued[i] = i ? queue(a) : queue_delayed(a);
	}
	void check() override
	{
		RL_ASSERT(a.runs() == queued[0] + queued[1]);
	}
};

struct DelayedCancel : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		queue_delayed(a);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(cancelled + a.runs() == 1);
		a.free();
	}
};

/* Queued again as soon as it was cancelled, without waiting. */
struct DelayedCancelAgain : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		queue_delayed(a);

		bool cancelled = cancel_work(a.work());
		bool queued = queue_delayed(a);

		flush_delayed_work(registry, a.work());
		RL_ASSERT(a.runs() == 1 - cancelled + queued);
		a.free();
	}
};

/* Its function arms it again: not after the cancel has returned. */
struct DelayedRearm : Scene<1, 1, 1, 1> {
	static inline DelayedRearm *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() < 3)
				self->queue_delayed(*item);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		cancel_sync(a);
		a.free();
	}
};

struct DelayedFlush : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		queue_delayed(a);
		flush_delayed_work(registry, a.work());
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

/*
 * Its function arms it for a time that does not come, maybe before the timer function
 * that has queued it has returned.
 */
struct DelayedFarAway : Scene<1, 1, 1, 1> {
	static inline DelayedFarAway *self;

	void set_up() override
	{
		self = this;
		a.announces = true;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				RL_ASSERT(queue_delayed_work_on(
						  self->wq->cwq[0],
						  item->work(),
						  Model::FAR_AWAY) ==
					  Queued::yes);
		};
	}
	void run_once()
	{
		queue_delayed(a);
		a.ended.wait();
	}
};

/* It may be about to fire. */
struct DelayedFarAwayFlush : DelayedFarAway {
	void client(unsigned) override
	{
		queue_delayed(a);
		flush_delayed_work(registry, a.work());
		cancel_sync(a);
		RL_ASSERT(a.runs() > 0);
		a.free();
	}
};

struct DelayedFarAwayFlushLast : DelayedFarAway {
	void client(unsigned) override
	{
		run_once();
		RL_ASSERT(flush_delayed_work(registry, a.work()).result);
		RL_ASSERT(a.runs() == 2);
		a.free();
	}
};

struct DelayedFarAwayMod : DelayedFarAway {
	void client(unsigned) override
	{
		run_once();
		RL_ASSERT(mod(a, 0));
		flush(a);
		RL_ASSERT(a.runs() == 2);
		a.free();
	}
};

struct DelayedFarAwayCancel : DelayedFarAway {
	void client(unsigned) override
	{
		run_once();
		RL_ASSERT(cancel_sync(a));
		RL_ASSERT(a.runs() == 1);
		a.free();
	}
};

/* Two timers on two CPUs, for one queue. */
struct TwoTimers : Scene<1, 1, 1, 2> {
	void client(unsigned) override
	{
		queue_delayed(a);
		queue_delayed(b);

		bool cancelled = cancel_sync(b);

		RL_ASSERT(cancelled + b.runs() == 1);
		b.free();
	}
	void check() override
	{
		RL_ASSERT(a.runs() == 1);
	}
};

/* Armed again while it fires: it runs once for each time that it was idle. */
struct ModFire : Scene<1, 1, 1, 1> {
	void client(unsigned) override
	{
		int queued = 0;

		queued += queue_delayed(a);
		queued += !mod(a, 2);
		queued += !mod(a, 0);
		flush(a);
		RL_ASSERT(a.runs() == queued);
		a.free();
	}
};

/*
 * A suite of two calls, with a timer that may fire at any moment; the worker has
 * another work to do until both are over. Without, as the suite is, a work stays
 * where it was put last.
 */
template <template <int> class S>
struct Fire : S<1> {
	static inline Fire *self;
	Model::Completion go_on;

	void set_up() override
	{
		self = this;
		this->b.body = [](Item *) {
			self->go_on.wait();
		};
		S<1>::set_up();
	}
	void prepare(unsigned i) override
	{
		if (i)
			this->queue(this->b);
	}
	void client(unsigned i) override
	{
		S<1>::client(i);
		if (!--calls_left_)
			go_on.complete();
	}

private:
	int calls_left_ = 2;
};

/* Two that move it. */
template <int Timers>
struct ModModWith : Scene<2, 1, 1, Timers> {
	bool idle[2];

	void set_up() override
	{
		this->queue_delayed(this->a);
	}
	void client(unsigned i) override
	{
		idle[i] = !this->mod(this->a, i);
	}
	void check() override
	{
		RL_ASSERT(this->a.runs() + this->a.is_armed() ==
			  1 + idle[0] + idle[1]);
	}
};
using ModMod = ModModWith<0>;
using ModModFire = Fire<ModModWith>;

/* Moved to another CPU while its function runs on the first. */
struct ModElsewhere : Scene<2, 2, 2> {
	bool idle;

	void client(unsigned i) override
	{
		if (i)
			idle = !mod(a, 0, 1);
		else
			queue(a, 0);
	}
	void check() override
	{
		RL_ASSERT(a.runs() >= 1 && a.runs() <= 1 + idle);
	}
};

/* A cancel meets it: afterwards all is quiet, or the move came later. */
template <int Timers>
struct ModCancelWith : Scene<2, 1, 1, Timers> {
	bool idle, cancelled;

	void set_up() override
	{
		this->queue_delayed(this->a);
	}
	void client(unsigned i) override
	{
		if (i)
			idle = !this->mod(this->a, 1);
		else
			cancelled = this->cancel_sync(this->a);
	}
	void check() override
	{
		RL_ASSERT(cancelled + this->a.runs() + this->a.is_armed() ==
			  1 + idle);
	}
};
using ModCancel = ModCancelWith<0>;
using ModCancelFire = Fire<ModCancelWith>;

/* A flush of a delayed work; with a timer, as far as only the two are concerned. */
template <int Timers>
struct DelayedFlushWith : Scene<2, 1, 1, Timers> {
	void flush_delayed(Item &item)
	{
		if (Timers)
			expedite_delayed_work(item.work());
		else
			flush_delayed_work(this->registry, item.work());
	}
};

/* An expedited one that is moved meanwhile. */
template <int Timers>
struct ModFlushWith : DelayedFlushWith<Timers> {
	bool idle;

	void set_up() override
	{
		this->queue_delayed(this->a);
	}
	void client(unsigned i) override
	{
		if (i)
			idle = !this->mod(this->a, 1);
		else
			this->flush_delayed(this->a);
	}
	void check() override
	{
		RL_ASSERT(this->a.runs() + this->a.is_armed() == 1 + idle);
	}
};
using ModFlush = ModFlushWith<0>;
using ModFlushFire = Fire<ModFlushWith>;

/* Two that flush and cancel it. */
template <int Timers>
struct DelayedFlushCancelWith : DelayedFlushWith<Timers> {
	bool cancelled;

	void set_up() override
	{
		this->queue_delayed(this->a);
	}
	void client(unsigned i) override
	{
		if (i)
			cancelled = this->cancel_sync(this->a);
		else
			this->flush_delayed(this->a);
	}
	void check() override
	{
		RL_ASSERT(cancelled + this->a.runs() == 1);
	}
};
using DelayedFlushCancel = DelayedFlushCancelWith<0>;
using DelayedFlushCancelFire = Fire<DelayedFlushCancelWith>;

SUITE(DelayedFire, FULL);
SUITE(DelayedQueue, 5);
SUITE(DelayedCancel, FULL);
SUITE(DelayedCancelAgain, 4);
SUITE(DelayedRearm, 4);
SUITE(DelayedFlush, 5);
SUITE(DelayedFarAwayFlush, 4);
SUITE(DelayedFarAwayFlushLast, 4);
SUITE(DelayedFarAwayMod, 4);
SUITE(DelayedFarAwayCancel, 4);
SUITE(DelayedFlushCancel, 4);
SUITE(TwoTimers, 4);
SUITE(ModFire, 4);
SUITE(ModMod, FULL);
SUITE(ModElsewhere, 5);
SUITE(ModCancel, FULL);
SUITE(ModFlush, 5);
SUITE(DelayedFlushCancelFire, 4);
SUITE(ModModFire, 3);
SUITE(ModCancelFire, 3);
SUITE(ModFlushFire, 3);

} // namespace cwq
