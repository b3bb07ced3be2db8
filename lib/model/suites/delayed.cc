// SPDX-License-Identifier: GPL-2.0
/* Timers, which may fire at any moment. */
#include "../suite.hpp"

namespace cwq {

struct DelayedCancel : Scene<DelayedCancel, 1, 1, 1, true> {
	void client(unsigned)
	{
		queue_delayed(a, 1);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(cancelled + a.runs.get() == 1);
		a.free();
	}
	void check()
	{
		RL_ASSERT(!a.dwork.timer.armed.load(Order::relaxed));
	}
};

/* Queued again as soon as it was cancelled, without waiting. */
struct DelayedCancelAgain : Scene<DelayedCancelAgain, 1, 1, 1, true> {
	void client(unsigned)
	{
		queue_delayed(a, 1);

		bool cancelled = cancel_work(a.work());
		bool queued = queue_delayed(a, 1);

		flush_delayed_work(registry, a.work());
		RL_ASSERT(a.runs.get() == 1 - cancelled + queued);
	}
};

struct DelayedFlush : Scene<DelayedFlush, 1, 1, 1, true> {
	void client(unsigned)
	{
		queue_delayed(a, 1);
		flush_delayed_work(registry, a.work());
		RL_ASSERT(a.runs.get() == 1);
		a.free();
	}
};

/* Two that flush and cancel while the timer fires. */
struct DelayedFlushCancel : Scene<DelayedFlushCancel, 2, 1, 1, true> {
	bool cancelled;

	void set_up()
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i)
	{
		if (i)
			cancelled = cancel_sync(a);
		else
			flush_delayed_work(registry, a.work());
	}
	void check()
	{
		RL_ASSERT(cancelled + a.runs.get() == 1);
	}
};

/* Armed again while it fires: it runs once for each time that it was idle. */
struct ModFire : Scene<ModFire, 1, 1, 1, true> {
	void client(unsigned)
	{
		int queued = 0;

		queued += queue_delayed(a, 1);
		queued += !mod(a, 2);
		queued += !mod(a, 0);
		flush(a);
		RL_ASSERT(a.runs.get() == queued);
		a.free();
	}
};

/* Two that move it. */
struct ModMod : Scene<ModMod, 2, 1, 1, true> {
	bool idle[2];

	void set_up()
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i)
	{
		idle[i] = !mod(a, i);
	}
	void check()
	{
		RL_ASSERT(a.runs.get() == 1 + idle[0] + idle[1]);
	}
};

/* A cancel meets it: afterwards all is quiet, or the move came later. */
struct ModCancel : Scene<ModCancel, 2, 1, 1, true> {
	bool idle, cancelled;

	void set_up()
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i)
	{
		if (i)
			idle = !mod(a, 1);
		else
			cancelled = cancel_sync(a);
	}
	void check()
	{
		RL_ASSERT(cancelled + a.runs.get() == 1 + idle);
	}
};

/* An expedited one whose timer is armed again meanwhile. */
struct ModFlush : Scene<ModFlush, 2, 1, 1, true> {
	bool idle;

	void set_up()
	{
		queue_delayed(a, 1);
	}
	void client(unsigned i)
	{
		if (i)
			idle = !mod(a, 1);
		else
			flush_delayed_work(registry, a.work());
	}
	void check()
	{
		RL_ASSERT(a.runs.get() == 1 + idle);
	}
};

SUITE(DelayedCancel, 3);
SUITE(DelayedCancelAgain, 2);
SUITE(DelayedFlush, 2);
SUITE(DelayedFlushCancel, 2);
SUITE(ModFire, 2);
SUITE(ModMod, 1);
SUITE(ModCancel, 2);
SUITE(ModFlush, 1);

} // namespace cwq
