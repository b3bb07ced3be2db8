// SPDX-License-Identifier: GPL-2.0
/* A work that waits for one behind itself runs that within its own function. */
#include "../scene.hpp"

namespace cwq {

/* a queues b behind itself and waits for it. */
template <int Clients, int Cpus = 1>
struct FlushesBehind : Scene<Clients, Cpus, Cpus> {
	static inline FlushesBehind *self;

	void set_up() override
	{
		self = this;
		this->a.body = [](Item *) {
			self->queue(self->b);
			self->flush(self->b);
			RL_ASSERT(self->b.runs() >= 1);
			self->afterwards();
		};
		this->b.body = [](Item *) {
			self->within();
		};
	}
	/* What else a does. */
	virtual void afterwards()
	{
	}
	/* What b does. */
	virtual void within()
	{
	}
	/* What is done beside it. */
	virtual void interfere()
	{
	}
	void client(unsigned i) override
	{
		if (i) {
			interfere();
			return;
		}
		this->queue(this->a);
		this->flush(this->a);
		RL_ASSERT(this->a.runs() == 1);
	}
};

struct FlushBehind : FlushesBehind<1> {
	void check() override
	{
		RL_ASSERT(b.runs() == 1);
	}
};

/* Who waits for either sees its run through. */
struct FlushBehindFlush : FlushesBehind<2> {
	void interfere() override
	{
		if (flush(b))
			RL_ASSERT(b.runs() == 1);
		if (flush(a))
			RL_ASSERT(a.runs() == 1);
	}
};

/* If b is taken off before its turn, a does not wait for it. */
struct FlushBehindCancel : Scene<2, 1> {
	static inline FlushBehindCancel *self;
	Model::Completion queued;
	Model::Var<bool> over; /* a's run */

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->queue(self->b);
			self->queued.complete();
			self->flush(self->b);
			self->over.set(true);
		};
	}
	void client(unsigned i) override
	{
		if (i) {
			queued.wait();

			bool cancelled = cancel_sync(b);

			RL_ASSERT(b.runs() + cancelled == 1);
			return;
		}
		queue(a);
		if (!cancel_sync(a))
			RL_ASSERT(over.get());
		else
			queue(a);
	}
};

/* Who waits for b, which runs within a, does not wait for the rest of a, which waits
 * for him. */
struct FlushBehindAlone : FlushesBehind<2> {
	Model::Completion b_ran, waited;

	void within() override
	{
		b_ran.complete();
	}
	void afterwards() override
	{
		waited.wait();
	}
	void interfere() override
	{
		b_ran.wait();
		flush(b);
		cancel_sync(b);
		waited.complete();
	}
};

/* Also who has waited since before it was taken there. */
struct FlushedBeforeTaken : Scene<2, 1> {
	static inline FlushedBeforeTaken *self;
	Model::Completion queued, waited;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->queue(self->b);
			self->queued.complete();
			self->flush(self->b);
			self->waited.wait();
		};
	}
	void client(unsigned i) override
	{
		if (i) {
			queued.wait();
			flush(b);
			RL_ASSERT(b.runs() == 1);
			waited.complete();
			return;
		}
		queue(a);
		flush(a);
	}
};

/* A work within another one, queued again, follows its run. */
struct NestedQueuesItself : FlushesBehind<1, 2> {
	void within() override
	{
		if (b.runs() == 1)
			queue(b, 1);
	}
	void client(unsigned i) override
	{
		FlushesBehind::client(i);
		flush(b);
		RL_ASSERT(b.runs() == 2);
	}
};

/* So does the one around it. */
struct OuterIsQueued : FlushesBehind<1, 2> {
	void within() override
	{
		if (b.runs() == 1)
			queue(a, 1);
	}
	void client(unsigned) override
	{
		queue(a);
		flush(a);
		flush(a);
		RL_ASSERT(a.runs() == 2 && b.runs() == 2);
	}
};

/* One within another within a third. */
struct NestedTwice : Scene<2, 1> {
	static inline NestedTwice *self;
	Item c;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->queue(self->b);
			self->flush(self->b);
		};
		b.body = [](Item *) {
			self->queue(self->c);
			self->flush(self->c);
		};
	}
	void client(unsigned i) override
	{
		if (i) {
			if (flush(b))
				RL_ASSERT(b.runs() == 1 && c.runs() == 1);
			return;
		}
		queue(a);
		flush(a);
		RL_ASSERT(a.runs() == 1 && b.runs() == 1 && c.runs() == 1);
	}
};

/* Two works on two CPUs, each of which waits for one behind the other: no ring. */
template <int Clients>
struct FlushesAcross : Scene<Clients, 2, 2> {
	static inline FlushesAcross *self;
	Item c, d;

	void set_up() override
	{
		self = this;
		this->a.body = [](Item *) {
			self->flush(self->d);
		};
		this->b.body = [](Item *) {
			self->flush(self->c);
		};
	}
	void client(unsigned i) override
	{
		if (i) {
			flush_work(this->registry, c.work(), { true, 1 });
			flush_work(this->registry, d.work(), { true, 1 });
			return;
		}
		this->queue(this->a, 0);
		this->queue(this->b, 1);
		this->queue(c, 0);
		this->queue(d, 1);
		this->flush_queue();
		RL_ASSERT(this->a.runs() == 1 && this->b.runs() == 1 &&
			  c.runs() == 1 && d.runs() == 1);
	}
};
using FlushAcross = FlushesAcross<1>;
/* Somebody gives up waiting for one of these, where it was or where it is run. */
using FlushAcrossTimed = FlushesAcross<2>;

/* If one of the ring may give up, nobody takes what is on its queue: a flush of that
 * could not wait for it. */
struct ImpatientRing : Scene<1, 2> {
	static inline ImpatientRing *self;
	Workqueue<Model> *other;
	Item c, d;

	void set_up() override
	{
		self = this;
		other = new_queue();
		a.body = [](Item *) {
			flush_work(self->registry, self->d.work(), { true, 1 });
		};
		b.body = [](Item *) {
			flush_work(self->registry, self->c.work(), FOREVER);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		try_queue(other, 0, b);
		queue(c);
		try_queue(other, 0, d);
		RL_ASSERT(flush_queue() == WaitEnd::done);
		RL_ASSERT(c.runs() == 1);
	}
};

/* A work that flushes its queue has everything but itself done. */
struct FlushOwnQueue : Scene<1, 2, 2> {
	static inline FlushOwnQueue *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->queue(self->b, 0);
			RL_ASSERT(self->flush_queue() == WaitEnd::deadlock);
			RL_ASSERT(self->b.runs() == 1);
		};
	}
	void client(unsigned) override
	{
		queue(a);
		flush(a);
	}
};

SUITE(FlushBehind, FULL);
SUITE(FlushBehindFlush, 2);
SUITE(FlushBehindCancel, 3);
SUITE(FlushBehindAlone, 3);
SUITE(FlushedBeforeTaken, 2);
SUITE(NestedQueuesItself, 4);
SUITE(OuterIsQueued, 3);
SUITE(NestedTwice, 2);
SUITE(FlushAcross, 2);
SUITE(FlushAcrossTimed, RANDOM);
SUITE(ImpatientRing, 1);
SUITE(FlushOwnQueue, 4);

} // namespace cwq
