// SPDX-License-Identifier: GPL-2.0
/* Looking at queues and at who waits, while both come and go. */
#include "../scene.hpp"

#include "../../watchdog.hpp"

namespace cwq {

static void look_at_queues(Registry<Model> *registry)
{
	static cwq_queue_row row;
	static cwq_works works;
	Model::Snapshot s;
	cwq_place place = {};

	for (; next_queue(registry, &place, &row, &s); place.index++)
		RL_ASSERT(s.accepted ==
			  s.executed + s.cancelled + s.pending + s.running);
	place = {};
	for (; next_works(registry, &place, &works); place.index++)
		RL_ASSERT(!works.truncated);
}

static void look_at_waiters(Registry<Model> *registry)
{
	static cwq_waits waits;
	cwq_place place = {};

	for (; next_waits(registry, &place, &waits); place.index++)
		RL_ASSERT(waits.nr);
}

/* One looks, while another queues and waits. */
struct LookFlush : Scene<2, 1> {
	void client(unsigned i) override
	{
		if (i) {
			look_at_queues(registry);
			look_at_waiters(registry);
		} else {
			queue(a);
			flush(a);
		}
	}
};

/* The queue is destroyed meanwhile. */
struct LookDestroy : Scene<2, 1> {
	void client(unsigned i) override
	{
		if (i) {
			look_at_queues(registry);
			look_at_waiters(registry);
		} else {
			queue(a);
			destroy_workqueue(registry, wq);
		}
	}
};

/* A worker waits as well: somebody sees that who must not. */
struct LookChain : Scene<3, 2, 2> {
	static inline LookChain *self;

	void set_up() override
	{
		self = this;
		a.body = [](Item *) {
			self->flush(self->b);
		};
	}
	void client(unsigned i) override
	{
		if (i == 2) {
			look_at_waiters(registry);
			return;
		}
		queue(i ? b : a, i);
		if (!i)
			flush(a);
	}
};

/* Observing begins and ends while works are queued and run. */
struct Observe : Scene<2, 1> {
	void client(unsigned i) override
	{
		if (i) {
			RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));
			look_at_queues(registry);
			observe(registry, CWQ_OBSERVE_TIMING, false);
		} else {
			queue(a);
			queue(b);
			cancel_sync(a);
		}
	}
};

/* What is observed is forgotten when it leaves its list, however it does. */
struct ObserveAll : Scene<2, 1, 1, 1> {
	void set_up() override
	{
		RL_ASSERT(observe(registry, CWQ_OBSERVE_TIMING, true));
	}
	void client(unsigned i) override
	{
		if (i) {
			mod(a, 0);
			cancel_sync(a);
		} else {
			queue_delayed(a);
			queue(b);
		}
	}
	void check() override
	{
		static cwq_stats stats;

		for_each_cwq(registry, [](CpuWorkqueue<Model> *cwq) {
			RL_ASSERT(cwq->observer.get()->empty());
			return true;
		});
		read_stats(wq->cwq[0], &stats);
		RL_ASSERT(!stats.works_missed);
		RL_ASSERT(stats.funcs[0].count ==
			  static_cast<unsigned long>(a.runs() + b.runs()));
	}
};

SUITE(LookFlush, 2);
SUITE(LookDestroy, 2);
SUITE(LookChain, 1);
SUITE(Observe, 2);
SUITE(ObserveAll, 1);

} // namespace cwq
