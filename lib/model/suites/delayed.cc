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

/* Two that move it. With a timer, it may fire at any moment besides; without, it
 * stays where it was put last. The same for the others below. */
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
using ModModFire = ModModWith<1>;

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
using ModCancelFire = ModCancelWith<1>;

/* An expedited one that is moved meanwhile. */
template <int Timers>
struct ModFlushWith : Scene<2, 1, 1, Timers> {
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
			flush_delayed_work(this->registry, this->a.work());
	}
	void check() override
	{
		RL_ASSERT(this->a.runs() + this->a.is_armed() == 1 + idle);
	}
};
using ModFlush = ModFlushWith<0>;
using ModFlushFire = ModFlushWith<1>;

/* Two that flush and cancel it. */
template <int Timers>
struct DelayedFlushCancelWith : Scene<2, 1, 1, Timers> {
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
			flush_delayed_work(this->registry, this->a.work());
	}
	void check() override
	{
		RL_ASSERT(cancelled + this->a.runs() == 1);
	}
};
using DelayedFlushCancel = DelayedFlushCancelWith<0>;
using DelayedFlushCancelFire = DelayedFlushCancelWith<1>;

SUITE(DelayedFire, FULL);
SUITE(DelayedQueue, 4);
SUITE(DelayedCancel, 4);
SUITE(DelayedCancelAgain, 4);
SUITE(DelayedRearm, 4);
SUITE(DelayedFlush, 4);
SUITE(DelayedFlushCancel, 4);
SUITE(TwoTimers, 4);
SUITE(ModFire, 4);
SUITE(ModMod, 4);
SUITE(ModElsewhere, 4);
SUITE(ModCancel, 4);
SUITE(ModFlush, 4);
SUITE(DelayedFlushCancelFire, WIDE);
SUITE(ModModFire, WIDE);
SUITE(ModCancelFire, WIDE);
SUITE(ModFlushFire, WIDE);

} // namespace cwq
