// SPDX-License-Identifier: GPL-2.0
/* Flushes and cancels. */
#include "../scene.hpp"

namespace cwq {

/* After the cancel: it has run or it has not, and it does not any more. */
struct RunCancel : Scene<1, 1> {
	void client(unsigned) override
	{
		queue(a);

		bool cancelled = cancel_sync(a);

		RL_ASSERT(cancelled + a.runs() == 1);
		a.free();
	}
};

/* Not even if it queues itself. */
struct RequeueCancel : Scene<1, 1> {
	static inline RequeueCancel *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() < 3)
				self->queue(*item);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		cancel_sync(a);
		a.free();
	}
};

/* One of two cancels gets it, if the function does not. */
struct CancelCancel : Scene<2, 1> {
	bool cancelled[2];

	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		cancelled[i] = cancel_sync(a);
	}
	void check() override
	{
		RL_ASSERT(cancelled[0] + cancelled[1] + a.runs() == 1);
	}
};

/* A cancel and one that does not wait. */
struct CancelNoWait : Scene<2, 1> {
	bool cancelled[2];

	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		cancelled[i] = i ? cancel_work(a.work()) : cancel_sync(a);
	}
	void check() override
	{
		RL_ASSERT(cancelled[0] + cancelled[1] + a.runs() == 1);
	}
};

/* A queue call meets it: afterwards all is quiet, or the call came later. */
struct CancelQueue : Scene<2, 1> {
	bool queued, cancelled;

	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i)
			queued = queue(a);
		else
			cancelled = cancel_sync(a);
	}
	void check() override
	{
		RL_ASSERT(cancelled + a.runs() == 1 + queued);
	}
};

/* What was queued before the flush has run when it returns. */
struct QueueFlush : Scene<2, 1> {
	void client(unsigned i) override
	{
		if (i) {
			queue(b);
			return;
		}
		queue(a);
		flush(a);
		RL_ASSERT(a.runs() == 1);
	}
};

struct QueueFlushQueue : Scene<2, 2, 2> {
	void client(unsigned i) override
	{
		if (i) {
			queue(b, 1);
			return;
		}
		queue(a, 0);
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs() == 1);
	}
};

/* Without memory, the flush goes from thread to thread. */
struct FlushWithoutMemory : Scene<1, 2, 2> {
	void client(unsigned) override
	{
		queue(a, 0);
		queue(b, 1);
		machine.out_of_memory = true;
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* Two that flush: each sees that all has ended. */
struct FlushFlush : Scene<2, 1> {
	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i)
			flush(a);
		else
			flush_queue();
		RL_ASSERT(a.runs() == 1);
	}
};

/* The work that a barrier stands behind is cancelled: the flush ends. */
struct FlushCancel : Scene<2, 1> {
	void set_up() override
	{
		queue(a);
		queue(b);
	}
	void client(unsigned i) override
	{
		if (i)
			cancel_sync(b);
		else
			flush(b);
	}
};

/* The barrier itself stays where it is: what is ahead of it is waited for. */
struct FlushCancelBarrier : Scene<2, 1> {
	void set_up() override
	{
		queue(a);
		queue(b);
	}
	void client(unsigned i) override
	{
		if (i) {
			cancel_sync(b);
			return;
		}
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(a.runs() == 1);
	}
};

/* a runs, b is queued behind it, and a goes on when that is waited for. */
class WaitRunning : public Scene<1, 1> {
public:
	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->entered.complete();
			self->go_on.wait();
		};
	}
	void client(unsigned) override
	{
		queue(a);
		entered.wait();
		queue(b);
		go_on.complete();
		wait();
		RL_ASSERT(a.runs() == 1);
	}

protected:
	virtual void wait() = 0;

	static inline WaitRunning *self;

private:
	Model::Completion entered, go_on;
};

/* Of a work that runs, the barrier is at the head: b does not run until who waits
 * has gone on. */
class WaitAhead : public WaitRunning {
public:
	void set_up() override
	{
		WaitRunning::set_up();
		ahead = this;
		b.body = [](Item *) {
			ahead->waited.wait();
		};
	}
	void client(unsigned i) override
	{
		WaitRunning::client(i);
		waited.complete();
	}

private:
	static inline WaitAhead *ahead;
	Model::Completion waited;
};

struct FlushAhead : WaitAhead {
	void wait() override
	{
		flush(a);
	}
};

struct CancelAhead : WaitAhead {
	void wait() override
	{
		cancel_sync(a);
	}
};

/* The function of b ends by itself, before or after. */
struct FlushRunning : WaitRunning {
	void wait() override
	{
		flush(a);
	}
};

/* A flush that gives up leaves nothing behind on the list. */
struct TimedFlush : Scene<1, 1> {
	void client(unsigned) override
	{
		queue(a);

		WaitEnd end = flush_work(registry, a.work(), { true, 1 }).end;

		RL_ASSERT(end == WaitEnd::done || end == WaitEnd::timeout);
		if (end == WaitEnd::done)
			RL_ASSERT(a.runs() == 1);
	}
};

struct TimedFlushQueue : Scene<1, 2, 2> {
	void client(unsigned) override
	{
		queue(a, 0);
		queue(b, 1);

		WaitEnd end = flush_queue({ true, 1 });

		RL_ASSERT(end == WaitEnd::done || end == WaitEnd::timeout);
		if (end == WaitEnd::done)
			RL_ASSERT(a.runs() == 1 && b.runs() == 1);
	}
};

/* While what it waits for is cancelled. */
struct TimedFlushCancel : Scene<2, 1> {
	void set_up() override
	{
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i)
			cancel_sync(a);
		else
			flush_work(registry, a.work(), { true, 1 });
	}
};

/* A work that queues itself once: the drain waits for that, too. */
struct Drain : Scene<2, 1> {
	static inline Drain *self;
	bool late;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				RL_ASSERT(self->queue(*item));
		};
		queue(a);
	}
	void client(unsigned i) override
	{
		if (i) {
			late = queue(b);
			return;
		}
		RL_ASSERT(drain_workqueue(registry, wq) == WaitEnd::done);
		RL_ASSERT(a.runs() == 2);
	}
	void check() override
	{
		RL_ASSERT(b.runs() == late);
	}
};

/* From CPU to CPU and back: idle means idle everywhere at once. */
struct RestAcross : Scene<1, 2, 2> {
	static inline RestAcross *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *item) {
			if (item->runs() == 1)
				self->queue(self->b, 1);
		};
		b.body = [](Item *) {
			self->queue(self->a, 0);
		};
		queue(a, 0);
	}
	void client(unsigned) override
	{
		if (is_at_rest(wq))
			RL_ASSERT(a.runs() == 2);
	}
	void check() override
	{
		RL_ASSERT(is_at_rest(wq));
	}
};

/* Two drains: the queue takes works again when both have ended. */
struct DrainDrain : Scene<2, 1> {
	void set_up() override
	{
		queue(a);
	}
	void client(unsigned) override
	{
		RL_ASSERT(drain_workqueue(registry, wq) == WaitEnd::done);
		RL_ASSERT(a.runs() == 1);
	}
	void check() override
	{
		RL_ASSERT(!wq->cwq[0]->state.get());
	}
};

/* One drain ends beside another: the queue stays closed. */
struct DrainBeside : Scene<2, 1> {
	void prepare(unsigned i) override
	{
		if (!i)
			count_drainers(registry, wq, 1);
	}
	void client(unsigned i) override
	{
		RL_ASSERT(drain_workqueue(registry, wq) == WaitEnd::done);
		if (i)
			return;
		RL_ASSERT(!queue(a));
		count_drainers(registry, wq, -1);
	}
	void check() override
	{
		RL_ASSERT(!wq->cwq[0]->state.get());
	}
};

SUITE(RunCancel, FULL);
SUITE(RequeueCancel, 4);
SUITE(CancelCancel, 4);
SUITE(CancelNoWait, 5);
SUITE(CancelQueue, 3);
SUITE(QueueFlush, 3);
SUITE(QueueFlushQueue, 3);
SUITE(FlushWithoutMemory, 3);
SUITE(FlushFlush, 4);
SUITE(FlushCancel, 4);
SUITE(FlushCancelBarrier, 4);
SUITE(FlushRunning, FULL);
SUITE(FlushAhead, FULL);
SUITE(CancelAhead, FULL);
SUITE(TimedFlush, FULL);
SUITE(TimedFlushQueue, 2);
SUITE(TimedFlushCancel, 4);
SUITE(Drain, 3);
SUITE(RestAcross, 4);
SUITE(DrainDrain, 3);
SUITE(DrainBeside, FULL);

} // namespace cwq
