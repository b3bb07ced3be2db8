// SPDX-License-Identifier: GPL-2.0
/* Flushes and cancels. */
#include "../suite.hpp"

namespace cwq {

/* After the cancel: it has run or it has not, and it does not any more. */
struct RunCancel : Scene<RunCancel, 1, 1> {
	void client(unsigned)
	{
		queue(a);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(cancelled + a.runs.get() == 1);
		a.free();
	}
};

/* Not even if it queues itself. */
struct RequeueCancel : Scene<RequeueCancel, 1, 1> {
	static inline RequeueCancel *self;

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
		cancel_sync(a);
		a.free();
	}
};

/* One of two cancels gets it, if the function does not. */
struct CancelCancel : Scene<CancelCancel, 2, 1> {
	bool cancelled[2];

	void set_up()
	{
		queue(a);
	}
	void client(unsigned i)
	{
		cancelled[i] = cancel_sync(a);
	}
	void check()
	{
		RL_ASSERT(cancelled[0] + cancelled[1] + a.runs.get() == 1);
	}
};

/* A cancel and one that does not wait. */
struct CancelNoWait : Scene<CancelNoWait, 2, 1> {
	bool cancelled[2];

	void set_up()
	{
		queue(a);
	}
	void client(unsigned i)
	{
		cancelled[i] = i ? cancel_work(a.work()) : cancel_sync(a);
	}
	void check()
	{
		RL_ASSERT(cancelled[0] + cancelled[1] + a.runs.get() == 1);
	}
};

/* What was queued before the flush has run when it returns. */
struct QueueFlush : Scene<QueueFlush, 2, 1> {
	void client(unsigned i)
	{
		if (i) {
			queue(b);
			return;
		}
		queue(a);
		flush(a);
		RL_ASSERT(a.runs.get() == 1);
	}
};

struct QueueFlushQueue : Scene<QueueFlushQueue, 2, 2, 2> {
	void client(unsigned i)
	{
		if (i) {
			queue(b, 1);
			return;
		}
		queue(a, 0);
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* Without memory, the flush goes from thread to thread. */
struct FlushWithoutMemory : Scene<FlushWithoutMemory, 1, 2, 2> {
	void client(unsigned)
	{
		queue(a, 0);
		queue(b, 1);
		machine.out_of_memory = true;
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs.get() == 1 && b.runs.get() == 1);
	}
};

/* Two that flush: each sees that all has ended. */
struct FlushFlush : Scene<FlushFlush, 2, 1> {
	void set_up()
	{
		queue(a);
	}
	void client(unsigned i)
	{
		if (i)
			flush(a);
		else
			flush_queue();
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* The work that a barrier stands behind is cancelled: the flush ends. */
struct FlushCancel : Scene<FlushCancel, 2, 1> {
	void set_up()
	{
		queue(a);
		queue(b);
	}
	void client(unsigned i)
	{
		if (i)
			cancel_sync(b);
		else
			flush(b);
	}
};

/* The flush of a work that runs, and is queued again behind others. */
struct FlushRunning : Scene<FlushRunning, 1, 1> {
	static inline FlushRunning *self;
	Model::Completion entered, go_on;

	void set_up()
	{
		self = this;
		a.body = [](Item *) {
			self->entered.complete();
			self->go_on.wait();
		};
	}
	void client(unsigned)
	{
		queue(a);
		entered.wait();
		queue(b);
		go_on.complete();
		flush(a);
		RL_ASSERT(a.runs.get() == 1);
	}
};

/* A flush that gives up leaves nothing behind on the list. */
struct TimedFlush : Scene<TimedFlush, 1, 1> {
	void client(unsigned)
	{
		queue(a);

		WaitEnd end = flush_work(registry, a.work(), { true, 1 }).end;

		RL_ASSERT(end == WaitEnd::done || end == WaitEnd::timeout);
		if (end == WaitEnd::done)
			RL_ASSERT(a.runs.get() == 1);
	}
};

struct TimedFlushQueue : Scene<TimedFlushQueue, 1, 2, 2> {
	void client(unsigned)
	{
		queue(a, 0);
		queue(b, 1);

		WaitEnd end = flush_queue({ true, 1 });

		RL_ASSERT(end == WaitEnd::done || end == WaitEnd::timeout);
		if (end == WaitEnd::done)
			RL_ASSERT(a.runs.get() == 1 && b.runs.get() == 1);
	}
};

/* A work that queues itself once: the drain waits for that, too. */
struct Drain : Scene<Drain, 2, 1> {
	static inline Drain *self;
	bool late;

	void set_up()
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs.get() == 1)
				RL_ASSERT(self->queue(*item));
		};
		queue(a);
	}
	void client(unsigned i)
	{
		if (i) {
			late = queue(b);
			return;
		}
		RL_ASSERT(drain_workqueue(registry, wq) == WaitEnd::done);
		RL_ASSERT(a.runs.get() == 2);
	}
	void check()
	{
		RL_ASSERT(b.runs.get() == late);
	}
};

/* From CPU to CPU and back: idle means idle everywhere at once. */
struct DrainAcross : Scene<DrainAcross, 1, 2, 2> {
	static inline DrainAcross *self;

	void set_up()
	{
		self = this;
		a.body = [](Item *) {
			self->queue(self->b, 0);
		};
		queue(a, 1);
	}
	void client(unsigned)
	{
		RL_ASSERT(drain_workqueue(registry, wq) == WaitEnd::done);
		RL_ASSERT(b.runs.get() == 1);
	}
};

SUITE(RunCancel, 4);
SUITE(RequeueCancel, 4);
SUITE(CancelCancel, 2);
SUITE(CancelNoWait, 2);
SUITE(QueueFlush, 3);
SUITE(QueueFlushQueue, 2);
SUITE(FlushWithoutMemory, 2);
SUITE(FlushFlush, 3);
SUITE(FlushCancel, 2);
SUITE(FlushRunning, 4);
SUITE(TimedFlush, 4);
SUITE(TimedFlushQueue, 2);
SUITE(Drain, 3);
SUITE(DrainAcross, 2);

} // namespace cwq
